import { isDeepStrictEqual } from 'node:util';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest, type PacketRequest } from '../../src/core/net/packetRequest';
import { askAgain } from '../../src/core/netfilter/asking';
import { addConnections } from '../../src/core/netfilter/connections';
import { askDrawn } from '../../src/core/netfilter/drawnNumber';
import { allConditions, deniedBy, evidenceOf, type Asked } from '../../src/core/netfilter/evidence';
import type { TraceEvent, Walked } from '../../src/core/netfilter/events';
import { tracePacket, tracePackets, type Traced } from '../../src/core/netfilter/trace';
import { World } from '../../src/core/netfilter/world';
import type { Rule } from '../../src/core/ruleset/ruleSet';
import type { PacketView } from '../../src/core/xtables/view';
import { rulesWithNft } from '../../src/features/rulesOfText';
import { whyRule, whyRuleNot } from '../../src/features/traceReport/ruleWhy';
import { whyNot } from '../../src/features/traceReport/whyNot';
import type { KernelCase } from '../kernel/case';

/** At most this many rules at either end of a run are checked. */
const OF_RUN = 60;
/** And this many paths of a packet. */
const PATHS = 12;

/**
 * What breaks the law in a case: of every rule that a packet met, on every path, the explanation says what was decided
 * and names a condition that decided it. All is asked after the last packet, when the host remembers other things than
 * it did.
 */
export function unexplained(question: KernelCase): readonly string[] {
  return tracedOf(question).flatMap((traced, packet) =>
    traced.outcomes
      .slice(0, PATHS)
      .flatMap((walked, path) => [...wrongIn(walked)].map((wrong) => `packet ${packet}, path ${path}: ${wrong}`)),
  );
}

function tracedOf({
  rules,
  rules6,
  nft,
  topology,
  listeners,
  sets,
  conntrack,
  packets,
  independent,
}: KernelCase): readonly Traced[] {
  const host = hostFromTopology(topology, { listeners: listeners ?? [], sets });
  if (isProblem(host)) throw new Error(host.message);
  const world = new World();
  const bad = addConnections(conntrack, world);
  if (bad) throw new Error(bad.message);
  const setting = {
    host,
    world,
    ruleSets: { v4: rulesWithNft(rules, nft, 4), v6: rulesWithNft(rules6, nft, 6) },
    answers: new Map<string, boolean>(),
    rawSockets: true,
  };
  const requests = packets.map((packet): PacketRequest => {
    const request = readPacketRequest(packet, 'packet');
    if (isProblem(request)) throw new Error(request.message);
    return request;
  });
  return independent
    ? requests.map((request) => tracePacket(request, setting))
    : tracePackets(requests, setting, (traced) => traced);
}

function* wrongIn(walked: Walked): Iterable<string> {
  for (const [index, event] of walked.events.entries()) {
    if (event.kind === 'rule')
      for (const wrong of wrongOfEvent(walked, index, event)) yield `${place(event.rule)}: ${wrong}`;
    if (event.kind !== 'skipped') continue;
    for (let number = event.from; number <= event.to; number++) {
      if (number === event.from + OF_RUN) number = Math.max(number, event.to - OF_RUN);
      const rule = event.chain.rules[number - 1] as Rule;
      for (const wrong of wrongOfSkipped(rule, event.view)) yield `${place(rule)}: ${wrong}`;
    }
  }
}

function* wrongOfSkipped(rule: Rule, view: PacketView): Iterable<string> {
  const evidence = askAgain(rule, view);
  const last = evidence.at(-1);
  if (last?.answer !== false || evidence.slice(0, -1).some(({ answer }) => answer !== true)) {
    yield `passed over, and asked again it says ${told(evidence)}`;
    return;
  }
  const why = whyRuleNot(rule, view);
  if (why !== whyNot(last)) yield `"${why}" does not name ${last.question.text}`;
  const rows = allConditions(rule, view, evidence);
  if (
    rows
      .filter(({ answer }) => answer === false)
      .map(({ text }) => text)
      .join() !== last.question.text
  )
    yield 'the table does not show what denied it';
}

function* wrongOfEvent(
  walked: Walked,
  index: number,
  event: Extract<TraceEvent, { readonly kind: 'rule' }>,
): Iterable<string> {
  const { rule, view, matched } = event;
  const evidence = evidenceOf(event);
  for (const { question, view: then, answer, said } of evidence) {
    const again = 'match' in question ? answer : askDrawn(question, then);
    if (!said && !isDeepStrictEqual(again, answer))
      yield `${question.text} said ${JSON.stringify(answer)}, and asked again ${JSON.stringify(again)}`;
  }
  const denied = evidence.filter(deniedBy);
  const { why } = whyRule(walked, index, event);
  const rows = allConditions(rule, view, evidence);
  if (rows.filter(({ asked }) => asked).length !== evidence.length) yield 'the table does not show all that was asked';
  if (matched) {
    if (denied.length > 0) yield `matched, and was denied by ${told(denied)}`;
    const readable = (text: string): boolean => event.broken !== undefined && text !== '';
    if (rows.some(({ text, answer }) => answer === false || (answer === undefined && !readable(text))))
      yield 'matched, and the table has something else than yes';
    return;
  }
  const last = denied.at(-1);
  if (!last || denied.length > 1 || last !== evidence.at(-1)) {
    yield `did not match, and the evidence is ${told(evidence)}`;
    return;
  }
  const words =
    typeof last.answer === 'object'
      ? `if not ${'match' in last.question ? (last.question.assumed ?? '') : last.question.text}`
      : whyNot(last);
  if (event.broken === undefined && why !== words) yield `"${why}" does not name ${last.question.text}`;
  if (event.broken !== undefined && !why.includes(event.broken))
    yield `"${why}" does not say that the packet is dropped`;
  if (!rows.some(({ asked }) => asked === last)) yield 'the table does not show what denied it';
}

function told(evidence: readonly Asked[]): string {
  return (
    evidence
      .map(
        ({ question, answer, taken }) =>
          `${question.text} ${typeof answer === 'object' ? `unknown, taken as ${String(taken)}` : String(answer)}`,
      )
      .join('; ') || 'nothing'
  );
}

function place({ chain, number }: Rule): string {
  return `${chain.table} ${chain.name} rule ${number}`;
}
