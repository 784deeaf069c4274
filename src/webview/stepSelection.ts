import type { ReactiveControllerHost } from 'lit';
import { isStep } from '../shared/stepId';
import type { FoldRow, OutcomeReport, RunPage, StepDetail, StepId, ViewState } from '../shared/protocol';
import type { Editor } from './editor';
import { StepFinder } from './stepFinder';
import {
  addPage,
  foldOf,
  move,
  NOTHING_OPENED,
  parentOf,
  position,
  reveal,
  sameStep,
  toggle,
  visibleRows,
  type Opened,
  type RowMove,
} from './visibleRows';

/** Rules of a folded run are fetched this many at a time. */
const PAGE = 200;

/** To show one rule of a folded run, this many before and after it are fetched as well. */
const AROUND = 2;

/** The steps of the outcome on show: which one is selected, what is open, and what is looked for among them. */
export class StepSelection {
  selected: StepId | undefined;
  /** Of the selected step; undefined: not here yet. */
  detail: StepDetail | undefined;
  find = StepFinder.idle;
  onlyMatched = false;
  private view: ViewState | undefined;
  private opened: Opened = NOTHING_OPENED;
  /** A step that was asked for before its row was here. */
  private wanted: StepId | undefined;

  constructor(private readonly host: Pick<ReactiveControllerHost, 'requestUpdate'> & { readonly editor: Editor }) {}

  /** The rows of an outcome that are to be seen. */
  rowsOf(outcome: OutcomeReport): ReturnType<typeof visibleRows> {
    return visibleRows(outcome, this.opened, this.onlyMatched ? { but: this.selected } : undefined);
  }

  private get rows(): ReturnType<typeof visibleRows> {
    return this.outcome ? this.rowsOf(this.outcome) : [];
  }

  /** Where the selected step is among all. */
  get position(): ReturnType<typeof position> {
    return position(this.rows, this.selected);
  }

  private get outcome(): OutcomeReport | undefined {
    return this.view?.trace?.outcome;
  }

  /**
   * Another trace: what was open in the last one means nothing here. Where only the file was edited, the same rule
   * stays selected, and the editor is left where the user types; a new packet shows the step that decides.
   */
  show(next: ViewState): void {
    const before = this.view;
    const rowsBefore = this.rows;
    this.view = next;
    const outcome = next.trace?.outcome;
    if (!outcome) return;
    const samePacket = before !== undefined && isSamePacket(before, next);
    this.opened = NOTHING_OPENED;
    this.detail = undefined;
    // The steps are others; the text is looked for among them when they are here.
    if (this.find.text !== '') this.lookFor(this.find.text);
    const rows = this.rows;
    const exists = (step: StepId | undefined): step is StepId =>
      step !== undefined && rows.some(({ row }) => isStep(row.id, step));
    const kept = before ? (samePacket ? sameStep(rowsBefore, this.selected, rows) : undefined) : next.keep.step;
    const { differs } = next.kernel ?? {};
    const wanted = [this.wanted, kept, differs, outcome.decisive, move(rows, undefined, 'first', true)].find(exists);
    this.wanted = undefined;
    this.selected = undefined;
    this.host.requestUpdate();
    if (wanted !== undefined) this.select(wanted, before !== undefined && !samePacket);
  }

  /** Selects a step, whose row may have to be fetched. `revealLine`: the editor shows its line. */
  select(step: StepId, revealLine: boolean): void {
    if (!this.view || !this.outcome) return;
    this.host.requestUpdate();
    this.opened = reveal(this.opened, this.outcome, step);
    if (this.onlyMatched && this.selected !== step) this.selected = step;
    if (!this.rows.some(({ row }) => isStep(row.id, step))) return this.fetch(step);
    this.wanted = undefined;
    this.selected = step;
    this.host.editor.keep({ ...this.view.keep, step });
    if (this.rows.find(({ row }) => isStep(row.id, step))?.row.kind === 'fold') return;
    this.host.editor.post({ type: 'select', revision: this.view.revision, step, reveal: revealLine });
  }

  /** Selects a step that the editor names, maybe before its trace is here. */
  want(step: StepId): void {
    this.wanted = step;
    this.select(step, false);
  }

  /** A rule of a folded run is selected when its row is here. */
  private fetch(step: StepId): void {
    const fold = this.outcome && foldOf(this.outcome, step);
    if (!this.view || !fold || step.kind !== 'rule') return;
    this.wanted = step;
    const from = Math.max(fold.from, step.rule - AROUND);
    const count = Math.min(fold.to, step.rule + AROUND) - from + 1;
    this.host.editor.post({ type: 'expand', revision: this.view.revision, run: fold.id, from, count });
  }

  /** Rows of a folded run that were fetched. */
  takePage({ run, rows }: RunPage): void {
    if (!this.outcome) return;
    this.opened = addPage(this.opened, this.outcome, run, rows);
    this.host.requestUpdate();
    if (this.wanted) this.select(this.wanted, false);
  }

  takeDetail(detail: StepDetail): void {
    if (!isStep(detail.step, this.selected)) return;
    this.detail = detail;
    this.host.requestUpdate();
  }

  /** False where the selection stays where it is. */
  step(to: RowMove, stepsOnly: boolean): boolean {
    const step = move(this.rows, this.selected, to, stepsOnly);
    if (isStep(step, this.selected)) return false;
    if (step !== undefined) this.select(step, true);
    return true;
  }

  /** The box of a path names an event; the first row from there on is what is shown of it. */
  pickNear(step: StepId): void {
    const row =
      this.rows.find(({ row: { id } }) => isStep(id, step)) ??
      this.rows.find(({ row: { id }, isStep: stops }) => stops && id.event >= step.event);
    if (row) this.select(row.row.id, true);
  }

  selectParent(step: StepId): void {
    const parent = parentOf(this.rows, step);
    if (parent !== undefined) this.select(parent, true);
  }

  toggle(step: StepId, collapse: boolean): void {
    this.opened = toggle(this.opened, step, collapse);
    this.host.requestUpdate();
  }

  unfold({ id: run, from }: FoldRow): void {
    if (this.view) this.host.editor.post({ type: 'expand', revision: this.view.revision, run, from, count: PAGE });
  }

  showOnlyMatched(only: boolean): void {
    this.onlyMatched = only;
    this.host.requestUpdate();
  }

  lookFor(text: string): void {
    this.find = this.find.lookFor(text);
    this.host.requestUpdate();
    if (this.view && this.find.active) this.host.editor.post({ type: 'find', revision: this.view.revision, text });
  }

  takeFound(text: string, steps: readonly StepId[], of: number): void {
    if (text !== this.find.text) return;
    this.find = this.find.found(steps, of);
    this.host.requestUpdate();
    if (!this.find.has(this.selected)) this.nextFound(1);
  }

  nextFound(by: 1 | -1): void {
    const step = this.find.next(this.selected, by);
    if (step) this.select(step, true);
  }
}

function isSamePacket(before: ViewState, next: ViewState): boolean {
  return (
    before.packet.expression === next.packet.expression &&
    before.dump === next.dump &&
    before.trace?.selected === next.trace?.selected &&
    (before.reply.kind === 'shown') === (next.reply.kind === 'shown')
  );
}
