import './traceRemedies';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AnswerCard, AssumedFact, ReadingFacts, Remedy, ReplyState, TraceReport } from '../shared/protocol';
import { assumedStyle, partTemplate, settleFrom } from './cardPart';
import { icon } from './icons';
import type { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';

type ReplyOnShow = Extract<ReplyState, { readonly kind: 'shown' }>;

/** The packet as it was and as it ends, and who decided that; what was assumed, and what would have to change. */
@customElement('trace-verdict')
export class TraceVerdict extends LitElement {
  @property({ attribute: false }) trace!: TraceReport;
  @property({ attribute: false }) assumed: readonly AssumedFact[] = [];
  @property({ attribute: false }) reading: ReadingFacts | undefined;
  @property({ attribute: false }) reply: ReplyState = { kind: 'none', why: '' };
  @property({ attribute: false }) warnings: readonly string[] = [];
  @property({ type: Number }) revision = 0;
  /** Its buttons are one tab stop with those of the other parts of the answer. */
  @property({ attribute: false }) stops: RovingFocus | undefined;
  /** undefined: not here yet. */
  @property({ attribute: false }) remedies: readonly Remedy[] | undefined;
  /** Something is tried, or the box for it is open: there is no button for it then. */
  @property({ type: Boolean }) trying = false;
  @state() private assumedOpen = false;
  @state() private readingOpen = false;
  @state() private remediesOpen = false;

  static override styles = [
    ...theme,
    assumedStyle,
    css`
      :host {
        display: block;
        border-bottom: 1px solid var(--line);
      }
      .card {
        padding: 0 14px 8px;
      }
      .rows {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 3px 12px;
        margin: 4px 0 6px;
      }
      .rows > dt {
        color: var(--dim);
      }
      .rows > dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .before,
      .after {
        padding: 0 2px;
        border: 1px solid var(--vscode-contrastBorder, transparent);
      }
      .before {
        background: var(--vscode-diffEditor-removedTextBackground, transparent);
        border-color: var(--vscode-diffEditor-removedTextBorder, transparent);
      }
      .after {
        background: var(--vscode-diffEditor-insertedTextBackground, transparent);
        border-color: var(--vscode-diffEditor-insertedTextBorder, transparent);
      }
      .lost {
        color: var(--red);
      }
      .unsure {
        color: var(--yellow);
      }
      .decided {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
      }
      .provided {
        margin: 2px 0 4px;
        overflow-wrap: anywhere;
      }
      .findings {
        margin: 2px 0 6px;
        padding: 0 0 0 18px;
      }
      .warning {
        display: flex;
        gap: 6px;
        color: var(--orange);
        margin-top: 4px;
      }
      .more {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 18px;
        padding: 0 14px 9px;
        margin-top: -4px;
      }
      .more > button {
        color: var(--dim);
        display: inline-flex;
        align-items: center;
        gap: 3px;
        text-align: left;
      }
      .more > button:hover {
        color: var(--fg);
      }
      .more > .change,
      .more > .change:hover {
        color: var(--link);
        gap: 5px;
      }
      ul {
        margin: 0;
        padding: 0 14px 10px 36px;
      }
      li {
        padding: 1px 0;
        overflow-wrap: anywhere;
      }
      h2 {
        margin: 0;
        padding: 0 14px 4px;
        font-size: inherit;
        font-weight: 600;
      }
      .unread {
        color: var(--orange, var(--vscode-editorWarning-foreground));
      }
      li::marker {
        color: var(--dim);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stops')) this.stops?.join(this, 'button');
  }

  override render(): TemplateResult {
    const {
      reply,
      trace: { outcome },
    } = this;
    const shown = reply.kind === 'shown' ? reply : undefined;
    return html`<div class="card">
        ${this.warnings.map((warning) => html`<div class="warning">${icon('warning')}<span>${warning}</span></div>`)}
        ${shown ? this.replyWords(shown) : nothing}${this.provided(outcome.card)}${this.rows(outcome.card)}${this.decided(outcome.card)}
      </div>
      <div class="hidden" role="status" aria-live="polite">
        ${shown ? `${shown.verdict} ${shown.findings.join(' ')} ` : ''}${outcome.badge.text}. ${outcome.verdictText}
      </div>
      <div class="more">
        ${this.disclosure('change', this.remediesOpen, this.toggleRemedies, html`${icon('lightbulb')}What would have to change?`)}
        ${this.trying ? nothing : html`<button class="change" @click=${this.tryIt}>${icon('beaker')}What if…</button>`}
        ${this.assumed.length > 0 ? this.disclosure('', this.assumedOpen, this.toggleAssumed, html`${icon(this.assumedOpen ? 'chevronDown' : 'chevronRight')}Assumed: ${this.assumed.length === 1 ? 'one thing' : `${this.assumed.length} things`} that the file does not say`) : nothing}
        ${this.reading ? this.disclosure('', this.readingOpen, this.toggleReading, html`${icon(this.readingOpen ? 'chevronDown' : 'chevronRight')}<span>Read: ${this.reading.summary}${this.reading.unreadCount > 0 ? html` · <span class="unread">${this.reading.unreadCount === 1 ? 'one line' : `${this.reading.unreadCount} lines`} not read</span>` : nothing}</span>`) : nothing}
      </div>
      ${this.remediesOpen ? html`<trace-remedies .remedies=${this.remedies} .revision=${this.revision}></trace-remedies>` : nothing}
      ${
        this.assumedOpen && this.assumed.length > 0
          ? html`<h2>Assumed</h2>
              ${this.facts(this.assumed)}`
          : nothing
      }
      ${
        this.readingOpen && this.reading
          ? html`<h2>Read</h2>
              ${this.facts(this.reading.found)}${
                this.reading.unread.length > 0
                  ? html`<h2 class="unread">Not read</h2>
                      ${this.facts(this.reading.unread)}`
                  : nothing
              }`
          : nothing
      }`;
  }

  /** What a person asks first: does it come back, and what happens to it on the way. */
  private replyWords({ findings, past }: ReplyOnShow): TemplateResult {
    return html`${
      findings.length === 0
        ? nothing
        : html`<ul class="findings">
            ${findings.map((finding) => html`<li>${finding}</li>`)}
          </ul>`
    }${past ? html`<span class="dim">If it came this way: </span>` : nothing}`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.remediesOpen && (changed.has('revision') || changed.has('remediesOpen')))
      send(this, { type: 'ask-remedies', revision: this.revision });
  }

  private disclosure(kind: string, open: boolean, toggle: () => void, text: TemplateResult): TemplateResult {
    return html`<button class=${kind} aria-expanded=${open ? 'true' : 'false'} @click=${toggle}>${text}</button>`;
  }

  private readonly tryIt = (): void => {
    this.dispatchEvent(new CustomEvent<boolean>('what-if-box', { detail: true, bubbles: true, composed: true }));
  };

  private readonly traceReply = (): void => send(this, { type: 'show-reply', shown: true });

  private readonly toggleAssumed = (): void => {
    this.assumedOpen = !this.assumedOpen;
  };

  private readonly toggleReading = (): void => {
    this.readingOpen = !this.readingOpen;
  };

  private readonly toggleRemedies = (): void => {
    this.remediesOpen = !this.remediesOpen;
  };

  private provided({ provided }: AnswerCard): TemplateResult | typeof nothing {
    return provided.length === 0
      ? nothing
      : html`<div class="provided">
          <span class="strong">Only if</span>
          ${provided.map(({ what, reason }, i) => html`${i > 0 ? ', and ' : ''}<span title=${reason}>${what}</span>`)}.
        </div>`;
  }

  private rows({ rows }: AnswerCard): TemplateResult {
    const { reply } = this;
    return html`<dl class="rows">
      ${rows.map(
        ({ label, parts }) =>
          html`<dt>${label}</dt>
            <dd>${parts.map((part) => partTemplate(part, settleFrom(this)))}</dd>`,
      )}
      ${
        reply.kind === 'offered'
          ? html`<dt>reply</dt>
              <dd>
                ${reply.wayBack === '' ? nothing : this.offered(reply)}<button
                  class="link reply-toggle"
                  @click=${this.traceReply}
                >
                  Trace the reply
                </button>
              </dd>`
          : reply.kind === 'none' && reply.why !== ''
            ? html`<dt>reply</dt>
                <dd class="dim">none: ${reply.why}</dd>`
            : nothing
      }
    </dl>`;
  }

  private offered({
    wayBack,
    comesBack,
    unsure,
    short,
    findings,
  }: Extract<ReplyState, { readonly kind: 'offered' }>): TemplateResult {
    return html`<span class=${comesBack ? '' : unsure ? 'unsure' : 'lost'}
        >${wayBack}${short === '' || short.length > LONGEST_CLAUSE ? nothing : html`: <span title=${findings.join('\n')}>${short}</span>`}</span
      >
      · `;
  }

  private decided({ decided }: AnswerCard): TemplateResult | typeof nothing {
    return decided.length === 0
      ? nothing
      : html`<div class="decided">
          ${decided.map(
            ({ word, line, place, target }) =>
              html`<span
                ><span class="dim">${word}</span> ${
                  line === undefined
                    ? nothing
                    : html`<button
                        class="link"
                        title="Show line ${line} in the editor"
                        @click=${() => send(this, { type: 'open-line', line })}
                      >
                        line ${line}
                      </button>`
                } <b class="strong">${place}</b> <span class="dim">${target}</span></span
              >`,
          )}
        </div>`;
  }

  private facts(facts: readonly AssumedFact[]): TemplateResult {
    return html`<ul>
      ${facts.map(
        ({ message, line, field }) =>
          html`<li>
            ${message}
            ${line === undefined ? nothing : html`<button class="link" @click=${() => send(this, { type: 'open-line', line })}>line ${line}</button>`}
            ${field === undefined ? nothing : html`<button class="link" @click=${() => this.dispatchEvent(new CustomEvent<string>('edit-field', { detail: field, bubbles: true, composed: true }))}>change</button>`}
          </li>`,
      )}
    </ul>`;
  }
}

/** A longer one would wrap beside the verdict. */
const LONGEST_CLAUSE = 90;
