import type { TraceReport } from '../../shared/protocol';
import type { PacketInRules } from '../journey/journey';
import { NO_JOURNEY, shownJourney, type ShownJourney } from '../journey/shownJourney';
import type { Walked } from '../../core/netfilter/events';
import { dumpWithId, type Dump, type FileModel } from '../fileModel';
import { groundOf, type Ground, type MadeWhatIf } from '../whatIf/ground';
import type { WhatIf } from '../whatIf/whatIf';
import type { World } from '../../core/netfilter/world';
import { findRemedies, type FoundRemedy } from '../remedies/findRemedies';
import { tracedWays, type TracedWays } from '../ways/waysReport';
import { makeReport } from '../traceReport/makeReport';
import type { TraceInput } from '../traceReport/traceInput';
import { assumedFacts } from './assumedFacts';
import type { Evaluation } from './evaluate';
import { evaluateChanged, type ChangedEvaluation } from './evaluateChanged';
import { NO_CHANGES, NO_DRAFTS, saidOf, withRecent, type Drafts, type SessionState } from './sessionState';
import { replyTo, type ShownReply } from './shownReply';

/** What a state shows, all of it computed from the state. */
export interface SessionTrace {
  /** The state; undefined where there is nothing to trace. */
  readonly of: SessionState | undefined;
  /** The packet with its trace, with what is tried. */
  readonly evaluated: ChangedEvaluation | undefined;
  /** The same in the file as it is; undefined where nothing is tried. */
  readonly real: ChangedEvaluation | undefined;
  /** What came of the changes that are tried. */
  readonly made: readonly MadeWhatIf[];
  /** The reply, where it is shown in place of the packet. */
  readonly reply: ShownReply | undefined;
  readonly journey: ShownJourney;
  /** All ways in and out, where they are shown in place of the packet; `of`: what they were traced with. */
  readonly ways: { readonly of: SessionState; readonly traced: TracedWays } | undefined;
  /** Values of packet and host fields that cannot be used. */
  readonly drafts: Drafts;
  /** undefined also while a field has a value that cannot be used. */
  readonly report: TraceReport | undefined;
}

export const NOTHING_TRACED: SessionTrace = {
  of: undefined,
  evaluated: undefined,
  real: undefined,
  made: [],
  reply: undefined,
  journey: NO_JOURNEY,
  ways: undefined,
  drafts: NO_DRAFTS,
  report: undefined,
};

/**
 * Traces what a state is about. `before`: another trace, whose parts are used again where what they are made from is
 * the same. The state comes back with what tracing has found: whether there is a reply, where the journey starts, and
 * the packet that could be read, as an expression where it was typed as something else.
 */
export function traceState(
  state: SessionState,
  before: SessionTrace,
): { readonly state: SessionState; readonly trace: SessionTrace } {
  const evaluated = evaluatedOf(state, before);
  if (!evaluated) return { state, trace: NOTHING_TRACED };
  const { evaluation, problems } = evaluated;
  const { expression } = evaluation;
  const understood = expression === state.expression ? state : { ...state, expression, readNotes: evaluation.notes };
  const reply = state.reply ? replyOf(state, evaluation, before) : undefined;
  const journey = journeyOf(understood, evaluation, before);
  const drafts = new Map(state.drafts);
  for (const [name, problem] of problems) drafts.set(name, { value: state.hostChanges[name] ?? '', problem });
  const settled: SessionState = {
    ...understood,
    readable: evaluation.given ?? state.readable,
    reply: reply !== undefined,
    journeyStart: journey.start,
  };
  const shown = (reply?.evaluation ?? evaluation).input;
  const report = shown && drafts.size === 0 ? reportOf(shown, before) : undefined;
  // Scenarios and the packets of a journey are offered anyway.
  const chosen =
    report !== undefined && state.scenario === undefined && !state.kernel && settled.journeyStart === undefined;
  const traced = chosen ? { ...settled, recent: withRecent(settled.recent, expression) } : settled;
  const real = realOf(traced, before);
  const made = groundOfState(traced)?.made ?? [];
  return {
    state: traced,
    trace: { of: traced, evaluated, real, made, reply, journey, ways: waysOf(traced, before), drafts, report },
  };
}

/** What the packet comes to in the file as it is: the likelier path first. Empty where it cannot be traced there. */
export function realOutcomes({ evaluated, real }: SessionTrace): readonly Walked[] {
  return (real ?? evaluated)?.evaluation.input?.traced.outcomes ?? [];
}

function realOf(state: SessionState, { of, real }: SessionTrace): ChangedEvaluation | undefined {
  if (state.whatIf.length === 0) return undefined;
  return real && of?.whatIf.length !== 0 && isSameGround(state, of)
    ? real
    : evaluate({ ...state, whatIf: NO_CHANGES }, state.expression ?? '', 0);
}

/** What is shown: the packet, or its reply. */
export function currentOf({ reply, evaluated }: SessionTrace): Evaluation | undefined {
  return reply?.evaluation ?? evaluated?.evaluation;
}

/** The input of the report on show. */
export function inputOf(trace: SessionTrace): TraceInput | undefined {
  return currentOf(trace)?.input;
}

const FOUND = new WeakMap<Evaluation, readonly FoundRemedy[]>();

/** Found when first asked for: a large rule set is bound anew for each. */
export function remediesOf(trace: SessionTrace): readonly FoundRemedy[] {
  const current = currentOf(trace);
  if (!current) return [];
  const found = FOUND.get(current) ?? findRemedies(current);
  FOUND.set(current, found);
  return found;
}

function evaluatedOf(state: SessionState, { of, evaluated }: SessionTrace): ChangedEvaluation | undefined {
  if (!state.model || !state.dump) return undefined;
  const same = isSameGround(state, of) && of?.outcome === state.outcome && of.whatIf === state.whatIf;
  return same && evaluated ? evaluated : evaluate(state, state.expression ?? '', state.outcome);
}

function isSameGround(state: SessionState, of: SessionState | undefined): boolean {
  return (
    of?.model === state.model &&
    of?.dump === state.dump &&
    of?.expression === state.expression &&
    of?.answers === state.answers &&
    of?.hostChanges === state.hostChanges &&
    of?.kernel === state.kernel
  );
}

/** The file with what is tried; undefined while there are no rules. */
export function groundOfState({ model, dump, whatIf }: SessionState): Ground | undefined {
  if (!model || !dump) return undefined;
  if (whatIf.length === 0) return { model, dump, made: [] };
  const known = GROUNDS.get(whatIf);
  if (known?.of.model === model && known.of.dump === dump) return known.ground;
  const ground = groundOf(model, dump, whatIf);
  GROUNDS.set(whatIf, { of: { model, dump }, ground });
  return ground;
}

const GROUNDS = new WeakMap<
  readonly WhatIf[],
  { readonly of: { readonly model: FileModel; readonly dump: Dump }; readonly ground: Ground }
>();

/** Another packet on the same ground: one of the journey. */
function evaluate(state: SessionState, expression: string, outcome: number): ChangedEvaluation | undefined {
  const { answers, hostChanges } = state;
  const ground = groundOfState(state);
  const world = worldOf(state, expression);
  return ground && evaluateChanged(ground, { expression, outcome, answers, world }, hostChanges);
}

/** A packet of a journey. What the user says of this host is not said of the next one. */
export function evaluateLeg(state: SessionState, { expression, dump }: PacketInRules): ChangedEvaluation | undefined {
  const there = state.model && dumpWithId(state.model, dump);
  return there === undefined || there === state.dump
    ? evaluate(state, expression, 0)
    : evaluate({ ...state, ...saidOf(state, there), dump: there, kernel: undefined }, expression, 0);
}

/** What the host remembers of earlier packets, where they are those of a kernel's trace. */
export function worldOf({ kernel }: SessionState, expression: string | undefined): World | undefined {
  return kernel && kernel.expression === expression ? kernel.world : undefined;
}

function replyOf({ replyOutcome }: SessionState, evaluation: Evaluation, before: SessionTrace): ShownReply | undefined {
  const same = evaluation === before.evaluated?.evaluation && before.reply?.evaluation.input?.selected === replyOutcome;
  return same ? before.reply : replyTo(evaluation, replyOutcome);
}

function journeyOf(state: SessionState, evaluation: Evaluation, before: SessionTrace): ShownJourney {
  const { journeyStart: start, scenario } = state;
  if (evaluation === before.evaluated?.evaluation && scenario === before.of?.scenario && start === before.journey.start)
    return before.journey;
  const expression = state.expression ?? '';
  return shownJourney(
    { evaluation, expression, start, scenario: state.scenarios.find(({ id }) => id === scenario) },
    (leg) => evaluateLeg(state, leg)?.evaluation ?? evaluation,
  );
}

/** Traced when they are shown, and kept for the next time. */
function waysOf(state: SessionState, { ways }: SessionTrace): SessionTrace['ways'] {
  const { model, dump, scenarios, answers, hostChanges, whatIf } = state;
  const same =
    ways !== undefined &&
    ways.of.model === model &&
    ways.of.dump === dump &&
    ways.of.scenarios === scenarios &&
    ways.of.answers === answers &&
    ways.of.hostChanges === hostChanges &&
    ways.of.whatIf === whatIf;
  if (same) return ways;
  if (!state.ways || !model || !dump) return undefined;
  const traced = tracedWays(
    scenarios,
    dump.id,
    (packet) => (evaluateLeg({ ...state, kernel: undefined }, packet) as ChangedEvaluation).evaluation,
    (evaluation) =>
      assumedFacts(model, dumpWithId(model, evaluation.setting.dump.id) ?? dump, evaluation).map(
        ({ message }) => message,
      ),
  );
  return { of: state, traced };
}

function reportOf(input: TraceInput, before: SessionTrace): TraceReport {
  return (input === inputOf(before) ? before.report : undefined) ?? makeReport(input);
}
