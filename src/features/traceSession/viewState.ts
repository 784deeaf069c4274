import { warningsOf } from './warnings';
import type { KeptState, PacketField, PacketForm, ViewState } from '../../shared/protocol';
import { packs, pastedToo } from '../../core/knowledge/knowledge';
import type { FileModel } from '../fileModel';
import { ruleSetName } from '../ruleSetName';
import { assumedFacts, loadFacts } from './assumedFacts';
import { emptyPacket } from './emptyPacket';
import { fieldOfProblem, hostFields } from './hostFields';
import { kernelChoiceId, kernelChoices, kernelView } from './kernelPacket';
import { shownLegs } from './shownLegs';
import { packetFields } from './packetForm';
import { firstUnread } from '../unread';
import { readingFacts } from './readingFacts';
import type { SessionState } from './sessionState';
import { whatIfExample } from '../whatIf/whatIfExample';
import { whatIfView } from './whatIfView';
import { currentOf, type SessionTrace } from './sessionTrace';
import { replyState } from './shownReply';
import { wayNames } from '../ways/wayPackets';

const NO_RULES =
  `There are no iptables rules in this file. Paste the output of iptables-save${pastedToo(' or ')} into it, and ` +
  'the trace starts.';
const LOADING = 'Reading the file …';

/** What the view is sent of a state and its trace. `revision`: larger than that of the state sent before. */
export function viewState(revision: number, state: SessionState, trace: SessionTrace): ViewState {
  const { model, dump, scenarios, scenario, fileName, expression = '', notice } = state;
  const { reply, journey } = trace;
  const evaluation = trace.evaluated?.evaluation;
  const current = currentOf(trace);
  const tried = state.whatIf.length > 0;
  const phase = model === undefined ? (notice === '' ? 'loading' : 'error') : dump === undefined ? 'empty' : 'ready';
  // The first problem of the rules stands above the answer, the others are among what is assumed.
  const problems = current ? loadFacts(current) : [];
  const refused = reply ? undefined : problems[0];
  const noted = notice === '' ? [] : [{ message: notice, line: undefined, field: undefined }];
  return {
    revision,
    phase,
    fileName,
    message: phase === 'loading' ? LOADING : phase === 'empty' ? noRules(model) : notice,
    dumps: model
      ? model.dumps.map((each) => ({ id: each.id, label: ruleSetName(model, each), detail: each.detail }))
      : [],
    dump: dump?.id,
    scenarios: [
      ...scenarios.map(({ id, label, detail, expression: packet }) => ({ id, label, detail, expression: packet })),
      ...kernelChoices(state),
    ],
    scenario: kernelChoiceId(state) ?? scenario,
    kernel: reply || tried ? undefined : kernelView(state, evaluation?.input),
    packet: packetForm(state, trace),
    recent: state.recent.filter((each) => each !== expression && !state.pinned.includes(each)),
    pinned: state.pinned,
    assumed:
      model && dump && current
        ? [...noted, ...assumedFacts(model, dump, current, { problems: problems.slice(refused ? 1 : 0) })]
        : noted,
    reading: model && readingFacts(model),
    reply: replyState(evaluation, reply),
    warnings:
      reply || !model || !dump || !evaluation
        ? []
        : [...new Set(journey.loops.map(({ words }) => words)), ...warningsOf(model, evaluation, refused)],
    compared: reply || tried ? undefined : comparedWith(state, trace),
    whatIf: whatIfView(state, trace),
    whatIfExample: dump ? whatIfExample(dump) : '',
    journey: shownLegs(journey, { expression, dump: state.dump?.id ?? '' }, reply !== undefined),
    journeyWords: { remarks: journey.remarks, end: journey.end },
    ways: { names: wayNames(scenarios), shown: state.ways ? trace.ways?.traced.report : undefined },
    trace: trace.report,
    keep: keptState(state),
  };
}

/** The outcome in the file as it was, where it is not the one on show. */
function comparedWith({ baseline }: SessionState, { report }: SessionTrace): ViewState['compared'] {
  if (!baseline || !report) return undefined;
  const { badge, card } = report.outcome;
  const same =
    badge.text === baseline.badge.text && badge.tone === baseline.badge.tone && card.headline === baseline.headline;
  return same ? undefined : { badge: baseline.badge, headline: baseline.headline, copy: baseline.file === undefined };
}

function noRules(model: FileModel | undefined): string {
  return model ? `${NO_RULES} ${firstUnread(model)}`.trimEnd() : NO_RULES;
}

/** The state that was shown before something failed, with a word on it; there may be none yet. */
export function failedState(
  before: ViewState | undefined,
  { revision, message, uri, fileName, expression }: FailedView,
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

interface FailedView {
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
  kernel: undefined,
  packet: { expression: '', problems: [], placeholder: '', notes: [], fields: [] },
  recent: [],
  pinned: [],
  assumed: [],
  reading: undefined,
  journey: [],
  journeyWords: { remarks: [], end: '' },
  ways: { names: [], shown: undefined },
  reply: { kind: 'none', why: '' },
  warnings: [],
  compared: undefined,
  whatIf: undefined,
  whatIfExample: '',
  trace: undefined,
} as const;

function packetForm(
  { expression = '', readNotes, readable, model, hostChanges }: SessionState,
  { evaluated, drafts }: SessionTrace,
): PacketForm {
  const evaluation = evaluated?.evaluation;
  if (!evaluated || !evaluation || !model) return { expression, problems: [], placeholder: '', notes: [], fields: [] };
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
  const fields = [...packet, ...hostFields(evaluation.setting.ownFile, host, hostChanges)].map((field): PacketField => {
    const draft = drafts.get(field.name);
    if (draft) return { ...field, value: draft.value, given: true, why: '', problem: draft.problem };
    return { ...field, problem: hostProblems.get(field.name) ?? '' };
  });
  // A line that has no words stays as it is, and is read again each time.
  const notes = readNotes.length > 0 ? readNotes : evaluation.notes;
  return { expression, problems: evaluation.problems, placeholder: emptyPacket(evaluated), notes, fields };
}

function keptState({
  uri,
  dump,
  scenario,
  expression = '',
  outcome,
  step,
  answers,
  hostChanges,
  tables,
  reply,
  ways,
  recent,
  pinned,
  kernel,
  whatIf,
}: SessionState): KeptState {
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
    reply,
    ...(ways ? { ways } : {}),
    recent,
    ...(pinned.length > 0 ? { pinned } : {}),
    ...(whatIf.length > 0 ? { whatIf } : {}),
    ...(kernel && !kernel.pasted ? { kernel: kernel.index } : {}),
  };
}
