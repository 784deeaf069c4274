import { formatPacketExpression } from '../../core/net/packetExpression';
import type { KeptState, StepId, ToEditor } from '../../shared/protocol';
import { NO_TABLES_SAID } from '../../core/ruleset/oneHost/saidTables';
import type { FileModel } from '../fileModel';
import { changeOfLine } from '../../core/syntax/typedLine';
import { eventAt } from '../traceReport/makeReport';
import type { PacketInRules } from '../journey/journey';
import { splitTyped } from '../whatIf/splitTyped';
import { followed, offLine, type WhatIf } from '../whatIf/whatIf';
import { dumpLike, isTableQuestion } from '../openTables';
import { isHostField } from './hostFields';
import { kernelAgain, kernelIdOfFile, withKernelChoice, withKernelLine, withPastedTrace } from './kernelPacket';
import { withField } from './packetForm';
import { asSaid, sameDump } from './readAgain';
import {
  NO_CHANGES,
  withChanges,
  withDump,
  withPacket,
  withPin,
  withReply,
  withRules,
  withTried,
  type SessionState,
} from './sessionState';
import { inputOf, remediesOf, type SessionTrace } from './sessionTrace';
import { withAnswer, withTableAnswer } from './withAnswer';

/**
 * The state that a message of the view asks for; `trace` is what the view shows. undefined: the message changes nothing
 * that is traced.
 */
export function nextState(state: SessionState, trace: SessionTrace, message: ToEditor): SessionState | undefined {
  switch (message.type) {
    case 'ready':
      return state;
    case 'trace':
      return (
        withPastedTrace(state, trace.evaluated?.overrides, message.expression) ??
        withPacket(state, message.expression, undefined)
      );
    case 'paste-trace':
      return (
        withPastedTrace(state, trace.evaluated?.overrides, message.text) ??
        withPacket(state, message.text.trim(), undefined)
      );
    case 'pin':
      return withPin(state, message.expression, message.pinned);
    case 'set-field':
      return withFieldSet(state, message.name, message.value);
    case 'choose-dump':
      return withDump(state, message.id);
    case 'choose-scenario': {
      const found = state.scenarios.find(({ id }) => id === message.id);
      return found
        ? withPacket(state, found.expression, found.id)
        : withKernelChoice(state, trace.evaluated?.overrides, message.id);
    }
    case 'choose-outcome':
      return withOutcome(state, trace, Math.max(0, message.index));
    case 'choose-leg':
      return withLeg(state, trace, message.id);
    case 'show-ways':
      return message.shown === state.ways ? undefined : { ...state, ways: message.shown };
    case 'choose-way-leg':
      return withWayLeg(state, trace, message.way, message.id);
    case 'show-reply':
      return message.shown === (trace.reply !== undefined) ? undefined : withReply(state, message.shown);
    case 'answer':
      return withAnswerTo(state, trace, message.question, message.chosen);
    case 'what-if':
      return state.model && message.text.trim() !== ''
        ? withTried(state, splitTyped(message.text, state.model.file))
        : undefined;
    case 'what-if-step':
      return withoutStep(state, trace, message.step);
    case 'what-if-remedy': {
      const changes = remediesOf(trace)[message.index]?.changes ?? [];
      return changes.length > 0 ? withTried(state, changes) : undefined;
    }
    case 'what-if-back':
      return withChanges(state, message.index === undefined ? [] : state.whatIf.filter((_, i) => i !== message.index));
    // The others ask the editor for something, or say where the view is.
    default:
      return undefined;
  }
}

/** A packet of the caller's choice, in one of the rule sets; undefined: in the one on show. */
export function withPacketIn(state: SessionState, expression: string, dump: string | undefined): SessionState {
  const chosen = withDump(state, dump);
  const ofKernel = withKernelLine(chosen, undefined, expression);
  if (ofKernel) return ofKernel;
  return withPacket(chosen, expression, chosen.scenarios.find((each) => each.expression === expression)?.id);
}

/** The file as it is after it was opened or edited, with the same rule set and packet. */
export function withModel(state: SessionState, model: FileModel | undefined): SessionState {
  const read = model && asSaid(model, state.tables);
  const whatIf = read && state.model ? followed(state.whatIf, state.model.file, read.file) : state.whatIf;
  // Lines of what was tried elsewhere may be others.
  const now = { ...state, elsewhere: {}, whatIf: whatIf.length === 0 ? NO_CHANGES : whatIf };
  return { ...kernelAgain(withRules(now, read, read && sameDump(read, state.dump))), quiet: true };
}

/** What the view had kept before the window was reloaded. */
export function restored(state: SessionState, kept: KeptState): SessionState {
  const tables = kept.tables ?? NO_TABLES_SAID;
  const model = state.model && asSaid(state.model, tables);
  const before = withRules(
    {
      ...state,
      scenario: kept.scenario,
      expression: kept.expression,
      outcome: kept.outcome,
      answers: kept.answers,
      hostChanges: kept.hostFields,
      tables,
      reply: kept.reply === true,
      ways: kept.ways === true,
      recent: kept.recent ?? state.recent,
      pinned: kept.pinned ?? state.pinned,
      whatIf: (kept.whatIf ?? NO_CHANGES).map((each): WhatIf =>
        each.kind === 'off'
          ? { kind: 'off', line: each.line ?? 0, text: each.text }
          : { kind: 'typed', text: each.text },
      ),
    },
    model,
    model?.dumps.find(({ id }) => id === kept.dump) ?? model?.defaultDump,
  );
  const ofKernel =
    kept.kernel === undefined ? undefined : withKernelChoice(before, undefined, kernelIdOfFile(kept.kernel));
  return ofKernel?.expression === kept.expression ? { ...ofKernel, outcome: kept.outcome } : before;
}

function withFieldSet(state: SessionState, name: string, value: string): SessionState {
  const drafts = new Map(state.drafts);
  drafts.delete(name);
  if (isHostField(name)) {
    const others = Object.entries(state.hostChanges).filter(([each]) => each !== name);
    const hostChanges = Object.fromEntries(value.trim() === '' ? others : [...others, [name, value]]);
    return { ...state, hostChanges, drafts };
  }
  if (!state.readable) return { ...state, drafts };
  const next = withField(state.readable, name, value);
  if (typeof next === 'string') return { ...state, drafts: drafts.set(name, { value, problem: next }) };
  return { ...withPacket(state, formatPacketExpression(next), undefined), drafts };
}

/** The rule of the step is off, or the change that makes it is taken back. */
function withoutStep(state: SessionState, trace: SessionTrace, step: StepId): SessionState | undefined {
  const input = inputOf(trace);
  const rule = input && eventAt(input, step).rule;
  if (!rule) return undefined;
  const change = changeOfLine(rule.line);
  return change === undefined
    ? withTried(state, [offLine(rule.line)])
    : withChanges(
        state,
        state.whatIf.filter((_, i) => i !== change),
      );
}

function withOutcome(state: SessionState, { reply }: SessionTrace, index: number): SessionState {
  return { ...state, ...(reply ? { replyOutcome: index } : { outcome: index }), step: undefined };
}

function withLeg(state: SessionState, { journey }: SessionTrace, wanted: string): SessionState | undefined {
  const reply = journey.replies.find(({ id }) => id === wanted);
  const leg = reply?.of ?? journey.legs.find(({ id }) => id === wanted);
  if (!leg) return undefined;
  const [start] = journey.legs;
  const chosen = withLegPacket(state, leg, state.scenario, leg === start ? undefined : start);
  return reply ? withReply(chosen, true) : chosen;
}

/** A leg may be one in the rules of another host, which has packets of its own. */
function withLegPacket(
  state: SessionState,
  { expression, dump }: PacketInRules,
  scenario: string | undefined,
  start: PacketInRules | undefined,
): SessionState {
  if (dump === state.dump?.id) return withPacket(state, expression, scenario, start);
  const there = withDump(state, dump);
  return withPacket(there, expression, there.scenarios.find((each) => each.expression === expression)?.id, start);
}

/** One packet of the screen of all ways, or the reply to it. */
function withWayLeg(state: SessionState, { ways }: SessionTrace, wanted: string, id: string): SessionState | undefined {
  const found = ways?.traced.ways.find(({ way }) => way.id === wanted);
  const reply = found?.replies.find((each) => each.id === id);
  const leg = reply?.of ?? found?.journey.legs.find((each) => each.id === id);
  if (!found || !leg) return undefined;
  const [start] = found.journey.legs;
  const scenario = state.scenarios.find((each) => each.id === found.way.id)?.id;
  const chosen = withLegPacket(state, leg, scenario, leg === start ? undefined : start);
  return reply ? withReply(chosen, true) : chosen;
}

function withAnswerTo(
  state: SessionState,
  trace: SessionTrace,
  question: string,
  chosen: number | undefined,
): SessionState | undefined {
  const found = trace.report?.questions.find(({ id }) => id === question);
  if (!found) return undefined;
  const first = withOutcome(state, trace, 0);
  const { model, dump } = state;
  if (!model || !isTableQuestion(question)) return { ...first, answers: withAnswer(state.answers, found, chosen) };
  const tables = withTableAnswer(state.tables, found, chosen);
  const read = asSaid(model, tables);
  return withRules({ ...first, tables }, read, (dump && dumpLike(read, dump)) ?? read.defaultDump);
}
