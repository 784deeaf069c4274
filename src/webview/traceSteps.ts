import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { isStep, stepKey } from '../shared/stepId';
import type { FoldRow, KernelView, Mark, Row, StepGroup, StepId } from '../shared/protocol';
import { assumedStyle } from './cardPart';
import { icon } from './icons';
import { spokenParts } from './rowName';
import { rowTokensTemplate, shortCount } from './text';
import { firstBelow, linesOf, MOST_STUCK, sameStuck, stuckAbove, STUCK_HEIGHT, type Stuck } from './stuckRows';
import { theme, tokenColours } from './theme';
import { traceStepsStyle } from './traceStepsStyle';
import type { VisibleRow } from './visibleRows';

const NONE_FOUND: ReadonlySet<string> = new Set();

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

/**
 * The steps as trees, a chain below the jump to it: one tree for each table below its heading, one for what happens
 * between two tables, and all of them one tab stop. Keys: up, down, j, k, Home, End, left, right, Enter. The table and
 * the jumps that lead to the first row in sight stay in sight.
 */
@customElement('trace-steps')
export class TraceSteps extends LitElement {
  @property({ attribute: false }) rows: readonly VisibleRow[] = [];
  @property({ attribute: false }) selected: StepId | undefined;
  /** What the kernel says of the path, where it has traced the packet too. */
  @property({ attribute: false }) kernel: KernelView | undefined;
  /** Steps in which the text that is looked for was found, by `stepKey`. */
  @property({ attribute: false }) found: ReadonlySet<string> = NONE_FOUND;
  /** The table and the jumps that are kept in sight. */
  @state() private stuck: Stuck | undefined;
  /** A tree had the focus before it was drawn anew. */
  private hadFocus = false;

  static override styles = [...theme, tokenColours, assumedStyle, traceStepsStyle];

  override render(): TemplateResult {
    const trees = treesOf(this.rows);
    const selected = trees.find(({ rows }) => rows.some(({ row }) => isStep(row.id, this.selected)));
    const counted = this.rows.some(({ row }) => row.kind === 'rule' && /[1-9]/.test(row.counters?.packets ?? ''));
    return html`${this.stuckTemplate(counted)}
      <section
        class="steps ${counted ? 'counted' : ''} ${this.kernel ? 'beside-kernel' : ''}"
        aria-labelledby="title"
        @keydown=${this.keyDown}
      >
        <h2 id="title" class="hidden">Steps</h2>
        ${repeat(
          trees,
          ({ group }) => group.id,
          (tree) => this.tree(tree, tree === (selected ?? trees[0])),
        )}
      </section>`;
  }

  private tree({ group, rows }: Tree, stop: boolean): TemplateResult {
    return html`${group.quiet ? nothing : titleTemplate(group)}
      <div
        class="tree"
        role="tree"
        tabindex=${stop ? 0 : -1}
        aria-label=${group.quiet ? 'Between the tables' : nothing}
        aria-labelledby=${group.quiet ? nothing : group.id}
        aria-activedescendant=${stop && this.selected !== undefined ? idOf(this.selected) : nothing}
      >
        ${repeat(
          rows,
          ({ row }) => stepKey(row.id),
          (visible) => this.row(visible),
        )}
      </div>`;
  }

  /** The same rows are below for everybody who does not look. */
  private stuckTemplate(counted: boolean): TemplateResult {
    const { stuck } = this;
    return html`<div class="stuck ${counted ? 'counted' : ''} ${this.kernel ? 'beside-kernel' : ''}" aria-hidden="true">
      ${
        stuck
          ? html`<div class="stuck-rows">
              <div class="row heading"><span class="where">${stuck.title}</span></div>
              ${stuck.parents.map(({ row }) =>
                row.kind === 'fold'
                  ? nothing
                  : html`<div class="row" @click=${() => this.pick(row.id)}>
                      ${this.number(row)}${countTemplate(row)}<span class="body"
                        >${guides(row.depth)}<span class="twist">${icon('chevronDown')}</span>${this.words(row)}</span
                      ><span></span>
                    </div>`,
              )}
            </div>`
          : nothing
      }
    </div>`;
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.tree[tabindex="0"]')?.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The parts above grow and shrink; the selected step stays in sight all the same.
    this.observer.observe(this);
    this.addEventListener('scroll', this.stick, { passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    this.removeEventListener('scroll', this.stick);
  }

  protected override willUpdate(): void {
    this.hadFocus = this.renderRoot.querySelector('.tree:focus') !== null;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.hadFocus) this.focus();
    if (changed.has('selected')) this.showSelected();
    if (changed.has('rows')) this.stick();
  }

  private readonly observer = new ResizeObserver(() => this.showSelected());

  /** Scrolls to the selected step, as little as it takes. */
  showSelected(): void {
    const row = this.selected === undefined ? null : this.renderRoot.querySelector(`#${idOf(this.selected)}`);
    if (!row) return;
    // Not `scrollIntoView`, which moves the page as well, and the verdict out of sight.
    const [own, its] = [this.getBoundingClientRect(), row.getBoundingClientRect()];
    const at = this.rows.findIndex((each) => isStep(each.row.id, this.selected));
    const top = own.top + STUCK_HEIGHT * linesOf(stuckAbove(this.rows, at, this.mostStuck));
    if (its.top < top) this.scrollTop -= top - its.top;
    else if (its.bottom > own.bottom) this.scrollTop += Math.min(its.bottom - own.bottom, its.top - top);
  }

  private get mostStuck(): number {
    return Math.min(MOST_STUCK, Math.floor(this.clientHeight / (3 * STUCK_HEIGHT)));
  }

  /** Finds what to keep in sight: the rows above the first row that is not below them. */
  private readonly stick = (): void => {
    const elements = [...this.renderRoot.querySelectorAll('.steps .row')];
    const { top } = this.getBoundingClientRect();
    let stuck: Stuck | undefined;
    for (let lines = 0; lines <= this.mostStuck; lines++) {
      const at = firstBelow(elements, top + lines * STUCK_HEIGHT);
      const above = this.scrollTop > 0 ? stuckAbove(this.rows, at, this.mostStuck) : undefined;
      if (linesOf(above) > lines) continue;
      stuck = above;
      break;
    }
    if (!sameStuck(stuck, this.stuck)) this.stuck = stuck;
  };

  private row(visible: VisibleRow): TemplateResult {
    const { row, group, expandable, expanded } = visible;
    const selected = isStep(row.id, this.selected);
    const { front, colon, end } = spokenParts(visible);
    if (row.kind === 'fold') return this.fold(visible, row, selected);
    const kernel = this.kernel && saidByKernel(this.kernel, row);
    const classes = [
      'row',
      depthClass(row),
      selected ? 'selected tinted' : '',
      group.quiet ? 'quiet' : '',
      row.mark === 'nat' && row.kind === 'rule' ? 'decides' : '',
      row.mark === 'drop' ? 'stops' : '',
      this.found.has(stepKey(row.id)) ? 'found' : '',
    ];
    return html`<div
      id=${idOf(row.id)}
      class=${classes.join(' ')}
      role="treeitem"
      aria-level=${row.depth + 1}
      aria-selected=${selected ? 'true' : 'false'}
      aria-expanded=${expandable ? (expanded ? 'true' : 'false') : nothing}
      @click=${() => this.pick(row.id)}
      @dblclick=${() => this.open(row)}
    >
      ${this.number(row, front, colon)}${countTemplate(row)}
      <span class="body"
        >${guides(row.depth)}
        ${expandable ? html`<span class="twist" @click=${(event: Event) => this.twist(event, row.id, expanded)}>${icon(expanded ? 'chevronDown' : 'chevronRight')}</span>` : html`<span class="sign s-${row.mark}" aria-hidden="true">${SIGNS[row.mark]}</span>`}
        ${this.words(row, group)}
      </span>
      ${row.why === '' ? html`<span></span>` : html`<span class="why" title=${row.why}>${spoken(', ')}${row.why}</span>`}${kernelMark(kernel)}${spoken(end)}
    </div>`;
  }

  private number(
    { line, whatIf }: Row & { readonly line?: number | undefined; readonly whatIf?: number },
    front = '',
    colon = '',
  ): TemplateResult {
    const number =
      line ??
      (whatIf === undefined ? '' : html`<span class="tried" title="What if: not in the file">+${whatIf}</span>`);
    return html`<span class="number">${spoken(front)}${number}${spoken(colon)}</span>`;
  }

  private words(row: Exclude<Row, FoldRow>, group?: StepGroup): TemplateResult {
    if (row.kind === 'rule')
      return html`<span class="rule mono" title=${row.tokens.map(({ text }) => text).join(' ')}
        >${rowTokensTemplate(row.tokens)}</span
      >`;
    return html`<span class="rule note"
      >${group?.quiet && group.title !== '' ? html`<span class="where">${group.title}${spoken(':')}</span> ` : nothing}${row.assumed === undefined ? row.text : html`<span class="assumed" title="Assumed: ${row.assumed}">${row.text}</span>`}</span
    >`;
  }

  private fold(visible: VisibleRow, row: FoldRow, selected: boolean): TemplateResult {
    return html`<div
      id=${idOf(row.id)}
      class="row fold ${depthClass(row)} ${selected ? 'selected tinted' : ''}"
      role="treeitem"
      aria-level=${row.depth + 1}
      aria-expanded="false"
      aria-selected=${selected ? 'true' : 'false'}
      @click=${() => this.unfold(row)}
    >
      <span class="number" aria-hidden="true">⋮</span><span class="count"></span
      ><span class="body"
        >${guides(row.depth)}<span class="twist dim">${icon('chevronRight')}</span
        ><span class="rule note">${row.text}</span></span
      ><span></span>${spoken(spokenParts(visible).end)}
    </div>`;
  }

  private readonly keyDown = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && !event.altKey) {
      this.dispatchEvent(new Event('seek'));
      event.preventDefault();
      return;
    }
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
    else if (event.key === '/') this.dispatchEvent(new Event('seek'));
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
    void this.updateComplete.then(() => this.focus());
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

/** Rows that are one tree: those of a table, or of what is between two tables. */
interface Tree {
  /** The first group of them. */
  readonly group: StepGroup;
  readonly rows: readonly VisibleRow[];
}

function treesOf(rows: readonly VisibleRow[]): readonly Tree[] {
  const trees: { group: StepGroup; last: StepGroup; rows: VisibleRow[] }[] = [];
  for (const visible of rows) {
    const { group } = visible;
    const tree = trees[trees.length - 1];
    if (tree && (group === tree.last || (group.quiet && tree.last.quiet))) {
      tree.rows.push(visible);
      tree.last = group;
    } else trees.push({ group, last: group, rows: [visible] });
  }
  return trees;
}

/** How often the rule has matched, as far as the file says. */
function countTemplate(row: Row): TemplateResult {
  const counters = row.kind === 'rule' ? row.counters : undefined;
  if (!counters) return html`<span class="count"></span>`;
  return html`<span class="count" title="The file counts ${counters.packets} packets, ${counters.bytes} bytes"
    ><span aria-hidden="true">${shortCount(counters.packets)}</span
    ><span class="hidden">counted ${counters.packets} packets, </span></span
  >`;
}

function titleTemplate({ id, title, result, tone }: StepGroup): TemplateResult {
  return html`<h3 id=${id}>
    ${title} ${tone === 'drop' || tone === 'reject' ? html`<span class="result ${tone}">${result}</span>` : nothing}
  </h3>`;
}

/** Whether the kernel's trace has a step too; undefined: it says nothing of it. */
function saidByKernel({ same, differs, difference }: KernelView, { id }: Row): boolean | undefined {
  if (difference && differs !== undefined && isStep(id, differs)) return false;
  return id.kind === 'event' && same.includes(id.event) ? true : undefined;
}

function kernelMark(said: boolean | undefined): TemplateResult | typeof nothing {
  if (said === undefined) return nothing;
  const words = said ? 'the kernel’s trace has it too' : 'here the kernel’s trace differs';
  return html`<span class="kernel ${said ? 'same' : 'differs'}" title=${words}
    ><span aria-hidden="true">${said ? '=' : '≠'}</span>${spoken(`, ${words}`)}</span
  >`;
}

/** Words for screen readers alone: a row has its content as its name. */
function spoken(text: string): TemplateResult | typeof nothing {
  return text === '' ? nothing : html`<span class="hidden">${text}</span>`;
}

function guides(depth: number): TemplateResult {
  return html`${Array.from({ length: depth }, () => html`<span class="guide"></span>`)}`;
}

/** A class and not a style attribute, which the page's security policy forbids. */
function depthClass({ depth }: Row): string {
  return `d${Math.min(depth, 6)}`;
}

function idOf(step: StepId): string {
  return `step-${stepKey(step)}`;
}
