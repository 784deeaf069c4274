import { answerLine } from '../../src/cli/batch';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest, type InputProblem, type PacketRequest } from '../../src/core/net/packetRequest';
import { addConnections } from '../../src/core/netfilter/connections';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { tracePackets } from '../../src/core/netfilter/trace';
import { World } from '../../src/core/netfilter/world';
import { rulesWithNft } from '../../src/features/rulesOfText';
import type { KernelCase, OwnAnswer, PacketJson } from './case';

/** What the evaluator says of packets, or why it cannot. */
export type Evaluation = readonly OwnAnswer[] | { readonly error: string };

/** What the evaluator says of a case, through the same entry point as the command line. */
export function evaluate(question: KernelCase): Evaluation {
  const result = answerLine(JSON.stringify({ op: 'trace', id: 0, ...question })) as {
    error?: string;
    results?: readonly OwnAnswer[];
  };
  return result.error === undefined ? (result.results ?? []) : { error: result.error };
}

/**
 * The same for many sequences of packets that are sent through the rules and the host of one case, which are read once.
 */
export function evaluator({
  rules,
  rules6,
  nft,
  topology,
  listeners,
  sets,
  conntrack,
}: KernelCase): (packets: readonly PacketJson[]) => Evaluation {
  const host = hostFromTopology(topology, { listeners: listeners ?? [], sets });
  if (isProblem(host)) return () => ({ error: host.message });
  const world = new World();
  const bad: InputProblem | undefined = addConnections(conntrack, world);
  if (bad) return () => ({ error: bad.message });
  const ruleSets = { v4: rulesWithNft(rules, nft, 4), v6: rulesWithNft(rules6, nft, 6) };
  return (packets) => {
    const requests: PacketRequest[] = [];
    for (const packet of packets) {
      const request = readPacketRequest(packet, 'packet');
      if (isProblem(request)) return { error: request.message };
      requests.push(request);
    }
    return tracePackets(requests, { host, world, ruleSets, answers: new Map(), rawSockets: true }, ({ outcomes }) => ({
      outcomes: outcomes.map(outcomeOf),
    }));
  };
}

/** The lines of `check` that say that the back end which wrote the rules refuses them. */
export function refusalsOf(rules: string, family: 4 | 6): readonly string[] {
  const { diagnostics } = answerLine(JSON.stringify({ op: 'check', id: 0, rules, family })) as {
    diagnostics: readonly { line: number; severity: string; code: string; message: string }[];
  };
  return diagnostics
    .filter(({ severity, code }) => severity === 'error' || code === 'nft-refuses')
    .map(({ line, message }) => `${line}: ${message}`);
}

/**
 * Rules whose answer nobody can be certain of from the file alone: chance, the clock, the processor, what runs on the
 * host.
 */
const UNCERTAIN =
  /--mode random|-m time |-m cpu |-m osf |-m nfacct |--object-pinned|-m cgroup |-m rateest |-m socket|-m connlimit/;

export function isUncertain({ rules = '', rules6 = '', nft = '' }: KernelCase): boolean {
  return UNCERTAIN.test(rules) || UNCERTAIN.test(rules6) || /numgen|hash|meta random/.test(nft);
}
