import { PROTOCOL } from '../../../src/core/net/packet';
import type { JourneyLeg } from '../../../src/features/journey/journey';
import { hasNoListener } from '../../../src/core/netfilter/walkEnds';
import { replyLegs } from '../../../src/features/journey/replyLegs';
import type { Evaluation } from '../../../src/features/traceSession/evaluate';
import { hostJourney, istioJourney, type WalkedJourney } from '../../features/journey/walked';
import { HOST_JOURNEYS } from '../../fixtures/hostJourneys';
import { JOURNEYS, NODE_FACTS, routingOf } from '../../fixtures/istio/journeys';
import type { KernelCase, PacketJson, TopologyJson } from '../case';

type Named = { readonly name: string; readonly question: KernelCase };

/** Every leg of every journey of Istio, each sent to a fresh host, and every reply, each after its leg. */
export function journeyCases(): readonly Named[] {
  return JOURNEYS.flatMap((journey) =>
    casesOf(
      journey.name,
      { rules: journey.rules, ...setsOf(journey.rules), topology: topologyOf(routingOf(journey.rules)) },
      istioJourney(journey),
    ),
  );
}

/** The same of connections through hosts that translate addresses. */
export function hostJourneyCases(): readonly Named[] {
  return HOST_JOURNEYS.flatMap((journey) =>
    casesOf(
      journey.name,
      { rules: journey.rules, ...setsIn(journey.facts), topology: topologyOf(journey.facts) },
      hostJourney(journey),
    ),
  );
}

function casesOf(name: string, question: Omit<KernelCase, 'packets'>, journey: WalkedJourney): readonly Named[] {
  const { legs, trace } = journey;
  return [
    {
      name,
      question: {
        ...question,
        listeners: eachOnce(legs.flatMap(({ expression }) => listenersOf(trace(expression)))),
        packets: legs.map((leg) => packetOf(leg, trace)),
        independent: true,
      },
    },
    ...answersTo(name, journey, question),
  ];
}

/** Each reply goes through the connection of its leg. */
function answersTo(
  name: string,
  { legs, loops, trace }: WalkedJourney,
  question: Omit<KernelCase, 'packets'>,
): readonly Named[] {
  return replyLegs({ legs, loops }, trace).map(({ id, of, reply }) => {
    const evaluation = trace(of.expression);
    // With the port that was filled in: the reply goes there.
    return {
      name: `${name}: ${id}, the answer to ${of.label}`,
      question: {
        ...question,
        listeners: listenersOf(evaluation),
        packets: [{ ...evaluation.request }, { ...reply.request }],
        independent: false,
      },
    };
  });
}

/** A program has to listen where the packet ends, or the kernel refuses it, and drops what TPROXY hands to nobody. */
function listenersOf({ input }: Evaluation): readonly { readonly port: number }[] {
  const { end, events = [] } = input?.traced.outcomes[0] ?? {};
  if (end?.outcome !== 'LOCAL' || hasNoListener(end)) return [];
  const tproxy = events.flatMap((event) =>
    event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy' ? [event.effect.port] : [],
  )[0];
  return [
    {
      ...{ proto: end.packet.protocol === PROTOCOL.UDP ? 'udp' : 'tcp', addr: '0.0.0.0' },
      port: tproxy ?? end.packet.destinationPort,
      ...(tproxy === undefined ? {} : { transparent: true }),
    },
  ];
}

function eachOnce<T extends { readonly port: number }>(listeners: readonly T[]): readonly T[] {
  return listeners.filter(({ port }, i) => listeners.findIndex((each) => each.port === port) === i);
}

/** With all that was filled in: raw sockets choose no source. */
function packetOf({ expression }: JourneyLeg, trace: (expression: string) => Evaluation): PacketJson {
  return { ...trace(expression).request };
}

function setsOf(rules: string): Pick<KernelCase, 'sets'> {
  if (rules.includes('istio-inpod-probes-v4')) return { sets: 'create istio-inpod-probes-v4 hash:ip\n' };
  return rules.includes('ztunnel-pods-ips') ? setsIn(NODE_FACTS) : {};
}

/** Those that the file shows. */
function setsIn(facts: string): Pick<KernelCase, 'sets'> {
  const lines = facts.split('\n').filter((line) => /^(?:create|add) /.test(line));
  return lines.length === 0 ? {} : { sets: lines.map((line) => `${line}\n`).join('') };
}

/**
 * As the file shows it: interfaces with their addresses, routes, and rules of policy routing with their preferences.
 */
function topologyOf(facts: string): TopologyJson {
  const lines = facts.split('\n');
  const ifaces: { readonly name: string; readonly mac: string; readonly addrs: string[] }[] = [];
  for (const line of lines) {
    const name = /^\d+: (\S+): </.exec(line)?.[1];
    const address = /^ +inet (\S+)/.exec(line)?.[1];
    if (name !== undefined) ifaces.push({ name, mac: `02:00:00:00:01:${String(ifaces.length + 10)}`, addrs: [] });
    else if (address !== undefined) ifaces.at(-1)?.addrs.push(address);
  }
  const connected = new Set(
    ifaces.flatMap(({ addrs }) =>
      addrs.filter((each) => !each.endsWith('/32')).map((each) => each.replace(/\.\d+\//, '.0/')),
    ),
  );
  return {
    ifaces: ifaces.filter(({ name }) => name !== 'lo'),
    routes: lines.filter(
      (line) =>
        /^(?:default|local default|\d+\.[\d./]+ (?:dev|via)) /.test(line) &&
        !connected.has(line.split(' ', 1)[0] ?? ''),
    ),
    sysctls: Object.fromEntries(
      lines.flatMap((line) => {
        const [, name, value] = /^(net\.ipv4\.\S+) = (\d+)$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, Number(value)]];
      }),
    ),
    ipRules: lines.flatMap((line) => {
      const [, preference, rest] = /^(\d+): from all (.+)$/.exec(line) ?? [];
      return preference === undefined || Number(preference) >= 32766 ? [] : [`pref ${preference} ${rest ?? ''}`];
    }),
  };
}
