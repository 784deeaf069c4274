import { defineTarget } from '../extension';
import { flag, invalid, option, problem, type BuildProblem, type InvalidValue, type ValueType } from '../option';
import { number32 } from '../values/number32';
import { oneOf } from '../values/oneOf';

interface ClusteripData {
  /** undefined: the rule joins a cluster address that another rule has made. */
  readonly cluster: Cluster | undefined;
}

interface Cluster {
  readonly mode: string;
  readonly mac: string;
  readonly total: number;
  readonly local: number;
  readonly seed: number;
}

const multicastMac: ValueType<string> = {
  metavariable: 'mac',
  parse(text): string | InvalidValue {
    if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$/.test(text)) return invalid(`"${text}" is not a link-layer address`);
    const bytes = text.split(':').map((part) => parseInt(part, 16));
    if (((bytes[0] as number) & 1) === 0)
      return invalid('the link-layer address must be a multicast address: its first byte is odd');
    return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');
  },
};

const MAX_NODES = 16;
const isNew = flag('--new', 'Makes a new cluster address.');
const hashmode = option(
  '--hashmode',
  oneOf(['sourceip', 'sourceip-sourceport', 'sourceip-sourceport-destport']),
  'What decides which node takes a connection.',
);
const clustermac = option('--clustermac', multicastMac, 'The multicast link-layer address of the cluster.');
const totalNodes = option('--total-nodes', number32('count', 0, MAX_NODES), 'How many nodes the cluster has.');
const localNode = option('--local-node', number32('number', 0, MAX_NODES), 'The number of this node.');
const hashInit = option('--hash-init', number32('seed'), 'The seed of the hash.');

/**
 * `-j CLUSTERIP`: one of several machines with one address replies. Gone since Linux 6.3. Source: libipt_CLUSTERIP.c,
 * ipt_CLUSTERIP.c of older kernels.
 */
export const CLUSTERIP = defineTarget<ClusteripData>({
  kind: 'target',
  name: 'CLUSTERIP',
  families: [4],
  options: [isNew, hashmode, clustermac, totalNodes, localNode, hashInit],
  terminates: 'sometimes',
  needsConntrack: true,
  documentation: {
    summary: 'Shares one address among machines: each packet is for one of them.',
    details:
      'Packets that a hash assigns to another node are dropped here. Linux 6.3 removed this target; -m cluster ' +
      'does the same.',
    source: 'iptables-extensions(8), CLUSTERIP',
  },
  build(options) {
    if (options.count === 0) return { cluster: undefined };
    const [mode, mac, total, local] = [
      options.get(hashmode),
      options.get(clustermac),
      options.get(totalNodes),
      options.get(localNode),
    ];
    if (!options.has(isNew) || !mode || !mac || !total || !local)
      return problem(
        'CLUSTERIP takes either no option or --new, --hashmode, --clustermac, --total-nodes and --local-node together',
      );
    return {
      cluster: {
        mode: mode.value,
        mac: mac.value,
        total: total.value,
        local: local.value,
        seed: options.get(hashInit)?.value ?? 0,
      },
    };
  },
  check: (): readonly BuildProblem[] => [
    {
      kind: 'problem',
      message: 'Linux 6.3 and newer have no CLUSTERIP: iptables-restore fails there; use -m cluster',
      severity: 'warning',
    },
  ],
  print: ({ cluster }) =>
    cluster
      ? ` --new --hashmode ${cluster.mode} --clustermac ${cluster.mac} --total-nodes ${cluster.total} ` +
        `--local-node ${cluster.local} --hash-init ${cluster.seed}`
      : '',
  describe: ({ cluster }) =>
    cluster
      ? `lets only the share of node ${cluster.local} of ${cluster.total} pass`
      : "lets only this node's share of the cluster address pass",
  apply({ cluster }, { conntrack }) {
    if (conntrack?.entry === undefined) return { kind: 'verdict', verdict: 'DROP', note: 'no connection' };
    const share = cluster && cluster.total > 0 ? { probability: 1 / cluster.total } : {};
    const rest = cluster && cluster.total > 0 ? { probability: 1 - 1 / cluster.total } : {};
    return {
      kind: 'choice',
      reason: 'the nodes that are up decide which one takes the packet',
      choices: [
        { text: 'this node takes the packet', ...share, effect: { kind: 'continue' } },
        {
          text: 'another node takes the packet',
          ...rest,
          effect: { kind: 'verdict', verdict: 'DROP', note: 'for another node of the cluster' },
        },
      ],
    };
  },
});
