import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { StateGroup, StateValue } from '../shared/protocol';
import { assumedStyle, assumedTemplate, settleFrom, type Settle } from './cardPart';
import { headings, theme } from './theme';

/** The whole packet after a step, as a debugger shows variables. */
@customElement('trace-state')
export class TraceState extends LitElement {
  @property({ attribute: false }) groups: readonly StateGroup[] = [];

  static override styles = [
    ...theme,
    headings,
    assumedStyle,
    css`
      :host {
        display: block;
        container-type: inline-size;
        margin-top: 16px;
      }
      h3 {
        margin: 0 0 5px;
      }
      .groups {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 10px 24px;
        align-items: start;
      }
      h4 {
        font-size: inherit;
        font-weight: 400;
        color: var(--dim);
        margin: 0;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6.5em, max-content) minmax(0, 1fr);
        margin: 0;
        border-top: 1px solid var(--line);
      }
      .value {
        display: grid;
        grid-column: 1 / -1;
        grid-template-columns: subgrid;
        padding: 1px 4px;
        column-gap: 12px;
      }
      dt {
        color: var(--name);
        white-space: nowrap;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .sent {
        color: var(--dim);
        font-family: var(--vscode-font-family, inherit);
        font-size: 0.92em;
      }
      .changed {
        background: var(--vscode-diffEditor-insertedLineBackground, var(--soft));
        outline: 1px solid var(--vscode-diffEditor-insertedTextBorder, transparent);
        outline-offset: -1px;
      }
      .changed dt,
      .changed .sent {
        color: inherit;
      }
      .changed dd > :first-child,
      .moved dd > :first-child {
        font-weight: 600;
      }
      @container (min-width: 560px) {
        .groups {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    if (this.groups.length === 0) return nothing;
    const settle = settleFrom(this);
    return html`<h3>Packet after this step</h3>
      <div class="groups">${this.groups.map((group) => groupTemplate(group, settle))}</div>`;
  }
}

function groupTemplate({ title, values }: StateGroup, settle: Settle): TemplateResult {
  return html`<div>
    <h4>${title}</h4>
    <dl class="mono">${values.map((value) => valueTemplate(value, settle))}</dl>
  </div>`;
}

function valueTemplate({ name, value, sent, changed, assumed }: StateValue, settle: Settle): TemplateResult {
  return html`<div class="value ${changed ? 'changed' : ''} ${sent === undefined ? '' : 'moved'}">
    <dt>${name}</dt>
    <dd>
      ${assumed ? assumedTemplate(value, assumed, settle) : html`<span>${value}</span>`}${changed ? html`<span class="hidden"> (changed by this step)</span>` : nothing}${sent === undefined ? nothing : html` <span class="sent">sent as ${sent}</span>`}
    </dd>
  </div>`;
}
