import { isMulticast, type Address } from '../../net/address';
import { isTemplate } from '../../net/conntrack';
import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import { option, problem, type BuildProblem, type GivenOptions } from '../option';
import { missing } from '../shown';
import { jhash } from '../values/jhash';
import { number32 } from '../values/number32';

interface ClusterData {
  readonly nodes: number;
  /** Bit n-1 stands for node n. */
  readonly mask: number;
  readonly inverted: boolean;
  readonly seed: number;
}

const MOST_NODES = 32;

const totalNodes = option(
  '--cluster-total-nodes',
  number32('n', 1, MOST_NODES),
  'How many nodes the cluster has, 1 to 32.',
  { required: true },
);
const localNode = option('--cluster-local-node', number32('n', 1, MOST_NODES), 'The number of this node, from 1.', {
  invertible: true,
  excludes: ['--cluster-local-nodemask'],
});
const localNodemask = option(
  '--cluster-local-nodemask',
  number32('mask', 1, MOST_NODES),
  'The nodes that this one handles, as bits.',
  { invertible: true, excludes: ['--cluster-local-node'] },
);
const hashSeed = option('--cluster-hash-seed', number32('seed'), 'Seed of the hash, the same on all nodes.', {
  required: true,
});

/**
 * `-m cluster`: connections that this node of a cluster has to handle, by a hash of their source address. Source:
 * iptables-extensions(8) "cluster", net/netfilter/xt_cluster.c. The hash is that of a little-endian machine.
 */
export const cluster = defineMatch<ClusterData>({
  kind: 'match',
  name: 'cluster',
  families: [4, 6],
  options: [totalNodes, localNode, localNodemask, hashSeed],
  needsConntrack: true,
  documentation: {
    summary: 'Matches the connections that this node of a cluster handles.',
    details:
      'A hash of the address that opened the connection decides. Does not match, negated or not, packets ' +
      'without a connection. A packet for one host in a multicast frame counts as sent to this host only from ' +
      'here on, whether the rule matches or not.',
    source: 'iptables-extensions(8), cluster; net/netfilter/xt_cluster.c',
  },
  build: buildCluster,
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      test({ conntrack }): Answer {
        // What a CT rule has made has no address: observed, whatever is asked.
        if (!conntrack?.entry || isTemplate(conntrack.entry)) return false;
        if (conntrack.entry.master !== undefined)
          return unknown('the address of the master connection decides, which is not in the file');
        return (((data.mask >>> nodeOf(conntrack.entry.original.source, data)) & 1) !== 0) !== data.inverted;
      },
      // So that the nodes may share a multicast link layer address: what is for one host then counts as sent to this
      // one.
      changes: ({ packet, packetType }) =>
        packetType === 'multicast' && !isMulticast(packet.destination) ? { packetType: 'unicast' } : undefined,
      actual: ({ conntrack }) =>
        conntrack?.entry
          ? `node ${nodeOf(conntrack.entry.original.source, data) + 1} of ${data.nodes}`
          : missing('no connection'),
    },
  ],
});

function buildCluster(options: GivenOptions): ClusterData | BuildProblem {
  const nodes = options.get(totalNodes).value;
  const node = options.get(localNode);
  const mask = options.get(localNodemask);
  const given = node ?? mask;
  if (given === undefined) return problem('cluster needs --cluster-local-node or --cluster-local-nodemask');
  if (node && node.value > nodes) return problem(`there are ${nodes} nodes only`, node);
  if (mask && mask.value >= 2 ** nodes) return problem(`the mask has bits for more than ${nodes} nodes`, mask);
  return {
    nodes,
    mask: node ? (1 << (node.value - 1)) >>> 0 : given.value,
    inverted: given.inverted,
    seed: options.get(hashSeed).value,
  };
}

function optionsText({ nodes, mask, inverted, seed }: ClusterData): string {
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
  return (
    `${inverted ? ' !' : ''} --cluster-local-nodemask ${hex(mask)} --cluster-total-nodes ${nodes} ` +
    `--cluster-hash-seed ${hex(seed)}`
  );
}

/** From 0. Of an IPv6 address the kernel hashes the first 32 bits only. */
function nodeOf(source: Address, { nodes, seed }: ClusterData): number {
  return Number((BigInt(jhash([swapBytes(source.words[0] as number)], seed)) * BigInt(nodes)) >> 32n);
}

function swapBytes(word: number): number {
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word & 0xff00) << 8) | (word << 24)) >>> 0;
}
