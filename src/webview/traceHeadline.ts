import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OutcomeReport, ReplyState, ViewState } from '../shared/protocol';
import { icon } from './icons';
import type { RovingFocus } from './rovingFocus';
import { send } from './send';
import { theme } from './theme';

/** How it ends, in one line that stays in sight while the page scrolls. */
@customElement('trace-headline')
export class TraceHeadline extends LitElement {
  @property({ attribute: false }) outcome!: OutcomeReport;
  @property({ attribute: false }) reply: ReplyState = { kind: 'none', why: '' };
  /** Something is wrong with what was asked or with the rules: a plain verdict would say too much. */
  @property({ type: Boolean }) doubtful = false;
  /** What it came to before the file was edited, where that is something else. */
  @property({ attribute: false }) compared: ViewState['compared'];

  /** What is shown is not so: it is what would be. */
  @property({ attribute: false }) whatIf: ViewState['whatIf'];

  /** Its buttons are one tab stop with those of the other parts of the answer. */
  @property({ attribute: false }) stops: RovingFocus | undefined;

  static override styles = [
    ...theme,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 10px;
        align-items: flex-start;
        padding: 9px 14px 4px;
        position: sticky;
        top: 0;
        z-index: 2;
        background: var(--bg);
      }
      h2 {
        flex: 1;
        min-width: 0;
        margin: 0;
        padding-top: 1px;
        font-size: 1.15em;
        font-weight: 600;
        text-wrap: pretty;
        overflow-wrap: anywhere;
      }
      .tools {
        display: flex;
        gap: 2px;
        margin: -1px -4px 0 0;
      }
      @media (max-width: 560px) {
        :host {
          flex-wrap: wrap;
          gap: 4px 10px;
        }
        h2 {
          order: 2;
          flex-basis: 100%;
        }
        .tools {
          margin-left: auto;
        }
        .compared {
          order: 3;
        }
      }
      .what-if {
        padding: 1px 7px;
        border: 1px dashed var(--yellow);
        border-radius: 3px;
        font-weight: 600;
      }
      .compared {
        flex-basis: 100%;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 8px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stops')) this.stops?.join(this, 'button');
  }

  private comparison(): TemplateResult | typeof nothing {
    const { compared } = this;
    if (!compared) return nothing;
    const { badge, headline, copy } = compared;
    return html`<div class="compared">
      <span class="dim">${copy ? 'in the file itself' : 'before your edits'}</span>
      <span class="badge small ${badge.tone} ${badge.conditional ? 'conditional' : ''}">${badge.text}</span>
      <span>${headline}</span>
      ${
        copy
          ? nothing
          : html`<button
              class="link"
              title="Take back the edits since this packet was chosen"
              @click=${() => send(this, { type: 'revert' })}
            >
              Revert
            </button>`
      }
    </div>`;
  }

  /** What it comes to in the file as it is, before what it would come to. */
  private asItIs(): TemplateResult | typeof nothing {
    const { whatIf } = this;
    if (!whatIf) return nothing;
    const { before, headline, same } = whatIf;
    return html`<div class="compared">
      <span class="dim">in the file as it is</span>
      ${before.map(({ text, tone, conditional }) => html`<span class="badge small ${tone} ${conditional ? 'conditional' : ''}">${text}</span>`)}
      <span
        >${before.length === 0 ? 'it cannot be traced' : same ? 'the same: the changes make no difference to this packet' : headline}</span
      >
    </div>`;
  }

  override render(): TemplateResult {
    const {
      reply,
      outcome: { badge, card },
    } = this;
    const conditional = this.doubtful || badge.conditional ? 'conditional' : '';
    return html`${this.whatIf ? html`<span class="what-if">WHAT IF</span>` : nothing}${
        reply.kind === 'shown'
          ? html`<span
              class="badge ${reply.comesBack ? 'accept' : 'drop'} ${reply.unsure && !reply.comesBack ? 'conditional' : conditional}"
              >${reply.comesBack ? 'COMES BACK' : reply.unsure ? 'MAY NOT COME BACK' : 'DOES NOT COME BACK'}</span
            >`
          : html`<span class="badge ${badge.tone} ${conditional}">${badge.text}</span>`
      }
      <h2>${reply.kind === 'shown' ? reply.verdict : card.headline}</h2>
      <div class="tools">
        ${this.copy('text', 'copy', 'text')}${this.copy('markdown', 'markdown', 'Markdown')}${this.tool('Copy or save the trace as…', 'export', 'share')}${this.whatIf ? nothing : this.tool('Add this trace as an expectation', 'beaker', 'add-expectation')}
      </div>
      ${this.comparison()}${this.asItIs()}`;
  }

  private tool(title: string, name: 'beaker' | 'export', type: 'add-expectation' | 'share'): TemplateResult {
    return html`<button class="tool" title=${title} aria-label=${title} @click=${() => send(this, { type })}>
      ${icon(name)}
    </button>`;
  }

  private copy(format: 'text' | 'markdown', name: 'copy' | 'markdown', word: string): TemplateResult {
    const title = `Copy the trace as ${word}`;
    return html`<button
      class="tool"
      title=${title}
      aria-label=${title}
      @click=${() => send(this, { type: 'copy', format })}
    >
      ${icon(name)}
    </button>`;
  }
}
