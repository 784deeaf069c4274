import { formatPacketExpression, parsePacketExpression } from '../../../src/core/net/packetExpression';
import { PROTOCOL } from '../../../src/core/net/packet';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf } from '../../../src/features/fileModel';
import { journeyOf, type JourneyLeg } from '../../../src/features/journey/journey';
import { replyLegs } from '../../../src/features/journey/replyLegs';
import { evaluate, type Evaluation } from '../../../src/features/traceSession/evaluate';
import { JOURNEYS, NODE_FACTS, routingOf, type JourneyCase } from '../../fixtures/istio/journeys';
import type { KernelCase, PacketJson, TopologyJson } from '../case';

type Named = { readonly name: string; readonly question: KernelCase };

/** Every leg of every journey, each sent to a fresh host, and every answer, each behind its leg. */
export function journeyCases(): readonly Named[] {
  return JOURNEYS.flatMap((journey) => {
    const { legs, trace } = walked(journey);
    const question = { rules: journey.rules, ...setsOf(journey.rules), topology: topologyOf(journey.rules) };
    return [
      {
        name: journey.name,
        question: { ...question, packets: legs.map((leg) => packetOf(leg, trace)), independent: true },
      },
      ...answersTo(journey, question),
    ];
  });
}

/** A program has to listen where the packet ends, or the kernel refuses it before anyone can answer. */
function answersTo(journey: JourneyCase, question: Omit<KernelCase, 'packets'>): readonly Named[] {
  const { legs, trace } = walked(journey);
  return replyLegs(legs, trace).map(({ id, of, reply }) => {
    const evaluation = trace(of.expression);
    const { end, events = [] } = evaluation.input?.traced.outcomes[0] ?? {};
    const tproxy = events.flatMap((event) =>
      event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy' ? [event.effect.port] : [],
    )[0];
    const proto = end?.packet.protocol === PROTOCOL.UDP ? 'udp' : 'tcp';
    const listeners =
      end?.outcome === 'LOCAL'
        ? [
            {
              proto,
              addr: '0.0.0.0',
              port: tproxy ?? end.packet.destinationPort,
              ...(tproxy === undefined ? {} : { transparent: true }),
            },
          ]
        : [];
    // With the port that was filled in: the answer goes there.
    return {
      name: `${journey.name}: ${id}, the answer to ${of.label}`,
      question: {
        ...question,
        listeners,
        packets: [{ ...evaluation.request }, { ...reply.request }],
        independent: false,
      },
    };
  });
}

function walked({ rules, packet, beside = '', ownService }: JourneyCase): {
  readonly legs: readonly JourneyLeg[];
  readonly trace: (expression: string) => Evaluation;
} {
  const model = modelOf(parseSourceFile(`${rules}${routingOf(rules)}${beside}`, { fileName: 'pod.txt' }));
  const dump = model.defaultDump;
  if (!dump) throw new Error('there are no rules in it');
  const trace = (expression: string): Evaluation =>
    evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  const expression = formatPacketExpression(packet);
  return { legs: journeyOf(trace(expression), expression, trace, { ownService: ownService === true }).legs, trace };
}

/** Raw sockets do not choose a source. */
function packetOf({ expression }: JourneyLeg, trace: (expression: string) => Evaluation): PacketJson {
  return { ...parsePacketExpression(expression).request, src: trace(expression).request?.src };
}

function setsOf(rules: string): Pick<KernelCase, 'sets'> {
  if (rules.includes('istio-inpod-probes-v4')) return { sets: 'create istio-inpod-probes-v4 hash:ip\n' };
  return rules.includes('ztunnel-pods-ips')
    ? {
        sets: NODE_FACTS.split('\n')
          .filter((line) => /^(?:create|add) /.test(line))
          .map((line) => `${line}\n`)
          .join(''),
      }
    : {};
}

/**
 * As the file shows it: interfaces with their addresses, routes, and rules of policy routing with their preferences.
 */
function topologyOf(rules: string): TopologyJson {
  const lines = routingOf(rules).split('\n');
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
    ipRules: lines.flatMap((line) => {
      const [, preference, rest] = /^(\d+): from all (.+)$/.exec(line) ?? [];
      return preference === undefined || Number(preference) >= 32766 ? [] : [`pref ${preference} ${rest ?? ''}`];
    }),
  };
}
