import { formatPacketExpression } from '../../core/net/packetExpression';
import { findingsOfOutcome, replyOf, verdictOfReply, type TracedReply } from '../replies';
import { selectedPath, type TraceInput } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';
import { answererOf } from './answerer';
import type { JourneyLeg, PacketInRules } from './journey';

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
 * it has a reply itself. A leg that nobody receives has none.
 */
export function replyLegs(
  legs: readonly JourneyLeg[],
  trace: (packet: PacketInRules) => Evaluation,
): readonly ReplyLeg[] {
  return [...ways(legs).values()]
    .flatMap((way) => [...way].reverse())
    .flatMap((leg) => replyLeg(leg, trace(leg)) ?? []);
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
  const { input, hostTraces, setting } = evaluation;
  if (!input) return undefined;
  const walked = selectedPath(input);
  const [only] = hostTraces;
  // Where one host is possible, the path does not name it and the host trace does.
  const reply = replyOf(
    walked,
    walked.on || !only ? setting.setting : { ...setting.setting, host: only.facts.host },
    answererOf(evaluation, walked),
    input,
  );
  if (reply.kind === 'none') return undefined;
  const { comesBack, words } = findingsOfOutcome(reply, 0);
  const [from = '', to = ''] = leg.label.split(' → ');
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
