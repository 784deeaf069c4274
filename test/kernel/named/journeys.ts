import { parsePacketExpression, formatPacketExpression } from '../../../src/core/net/packetExpression';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf } from '../../../src/features/fileModel';
import { journeyOf } from '../../../src/features/journey/journey';
import { evaluate, type Evaluation } from '../../../src/features/traceSession/evaluate';
import { JOURNEYS, routingOf } from '../../fixtures/istio/journeys';
import type { KernelCase, PacketJson, TopologyJson } from '../case';

/** Every leg of every journey, each sent to a fresh pod. */
export function journeyCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return JOURNEYS.map(({ name, rules, packet }) => ({ name, question: { rules, ...(rules.includes('istio-inpod-probes-v4') && { sets: 'create istio-inpod-probes-v4 hash:ip\n' }), topology: topologyOf(rules), packets: legsOf(rules, formatPacketExpression(packet)), independent: true } }));
}

function legsOf(rules: string, packet: string): readonly PacketJson[] {
  const model = modelOf(parseSourceFile(`${rules}${routingOf(rules)}`, { fileName: 'pod.txt' }));
  const dump = model.defaultDump;
  if (!dump) throw new Error('there are no rules in it');
  const trace = (expression: string): Evaluation => evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  // Raw sockets do not choose a source.
  return journeyOf(trace(packet), packet, trace).legs.map(({ expression }) => ({ ...parsePacketExpression(expression).request, src: trace(expression).request?.src }));
}

/** As the file of the pod shows it. */
function topologyOf(rules: string): TopologyJson {
  const lines = routingOf(rules).split('\n');
  return {
    ifaces: [{ name: 'eth0', mac: '02:00:00:00:01:05', addrs: ['10.60.7.12/24'] }],
    routes: lines.filter((line) => /^(?:default|local default) /.test(line)),
    ipRules: lines.flatMap((line) => /fwmark .*/.exec(line)?.[0] ?? []),
  };
}
