import { formatPacketExpression } from '../core/net/packetExpression';
import { outcomeOf, type Outcome } from '../core/netfilter/outcome';
import type { Finding } from '../core/netfilter/finding';
import { traceReply, type Answerer, type Reply } from '../core/netfilter/reply';
import type { Walked } from '../core/netfilter/events';
import type { TraceSetting } from '../core/netfilter/trace';
import { settingOfPath } from './settingOfPath';
import { AssumedValues } from './traceReport/card/assumedValues';
import type { TraceInput } from './traceReport/traceInput';

/** The reply is followed on at most this many paths; the others differ in what was drawn at random. */
export const MOST_REPLIES = 24;

/** The reply to a packet on one of its paths, in the words of the JSON contract. */
export interface ReplyJson {
  /** It reaches the sender, on each of its paths, and looks like the reply to what was sent. */
  readonly comesBack: boolean;
  /** Remarks on it, in words; also why there is none. */
  readonly findings: readonly string[];
  readonly packet?: string;
  readonly outcomes: readonly Outcome[];
}

/** `unsure`: why it rests on something that is only assumed that it goes past this host. */
export type TracedReply = Extract<Reply, { readonly kind: 'traced' }> & { readonly unsure?: string | undefined };

/** The reply on the host of that path. `input`: the trace that the path is of, where something was assumed for it. */
export function replyOf(
  walked: Walked,
  setting: TraceSetting,
  answerer?: Answerer,
  input?: TraceInput,
): Extract<Reply, { readonly kind: 'none' }> | TracedReply {
  const reply = traceReply(walked, settingOfPath(walked, setting), answerer);
  if (reply.kind === 'none' || reply.pastThisHost === undefined) return reply;
  const route = walked.events.findLast(({ kind }) => kind === 'route');
  const unsure = input && route && new AssumedValues(input, walked).event(route);
  return unsure === undefined ? reply : { ...reply, unsure };
}

export function replyJson(reply: Reply): ReplyJson {
  if (reply.kind === 'none') return { comesBack: false, findings: [`There is no reply: ${reply.why}.`], outcomes: [] };
  return {
    comesBack: comesBack(reply),
    findings: findingsOf(reply),
    packet: formatPacketExpression(reply.request),
    outcomes: reply.traced.outcomes.map(outcomeOf),
  };
}

/** All remarks, each sentence once. */
export function findingsOf(reply: TracedReply): readonly string[] {
  return [...new Set(remarksOn(reply).map(({ text }) => text))];
}

/** The most important remark in a clause; empty where there is none. */
export function shortFinding(reply: TracedReply): string {
  return remarksOn(reply)[0]?.short ?? '';
}

function remarksOn(reply: TracedReply): readonly Finding[] {
  // What this host would do with it does not matter then.
  return reply.pastThisHost ? [past(reply, reply.pastThisHost)] : reply.findings.flatMap(({ words }) => words);
}

/** It reaches the one who asked, on each of its paths. */
export function comesBack({ findings, pastThisHost }: TracedReply): boolean {
  return pastThisHost === undefined && findings.every((each) => each.comesBack);
}

function past({ unsure }: TracedReply, { short, text }: Finding): Finding {
  const assumed = ` That is assumed, not stated: ${unsure} The output of "ip route" in the file settles it.`;
  return { short, text: unsure === undefined ? text : `${text}${assumed}` };
}

/** Remarks on one of its outcomes. */
export function findingsOfOutcome(
  reply: TracedReply,
  outcome: number,
): { readonly comesBack: boolean; readonly words: readonly string[] } {
  const { findings, pastThisHost } = reply;
  if (pastThisHost !== undefined) return { comesBack: false, words: [past(reply, pastThisHost).text] };
  const found = findings[outcome] ?? findings[0];
  return { comesBack: found?.comesBack === true, words: (found?.words ?? []).map(({ text }) => text) };
}

/** `The reply comes back by eth0.` Of one of its outcomes, or of all together. */
export function verdictOfReply(reply: TracedReply, outcome?: number): string {
  return `The reply ${wayBack(reply, outcome)}.`;
}

/** `comes back by eth0`. */
export function wayBack(reply: TracedReply, outcome?: number): string {
  if (!(outcome === undefined ? comesBack(reply) : findingsOfOutcome(reply, outcome).comesBack))
    return reply.unsure === undefined ? 'does not come back' : 'may not come back';
  const [by] =
    outcome === undefined
      ? new Set(reply.findings.map(({ outInterface }) => outInterface))
      : [(reply.findings[outcome] ?? reply.findings[0])?.outInterface];
  return `comes back${by === undefined ? '' : ` by ${by}`}`;
}

/** Outcomes with the reply to each, as far as that many are followed. */
export function withReplies(
  outcomes: readonly Walked[],
  setting: TraceSetting,
  answererOf: (walked: Walked) => Answerer | undefined = () => undefined,
  input?: TraceInput,
): readonly (Outcome & { readonly reply?: ReplyJson })[] {
  return outcomes.map((walked, i) =>
    i < MOST_REPLIES
      ? { ...outcomeOf(walked), reply: replyJson(replyOf(walked, setting, answererOf(walked), input)) }
      : outcomeOf(walked),
  );
}
