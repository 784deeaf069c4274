import type { KernelCase, PacketJson, TopologyJson } from '../case';
import { evaluator, type Evaluation } from '../evaluate';
import { Random } from '../random';
import type { Backend } from '../referee';
import { withHeader } from '../report';
import { conversation, type Followed } from './conversation';
import { generateRules, type Profile } from './ruleSet';
import { makeScene, sceneOf, TOPOLOGIES } from './scene';
import { setsText } from './sets';
import { stateRules } from './stateRules';

/** One rule set, and sequences of packets for it, each of which begins with an empty connection table. */
export interface GeneratedSequences {
  /** Without packets. */
  readonly question: KernelCase;
  /** What the evaluator says of packets that are sent there. */
  readonly evaluate: (packets: readonly PacketJson[]) => Evaluation;
  readonly sequences: readonly (readonly PacketJson[])[];
}

/** So many packets make a sequence. */
export const SEQUENCE = 7;
/**
 * At most this many sequences are sent through one rule set; where a rule remembers, it has to be loaded anew for each.
 */
const SEQUENCES = { plain: 24, remembering: 6 } as const;
/** Hosts change this seldom, because a new one takes longer than a new rule set. */
export const SAME_HOST = 12;

/**
 * What chance, the clock or the processor decides, or what runs on the host, is omitted: nothing states what comes of
 * it.
 */
const UNCERTAIN =
  /--mode random|-m time |-m cpu |-m osf |-m nfacct |--object-pinned|-m cgroup |-m rateest |-m socket|-m connlimit|--random| RATEEST | IDLETIMER |-j TPROXY/;
const ONE_FAMILY = new RegExp(`${UNCERTAIN.source}|--(match|add|del|map)-set`);
/** What is not tracked comes back over lo in its fragments, which the trace shows as one. */
const UNTRACKING = /NOTRACK|--notrack/;
const REMEMBERING = /-m (statistic|limit|hashlimit|recent|quota|connbytes)|-j SET/;
const PROFILES: readonly (Profile | 'state')[] = [
  'state',
  'state',
  'state',
  'state',
  'nat',
  'plain',
  'rich',
  'change',
  'unit',
];

/** How a host may track, reply to and receive packets. What no sysctl says is the harness's default. */
const SETTINGS: readonly Readonly<Record<string, number>>[] = [
  {},
  {},
  {},
  {},
  { 'net.netfilter.nf_conntrack_tcp_be_liberal': 0 },
  { 'net.netfilter.nf_conntrack_tcp_loose': 0 },
  { 'net.netfilter.nf_conntrack_tcp_loose': 0, 'net.netfilter.nf_conntrack_tcp_be_liberal': 0 },
];

/** The same for the same seed and index. */
export function generateSequences(seed: number, index: number, backend: Backend): GeneratedSequences {
  const random = new Random(seed * 1_000_003 + index);
  const hostRandom = new Random(seed * 1_000_003 + 500_000_000 + Math.floor(index / SAME_HOST));
  const topology = withSettings(hostRandom.pick(TOPOLOGIES), hostRandom.pick(SETTINGS));
  const profile = random.pick(PROFILES);
  const scene = makeScene(random, PROTOCOLS, topology);
  const other = random.chance(0.2) ? sceneOf(random, scene.family === 4 ? 6 : 4, topology, PROTOCOLS) : undefined;
  const scenes = other ? [scene, other] : [scene];
  // Sets of one family would have the names of those of the other.
  const left = other ? ONE_FAMILY : UNCERTAIN;
  const texts = scenes.map((each): readonly ['rules' | 'rules6', string] => [
    each.family === 4 ? 'rules' : 'rules6',
    without(left, profile === 'state' ? stateRules(each) : generateRules(each, profile)),
  ]);
  const all = texts.map(([, text]) => text).join('');
  const question = withHeader(
    {
      ...Object.fromEntries(texts),
      ...(/--(match|add|del|map)-set/.test(all) ? { sets: setsText(scene.sets) } : {}),
      topology,
      packets: [],
      independent: false,
    },
    backend,
  );
  const evaluate = evaluator(question);
  const count = REMEMBERING.test(all) ? SEQUENCES.remembering : SEQUENCES.plain;
  // Where the last of some packets goes, as the evaluator says: its reply has to come from there.
  const follow = (packets: readonly PacketJson[]): Followed | undefined => {
    const own = evaluate(packets);
    return 'error' in own ? undefined : own[own.length - 1]?.outcomes[0];
  };
  return {
    question,
    evaluate,
    sequences: Array.from({ length: count }, () => conversation(scenes, SEQUENCE, !UNTRACKING.test(all), follow)),
  };
}

const PROTOCOLS = [
  'tcp',
  'tcp',
  'tcp',
  'tcp',
  'udp',
  'udp',
  'icmp',
  'icmp',
  'gre',
  'gre',
  'sctp',
  'sctp',
  'dccp',
  'udplite',
  'esp',
  'ah',
];

function withSettings(topology: TopologyJson, settings: Readonly<Record<string, number>>): TopologyJson {
  return Object.keys(settings).length === 0 ? topology : { ...topology, sysctls: { ...topology.sysctls, ...settings } };
}

function without(left: RegExp, rules: string): string {
  return rules
    .split('\n')
    .filter((line) => !left.test(line))
    .join('\n');
}
