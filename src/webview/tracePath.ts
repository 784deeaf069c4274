import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PathNode, PathTable, StepId } from '../shared/protocol';
import { assumedStyle } from './cardPart';
import { RovingFocus } from './rovingFocus';
import { theme } from './theme';

/** The packet's way through the hooks as boxes; what changes in it is on the arrows. */
@customElement('trace-path')
export class TracePath extends LitElement {
  @property({ attribute: false }) path: readonly PathNode[] = [];
  /** The box that the selected step belongs to. */
  @property({ attribute: false }) current: string | undefined;
  readonly roving = new RovingFocus().join(this, 'button.node', '[aria-current=step]');

  static override styles = [
    ...theme,
    assumedStyle,
    css`
      :host {
        display: block;
        border-bottom: 1px solid var(--line);
        container-type: inline-size;
      }
      ol {
        display: flex;
        flex-wrap: wrap;
        align-items: stretch;
        gap: 8px 0;
        margin: 0;
        padding: 14px;
        list-style: none;
      }
      li {
        display: flex;
        align-items: stretch;
        min-width: 0;
      }
      .node {
        position: relative;
        border: 1px solid var(--edge);
        border-radius: 6px;
        padding: 7px 11px 8px;
        text-align: left;
        display: flex;
        flex-direction: column;
        gap: 5px;
        min-width: 84px;
        max-width: 260px;
        background: var(--vscode-editorWidget-background, transparent);
      }
      button.node {
        cursor: pointer;
      }
      button.node:hover {
        background: var(--vscode-list-hoverBackground, var(--soft));
      }
      .on {
        border-color: color-mix(in srgb, var(--blue) 75%, transparent);
      }
      .end {
        border-color: var(--tone, var(--blue));
        border-width: 1.5px;
        background: color-mix(in srgb, var(--tone, var(--blue)) 10%, transparent);
      }
      .current {
        box-shadow: 0 0 0 1px var(--blue);
      }
      .end.current {
        box-shadow: 0 0 0 1px var(--tone, var(--blue));
      }
      .title {
        font-size: 0.84em;
        font-weight: 600;
        letter-spacing: 0.05em;
        line-height: 1.4;
      }
      .off {
        border-style: dashed;
        background: none;
      }
      .off > * {
        color: var(--dim);
        font-weight: 400;
      }
      .text {
        font-family: var(--mono);
        font-size: 0.9em;
        color: var(--dim);
        overflow-wrap: anywhere;
      }
      .end .text {
        color: var(--fg);
      }
      .tables {
        display: flex;
        gap: 4px;
      }
      .table {
        font-size: 0.84em;
        border-radius: 3px;
        padding: 0 6px;
        background: var(--chip);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        line-height: 1.5;
      }
      .absent,
      .skipped,
      .off > .tables > .table {
        background: none;
        color: var(--dim);
        border-color: transparent;
        padding: 0 3px;
      }
      .skipped {
        text-decoration: line-through;
      }
      .hit {
        background: color-mix(in srgb, var(--blue) 32%, transparent);
        border-color: var(--vscode-contrastActiveBorder, transparent);
      }
      .dropped {
        background: color-mix(in srgb, var(--red) 32%, transparent);
        border-color: var(--vscode-contrastActiveBorder, transparent);
      }
      .arrow {
        align-self: center;
        display: flex;
        flex-direction: column;
        align-items: center;
        padding: 0 6px;
        min-width: 34px;
        color: var(--dim);
      }
      .change {
        font-family: var(--mono);
        font-size: 0.86em;
        color: var(--orange);
        overflow-wrap: anywhere;
        line-height: 1.35;
      }
      .shaft {
        align-self: stretch;
        height: 9px;
        position: relative;
        min-width: 22px;
      }
      .shaft::before {
        content: '';
        position: absolute;
        left: 0;
        right: 3px;
        top: 4px;
        border-top: 1px solid currentColor;
      }
      .shaft::after {
        content: '';
        position: absolute;
        right: 0;
        top: 1px;
        border: solid transparent;
        border-width: 3.5px 0 3.5px 6px;
        border-left-color: currentColor;
      }
      .changed .shaft {
        color: var(--orange);
      }
      .gap {
        width: 16px;
      }
      @media (forced-colors: active) {
        .current,
        .hit,
        .dropped {
          outline: 1px solid Highlight;
        }
      }
      @container (max-width: 1040px) {
        li.away {
          display: none;
        }
      }
      @container (max-width: 760px) {
        ol {
          padding: 10px 14px;
          gap: 7px 0;
        }
        .node {
          padding: 4px 8px 5px;
          gap: 2px;
          min-width: 56px;
          max-width: 190px;
        }
        .arrow {
          padding: 0 3px;
          min-width: 22px;
        }
        .shaft {
          min-width: 16px;
        }
        .absent {
          display: none;
        }
        .text {
          font-size: 0.86em;
        }
      }
      /* One box below the other, a line each: so the longest address has room. */
      @container (max-width: 560px) {
        ol {
          flex-direction: column;
          gap: 0;
        }
        li {
          flex-direction: column;
        }
        .node {
          flex-direction: row;
          flex-wrap: wrap;
          align-items: baseline;
          align-self: flex-start;
          gap: 1px 8px;
          padding: 2px 9px;
          max-width: 100%;
        }
        .arrow {
          flex-direction: row;
          flex-wrap: wrap;
          align-self: stretch;
          position: relative;
          min-height: 9px;
          padding: 0 0 0 26px;
          gap: 0 14px;
        }
        .changed {
          padding-top: 2px;
          padding-bottom: 2px;
        }
        .shaft {
          position: absolute;
          inset: 0 auto 0 14px;
          width: 0;
          min-width: 0;
          height: auto;
          border-left: 1px solid currentColor;
        }
        .shaft::before,
        .shaft::after {
          display: none;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<div role="toolbar" aria-label="The packet’s path">
      <ol>
        ${this.path.map((node, i) => html`<li class=${node.state === 'off' ? 'away' : ''}>${i > 0 ? this.arrow(node) : nothing}${this.node(node)}</li>`)}
      </ol>
    </div>`;
  }

  private arrow({ state, changes }: PathNode): TemplateResult {
    if (state === 'off') return html`<span class="gap"></span>`;
    return html`<span class="arrow ${changes.length > 0 ? 'changed' : ''}"
      >${changes.map((change) => html`<span class="change">${change}</span>`)}<span
        class="shaft"
        aria-hidden="true"
      ></span
    ></span>`;
  }

  private node(node: PathNode): TemplateResult {
    const current = node.id === this.current;
    const classes = `node ${node.state} ${node.tone ?? ''} ${current ? 'current' : ''}`;
    const tables = node.tables.map(
      (table) =>
        html`<span
          class="table ${table.state}"
          title=${tableTitle(node, table)}
          @click=${(event: Event) => this.pick(event, table.step)}
          >${table.name}${SAID[table.state] === '' ? nothing : html`<span class="hidden"> ${SAID[table.state]}</span>`}</span
        >`,
    );
    const inside = html`<span class="title">${node.title}</span
      >${node.text === '' || node.tables.length > 0 ? nothing : html`<span class="text" title=${node.assumed === undefined ? node.text : `Assumed: ${node.assumed}`}>${node.assumed === undefined ? node.text : html`<span class="assumed">${node.text}</span>`}</span>`}${tables.length > 0 ? html`<span class="tables">${tables}</span>` : nothing}`;
    if (node.state === 'off')
      return html`<span class=${classes} title="The packet does not get here"
        >${inside}<span class="hidden">not visited</span></span
      >`;
    return html`<button
      class=${classes}
      title=${node.text === '' ? 'Show its steps' : `${node.text}: show its steps`}
      aria-current=${current ? 'step' : 'false'}
      @click=${(event: Event) => this.pick(event, node.step)}
    >
      ${inside}
    </button>`;
  }

  private pick(event: Event, step: StepId | undefined): void {
    if (step === undefined) return;
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent<StepId>('pick', { detail: step }));
  }
}

/** The box that a step belongs to: the last one whose first step is not after it. */
export function boxOf(path: readonly PathNode[], step: StepId | undefined): string | undefined {
  return step && path.findLast((node) => node.state !== 'off' && node.step && node.step.event <= step.event)?.id;
}

/** What the looks of a table say. */
const SAID: Readonly<Record<PathTable['state'], string>> = {
  absent: 'is not there',
  skipped: 'is not visited',
  hit: 'applies',
  dropped: 'drops it',
  passed: '',
  off: '',
};

function tableTitle(node: PathNode, { name, state }: PathTable): string {
  switch (state) {
    case 'absent':
      return `${name}: no such table in this dump`;
    case 'skipped':
      return `${name}: not visited by this packet`;
    case 'hit':
      return `${name}: a rule of ${node.title} applies`;
    case 'dropped':
      return `${name}: stopped here`;
    case 'passed':
      return `${name}: passed`;
    case 'off':
      return `${name}: not reached`;
  }
}
