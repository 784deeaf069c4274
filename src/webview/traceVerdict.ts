import './traceRemedies';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AssumedFact, ReadingFacts, Remedy, ReplyState, TraceReport } from '../shared/protocol';
import { icon } from './icons';
import { RovingFocus } from './rovingFocus';
import { send } from './send';
import { richTemplate } from './text';
import { theme } from './theme';

type ReplyOnShow = Extract<ReplyState, { readonly kind: 'shown' }>;

/**
 * How it ends, in one sentence; the outcomes where several are possible; what was assumed, and what would have
 * to change.
 */
@customElement('trace-verdict')
export class TraceVerdict extends LitElement {
  @property({ attribute: false }) trace!: TraceReport;
  @property({ attribute: false }) assumed: readonly AssumedFact[] = [];
  @property({ attribute: false }) reading: ReadingFacts | undefined;
  @property({ attribute: false }) reply: ReplyState = { kind: 'none', why: '' };
  @property({ attribute: false }) warnings: readonly string[] = [];
  @property({ type: Number }) revision = 0;
  readonly roving = new RovingFocus().join(this, 'button:not(.tab)');
  /** undefined: not here yet. */
  @property({ attribute: false }) remedies: readonly Remedy[] | undefined;
  @state() private assumedOpen = false;
  @state() private readingOpen = false;
  @state() private remediesOpen = false;
  /** The button that was pressed goes, and the one that comes in its place takes the focus. */
  private replyPressed = false;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        border-bottom: 1px solid var(--line);
      }
      .main {
        display: flex;
        gap: 12px;
        align-items: flex-start;
        padding: 12px 14px;
      }
      .sentence {
        flex: 1;
        min-width: 0;
        padding-top: 2px;
        text-wrap: pretty;
        overflow-wrap: anywhere;
      }
      .tools {
        display: flex;
        gap: 2px;
        margin: -2px -4px 0 0;
      }
      .tabs {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        padding: 10px 14px 0;
      }
      .tab {
        display: inline-flex;
        gap: 8px;
        align-items: center;
        padding: 4px 8px;
        border: 1px solid var(--edge);
        border-radius: 5px;
        max-width: 100%;
        text-align: left;
      }
      .tab[aria-selected='true'] {
        border-color: var(--vscode-contrastActiveBorder, var(--blue));
        background: color-mix(in srgb, var(--blue) 12%, transparent);
      }
      .tab .label {
        overflow: hidden;
        overflow-wrap: anywhere;
        min-width: 0;
        max-width: 420px;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      @media (max-width: 560px) {
        .main {
          flex-wrap: wrap;
          gap: 6px 12px;
        }
        .sentence {
          order: 2;
          flex-basis: 100%;
        }
        .tools {
          margin-left: auto;
        }
      }
      .reply {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
        align-items: center;
        padding: 6px 14px;
        border-left: 3px solid var(--purple);
        background: color-mix(in srgb, var(--purple) 10%, transparent);
        border-bottom: 1px solid var(--line);
      }
      .packet {
        flex: 1 1 260px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .reply .tool {
        border-color: var(--edge);
        padding: 0 8px;
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
      .none {
        color: var(--dim);
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

  override render(): TemplateResult {
    const {
      reply,
      trace: { tabs, outcome },
    } = this;
    const shown = reply.kind === 'shown' ? reply : undefined;
    return html` ${shown ? replyHead(shown, this.toggleReply) : nothing} ${tabs.length > 1 ? this.tabs() : nothing}
      <div class="main">
        ${shown ? html`<span class="badge ${shown.comesBack ? 'accept' : 'drop'} ${outcome.badge.conditional ? 'conditional' : ''}">${shown.comesBack ? 'COMES BACK' : 'DOES NOT COME BACK'}</span>` : html`<span class="badge ${outcome.badge.tone} ${outcome.badge.conditional ? 'conditional' : ''}">${outcome.badge.text}</span>`}
        <div class="sentence">
          ${shown ? this.replyWords(shown) : nothing}${richTemplate(outcome.verdict, (line) => send(this, { type: 'open-line', line }))}
          ${this.warnings.map((warning) => html`<div class="warning">${icon('warning')}<span>${warning}</span></div>`)}
        </div>
        <div class="tools">
          <button
            class="tool"
            title="Copy the trace as text"
            aria-label="Copy the trace as text"
            @click=${() => send(this, { type: 'copy', format: 'text' })}
          >
            ${icon('copy')}
          </button>
          <button
            class="tool"
            title="Copy the trace as Markdown"
            aria-label="Copy the trace as Markdown"
            @click=${() => send(this, { type: 'copy', format: 'markdown' })}
          >
            ${icon('markdown')}
          </button>
        </div>
      </div>
      <div class="hidden" role="status" aria-live="polite">
        ${shown ? `${shown.verdict} ${shown.findings.join(' ')} ` : ''}${outcome.badge.text}. ${outcome.verdictText}
      </div>
      <div class="more">
        ${reply.kind === 'offered' ? html`<button class="change reply-toggle" @click=${this.toggleReply}>${icon('reply')}Trace the reply</button>` : nothing}
        ${reply.kind === 'none' && reply.why !== '' ? html`<span class="none">No reply: ${reply.why}</span>` : nothing}
        ${this.disclosure('change', this.remediesOpen, this.toggleRemedies, html`${icon('lightbulb')}What would have to change?`)}
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
  private replyWords({ verdict, findings, past }: ReplyOnShow): TemplateResult {
    const provided = this.trace.outcome.badge.conditional
      ? html`<div class="dim">This depends on the conditions after “If” below.</div>`
      : nothing;
    return html`<div class="strong">${verdict}</div>
      ${provided}${
        findings.length === 0
          ? nothing
          : html`<ul class="findings">
              ${findings.map((finding) => html`<li>${finding}</li>`)}
            </ul>`
      }${past ? html`<span class="dim">If it came this way: </span>` : nothing}`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.replyPressed && changed.has('reply')) {
      this.replyPressed = false;
      this.renderRoot.querySelector<HTMLElement>('.reply-toggle')?.focus();
    }
    if (this.remediesOpen && (changed.has('revision') || changed.has('remediesOpen')))
      send(this, { type: 'ask-remedies', revision: this.revision });
  }

  private disclosure(kind: string, open: boolean, toggle: () => void, text: TemplateResult): TemplateResult {
    return html`<button class=${kind} aria-expanded=${open ? 'true' : 'false'} @click=${toggle}>${text}</button>`;
  }

  private readonly toggleReply = (): void => {
    this.replyPressed = true;
    send(this, { type: 'show-reply', shown: this.reply.kind !== 'shown' });
  };

  private readonly toggleAssumed = (): void => {
    this.assumedOpen = !this.assumedOpen;
  };

  private readonly toggleReading = (): void => {
    this.readingOpen = !this.readingOpen;
  };

  private readonly toggleRemedies = (): void => {
    this.remediesOpen = !this.remediesOpen;
  };

  private tabs(): TemplateResult {
    const { tabs, selected, moreOutcomes } = this.trace;
    return html`<div class="tabs" role="tablist" aria-label="Possible outcomes">
      ${tabs.map(
        ({ badge, label, probability }, index) =>
          html` <button
            class="tab"
            role="tab"
            aria-selected=${index === selected ? 'true' : 'false'}
            tabindex=${index === selected ? 0 : -1}
            title=${label}
            @click=${() => this.choose(index)}
            @keydown=${this.tabKey}
          >
            <span class="badge small ${badge.tone} ${badge.conditional ? 'conditional' : ''}">${badge.text}</span>
            <span class="label">${probability === undefined ? label : `${Math.round(probability * 1000) / 10} %`}</span>
          </button>`,
      )}
      ${moreOutcomes > 0 ? html`<span class="dim">and ${moreOutcomes} more</span>` : nothing}
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

  private choose(index: number): void {
    send(this, { type: 'choose-outcome', index });
  }

  private readonly tabKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const { tabs, selected } = this.trace;
    const index = selected + by;
    if (by === 0 || index < 0 || index >= tabs.length) return;
    event.preventDefault();
    this.choose(index);
    this.renderRoot.querySelectorAll<HTMLElement>('.tab')[index]?.focus();
  };
}

/** Says that this is no longer the packet itself, and leads back to it. */
function replyHead({ packet }: ReplyOnShow, back: () => void): TemplateResult {
  return html`<div class="reply">
    <span class="strong">${icon('reply')} The reply to this packet</span>
    <code class="packet">${packet}</code>
    <button class="tool reply-toggle" @click=${back}>${icon('arrowLeft')}Back to the packet</button>
  </div>`;
}
