import type { PacketRequest } from '../../core/net/packetRequest';
import { NO_TABLES_SAID, type SaidTables } from '../../core/ruleset/oneHost/saidTables';
import { sameMachine } from '../../core/syntax/machine';
import type { SourceFile } from '../../core/syntax/sourceFile';
import type { Badge, StepId } from '../../shared/protocol';
import { dumpWithId, type Dump, type FileModel } from '../fileModel';
import { scenariosFor, type Scenario } from '../scenarios';
import { isSameWhatIf, type WhatIf } from '../whatIf/whatIf';
import type { HostChanges } from './hostFields';
import type { PacketInRules } from '../journey/journey';
import type { ChosenKernelPacket } from '../kernelTrace/chosenPacket';

/** Everything that file, user and editor have set in one trace view. What is shown is computed from it. */
export interface SessionState {
  readonly uri: string;
  readonly fileName: string;
  /** Why the file cannot be followed at the moment; empty: it can. */
  readonly notice: string;
  readonly model: FileModel | undefined;
  /** The rule set on show, one of `model.dumps`. */
  readonly dump: Dump | undefined;
  /** The packets that are offered for it. */
  readonly scenarios: readonly Scenario[];
  /** `Scenario.id`; undefined: the packet was typed. */
  readonly scenario: string | undefined;
  /** undefined: no rule set was there yet to offer a packet. */
  readonly expression: string | undefined;
  /** What the packet was read from, where that was no expression, and what was assumed and ignored in reading it. */
  readonly readNotes: readonly string[];
  /** The packet is one of a kernel's trace. */
  readonly kernel: ChosenKernelPacket | undefined;
  /** The packets of the user's choice that were traced in this file, the newest first, `MOST_RECENT` at most. */
  readonly recent: readonly string[];
  /** The packets that the user keeps for this file, the one pinned first at the top. */
  readonly pinned: readonly string[];
  /** The packet that the journey starts with, while another leg of it is shown. */
  readonly journeyStart: PacketInRules | undefined;
  /** The last packet that could be read: the form stays while the expression is being typed. */
  readonly readable: PacketRequest | undefined;
  /** Values of packet fields that cannot be used, as typed, with what is wrong. */
  readonly drafts: Drafts;
  /** Which of the paths, from 0. */
  readonly outcome: number;
  readonly step: StepId | undefined;
  /** The reply is wanted in place of the packet. */
  readonly reply: boolean;
  /** All ways in and out of the host are wanted in place of the packet. */
  readonly ways: boolean;
  /** Which of the paths of the reply, from 0. */
  readonly replyOutcome: number;
  /** The user's answers by `Assumption.key`. */
  readonly answers: Readonly<Record<string, boolean>>;
  readonly hostChanges: HostChanges;
  /** What the user says of tables that the file does not name. */
  readonly tables: SaidTables;
  /** Changes that are tried and that nobody has made, in the order in which they are made. */
  readonly whatIf: readonly WhatIf[];
  /** What was said of other rule sets of the file while they were on show, by `Dump.id`. */
  readonly elsewhere: Readonly<Record<string, SaidOfRules>>;
  /** What became of the packet before the file was edited; undefined: it was not edited since the packet was chosen. */
  readonly baseline: Baseline | undefined;
  /** After an edit the view selects a step by itself; the editor must not jump there while somebody types. */
  readonly quiet: boolean;
}

/** What the user says of a rule set and its host. */
export type SaidOfRules = Pick<SessionState, 'answers' | 'hostChanges' | 'whatIf'>;

/** What a packet came to in the file as it was. */
export interface Baseline {
  readonly badge: Badge;
  readonly headline: string;
  /** The file as it was, to go back to; undefined where this one is a copy of it. Only its text may be used. */
  readonly file: SourceFile | undefined;
}

/** Nothing is tried. */
export const NO_CHANGES: readonly WhatIf[] = [];

/** By field. */
export type Drafts = ReadonlyMap<string, { readonly value: string; readonly problem: string }>;

export const NO_DRAFTS: Drafts = new Map();

export function newSession(uri: string, fileName: string): SessionState {
  return {
    uri,
    fileName,
    notice: '',
    model: undefined,
    dump: undefined,
    scenarios: [],
    scenario: undefined,
    expression: undefined,
    readNotes: [],
    kernel: undefined,
    recent: [],
    pinned: [],
    journeyStart: undefined,
    readable: undefined,
    drafts: NO_DRAFTS,
    outcome: 0,
    step: undefined,
    reply: false,
    ways: false,
    replyOutcome: 0,
    answers: {},
    hostChanges: {},
    tables: NO_TABLES_SAID,
    whatIf: NO_CHANGES,
    elsewhere: {},
    baseline: undefined,
    quiet: false,
  };
}

const MOST_RECENT = 10;

/** With a packet at the front of those that were traced. */
export function withRecent(recent: readonly string[], expression: string): readonly string[] {
  return recent[0] === expression
    ? recent
    : [expression, ...recent.filter((each) => each !== expression)].slice(0, MOST_RECENT);
}

/** With a packet among those that the user keeps, or without it. */
export function withPin(state: SessionState, expression: string, pinned: boolean): SessionState | undefined {
  if (state.pinned.includes(expression) === pinned) return undefined;
  const others = state.pinned.filter((each) => each !== expression);
  return { ...state, pinned: pinned ? [...others, expression] : others };
}

/** Another file, another reading of it, or another of its rule sets. The packet stays. */
export function withRules(state: SessionState, model: FileModel | undefined, dump: Dump | undefined): SessionState {
  const scenarios = model && dump ? scenariosFor(model, dump) : [];
  return { ...state, model, dump, scenarios, ...packetAmong(scenarios, state, dump !== undefined) };
}

function packetAmong(
  scenarios: readonly Scenario[],
  before: SessionState,
  haveRules: boolean,
): Pick<SessionState, 'scenario' | 'expression'> {
  const { scenario, expression } = before;
  const chosen = before.scenarios.find(({ id }) => id === scenario);
  const same = scenarios.find(({ id }) => id === scenario);
  // What the file says of addresses and ports may have changed, and the scenario's packet with it.
  if (chosen && same && expression === chosen.expression) return { scenario, expression: same.expression };
  if (expression === undefined && haveRules)
    return { scenario: scenarios[0]?.id, expression: scenarios[0]?.expression ?? '' };
  return { scenario: same && scenario, expression };
}

/** Another rule set has other questions and other packets that make sense; a packet that was typed is kept. */
export function withDump(state: SessionState, id: string | undefined): SessionState {
  const dump = state.model && dumpWithId(state.model, id);
  if (!dump || dump === state.dump) return state;
  const { answers, hostChanges, whatIf } = state;
  const elsewhere = state.dump
    ? { ...state.elsewhere, [state.dump.id]: { answers, hostChanges, whatIf } }
    : state.elsewhere;
  const said = saidOf(state, dump);
  return withRules({ ...atFirstPath(state), ...said, elsewhere, journeyStart: undefined }, state.model, dump);
}

/** Answers and what is tried are about the rules of one rule set; rule sets of one host share what is said of it. */
export function saidOf(state: SessionState, dump: Dump): SaidOfRules {
  const { answers, whatIf, hostChanges } = state.elsewhere[dump.id] ?? NOTHING_SAID_OF_RULES;
  const sameHost = sameMachine(dump.machine, state.dump?.machine);
  return { answers, whatIf, hostChanges: sameHost ? state.hostChanges : hostChanges };
}

const NOTHING_SAID_OF_RULES: SaidOfRules = { answers: {}, hostChanges: {}, whatIf: NO_CHANGES };

/** Another packet. `scenario`: the one that it is of. `journeyStart`: the first leg, where it is a later one. */
export function withPacket(
  state: SessionState,
  expression: string,
  scenario: string | undefined,
  journeyStart?: PacketInRules,
): SessionState {
  const readNotes = expression === state.expression ? state.readNotes : [];
  const kernel = expression === state.kernel?.expression ? state.kernel : undefined;
  const outcome = kernel ? state.outcome : 0;
  return {
    ...atFirstPath(state),
    ways: false,
    outcome,
    expression,
    readNotes,
    kernel,
    scenario,
    journeyStart,
    drafts: NO_DRAFTS,
  };
}

/** Another packet begins with its first path, and without its reply. */
function atFirstPath(state: SessionState): SessionState {
  return { ...state, outcome: 0, step: undefined, reply: false, replyOutcome: 0, baseline: undefined };
}

/** The packet, or its reply, from its first path on. */
export function withReply(state: SessionState, reply: boolean): SessionState {
  return { ...state, reply, replyOutcome: 0, step: undefined };
}

/** With changes tried besides; one that is tried already is taken back. The paths are others then. */
export function withTried(state: SessionState, changes: readonly WhatIf[]): SessionState {
  const left = state.whatIf.filter(
    (each) => !changes.some((other) => each.kind === 'off' && isSameWhatIf(each, other)),
  );
  const added = changes.filter(
    (each) => each.kind === 'typed' || !state.whatIf.some((other) => isSameWhatIf(each, other)),
  );
  return withChanges(state, [...left, ...added]);
}

/** With these changes tried and no others. */
export function withChanges(state: SessionState, whatIf: readonly WhatIf[]): SessionState {
  return { ...state, whatIf: whatIf.length === 0 ? NO_CHANGES : whatIf, outcome: 0, replyOutcome: 0 };
}
