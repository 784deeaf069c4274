import { grouped } from '../shared/numbers';
import { isStep, stepKey } from '../shared/stepId';
import type { FoldRow, OutcomeReport, Row, RuleRow, StepGroup, StepId } from '../shared/protocol';

/**
 * What of the trace is folded away and what was fetched of long runs. The user's view of it; the model knows nothing of
 * this.
 */
export interface Opened {
  /** Jumps whose chain is folded away, by `stepKey`. */
  readonly collapsed: ReadonlySet<string>;
  /** Rules of folded runs that were fetched, by the index of the run's event, in the order of their numbers. */
  readonly pages: ReadonlyMap<number, readonly RuleRow[]>;
}

export const NOTHING_OPENED: Opened = { collapsed: new Set(), pages: new Map() };

/** One row on the screen. */
export interface VisibleRow {
  readonly row: Row;
  readonly group: StepGroup;
  /** Rows of a chain are below it. */
  readonly expandable: boolean;
  readonly expanded: boolean;
  /** Stepping stops here: not at folds, and not at tables that are not there. */
  readonly isStep: boolean;
}

/**
 * The rows as they are on the screen, top to bottom. With `only` rules that did not match are hidden, except that step.
 */
export function visibleRows(
  outcome: OutcomeReport,
  opened: Opened,
  only?: { readonly but: StepId | undefined },
): readonly VisibleRow[] {
  return outcome.groups.flatMap((group) => rowsOfGroup(group, opened, only));
}

function rowsOfGroup(
  group: StepGroup,
  { collapsed, pages }: Opened,
  only: { readonly but: StepId | undefined } | undefined,
): readonly VisibleRow[] {
  const fetched = group.rows.flatMap((row) => (row.kind === 'fold' ? withPages(row, pages) : [row]));
  const all = only ? fetched.filter((row) => hasMatched(row) || isStep(row.id, only.but)) : fetched;
  const visible: VisibleRow[] = [];
  let hiddenBelow: number | undefined;
  all.forEach((row, i) => {
    if (hiddenBelow !== undefined && row.depth > hiddenBelow) return;
    hiddenBelow = undefined;
    const expandable = (all[i + 1]?.depth ?? 0) > row.depth;
    const expanded = expandable && !collapsed.has(stepKey(row.id));
    if (expandable && !expanded) hiddenBelow = row.depth;
    visible.push({ row, group, expandable, expanded, isStep: row.kind !== 'fold' && row.mark !== 'absent' });
  });
  return visible;
}

function hasMatched(row: Row): boolean {
  return row.kind !== 'fold' && row.mark !== 'no' && row.mark !== 'absent';
}

/** What was fetched of a run, and folds for the rest of it. */
function withPages(fold: FoldRow, pages: Opened['pages']): readonly Row[] {
  const rows = (pages.get(fold.id.event) ?? []).filter(({ number }) => number >= fold.from && number <= fold.to);
  const shown: Row[] = [];
  let next = fold.from;
  for (const row of rows) {
    if (row.number > next) shown.push(partOf(fold, next, row.number - 1));
    shown.push(row);
    next = row.number + 1;
  }
  if (next <= fold.to) shown.push(next === fold.from ? fold : partOf(fold, next, fold.to));
  return shown;
}

/** The rules `from`–`to` of a folded run. */
function partOf(fold: FoldRow, from: number, to: number): FoldRow {
  const count = to - from + 1;
  return {
    ...fold,
    id: { kind: 'fold', event: fold.id.event, from },
    from,
    to,
    text: `${grouped(count)} more ${count === 1 ? 'rule' : 'rules'} did not match (${grouped(from)}–${grouped(to)})`,
  };
}

/** The folded run that a rule is in; undefined where it has a row of its own. */
export function foldOf(outcome: OutcomeReport, step: StepId): FoldRow | undefined {
  if (step.kind !== 'rule') return undefined;
  const { event, rule } = step;
  return outcome.groups
    .flatMap(({ rows }) => rows)
    .find((row): row is FoldRow => row.kind === 'fold' && row.id.event === event && row.from <= rule && rule <= row.to);
}

/** Adds rules of a folded run to what was fetched; what is of no run of the outcome is ignored. */
export function addPage(opened: Opened, outcome: OutcomeReport, run: StepId, rows: readonly RuleRow[]): Opened {
  const { event } = run;
  const [first] = rows;
  if (!first || !foldOf(outcome, { kind: 'rule', event, rule: first.number })) return opened;
  const byNumber = new Map([...(opened.pages.get(event) ?? []), ...rows].map((row) => [row.number, row]));
  const sorted = [...byNumber.values()].sort((a, b) => a.number - b.number);
  return { ...opened, pages: new Map(opened.pages).set(event, sorted) };
}

export function toggle(opened: Opened, step: StepId, collapse: boolean): Opened {
  const collapsed = new Set(opened.collapsed);
  if (collapse) collapsed.add(stepKey(step));
  else collapsed.delete(stepKey(step));
  return { ...opened, collapsed };
}

/** Opens every chain above a step, so that it can be seen. */
export function reveal(opened: Opened, outcome: OutcomeReport, step: StepId): Opened {
  for (const group of outcome.groups) {
    const all = group.rows;
    const at = all.findIndex((row) => isStep(row.id, step));
    if (at < 0) continue;
    let next = opened;
    let depth = (all[at] as Row).depth;
    for (let i = at - 1; i >= 0 && depth > 0; i--) {
      const row = all[i] as Row;
      if (row.depth >= depth) continue;
      depth = row.depth;
      if (next.collapsed.has(stepKey(row.id))) next = toggle(next, row.id, false);
    }
    return next;
  }
  return opened;
}

export type RowMove = 'first' | 'previous' | 'next' | 'last';

/** The row to go to; the same where there is none. With `stepsOnly` folds and absent tables are passed over. */
export function move(
  rows: readonly VisibleRow[],
  from: StepId | undefined,
  to: RowMove,
  stepsOnly: boolean,
): StepId | undefined {
  const wanted = rows.map(({ isStep }, i) => (isStep || !stepsOnly ? i : -1)).filter((i) => i >= 0);
  if (wanted.length === 0) return from;
  const at = rows.findIndex(({ row }) => isStep(row.id, from));
  const target =
    to === 'first'
      ? wanted[0]
      : to === 'last'
        ? wanted[wanted.length - 1]
        : at < 0
          ? wanted[0]
          : to === 'next'
            ? wanted.find((i) => i > at)
            : wanted.filter((i) => i < at).pop();
  return target === undefined ? from : rows[target]?.row.id;
}

/** `7 / 12`: the place of the selected step among the steps. */
export function position(
  rows: readonly VisibleRow[],
  step: StepId | undefined,
): { readonly at: number; readonly of: number } {
  const steps = rows.filter(({ isStep }) => isStep);
  return { at: steps.findIndex(({ row }) => isStep(row.id, step)) + 1, of: steps.length };
}

/** The row that this one is below. */
export function parentOf(rows: readonly VisibleRow[], step: StepId): StepId | undefined {
  const at = rows.findIndex(({ row }) => isStep(row.id, step));
  const own = rows[at];
  if (!own) return undefined;
  for (let i = at - 1; i >= 0; i--) {
    const other = rows[i];
    if (other?.group === own.group && other.row.depth < own.row.depth) return other.row.id;
  }
  return undefined;
}

/**
 * The step that stands for the same rule, or the same remark, in another trace: after an edit the events are counted
 * anew.
 */
export function sameStep(
  before: readonly VisibleRow[],
  step: StepId | undefined,
  after: readonly VisibleRow[],
): StepId | undefined {
  const old = before.find(({ row }) => isStep(row.id, step));
  return (
    old && after.find(({ row, group }) => group.title === old.group.title && nameOf(row) === nameOf(old.row))?.row.id
  );
}

function nameOf(row: Row): string {
  return row.kind === 'note'
    ? row.text
    : row.kind === 'rule'
      ? `${row.chain} ${row.number}`
      : `${row.chain} ${row.from}+`;
}
