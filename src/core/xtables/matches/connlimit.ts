import { formatAddress, prefixBlock, sameAddress } from '../../net/address';
import type { Tuple } from '../../net/conntrack';
import { PROTOCOL, type Packet } from '../../net/packet';
import { defineMatch } from '../extension';
import { flag, invalid, option, problem, type BuildProblem, type GivenOptions, type InvalidValue, type ValueType } from '../option';
import { prefixLength } from '../values/looseAddress';
import { number32 } from '../values/number32';
import { malformed } from '../values/transport';
import type { PacketView } from '../view';

interface ConnlimitData {
  readonly limit: number;
  /** Fits above the limit, else up to it. */
  readonly above: boolean;
  readonly length: number;
  readonly side: 'source' | 'destination';
}

/** The first packets of the connections counted so far, by network. */
type Counted = ReadonlyMap<string, readonly Tuple[]>;

const lengthValue: ValueType<number> = {
  metavariable: 'length',
  parse(text, { family }): number | InvalidValue {
    const bits = family === 4 ? 32 : 128;
    const length = prefixLength(text, family);
    return length === undefined ? invalid(`"${text}" is neither a prefix length from 0 to ${bits} nor a mask`) : Math.min(length, bits);
  },
};

const upto = option('--connlimit-upto', number32('n'), 'Fits while there are at most n connections.', { invertible: true, excludes: ['--connlimit-above'] });
const above = option('--connlimit-above', number32('n'), 'Fits once there are more than n connections.', { invertible: true, excludes: ['--connlimit-upto'] });
const maskOption = option('--connlimit-mask', lengthValue, 'Prefix length of the networks that are counted each for itself.');
const saddr = flag('--connlimit-saddr', 'Count by source (the default).', { excludes: ['--connlimit-daddr'] });
const daddr = flag('--connlimit-daddr', 'Count by destination.', { excludes: ['--connlimit-saddr'] });

/**
 * `-m connlimit`: how many connections a network has, the packet's own included. Source: iptables-extensions(8) "connlimit",
 * net/netfilter/xt_connlimit.c connlimit_mt. Counts those connections that reached this rule since it was loaded.
 */
export const connlimit = defineMatch<ConnlimitData>({
  kind: 'match',
  name: 'connlimit',
  families: [4, 6],
  options: [upto, above, maskOption, saddr, daddr],
  needsConntrack: true,
  documentation: {
    summary: 'Counts the connections of a host or network and fits above or up to a limit.',
    details: 'Only connections that this rule has seen while they were new count, the current one included. A trace starts from a freshly loaded rule.',
    source: 'iptables-extensions(8), connlimit; net/netfilter/xt_connlimit.c',
  },
  build: buildConnlimit,
  drops: (_data, { packet, conntrack }) => (conntrack?.entry === undefined && packet.protocol === PROTOCOL.IPV6_NONE && packet.family === 6 ? malformed('nothing follows its IPv6 headers, so it belongs to no connection') : undefined),
  print: optionsText,
  conditions: (data, self) => [{
    text: optionsText(data).trim(),
    stateful: true,
    test(view) {
      const connections = withThis(data, view, self);
      view.memory.set(self, new Map(read(view, self)).set(network(data, view), isKept(view) ? connections : connections.slice(0, -1)));
      return connections.length > data.limit === data.above;
    },
    actual: (view) => `${withThis(data, view, self).length} of ${network(data, view)}`,
  }],
});

function buildConnlimit(options: GivenOptions, { family }: { readonly family: 4 | 6 }): ConnlimitData | BuildProblem {
  const given = options.get(upto) ?? options.get(above);
  if (given === undefined) return problem('connlimit needs --connlimit-upto or --connlimit-above');
  return {
    limit: given.value, above: options.has(above) !== given.inverted,
    length: options.get(maskOption)?.value ?? (family === 4 ? 32 : 128), side: options.has(daddr) ? 'destination' : 'source',
  };
}

function optionsText({ limit, above: over, length, side }: ConnlimitData): string {
  return ` --connlimit-${over ? 'above' : 'upto'} ${limit} --connlimit-mask ${length} --connlimit-${side === 'source' ? 'saddr' : 'daddr'}`;
}

function read({ memory }: PacketView, self: object): Counted {
  return (memory.get(self) as Counted | undefined) ?? new Map();
}

function network({ side, length }: ConnlimitData, { packet }: PacketView): string {
  return `${formatAddress(prefixBlock(packet[side], length).address)}/${length}`;
}

/**
 * The connections of the packet's network that are still there, its own last if it is added. Linux 6.18 adds a connection that got through
 * before only where the network has none yet, or on lo: else it is taken to have been counted when it was new.
 */
function withThis(data: ConnlimitData, view: PacketView, self: object): readonly Tuple[] {
  const before = read(view, self).get(network(data, view));
  const entry = view.conntrack ? view.conntrack.entry : view.findConnection?.(packetTuple(view.packet));
  const own = view.conntrack?.entry?.original ?? packetTuple(view.packet);
  const alive = (before ?? []).filter((tuple) => sameTuple(tuple, own) || isAlive(tuple, view));
  if (alive.length > 0 && entry?.confirmed && view.inInterface !== 'lo') return alive;
  return [...alive.filter((tuple) => !sameTuple(tuple, own)), own];
}

/** Connections that were dropped, reset or closed no longer count. */
function isAlive(tuple: Tuple, { findConnection }: PacketView): boolean {
  if (findConnection === undefined) return true;
  const entry = findConnection(tuple);
  return entry !== undefined && entry.tcpState !== 'TIME_WAIT' && entry.tcpState !== 'CLOSE';
}

/** A packet that connection tracking made no connection of counts for itself, but is forgotten before the next one. */
function isKept({ conntrack }: PacketView): boolean {
  return conntrack === undefined || conntrack.entry !== undefined;
}

function packetTuple({ source, destination, protocol, sourcePort, destinationPort, icmpType, icmpCode, icmpId }: Packet): Tuple {
  const icmp = protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6 ? { type: icmpType, code: icmpCode, id: icmpId } : undefined;
  return { source, destination, protocol, sourcePort, destinationPort, icmp };
}

function sameTuple(a: Tuple, b: Tuple): boolean {
  return (
    a.protocol === b.protocol && a.sourcePort === b.sourcePort && a.destinationPort === b.destinationPort && a.icmp?.id === b.icmp?.id && a.icmp?.type === b.icmp?.type &&
    a.icmp?.code === b.icmp?.code && sameAddress(a.source, b.source) && sameAddress(a.destination, b.destination)
  );
}
