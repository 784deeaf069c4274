import type { Badge } from '../../shared/traceReport';
import type { WayLeg, WayReply, WayReport, WaysReport } from '../../shared/ways';
import { hasNoListener } from '../../core/netfilter/walkEnds';
import { journeyOf, type Journey, type JourneyLeg, type PacketInRules } from '../journey/journey';
import { endsOfLabel } from '../journey/labels';
import { replyLegs, type ReplyLeg } from '../journey/replyLegs';
import { wayBack } from '../replies';
import type { Scenario } from '../scenarios';
import { decisions } from '../traceReport/card/decisions';
import { sentParts } from '../traceReport/card/rows';
import { changeWords, packetChanges } from '../traceReport/packetWords';
import { selectedPath } from '../traceReport/traceInput';
import { badgeOf } from '../traceReport/verdict';
import type { Evaluation } from '../traceSession/evaluate';
import { wayPackets, type WayPacket } from './wayPackets';

/** A way in or out of the host with the packets that it is made of. */
interface TracedWay {
  readonly way: WayPacket;
  readonly journey: Journey;
  readonly replies: readonly ReplyLeg[];
}

export interface TracedWays {
  readonly ways: readonly TracedWay[];
  readonly report: WaysReport;
}

/**
 * Every way in and out of the host that the scenarios of its rules name, each a journey that is traced both ways.
 * `dump`: the `Dump.id` of these rules.
 */
export function tracedWays(
  scenarios: readonly Scenario[],
  dump: string,
  evaluate: (packet: PacketInRules) => Evaluation,
  assumedOf: (evaluation: Evaluation) => readonly string[],
): TracedWays {
  const traced = new Map<string, Evaluation>();
  const trace = (packet: PacketInRules): Evaluation => {
    const key = `${packet.dump} ${packet.expression}`;
    const known = traced.get(key) ?? evaluate(packet);
    traced.set(key, known);
    return known;
  };
  const here = (expression: string): Evaluation => trace({ expression, dump });
  const ways = wayPackets(scenarios, here).map((way): TracedWay => {
    const journey = journeyOf(here(way.expression), way.expression, trace, { ownService: way.ownService === true });
    return { way, journey, replies: replyLegs(journey, trace) };
  });
  const shown = ways.flatMap(({ journey }) => journey.legs);
  const report = {
    ways: ways.map(({ way, journey, replies }) => wayReport(way, journey, replies, trace)),
    assumed: [...new Set(shown.flatMap((leg) => assumedOf(trace(leg))))],
    remarks: [...new Set(ways.flatMap(({ journey }) => journey.remarks))],
  };
  return { ways, report };
}

function wayReport(
  { id, name, title, expression }: WayPacket,
  journey: Journey,
  replies: readonly ReplyLeg[],
  trace: (packet: PacketInRules) => Evaluation,
): WayReport {
  const [first] = journey.legs;
  const looping = new Set(journey.loops.map(({ leg }) => leg));
  const legs = journey.legs.flatMap((leg) => wayLeg(leg, trace(leg), replies, looping.has(leg.id)) ?? []);
  return {
    id,
    name,
    title,
    packet: (first && trace(first).input?.packet) ?? expression,
    badge: wholeBadge(journey, legs, replies, trace),
    legs,
    loops: [...new Set(journey.loops.map(({ words }) => words))],
    // Where a proxy sent something on, the line of packets shows how it ends.
    end: journey.ofProxies && journey.legs.length === 1 ? journey.end : '',
  };
}

function wayLeg(
  { id, label, note, source, when, at }: JourneyLeg,
  { input }: Evaluation,
  replies: readonly ReplyLeg[],
  loops: boolean,
): WayLeg | undefined {
  if (!input) return undefined;
  const walked = selectedPath(input);
  const [first] = walked.events;
  if (first?.kind !== 'start') return undefined;
  const outcomes = input.traced.outcomes.length;
  const [from, to] = endsOfLabel(label);
  const badge = badgeOf(walked);
  return {
    id,
    from,
    to: loops ? `${from} again` : `${to}${at === undefined ? '' : ` at ${at}`}`,
    loops,
    when,
    note,
    source,
    sent: sentParts(input, walked),
    packet: input.packet,
    changes: packetChanges(first.packet, walked.end.packet)
      .filter(({ field }) => WAY_FIELDS.has(field))
      .map(changeWords),
    badge: outcomes > 1 ? { ...badge, conditional: true } : badge,
    decided: decisions(walked),
    outcomes,
    reply: replyTo(
      id,
      replies.find(({ of }) => of.id === id),
    ),
  };
}

/** What of a packet is of interest where only its ends are shown: each hop lowers the ttl. */
const WAY_FIELDS: ReadonlySet<string> = new Set(['src', 'sport', 'dst', 'dport', 'mark']);

function replyTo(id: string, reply: ReplyLeg | undefined): WayReply | undefined {
  if (!reply) return undefined;
  const [finding = '', ...others] = reply.findings;
  const clause = (finding.split(/: |\. /)[0] as string).replace(/\.$/, '');
  const unsure = !reply.comesBack && reply.reply.unsure !== undefined;
  const says = clause.length > 0 && clause.length <= LONGEST_CLAUSE;
  const rest = says ? finding.slice(clause.length).replace(/^[:.]\s*/, '') : finding;
  return {
    id: `${id}r`,
    comesBack: reply.comesBack,
    text: `${wayBack(reply.reply, 0)}${says ? `: ${clause.charAt(0).toLowerCase()}${clause.slice(1)}` : ''}${unsure ? ', by an assumed route' : ''}`,
    ...(unsure ? { unsure } : {}),
    why: [rest, ...others].filter((sentence) => sentence !== '').join(' '),
  };
}

/** In characters: what is longer is a sentence of its own. */
const LONGEST_CLAUSE = 90;

/** Letters stand for ways that there are only under a condition: they say nothing of the usual one. */
function wholeBadge(
  { loops, legs }: Journey,
  shown: readonly WayLeg[],
  replies: readonly ReplyLeg[],
  trace: (packet: PacketInRules) => Evaluation,
): Badge {
  if (loops.some(({ when }) => when === undefined)) return { text: 'LOOP', tone: 'drop' };
  const usual = shown.filter(({ id }) => /^\d+$/.test(id));
  const stopped = usual.find(({ badge: { tone } }) => tone === 'drop' || tone === 'reject');
  const last = legs.find(({ id }) => id === usual.at(-1)?.id);
  const input = last && trace(last).input;
  const end = input && selectedPath(input).end;
  const lost = usual
    .map(({ id }) => replies.find(({ of }) => of.id === id))
    .find((reply) => reply?.comesBack === false);
  const conditional =
    usual.some(({ badge }) => badge.conditional) ||
    (end?.outcome === 'LOCAL' && !end.receiverKnown) ||
    lost?.reply.unsure !== undefined;
  return { ...verdict(), ...(conditional ? { conditional } : {}) };

  function verdict(): Badge {
    if (stopped) return { text: stopped.badge.text, tone: stopped.badge.tone };
    if (end && hasNoListener(end)) return { text: 'REFUSED', tone: 'reject' };
    // A route that is only assumed loses nothing for certain.
    if (lost?.reply.unsure !== undefined) return { text: 'ANSWER UNSURE', tone: 'unknown' };
    if (lost) return { text: 'ANSWER LOST', tone: 'drop' };
    return usual.every(({ reply }) => reply)
      ? { text: 'ANSWERED', tone: 'accept' }
      : { text: 'ONE WAY', tone: 'unknown' };
  }
}
