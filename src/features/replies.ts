import { formatPacketExpression } from '../core/net/packetExpression';
import { outcomeOf, type Outcome } from '../core/netfilter/outcome';
import { traceReply, type Answerer, type Reply } from '../core/netfilter/reply';
import type { Walked } from '../core/netfilter/events';
import type { TraceSetting } from '../core/netfilter/trace';
import { settingOfPath } from './settingOfPath';

/** Of so many paths the answer is followed as well; the others differ in what was drawn at random. */
export const MOST_REPLIES = 24;

/** The answer to a packet on one of its paths, in the words of the JSON contract. */
export interface ReplyJson {
  /** It reaches the one who asked, on each of its paths, and looks to him like the answer to what he sent. */
  readonly comesBack: boolean;
  /** What is to be known about it, in words; also why there is none. */
  readonly findings: readonly string[];
  readonly packet?: string;
  readonly outcomes: readonly Outcome[];
}

type TracedReply = Extract<Reply, { readonly kind: 'traced' }>;

/** The answer on the host of that path. */
export function replyOf(walked: Walked, setting: TraceSetting, answerer?: Answerer): Reply {
  return traceReply(walked, settingOfPath(walked, setting), answerer);
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

/** Everything that is to be known, each sentence once. */
export function findingsOf(reply: TracedReply): readonly string[] {
  // What this host would do with it does not matter then.
  return reply.pastThisHost === undefined
    ? [...new Set(reply.findings.flatMap(({ words }) => words))]
    : [reply.pastThisHost];
}

/** It reaches the one who asked, on each of its paths. */
export function comesBack({ findings, pastThisHost }: TracedReply): boolean {
  return pastThisHost === undefined && findings.every((each) => each.comesBack);
}

/** What is to be known about one of its outcomes. */
export function findingsOfOutcome(
  { findings, pastThisHost }: TracedReply,
  outcome: number,
): { readonly comesBack: boolean; readonly words: readonly string[] } {
  if (pastThisHost !== undefined) return { comesBack: false, words: [pastThisHost] };
  const found = findings[outcome] ?? findings[0];
  return { comesBack: found?.comesBack === true, words: found?.words ?? [] };
}

/** `The reply comes back by eth0.` Of one of its outcomes, or of all together. */
export function verdictOfReply(reply: TracedReply, outcome?: number): string {
  return `The reply ${wayBack(reply, outcome)}.`;
}

/** `comes back by eth0`. */
export function wayBack(reply: TracedReply, outcome?: number): string {
  if (!(outcome === undefined ? comesBack(reply) : findingsOfOutcome(reply, outcome).comesBack))
    return 'does not come back';
  const [by] =
    outcome === undefined
      ? new Set(reply.findings.map(({ outInterface }) => outInterface))
      : [(reply.findings[outcome] ?? reply.findings[0])?.outInterface];
  return `comes back${by === undefined ? '' : ` by ${by}`}`;
}

/** Outcomes with the answer to each, as far as so many are followed. */
export function withReplies(
  outcomes: readonly Walked[],
  setting: TraceSetting,
  answererOf: (walked: Walked) => Answerer | undefined = () => undefined,
): readonly (Outcome & { readonly reply?: ReplyJson })[] {
  return outcomes.map((walked, i) =>
    i < MOST_REPLIES
      ? { ...outcomeOf(walked), reply: replyJson(replyOf(walked, setting, answererOf(walked))) }
      : outcomeOf(walked),
  );
}
