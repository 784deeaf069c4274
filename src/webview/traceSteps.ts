import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { isStep, stepKey } from '../shared/stepId';
import type { FoldRow, Mark, Row, StepGroup, StepId } from '../shared/protocol';
import { icon } from './icons';
import { tokensTemplate } from './text';
import { theme, tokenColours } from './theme';
import type { VisibleRow } from './visibleRows';

const SIGNS: Readonly<Record<Mark, string>> = {
  no: '·',
  yes: '✓',
  jump: '↳',
  return: '↰',
  accept: '✓',
  drop: '✕',
  nat: '●',
  unknown: '?',
  info: '',
  absent: '',
  end: '✓',
};

const SAID: Readonly<Record<Mark, string>> = {
  no: 'no match',
  yes: 'match',
  jump: 'match, jump',
  return: 'match, return',
  accept: 'accepted',
  drop: 'dropped',
  nat: 'match, translated',
  unknown: 'not certain',
  info: 'note',
  absent: 'not there',
  end: 'the end',
};

/** The steps as a tree: a chain hangs below the jump to it. Keys: up, down, j, k, Home, End, left, right, Enter. */
@customElement('trace-steps')
export class TraceSteps extends LitElement {
  @property({ attribute: false }) rows: readonly VisibleRow[] = [];
  @property({ attribute: false }) selected: StepId | undefined;

  static override styles = [
    ...theme,
    tokenColours,
    css`
      :host {
        display: block;
        overflow: auto;
        container-type: inline-size;
        min-height: 0;
      }
      .tree {
        padding: 4px 0 12px;
        min-height: 100%;
      }
      .tree:focus-visible {
        outline: none;
      }
      .group {
        padding: 9px 14px 3px;
        color: var(--dim);
        font-size: 0.84em;
        letter-spacing: 0.06em;
        text-transform: uppercase;
        display: flex;
        gap: 8px;
        align-items: baseline;
      }
      .group .result {
        color: var(--tone);
        font-weight: 600;
        letter-spacing: 0.03em;
      }
      .row {
        display: grid;
        grid-template-columns: 40px 1fr auto;
        column-gap: 10px;
        align-items: baseline;
        padding: 1px 14px 1px 8px;
        line-height: 20px;
        cursor: pointer;
        border: 1px solid transparent;
        border-width: 1px 0;
      }
      .row:hover {
        background: var(--vscode-list-hoverBackground, var(--soft));
      }
      .row.selected {
        background: var(--vscode-list-inactiveSelectionBackground, var(--soft));
        color: var(--vscode-list-inactiveSelectionForeground, inherit);
        border-color: var(--vscode-contrastActiveBorder, transparent);
      }
      .tree:focus .row.selected {
        background: var(--vscode-list-activeSelectionBackground, var(--soft));
        color: var(--vscode-list-activeSelectionForeground, inherit);
        box-shadow: inset 0 0 0 1px var(--vscode-list-focusOutline, var(--focus));
      }
      .number {
        text-align: right;
        color: var(--vscode-editorLineNumber-foreground, var(--dim));
        font-family: var(--mono);
        font-size: 0.86em;
        user-select: none;
      }
      .selected .number {
        color: var(--vscode-editorLineNumber-activeForeground, inherit);
      }
      .body {
        display: flex;
        min-width: 0;
        align-items: baseline;
      }
      .guide {
        flex: none;
        width: 17px;
        align-self: stretch;
        margin: -3px 0;
        border-left: 1px solid var(--vscode-tree-indentGuidesStroke, var(--line));
        opacity: 0.6;
        position: relative;
        left: 8px;
      }
      .sign {
        flex: none;
        width: 18px;
        text-align: center;
        font-weight: 600;
        user-select: none;
        line-height: 1;
      }
      .twist {
        flex: none;
        width: 18px;
        color: var(--blue);
        text-align: center;
      }
      .s-no {
        color: var(--dim);
        font-weight: 700;
      }
      .s-yes,
      .s-accept,
      .s-end {
        color: var(--green);
      }
      .s-jump,
      .s-return {
        color: var(--blue);
      }
      .s-drop {
        color: var(--red);
      }
      .s-nat {
        color: var(--purple);
        font-size: 0.9em;
      }
      .s-unknown {
        color: var(--yellow);
      }
      .rule {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: pre;
        padding-left: 3px;
      }
      .miss .rule {
        opacity: 0.82;
      }
      .note {
        font-family: var(--vscode-font-family, inherit);
        font-size: inherit;
        color: var(--dim);
        white-space: normal;
      }
      .why {
        color: var(--dim);
        font-size: 0.92em;
        white-space: nowrap;
        text-align: right;
        max-width: 46cqw;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .selected .why {
        color: inherit;
        opacity: 0.85;
      }
      .tree:focus .selected .note {
        color: inherit;
      }
      .decides .why {
        color: var(--purple);
        font-weight: 600;
        opacity: 1;
      }
      .stops .why {
        color: var(--red);
        font-weight: 600;
        opacity: 1;
      }
      .quiet {
        font-size: 0.96em;
      }
      .quiet .why {
        white-space: normal;
      }
      .gone {
        opacity: 0.65;
      }
      .quiet .where {
        font-size: 0.84em;
        letter-spacing: 0.06em;
        text-transform: uppercase;
        color: var(--dim);
        margin-right: 8px;
      }
      .fold {
        color: var(--dim);
      }
      .fold:hover {
        color: var(--fg);
      }
      @container (max-width: 520px) {
        .row {
          grid-template-columns: 32px 1fr;
          column-gap: 6px;
          padding-left: 2px;
        }
        .why {
          grid-column: 2;
          text-align: left;
          max-width: none;
          padding-left: calc(21px + var(--depth, 0) * 12px);
          line-height: 15px;
          white-space: normal;
        }
        .d1 {
          --depth: 1;
        }
        .d2 {
          --depth: 2;
        }
        .d3 {
          --depth: 3;
        }
        .d4 {
          --depth: 4;
        }
        .d5 {
          --depth: 5;
        }
        .d6 {
          --depth: 6;
        }
        .rule {
          white-space: pre-wrap;
          overflow-wrap: anywhere;
        }
        .guide {
          width: 12px;
          left: 5px;
        }
        .group {
          padding-left: 10px;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    let group: StepGroup | undefined;
    return html`<div
      class="tree"
      role="tree"
      tabindex="0"
      aria-label="Steps"
      aria-activedescendant=${this.selected === undefined ? nothing : idOf(this.selected)}
      @keydown=${this.keyDown}
    >
      ${repeat(
        this.rows,
        ({ row }) => stepKey(row.id),
        (visible) => {
          const starts = visible.group !== group;
          group = visible.group;
          return html`${starts && !visible.group.quiet ? titleTemplate(visible.group) : nothing}${this.row(visible)}`;
        },
      )}
    </div>`;
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.tree')?.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The parts above grow and shrink; the selected step stays in sight all the same.
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('selected')) this.showSelected();
  }

  private readonly observer = new ResizeObserver(() => this.showSelected());

  /** Scrolls to the selected step, as little as it takes. */
  showSelected(): void {
    const row = this.selected === undefined ? null : this.renderRoot.querySelector(`#${idOf(this.selected)}`);
    if (!row) return;
    // Not `scrollIntoView`, which moves the page as well, and the verdict out of sight.
    const [own, its] = [this.getBoundingClientRect(), row.getBoundingClientRect()];
    if (its.top < own.top) this.scrollTop -= own.top - its.top;
    else if (its.bottom > own.bottom) this.scrollTop += Math.min(its.bottom - own.bottom, its.top - own.top);
  }

  private row(visible: VisibleRow): TemplateResult {
    const { row, group, expandable, expanded } = visible;
    const selected = isStep(row.id, this.selected);
    if (row.kind === 'fold') return this.fold(row, selected);
    const classes = [
      'row',
      depthClass(row),
      selected ? 'selected' : '',
      group.quiet ? 'quiet' : '',
      row.mark === 'absent' ? 'gone' : '',
      row.mark === 'no' ? 'miss' : '',
      row.mark === 'nat' && row.kind === 'rule' ? 'decides' : '',
      row.mark === 'drop' ? 'stops' : '',
    ];
    return html`<div
      id=${idOf(row.id)}
      class=${classes.join(' ')}
      role="treeitem"
      aria-level=${row.depth + 1}
      aria-selected=${selected ? 'true' : 'false'}
      aria-expanded=${expandable ? (expanded ? 'true' : 'false') : nothing}
      aria-label=${spoken(row)}
      @click=${() => this.pick(row.id)}
      @dblclick=${() => this.open(row)}
    >
      <span class="number">${row.line ?? ''}</span>
      <span class="body"
        >${guides(row.depth)}
        ${expandable ? html`<span class="twist" @click=${(event: Event) => this.twist(event, row.id, expanded)}>${icon(expanded ? 'chevronDown' : 'chevronRight')}</span>` : html`<span class="sign s-${row.mark}">${SIGNS[row.mark]}</span>`}
        ${
          row.kind === 'rule'
            ? html`<span class="rule mono" title=${row.tokens.map(({ text }) => text).join(' ')}
                >${tokensTemplate(row.tokens)}</span
              >`
            : html`<span class="rule note"
                >${group.quiet && group.title !== '' ? html`<span class="where">${group.title}</span>` : nothing}${row.text}</span
              >`
        }
      </span>
      ${row.why === '' ? html`<span></span>` : html`<span class="why" title=${row.why}>${row.why}</span>`}
    </div>`;
  }

  private fold(row: FoldRow, selected: boolean): TemplateResult {
    return html`<div
      id=${idOf(row.id)}
      class="row fold ${depthClass(row)} ${selected ? 'selected' : ''}"
      role="treeitem"
      aria-level=${row.depth + 1}
      aria-expanded="false"
      aria-selected=${selected ? 'true' : 'false'}
      @click=${() => this.unfold(row)}
    >
      <span class="number">⋮</span
      ><span class="body"
        >${guides(row.depth)}<span class="twist dim">${icon('chevronRight')}</span
        ><span class="rule note">${row.text}</span></span
      ><span></span>
    </div>`;
  }

  private readonly keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.rows.find(({ row }) => isStep(row.id, this.selected));
    const steps: Readonly<Record<string, string>> = {
      ArrowDown: 'next',
      j: 'next',
      ArrowUp: 'previous',
      k: 'previous',
      Home: 'first',
      End: 'last',
    };
    const to = steps[event.key];
    if (to !== undefined) this.dispatchEvent(new CustomEvent('move', { detail: to }));
    else if (event.key === 'Enter' && at) this.open(at.row);
    else if ((event.key === 'ArrowRight' || event.key === ' ') && at?.row.kind === 'fold') this.unfold(at.row);
    else if (event.key === 'ArrowRight' && at?.expandable)
      this.dispatchEvent(
        new CustomEvent(at.expanded ? 'move' : 'fold', {
          detail: at.expanded ? 'next' : { step: at.row.id, collapse: false },
        }),
      );
    else if (event.key === 'ArrowLeft' && at)
      this.dispatchEvent(
        at.expandable && at.expanded
          ? new CustomEvent('fold', { detail: { step: at.row.id, collapse: true } })
          : new CustomEvent('to-parent', { detail: at.row.id }),
      );
    else return;
    event.preventDefault();
  };

  private pick(step: StepId): void {
    this.dispatchEvent(new CustomEvent<StepId>('pick', { detail: step }));
    this.focus();
  }

  private open(row: Row): void {
    if (row.kind === 'fold') this.unfold(row);
    else if (row.line !== undefined) this.dispatchEvent(new CustomEvent<number>('open', { detail: row.line }));
  }

  private unfold(row: FoldRow): void {
    this.dispatchEvent(new CustomEvent<FoldRow>('unfold', { detail: row }));
  }

  private twist(event: Event, step: StepId, collapse: boolean): void {
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent('fold', { detail: { step, collapse } }));
  }
}

function titleTemplate({ title, result, tone }: StepGroup): TemplateResult {
  return html`<div class="group" role="presentation">
    <span>${title}</span
    >${tone === 'drop' || tone === 'reject' ? html`<span class="result ${tone}">${result}</span>` : nothing}
  </div>`;
}

function guides(depth: number): TemplateResult {
  return html`${Array.from({ length: depth }, () => html`<span class="guide"></span>`)}`;
}

/** A class and not a style attribute, which the page's security policy forbids. */
function depthClass({ depth }: Row): string {
  return `d${Math.min(depth, 6)}`;
}

function spoken(row: Exclude<Row, FoldRow>): string {
  const text = row.kind === 'rule' ? row.tokens.map(({ text: word }) => word).join(' ') : row.text;
  return `${row.line === undefined ? '' : `line ${row.line}, `}${SAID[row.mark]}: ${text}${row.why === '' ? '' : `, ${row.why}`}`;
}

function idOf(step: StepId): string {
  return `step-${stepKey(step)}`;
}
