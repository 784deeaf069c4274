import { endsOfLabel } from './labels';
import { formatPacketExpression } from '../../core/net/packetExpression';
import { findingsOfOutcome, replyOf, verdictOfReply, type TracedReply } from '../replies';
import { selectedPath, type TraceInput } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';
import { answererOf } from './answerer';
import type { Journey, JourneyLeg, PacketInRules } from './journey';

/** The reply to one packet of an exchange, traced through the connection that the packet has set up. */
export interface ReplyLeg {
  /** `2r` is the reply to leg 2. */
  readonly id: string;
  readonly of: JourneyLeg;
  /** `app → proxy`. */
  readonly label: string;
  readonly packet: string;
  /** It reaches the sender, and looks like the reply to what was sent. */
  readonly comesBack: boolean;
  /** One sentence, and remarks: what is translated back, why it is lost. */
  readonly verdict: string;
  readonly findings: readonly string[];
  /** What the views of a trace are made from, of the reply. */
  readonly input: TraceInput;
  readonly reply: TracedReply;
}

/**
 * How the replies come back, in the order of time: each way on its own, its last leg first, as each proxy replies once
 * it has a reply itself. A leg that nobody receives has none; so has one that another host sends on, where that has
 * none or loses it.
 */
export function replyLegs(
  { legs, loops }: Pick<Journey, 'legs' | 'loops'>,
  trace: (packet: PacketInRules) => Evaluation,
): readonly ReplyLeg[] {
  const notReceived = new Set(loops.map((loop) => loop.notReceived));
  return [...ways(legs).values()].flatMap((way) => {
    const replies: ReplyLeg[] = [];
    let lost = false;
    for (const leg of [...way].reverse()) {
      const reply: ReplyLeg | undefined = lost || notReceived.has(leg.id) ? undefined : replyLeg(leg, trace(leg));
      if (reply) replies.push(reply);
      // Whoever gets it where it arrives only then may be another one.
      lost = leg.at !== undefined && leg.when === undefined && (!reply || isLost(reply));
    }
    return replies;
  });
}

function isLost({ comesBack, reply }: ReplyLeg): boolean {
  return !comesBack && reply.unsure === undefined;
}

/** The letters of `2b`: legs of one way have the same. */
function wayOf({ id }: JourneyLeg): string {
  return id.replace(/^\d+/, '');
}

function ways(legs: readonly JourneyLeg[]): ReadonlyMap<string, readonly JourneyLeg[]> {
  const found = new Map<string, JourneyLeg[]>();
  for (const leg of legs) found.set(wayOf(leg), [...(found.get(wayOf(leg)) ?? []), leg]);
  return found;
}

function replyLeg(leg: JourneyLeg, evaluation: Evaluation): ReplyLeg | undefined {
  const { input } = evaluation;
  if (!input) return undefined;
  const walked = selectedPath(input);
  const reply = replyOf(walked, evaluation.setting.setting, answererOf(evaluation, walked), input);
  if (reply.kind === 'none') return undefined;
  const { comesBack, words } = findingsOfOutcome(reply, 0);
  const [from, to] = endsOfLabel(leg.label);
  const packet = formatPacketExpression(reply.request);
  return {
    id: `${leg.id}r`,
    of: leg,
    label: `${to} → ${from}`,
    packet,
    input: { ...input, traced: reply.traced, packet, selected: 0 },
    comesBack,
    verdict: verdictOfReply(reply, 0),
    findings: words,
    reply,
  };
}
