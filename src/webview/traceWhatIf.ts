import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { WhatIfChange, WhatIfView } from '../shared/protocol';
import { icon } from './icons';
import type { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';

/** What is tried and nobody has made: the changes, each to be taken back, and a box for more. */
@customElement('trace-what-if')
export class TraceWhatIf extends LitElement {
  /** undefined: nothing is tried. */
  @property({ attribute: false }) whatIf: WhatIfView | undefined;
  /** A command that one might try. */
  @property() example = '';
  /** The box is wanted. */
  @property({ type: Boolean }) open = false;
  /** Its buttons are one tab stop with those of the other parts of the answer. */
  @property({ attribute: false }) stops: RovingFocus | undefined;
  @state() private draft = '';
  @query('textarea') private box!: HTMLTextAreaElement | null;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
      }
      section {
        margin: 6px 14px 8px;
        padding: 6px 10px 8px;
        border: 1px dashed var(--yellow);
        border-left: 3px solid var(--yellow);
        border-radius: 3px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 12px;
      }
      h3 {
        font-size: inherit;
        font-weight: 600;
        margin: 0;
      }
      .said {
        flex: 1 1 12em;
        color: var(--dim);
      }
      ul {
        list-style: none;
        margin: 4px 0 0;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: 0 6px;
        padding: 1px 0;
      }
      .change {
        overflow-wrap: anywhere;
        line-height: 1.5;
        padding-top: 1px;
      }
      .off {
        text-decoration: line-through;
        color: var(--dim);
      }
      .wrong {
        text-decoration: underline wavy var(--red);
        text-underline-offset: 3px;
      }
      .note {
        color: var(--dim);
        overflow-wrap: anywhere;
      }
      .problem {
        color: var(--red);
        overflow-wrap: anywhere;
      }
      .box {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: flex-start;
        margin-top: 6px;
      }
      textarea {
        flex: 1 1 16em;
        min-width: 0;
        box-sizing: border-box;
        font-family: var(--mono);
        font-size: inherit;
        line-height: 1.5;
        padding: 3px 6px;
        resize: vertical;
        color: var(--vscode-input-foreground, inherit);
        background: var(--vscode-input-background, transparent);
        border: 1px solid var(--vscode-input-border, var(--line));
        border-radius: 3px;
      }
      .try {
        padding: 3px 12px;
        border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
        border-radius: 2px;
        color: var(--vscode-button-foreground, inherit);
        background: var(--vscode-button-background, transparent);
      }
      .try:hover {
        background: var(--vscode-button-hoverBackground, var(--vscode-button-background, transparent));
      }
      textarea::placeholder {
        color: var(--vscode-input-placeholderForeground, var(--dim));
        opacity: 1;
      }
      .hint {
        flex-basis: 100%;
        color: var(--dim);
        margin: 0;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stops')) this.stops?.join(this, 'button');
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('open') && this.open) this.box?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    const { whatIf, open } = this;
    if (!whatIf && !open) return nothing;
    return html`<section aria-label="What if">
      <div class="head">
        <h3>What if</h3>
        <span class="said"
          >${whatIf ? 'The answer below is not what the file says: nobody has made these changes.' : 'Nothing is written into the file.'}</span
        >
        ${
          whatIf
            ? html`${open ? nothing : html`<button class="link" @click=${() => this.toggle(true)}>Add…</button>`}
                ${whatIf.copyable ? html`<button class="link" @click=${() => send(this, { type: 'what-if-copy' })}>Apply to a copy</button>` : nothing}
                <button class="link" @click=${this.reset}>Reset</button>`
            : nothing
        }
      </div>
      ${
        whatIf
          ? html`<ul>
              ${whatIf.changes.map((change, index) => this.change(change, index))}
            </ul>`
          : nothing
      }
      ${open ? this.input() : nothing}
    </section>`;
  }

  private change({ words, line, rule, problems, partly, notes }: WhatIfChange, index: number): TemplateResult {
    return html`<li>
      <div>
        <div class="change mono">
          ${
            line === undefined
              ? wordsTemplate(words, problems[0])
              : html`<button
                    class="link"
                    title="Show line ${line} in the editor"
                    @click=${() => send(this, { type: 'open-line', line })}
                  >
                    line ${line}</button
                  >${' '}off${' '}<span class="off">${rule}</span>`
          }
        </div>
        ${problems.map(({ message }) => html`<div class="problem">${icon('error')} ${partly ? 'A part has' : 'Has'} no effect: ${message}</div>`)}
        ${notes.map((note) => html`<div class="note">${note}</div>`)}
      </div>
      <span>
        ${
          problems.length > 0 && line === undefined
            ? html`<button
                class="tool"
                title="Edit it"
                aria-label="Edit: ${words}"
                @click=${() => this.edit(words, index)}
              >
                ${icon('edit')}
              </button>`
            : nothing
        }<button
          class="tool"
          title="Take this change back"
          aria-label="Take back: ${words}"
          @click=${() => send(this, { type: 'what-if-back', index })}
        >
          ${icon('close')}
        </button>
      </span>
    </li>`;
  }

  private input(): TemplateResult {
    return html`<form class="box" @submit=${this.submit}>
      <textarea
        rows="2"
        spellcheck="false"
        aria-label="Commands to try"
        aria-describedby="hint"
        placeholder=${this.example}
        .value=${this.draft}
        @input=${(event: InputEvent) => {
          this.draft = (event.target as HTMLTextAreaElement).value;
        }}
        @keydown=${this.keyDown}
      ></textarea>
      <button type="submit" class="try">Try</button>
      <button type="button" class="link" @click=${() => this.toggle(false)}>Close</button>
      <p class="hint" id="hint">
        Commands of iptables, ip6tables, nft, ipset, sysctl -w, ip route, ip rule, ip addr, a line each; annotations of
        a pod; “listen 0.0.0.0:8080”; “line 12 off”. Enter tries them, Shift+Enter begins a line.
      </p>
    </form>`;
  }

  private readonly keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.toggle(false);
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.submit(event);
    else return;
    event.preventDefault();
  };

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const text = this.draft;
    if (text.trim() === '') return;
    this.draft = '';
    send(this, { type: 'what-if', text });
    this.box?.focus();
  };

  private readonly reset = (): void => send(this, { type: 'what-if-back', index: undefined });

  private edit(words: string, index: number): void {
    this.draft = this.draft.trim() === '' ? words : `${this.draft}\n${words}`;
    send(this, { type: 'what-if-back', index });
    this.toggle(true);
    this.box?.focus();
  }

  private toggle(open: boolean): void {
    this.dispatchEvent(new CustomEvent<boolean>('what-if-box', { detail: open, bubbles: true, composed: true }));
  }
}

/** The command, with what is wrong in it underlined. */
function wordsTemplate(words: string, problem: WhatIfChange['problems'][number] | undefined): TemplateResult {
  const { start, end } = problem ?? {};
  if (start === undefined || end === undefined || end <= start) return html`${words}`;
  return html`${words.slice(0, start)}<span class="wrong">${words.slice(start, end)}</span>${words.slice(end)}`;
}
