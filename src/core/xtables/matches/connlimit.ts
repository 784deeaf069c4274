import { formatAddress, prefixBlock } from '../../net/address';
import { isTemplate, type ConntrackEntry, type Tuple } from '../../net/conntrack';
import { PROTOCOL } from '../../net/packet';
import { tupleKey, tupleOf } from '../../net/tuple';
import { unknown } from '../answer';
import { defineMatch, type MatchDrop } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type GivenOptions,
  type InvalidValue,
  type ValueType,
} from '../option';
import { prefixLength } from '../values/looseAddress';
import { number32 } from '../values/number32';
import { malformed } from '../values/transport';
import type { PacketView } from '../view';

interface ConnlimitData {
  readonly limit: number;
  /** Matches above the limit, else up to it. */
  readonly above: boolean;
  readonly length: number;
  readonly side: 'source' | 'destination';
}

/** The connections counted so far of one network, in the order in which they came. */
interface Counted {
  /** As if the kernel's clock had ticked between any two packets: it has forgotten what has ended. */
  readonly swept: readonly Connection[];
  /** As if it never had: it has forgotten nothing, and may have counted a connection twice. */
  readonly unswept: readonly Connection[];
}

type ConnectionZone = ConntrackEntry['zone'];

interface Connection {
  readonly tuple: Tuple;
  readonly zone: ConnectionZone;
}

const TICK =
  'it depends on whether a tick of the kernel\u2019s clock lies between the packets: only then are ended ' +
  'connections forgotten';

const lengthValue: ValueType<number> = {
  metavariable: 'length',
  parse(text, { family }): number | InvalidValue {
    const bits = family === 4 ? 32 : 128;
    const length = prefixLength(text, family);
    return length === undefined
      ? invalid(`"${text}" is neither a prefix length from 0 to ${bits} nor a mask`)
      : Math.min(length, bits);
  },
};

const upto = option('--connlimit-upto', number32('n'), 'Matches while there are at most n connections.', {
  invertible: true,
  excludes: ['--connlimit-above'],
});
const above = option('--connlimit-above', number32('n'), 'Matches once there are more than n connections.', {
  invertible: true,
  excludes: ['--connlimit-upto'],
});
const maskOption = option(
  '--connlimit-mask',
  lengthValue,
  'Prefix length of the networks that are counted separately.',
);
const saddr = flag('--connlimit-saddr', 'Count by source (the default).', { excludes: ['--connlimit-daddr'] });
const daddr = flag('--connlimit-daddr', 'Count by destination.', { excludes: ['--connlimit-saddr'] });

/**
 * `-m connlimit`: how many connections a network has, the packet's own included. Source: iptables-extensions(8)
 * "connlimit", net/netfilter/xt_connlimit.c connlimit_mt. Counts those connections that reached this rule since it was
 * loaded. The kernel forgets those that have ended only where its clock has ticked since it last looked; where that
 * makes a difference, the answer is unknown.
 */
export const connlimit = defineMatch<ConnlimitData>({
  kind: 'match',
  name: 'connlimit',
  families: [4, 6],
  options: [upto, above, maskOption, saddr, daddr],
  needsConntrack: true,
  documentation: {
    summary: 'Counts the connections of a host or network and matches above or up to a limit.',
    details:
      'Only connections that this rule saw when they were new count, including the current one. A trace starts ' +
      'from a freshly loaded rule.',
    source: 'iptables-extensions(8), connlimit; net/netfilter/xt_connlimit.c',
  },
  build: buildConnlimit,
  drops(data, view, self) {
    const { packet, conntrack } = view;
    if (conntrack?.entry === undefined && packet.protocol === PROTOCOL.IPV6_NONE && packet.family === 6)
      return malformed('nothing follows its IPv6 headers, so it belongs to no connection');
    return emptyCount(data, view, self);
  },
  print: optionsText,
  conditions: (data, self) => [
    {
      text: optionsText(data).trim(),
      stateful: true,
      test(view) {
        const { swept, unswept } = counted(data, view, self);
        view.memory.set(self, new Map(read(view, self)).set(network(data, view), { swept, unswept }));
        // That nothing is left to count is reported by `drops`.
        const [few, many] = [(swept.length || unswept.length) > data.limit, unswept.length > data.limit];
        return few === many ? few === data.above : unknown(TICK);
      },
      actual: (view) => `${counted(data, view, self).swept.length} of ${network(data, view)}`,
    },
  ],
});

function buildConnlimit(options: GivenOptions, { family }: { readonly family: 4 | 6 }): ConnlimitData | BuildProblem {
  const given = options.get(upto) ?? options.get(above);
  if (given === undefined) return problem('connlimit needs --connlimit-upto or --connlimit-above');
  return {
    limit: given.value,
    above: options.has(above) !== given.inverted,
    length: options.get(maskOption)?.value ?? (family === 4 ? 32 : 128),
    side: options.has(daddr) ? 'destination' : 'source',
  };
}

function optionsText({ limit, above: over, length, side }: ConnlimitData): string {
  return (
    ` --connlimit-${over ? 'above' : 'upto'} ${limit} --connlimit-mask ${length} ` +
    `--connlimit-${side === 'source' ? 'saddr' : 'daddr'}`
  );
}

function read({ memory }: PacketView, self: object): ReadonlyMap<string, Counted> {
  return (memory.get(self) as ReadonlyMap<string, Counted> | undefined) ?? new Map();
}

/** Each zone is counted for itself. */
function network({ side, length }: ConnlimitData, view: PacketView): string {
  const { original, reply } = ownConnection(view).zone;
  const zone = original || reply;
  return (
    `${formatAddress(prefixBlock(view.packet[side], length).address)}/${length}` +
    `${zone === 0 ? '' : ` in zone ${zone}`}`
  );
}

/**
 * What stands for the packet's connection: its first packet, or this one where connection tracking has not seen it,
 * which may then be a reply and is counted as one. Source: nf_conncount.c get_ct_or_tuple_from_skb in Linux 6.18.
 */
function ownConnection({ packet, conntrack, findConnection }: PacketView): {
  readonly own: Connection;
  readonly zone: ConnectionZone;
  readonly entry: ConntrackEntry | undefined;
} {
  const attached = conntrack?.entry;
  if (attached && !isTemplate(attached))
    return { own: { tuple: attached.original, zone: attached.zone }, zone: attached.zone, entry: attached };
  const zone = attached?.zone ?? { original: 0, reply: 0 };
  const tuple = tupleOf(packet);
  return { own: { tuple, zone }, zone, entry: findConnection?.(tuple, zone) };
}

/**
 * The connections of the packet's network, its own included. One that got through before is looked for among them,
 * unless it is assured: then it is taken to have been counted when it was new. Source: nf_conncount.c count_tree,
 * __nf_conncount_add in Linux 6.18.
 */
function counted(data: ConnlimitData, view: PacketView, self: object): Counted {
  const before = read(view, self).get(network(data, view));
  const { own, entry } = ownConnection(view);
  if (before === undefined) return { swept: [own], unswept: [own] };
  if (entry?.confirmed && entry.assured)
    return { swept: before.swept.filter((each) => counts(each, view)), unswept: before.unswept };
  return {
    swept: withOwn(before.swept, own, view),
    unswept: entry?.confirmed ? withOwn(before.unswept, own, view) : [...before.unswept, own],
  };
}

/** The list with its dead swept out, up to the packet's own connection or with that added. */
function withOwn(list: readonly Connection[], own: Connection, view: PacketView): readonly Connection[] {
  const key = tupleKey(own.tuple);
  const at = list.findIndex(
    ({ tuple, zone }) =>
      tupleKey(tuple) === key && (view.findConnection === undefined || view.findConnection(tuple, zone) !== undefined),
  );
  const before = (at < 0 ? list : list.slice(0, at)).filter((each) => counts(each, view));
  return [...before, ...(at < 0 ? [own] : list.slice(at))];
}

/** Connections that were dropped, reset or closed no longer count. */
function counts({ tuple, zone }: Connection, { findConnection }: PacketView): boolean {
  if (findConnection === undefined) return true;
  const entry = findConnection(tuple, zone);
  return entry !== undefined && entry.tcpState !== 'TIME_WAIT' && entry.tcpState !== 'CLOSE';
}

/** The packet has no place in a count that is left empty: the kernel takes that for a lack of memory and drops it. */
function emptyCount(data: ConnlimitData, view: PacketView, self: object): MatchDrop | undefined {
  const { swept, unswept } = counted(data, view, self);
  if (swept.length > 0) return undefined;
  const drop = malformed(
    'its connection is assured but was not counted, and all counted connections have ended: Linux takes the ' +
      'empty count for a lack of memory',
  );
  return unswept.length === 0 ? drop : { ...drop, open: { question: 'the count is empty', answer: unknown(TICK) } };
}
