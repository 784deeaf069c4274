import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Remedy } from '../shared/protocol';
import { icon } from './icons';
import { send } from './send';
import { richTemplate } from './text';
import { theme } from './theme';

/** What would have to change, each with what then becomes of the packet. */
@customElement('trace-remedies')
export class TraceRemedies extends LitElement {
  /** undefined: still being traced. */
  @property({ attribute: false }) remedies: readonly Remedy[] | undefined;
  @property({ type: Number }) revision = 0;

  static override styles = [
    ...theme,
    css`
      :host {
        display: block;
        padding: 0 14px 12px;
      }
      .remedy {
        border-left: 3px solid var(--vscode-textBlockQuote-border, var(--blue));
        padding: 1px 0 1px 11px;
        margin-top: 9px;
      }
      .remedy:first-child {
        margin-top: 2px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 4px 8px;
      }
      .title {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .arrow {
        color: var(--dim);
      }
      .commands {
        display: flex;
        align-items: flex-start;
        gap: 6px;
        margin-top: 4px;
        padding: 4px 4px 4px 9px;
        background: var(--vscode-textCodeBlock-background, var(--soft));
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 4px;
      }
      .lines {
        flex: 1;
        min-width: 0;
        line-height: 1.5;
        padding: 1px 0;
      }
      .line {
        overflow-wrap: anywhere;
        padding-left: 2ch;
        text-indent: -2ch;
      }
      .word {
        display: inline-block;
        max-width: 100%;
        text-indent: 0;
        vertical-align: top;
      }
      .makes {
        color: var(--dim);
        margin: 1px 0 0 9px;
        line-height: 1.5;
      }
      .note {
        color: var(--dim);
        margin: 4px 0 0;
        text-wrap: pretty;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override render(): TemplateResult {
    const { remedies } = this;
    if (!remedies) return html`<div class="dim" role="status">Tracing with changes…</div>`;
    if (remedies.length === 0)
      return html`<div class="dim" role="status">
        No single rule, route, setting, annotation or packet was found that gives this packet another outcome.
      </div>`;
    return html`${remedies.map((remedy, index) => this.remedy(remedy, index))}`;
  }

  private remedy(
    { title, commands, note, makes, packet, result, inFile, live }: Remedy,
    index: number,
  ): TemplateResult {
    return html`<div class="remedy">
      <div class="head">
        <span class="title">${richTemplate(title, (line) => send(this, { type: 'open-line', line }))}</span
        ><span class="arrow" aria-label="then">→</span>
        ${result.map(({ text, tone }) => html`<span class="badge small ${tone}">${text}</span>`)}
      </div>
      ${
        commands.length === 0
          ? live
            ? html`<button
                class="link"
                @click=${() => send(this, { type: 'what-if-remedy', revision: this.revision, index })}
              >
                What if: see it with this change
              </button>`
            : nothing
          : html`<div class="commands">
              <div class="lines mono">${commands.map(commandTemplate)}</div>
              ${
                live
                  ? html`<button
                      class="tool"
                      title="What if: see it with this change"
                      aria-label="What if: see it with this change"
                      @click=${() => send(this, { type: 'what-if-remedy', revision: this.revision, index })}
                    >
                      ${icon('play')}
                    </button>`
                  : nothing
              }
              ${
                packet === undefined
                  ? nothing
                  : html`<button
                      class="tool"
                      title="Trace this packet"
                      aria-label="Trace this packet"
                      @click=${() => send(this, { type: 'trace', expression: packet })}
                    >
                      ${icon('play')}
                    </button>`
              }
              ${inFile ? html`<button class="tool" title="Try it in a copy of this file" aria-label="Try it in a copy of this file" @click=${() => send(this, { type: 'try-remedy', revision: this.revision, index })}>${icon('edit')}</button>` : nothing}
              <button
                class="tool"
                title="Copy"
                aria-label="Copy ${commands.length === 1 ? 'the command' : 'the commands'}"
                @click=${() => send(this, { type: 'copy-remedy', revision: this.revision, index })}
              >
                ${icon('copy')}
              </button>
            </div>`
      }
      ${note === '' ? nothing : html`<div class="note">${note}${makes === undefined ? '' : ':'}</div>`}
      ${makes === undefined ? nothing : html`<div class="makes mono">${commandTemplate(makes)}</div>`}
    </div>`;
  }
}

/** Wrapped between its words, and not after the dash of an option. */
function commandTemplate(command: string): TemplateResult {
  return html`<div class="line">
    ${command.split(' ').map((word, i) => html`${i > 0 ? ' ' : nothing}<span class="word">${word}</span>`)}
  </div>`;
}
