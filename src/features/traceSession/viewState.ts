import type { PacketRequest } from '../../core/net/packetRequest';
import type { KeptState, PacketField, PacketForm, StepId, TraceReport, ViewState } from '../../shared/protocol';
import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import { packs, pastedToo } from '../../core/knowledge/knowledge';
import type { Dump, FileModel } from '../fileModel';
import type { Scenario } from '../scenarios';
import { assumedFacts } from './assumedFacts';
import type { Evaluation } from './evaluate';
import { fieldOfProblem, hostFields, type HostChanges } from './hostFields';
import { shownLegs } from './shownLegs';
import type { ShownJourney } from '../journey/shownJourney';
import { packetFields } from './packetForm';
import { readingFacts } from './readingFacts';
import { replyState, type ShownReply } from './shownReply';

/** Everything that a session holds, for the view. */
export interface Shown {
  readonly revision: number;
  readonly uri: string;
  readonly fileName: string;
  readonly notice: string;
  readonly model: FileModel | undefined;
  readonly dump: Dump | undefined;
  readonly scenarios: readonly Scenario[];
  readonly scenario: string | undefined;
  readonly expression: string;
  /** Of the packet. */
  readonly evaluation: Evaluation | undefined;
  /** The reply, where it is shown in place of the packet. */
  readonly reply: ShownReply | undefined;
  readonly tables: SaidTables;
  /** The last packet that could be read. */
  readonly readable: PacketRequest | undefined;
  readonly drafts: ReadonlyMap<string, { readonly value: string; readonly problem: string }>;
  readonly hostChanges: HostChanges;
  readonly journey: ShownJourney;
  readonly answers: Readonly<Record<string, boolean>>;
  readonly outcome: number;
  readonly step: StepId | undefined;
  readonly trace: TraceReport | undefined;
}

const NO_RULES = `There are no iptables rules in this file. Paste the output of iptables-save${pastedToo(' or ')} into it, and the trace starts.`;
const LOADING = 'Reading the file …';

export function viewState(shown: Shown): ViewState {
  const { revision, model, dump, scenarios, scenario, fileName, evaluation, reply, journey, expression, notice } =
    shown;
  const phase = model === undefined ? (notice === '' ? 'loading' : 'error') : dump === undefined ? 'empty' : 'ready';
  const noted = notice === '' ? [] : [{ message: notice, line: undefined, field: undefined }];
  return {
    revision,
    phase,
    fileName,
    message: phase === 'loading' ? LOADING : phase === 'empty' ? noRules(model) : notice,
    dumps: (model?.dumps ?? []).map(({ id, label, detail }) => ({ id, label, detail })),
    dump: dump?.id,
    scenarios: scenarios.map(({ id, label, detail, expression: packet }) => ({
      id,
      label,
      detail,
      expression: packet,
    })),
    scenario,
    packet: packetForm(shown),
    assumed:
      model && dump && evaluation ? [...noted, ...assumedFacts(model, dump, reply?.evaluation ?? evaluation)] : noted,
    reading: model && readingFacts(model),
    reply: replyState(evaluation, reply),
    warnings: reply ? [] : (evaluation?.contradictions ?? []),
    journey: shownLegs(journey, expression, reply !== undefined),
    journeyWords: { remarks: journey.remarks, end: journey.end },
    trace: shown.trace,
    keep: keptState(shown),
  };
}

function noRules(model: FileModel | undefined): string {
  const [first] = model ? readingFacts(model).unread : [];
  return first?.line === undefined
    ? NO_RULES
    : `${NO_RULES} Line ${first.line} looks as if it meant something: ${first.message}`;
}

/** The state that was shown before something failed, with a word on it; there may be none yet. */
export function failedState(
  before: ViewState | undefined,
  { revision, message, uri, fileName, expression }: Failure,
): ViewState {
  if (before?.phase !== 'ready') {
    const keep: KeptState = before?.keep ?? {
      version: 1,
      uri,
      dump: undefined,
      scenario: undefined,
      expression,
      outcome: 0,
      step: undefined,
      answers: {},
      hostFields: {},
    };
    return { ...(before ?? NOTHING_SHOWN), revision, phase: 'error', message, fileName, keep };
  }
  const note = { message, line: undefined, field: undefined };
  return {
    ...before,
    revision,
    packet: { ...before.packet, expression },
    assumed: [note, ...before.assumed.filter((each) => each.message !== message)],
  };
}

interface Failure {
  readonly revision: number;
  readonly message: string;
  readonly uri: string;
  readonly fileName: string;
  readonly expression: string;
}

const NOTHING_SHOWN = {
  dumps: [],
  dump: undefined,
  scenarios: [],
  scenario: undefined,
  packet: { expression: '', problems: [], fields: [] },
  assumed: [],
  reading: undefined,
  journey: [],
  journeyWords: { remarks: [], end: '' },
  reply: { kind: 'none', why: '' },
  warnings: [],
  trace: undefined,
} as const;

function packetForm({ expression, evaluation, readable, drafts, model, hostChanges }: Shown): PacketForm {
  if (!evaluation || !model) return { expression, problems: [], fields: [] };
  const { host } = evaluation.setting.setting;
  const rules = evaluation.input?.knowledge;
  const given = evaluation.given ?? readable;
  const request = evaluation.request ?? given;
  const packet =
    given && request
      ? packetFields({
          given,
          request,
          filled: evaluation.filled,
          host,
          users: rules ? packs.flatMap((pack) => pack.owners?.(rules) ?? []) : [],
        })
      : [];
  const hostProblems = new Map(
    evaluation.setting.problems.flatMap((message) => {
      const field = fieldOfProblem(message);
      return field === undefined ? [] : [[field, message.replace(/^[\w.[\]]+: /, '')] as const];
    }),
  );
  const fields = [...packet, ...hostFields(model, host, hostChanges)].map((field): PacketField => {
    const draft = drafts.get(field.name);
    if (draft) return { ...field, value: draft.value, given: true, why: '', problem: draft.problem };
    return { ...field, problem: hostProblems.get(field.name) ?? '' };
  });
  return { expression, problems: evaluation.problems, fields };
}

function keptState({
  uri,
  dump,
  scenario,
  expression,
  outcome,
  step,
  answers,
  hostChanges,
  tables,
  reply,
}: Shown): KeptState {
  return {
    version: 1,
    uri,
    dump: dump?.id,
    scenario,
    expression,
    outcome,
    step,
    answers,
    hostFields: hostChanges,
    tables,
    reply: reply !== undefined,
  };
}
