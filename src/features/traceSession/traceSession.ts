import type { KeptState, Move, StepId, ToEditor, ViewState } from '../../shared/protocol';
import type { World } from '../../core/netfilter/world';
import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import type { CaptureGround } from '../capture/captureTable';
import type { ShownTrace } from '../expectations/generate';
import { printSourceFile } from '../../core/syntax/print';
import type { FileModel } from '../fileModel';
import { eventAt, lineOfStep, outcomeReport, stepsAtLine } from '../traceReport/makeReport';
import { stepDetail } from '../traceReport/stepDetail';
import { selectPath, type TraceInput } from '../traceReport/traceInput';
import { copyOf } from '../whatIf/copyOf';
import type { WhatIf } from '../whatIf/whatIf';
import { answerTo, post, type EditorEffect } from './effects';
import { lineMarks, NO_MARKS, type LineMarks } from './lineMarks';
import { lineNotes, type LineNote } from './lineNotes';
import { nextState, restored, withModel, withPacketIn } from './nextState';
import { rulePlace, stepAtPlace } from './rulePlace';
import { newSession, withReply, type Baseline, type SessionState } from './sessionState';
import { goneLines } from '../whatIf/goneLines';
import { groundOfState, inputOf, NOTHING_TRACED, traceState, worldOf, type SessionTrace } from './sessionTrace';
import { shareOf, type Shareable } from './shareOf';
import { stepAfter } from './stepAfter';
import { failedState, viewState } from './viewState';

export type { EditorEffect };

/**
 * One trace view: it holds the state, what the state shows, and what the view was sent last. It knows nothing of an
 * editor: messages and file models go in, effects come out.
 */
export class TraceSession {
  /** As it was asked for last, also where tracing it failed. */
  private state: SessionState;
  private trace: SessionTrace = NOTHING_TRACED;
  private view: ViewState | undefined;

  /** `packets`: those that were traced last in this file, the newest first, and those that the user keeps. */
  constructor(uri: string, fileName: string, packets: Partial<Pick<SessionState, 'recent' | 'pinned'>> = {}) {
    this.state = { ...newSession(uri, fileName), ...packets };
  }

  /**
   * The file was opened or edited. The same packet is traced again, and the selected step is kept where its rule is
   * still there.
   */
  setModel(model: FileModel | undefined): readonly EditorEffect[] {
    // Nothing but what was said of tables can differ, and that is known here first.
    if (model && model.file === this.state.model?.file) return [];
    const { step } = this.state;
    const place = this.input && step !== undefined ? rulePlace(this.input, step) : undefined;
    const shown = this.show(
      { ...withModel(this.state, model), baseline: this.state.baseline ?? this.baseline },
      (input) => model && place && stepAtPlace(input, model.file, place),
    );
    const kept = this.state.step;
    return [...shown, ...(kept === undefined ? [] : [post({ type: 'show-step', step: kept })])];
  }

  /** Takes over what the view had kept before the window was reloaded. */
  restore(kept: KeptState): readonly EditorEffect[] {
    // JSON has null for what was undefined.
    const step = kept.step ?? undefined;
    return this.show(restored(this.state, kept), (input) => (step && eventAt(input, step).event ? step : undefined));
  }

  /** The file got another name, or was closed (`notice` says so; empty takes it back). */
  setFile(uri: string, fileName: string, notice: string): readonly EditorEffect[] {
    const { state } = this;
    if (uri === state.uri && fileName === state.fileName && notice === state.notice) return [];
    return this.show({ ...state, uri, fileName, notice });
  }

  /** Something failed inside. What was shown last stays as it was and says so; the next message is handled as usual. */
  failed(message: string): readonly EditorEffect[] {
    const { uri, fileName, expression = '' } = this.state;
    this.view = failedState(this.view, { revision: this.revision + 1, message, uri, fileName, expression });
    return [post({ type: 'state', state: this.view })];
  }

  /** Shows a packet of the caller's choice: from a rule, a chain, a test. */
  tracePacket(
    expression: string,
    dump?: string,
    answers: Readonly<Record<string, boolean>> = {},
  ): readonly EditorEffect[] {
    const state = withPacketIn(this.state, expression, dump);
    return this.show({ ...state, answers: { ...state.answers, ...answers } });
  }

  get marks(): LineMarks {
    if (!this.input) return NO_MARKS;
    const { whatIf, step, model } = this.state;
    const whose = `${whatIf.length > 0 ? 'what if: ' : ''}${this.trace.reply ? 'reply ' : ''}`;
    const ground = groundOfState(this.state);
    return lineMarks(this.input, step, whose, ground && model ? goneLines(ground, model) : []);
  }

  /** What is traced, for others that trace the same. `dump`: `Dump.id`. */
  get asked(): Pick<SessionState, 'expression' | 'answers' | 'hostChanges'> & {
    readonly dump: string | undefined;
    readonly world: World | undefined;
  } {
    const { expression, answers, hostChanges, dump } = this.state;
    return { expression, answers, hostChanges, dump: dump?.id, world: worldOf(this.state, expression) };
  }

  /** What the rules in the lines `from` to `to`, 1-based, did to the packet on show. */
  notesIn(from: number, to: number): readonly LineNote[] {
    return this.input ? lineNotes(this.input, from, to) : [];
  }

  /** What the user says of tables that the file does not name. */
  get tables(): SaidTables {
    return this.state.tables;
  }

  /** What is traced, to be written down; undefined: nothing is. */
  get traced(): ShownTrace | undefined {
    const { evaluated, reply, real } = this.trace;
    // What nobody has made must not be expected.
    if (!evaluated || real) return undefined;
    return {
      evaluation: evaluated.evaluation,
      reply: reply?.evaluation,
      overrides: evaluated.overrides,
      tables: this.state.tables,
    };
  }

  /** What is shown, to be copied or saved; undefined: nothing is. */
  get shared(): Shareable | undefined {
    return shareOf(this.state, this.trace);
  }

  /** The rules on show, and the host as the user has changed it; undefined: there are none. */
  get ground(): CaptureGround | undefined {
    const { model, dump } = this.state;
    return model && dump && { model, dump, overrides: this.trace.evaluated?.overrides };
  }

  /** The state as the view shows it now. */
  get shown(): ViewState | undefined {
    return this.view;
  }

  /** The line of the selected step, 1-based. */
  get selectedLine(): number | undefined {
    return this.lineOf(this.state.step);
  }

  /** The line to show first, 1-based: of the selected step, else of the one that decided. */
  get firstLine(): number | undefined {
    return this.selectedLine ?? this.lineOf(this.trace.report?.outcome.decisive);
  }

  /** The cursor was put on a line, 1-based: selects its step, if the packet came by. */
  selectLine(line: number): readonly EditorEffect[] {
    if (!this.input || line === this.selectedLine) return [];
    const steps = stepsAtLine(this.input, line);
    const step = steps.find(({ kind }) => kind === 'event') ?? steps[0];
    return step === undefined ? [] : this.showStep(step);
  }

  /** Steps without the help of the view, while it is hidden. */
  move(to: Move): readonly EditorEffect[] {
    const outcome = this.trace.report?.outcome;
    const next = outcome && stepAfter(outcome, this.state.step, to);
    if (next === undefined) return [];
    const line = this.lineOf(next);
    return [...this.showStep(next), ...(line === undefined ? [] : [{ kind: 'reveal', line, focus: false } as const])];
  }

  /** Shows the reply in place of the packet, or the packet again. */
  showReply(shown: boolean): readonly EditorEffect[] {
    return shown === (this.trace.reply !== undefined) ? [] : this.show(withReply(this.state, shown));
  }

  handle(message: ToEditor): readonly EditorEffect[] {
    if (message.type === 'select')
      return message.revision === this.revision ? this.select(message.step, message.reveal) : [];
    if (message.type !== 'ready') this.state = { ...this.state, quiet: false };
    if (message.type === 'revert') return this.revert();
    if (message.type === 'what-if-copy') return this.copyTried();
    const next = nextState(this.state, this.trace, message);
    if (!next) return answerTo(message, this.trace, this.revision);
    return next.whatIf === this.state.whatIf ? this.show(next) : this.showTried(next);
  }

  /** What became of the packet in the file that this one is a copy of. */
  compareWith({ badge, headline }: Pick<Baseline, 'badge' | 'headline'>): readonly EditorEffect[] {
    return this.show({ ...this.state, baseline: { badge, headline, file: undefined } });
  }

  /** What the packet comes to now, in the file as it is. */
  get baseline(): Baseline | undefined {
    if (!this.trace.evaluated || this.trace.reply) return undefined;
    const { real, report } = this.trace;
    const input = real?.evaluation.input;
    const outcome = real ? input && outcomeReport(selectPath(input, 0)) : report?.outcome;
    return outcome && { badge: outcome.badge, headline: outcome.card.headline, file: this.state.model?.file };
  }

  /** What is tried and what a copy of the file does not hold of it: for the view of that copy. */
  get leftOfCopy(): readonly WhatIf[] {
    const { model } = this.state;
    const ground = groundOfState(this.state);
    return model && ground ? copyOf(ground, model).left : [];
  }

  /** What the report on show is made from. */
  private get input(): TraceInput | undefined {
    return inputOf(this.trace);
  }

  private get revision(): number {
    return this.view?.revision ?? 0;
  }

  private lineOf(step: StepId | undefined): number | undefined {
    return this.input && step && lineOfStep(this.input, step);
  }

  /** Traces a state and shows it. `stepIn`: the step to select in the new trace; omitted: as the state has it. */
  private show(asked: SessionState, stepIn?: (input: TraceInput) => StepId | undefined): readonly EditorEffect[] {
    const { tables, recent, pinned } = this.state;
    // Where tracing fails, the view says so beside the packet that was asked for.
    this.state = asked;
    const { state, trace } = traceState(asked, this.trace);
    const input = inputOf(trace);
    this.state = stepIn ? { ...state, step: input && stepIn(input) } : state;
    this.trace = trace;
    this.view = viewState(this.revision + 1, this.state, trace);
    return [
      post({ type: 'state', state: this.view }),
      { kind: 'marks' },
      ...(asked.tables === tables ? [] : [{ kind: 'tables' } as const]),
      ...(this.state.recent === recent ? [] : [{ kind: 'recent', packets: this.state.recent } as const]),
      ...(this.state.pinned === pinned ? [] : [{ kind: 'pinned', packets: this.state.pinned } as const]),
    ];
  }

  private select(step: StepId, reveal: boolean): readonly EditorEffect[] {
    const detail = this.input && stepDetail(this.input, step);
    if (!detail) return [];
    const line = reveal && !this.state.quiet ? this.lineOf(step) : undefined;
    this.state = { ...this.state, step, quiet: false };
    return [
      post({ type: 'detail', revision: this.revision, detail }),
      { kind: 'marks' },
      ...(line === undefined ? [] : [{ kind: 'reveal', line, focus: false } as const]),
    ];
  }

  /** The same rule stays selected where it is still met. */
  private showTried(next: SessionState): readonly EditorEffect[] {
    const { step, model } = this.state;
    const place = this.input && step ? rulePlace(this.input, step) : undefined;
    return this.show(next, (input) => model && place && stepAtPlace(input, model.file, place));
  }

  private copyTried(): readonly EditorEffect[] {
    const { model } = this.state;
    const ground = groundOfState(this.state);
    const edits = model && ground ? copyOf(ground, model).edits : [];
    return edits.length > 0 ? [{ kind: 'edit', edits }] : [];
  }

  private revert(): readonly EditorEffect[] {
    const { baseline } = this.state;
    return baseline?.file ? [{ kind: 'restore', text: printSourceFile(baseline.file) }] : [];
  }

  /** Selects a step from the editor's side: the view is notified, and gets the details along with it. */
  private showStep(step: StepId): readonly EditorEffect[] {
    return [post({ type: 'show-step', step }), ...this.select(step, false)];
  }
}
