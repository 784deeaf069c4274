import { notFollowed } from '../nftTables';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { FilledField } from '../../core/net/completePacket';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Proviso, Walked } from '../../core/netfilter/events';
import { replyRequest, type Answerer } from '../../core/netfilter/reply';
import type { Traced } from '../../core/netfilter/trace';
import type { ReplyState } from '../../shared/protocol';
import { dumpFor } from '../fileModel';
import { withProvisos } from '../fileTrace';
import { usedAssumptions } from '../possibleHosts/usedAssumptions';
import { answererOf } from '../journey/answerer';
import {
  comesBack,
  findingsOf,
  findingsOfOutcome,
  replyOf,
  shortFinding,
  verdictOfReply,
  wayBack,
  type TracedReply,
} from '../replies';
import { settingOfPath } from '../settingOfPath';
import { selectedPath } from '../traceReport/traceInput';
import type { Evaluation } from './evaluate';

/** The reply to a packet, traced, with everything that the view shows of a trace. */
export interface ShownReply {
  readonly reply: TracedReply;
  /** As if the reply had been asked for: on the same host, which knows the connection. */
  readonly evaluation: Evaluation;
}

/** The reply to the path that is shown. `outcome`: which of the paths of the reply. undefined where there is none. */
export function replyTo(evaluation: Evaluation | undefined, outcome: number): ShownReply | undefined {
  const { input } = evaluation ?? {};
  if (!evaluation || !input) return undefined;
  const walked = selectedPath(input);
  const answerer = answererOf(evaluation, walked);
  const reply = tracedReply(evaluation, walked);
  if (reply.kind === 'none') return undefined;
  const { request, setting } = reply;
  const hostTrace = evaluation.hostTraces.find(({ facts }) => facts.host === setting.host) ?? evaluation.hostTraces[0];
  const { model, dump } = evaluation.setting;
  const shown = {
    family: input.family,
    dump,
    met: dumpFor(model, dump, input.family),
    unfollowed: notFollowed(model.file),
    file: model.file,
  };
  const traced = hostTrace
    ? conditional(
        withProvisos({ ...hostTrace, request, traced: reply.traced }, input.ruleSet, shown).traced,
        walked.provided,
      )
    : reply.traced;
  return {
    reply,
    evaluation: {
      ...evaluation,
      setting: { ...evaluation.setting, setting },
      given: request,
      request,
      filled: senderOf(walked, request, answerer),
      contradictions: [],
      assumed: hostTrace ? usedAssumptions([{ ...hostTrace, request, traced, answers: [], rests: [] }]) : [],
      input: {
        ...input,
        traced,
        given: request,
        packet: formatPacketExpression(request),
        selected: outcome,
        answers: setting.answers ?? input.answers,
        tables: undefined,
      },
    },
  };
}

/** What the packet depends on, its reply depends on too. */
function conditional(traced: Traced, provided: readonly Proviso[] = []): Traced {
  if (provided.length === 0) return traced;
  const outcomes = traced.outcomes.map((walked) => {
    const own = (walked.provided ?? []).filter(({ what }) => !provided.some((other) => other.what === what));
    return { ...walked, provided: [...provided, ...own] };
  });
  return { ...traced, outcomes };
}

/**
 * What the view says of a reply: that it is shown, that it can be, or why there is none. A dropped packet needs no
 * word.
 */
export function replyState(evaluation: Evaluation | undefined, shown: ShownReply | undefined): ReplyState {
  const { input } = evaluation ?? {};
  if (!evaluation || !input) return { kind: 'none', why: '' };
  if (shown) {
    const selected = shown.evaluation.input?.selected ?? 0;
    const found = findingsOfOutcome(shown.reply, selected);
    return {
      kind: 'shown',
      packet: shortWords(shown.reply.request),
      comesBack: found.comesBack,
      unsure: shown.reply.unsure !== undefined,
      verdict: verdictOfReply(shown.reply, selected),
      findings: found.words,
      past: shown.reply.pastThisHost !== undefined,
    };
  }
  const walked = selectedPath(input);
  const request = replyRequest(walked, settingOfPath(walked, evaluation.setting.setting));
  if (typeof request !== 'string') return offered(evaluation, walked);
  const { outcome, verdict } = walked.end;
  const dropped = (outcome === 'DROPPED' && verdict !== 'REJECT') || outcome === 'NONE';
  return { kind: 'none', why: dropped ? '' : request };
}

function offered(evaluation: Evaluation, walked: Walked): ReplyState {
  const reply = walked.events.length > MOST_EVENTS ? undefined : tracedReply(evaluation, walked);
  if (reply?.kind !== 'traced')
    return { kind: 'offered', wayBack: '', comesBack: false, unsure: false, short: '', findings: [] };
  return {
    kind: 'offered',
    wayBack: wayBack(reply),
    comesBack: comesBack(reply),
    unsure: reply.unsure !== undefined,
    short: shortFinding(reply),
    findings: findingsOf(reply),
  };
}

/** A path of more steps takes as long on the way back: its reply is followed only when it is asked for. */
const MOST_EVENTS = 20_000;

function tracedReply(evaluation: Evaluation, walked: Walked): ReturnType<typeof replyOf> {
  return replyOf(walked, evaluation.setting.setting, answererOf(evaluation, walked), evaluation.input);
}

/** Without what only the connection table cares about. */
function shortWords({
  ttl: _ttl,
  seq: _seq,
  ack: _ack,
  icmpSeq: _icmpSeq,
  icmpId: _icmpId,
  ...request
}: PacketRequest): string {
  return formatPacketExpression(request);
}

/** Rules may test the user of the program that replies. */
function senderOf(
  { end }: Walked,
  { dir, uid = 0 }: PacketRequest,
  answerer: Answerer | undefined,
): readonly FilledField[] {
  if (dir === 'out' && answerer)
    return end.receiver?.uid === undefined
      ? [{ field: 'uid', value: uid, why: 'the proxy of the mesh answers, and this is its user' }]
      : [];
  return dir === 'out' && end.receiver?.uid === undefined
    ? [{ field: 'uid', value: uid, why: 'the user of the program that answers is not known' }]
    : [];
}
