import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { isStep, stepKey } from '../shared/stepId';
import type { FoldRow, Mark, Row, StepGroup, StepId } from '../shared/protocol';
import { icon } from './icons';
import { tokensTemplate } from './text';
import { theme, tokenColours } from './theme';
import { traceStepsStyle } from './traceStepsStyle';
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

  static override styles = [...theme, tokenColours, traceStepsStyle];

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
