import { prefixMask, type Address } from '../../net/address';
import type { ConntrackEntry } from '../../net/conntrack';
import { PROTOCOL, type Packet } from '../../net/packet';
import { defineTarget } from '../extension';
import {
  invalid,
  option,
  problem,
  type BuildProblem,
  type Given,
  type GivenOptions,
  type InvalidValue,
  type Option,
  type ValueType,
} from '../option';
import { jhash } from '../values/jhash';
import { prefixLength } from '../values/looseAddress';
import { number32 } from '../values/number32';

/** What was given; undefined masks take nothing of their field into the hash. */
interface HmarkData {
  readonly sourcePrefix: number | undefined;
  readonly destinationPrefix: number | undefined;
  readonly sportMask: number | undefined;
  readonly dportMask: number | undefined;
  readonly spiMask: number | undefined;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  readonly spi: number | undefined;
  readonly protoMask: number | undefined;
  readonly seed: number;
  readonly modulus: number;
  readonly offset: number | undefined;
  readonly byConnection: boolean;
}

type Field = 'ct' | 'src' | 'dst' | 'sport' | 'dport' | 'proto' | 'spi';
/** In iptables' order: an abbreviation stands for the first that begins so. */
const FIELDS: readonly Field[] = ['ct', 'src', 'dst', 'sport', 'dport', 'proto', 'spi'];

const fieldList: ValueType<readonly Field[]> = {
  metavariable: 'src|dst|sport|dport|spi|proto|ct[,…]',
  completions: FIELDS,
  parse(text): readonly Field[] | InvalidValue {
    const fields: Field[] = [];
    for (const word of text.split(',')) {
      const field = word === '' ? undefined : FIELDS.find((each) => each.startsWith(word.toLowerCase()));
      if (field === undefined) return invalid(`"${word}" is not one of ${FIELDS.join(', ')}`);
      fields.push(field);
    }
    return fields;
  },
};

const prefix: ValueType<number> = {
  metavariable: 'length',
  parse(text, { family }): number | InvalidValue {
    const length = prefixLength(text, family);
    return length === undefined
      ? invalid(`"${text}" is neither a prefix length nor a mask`)
      : Math.min(length, family === 4 ? 32 : 128);
  },
};

const port = number32('value', 0, 65535);
const tuple = option(
  '--hmark-tuple',
  fieldList,
  'The fields that are hashed as a whole; ct takes them from the connection.',
);
const sourcePrefix = option('--hmark-src-prefix', prefix, 'How many bits of the source address are hashed.');
const destinationPrefix = option('--hmark-dst-prefix', prefix, 'How many bits of the destination address are hashed.');
const sportMask = option('--hmark-sport-mask', port, 'The bits of the source port that are hashed.');
const dportMask = option('--hmark-dport-mask', port, 'The bits of the destination port that are hashed.');
const spiMask = option('--hmark-spi-mask', number32('value'), 'The bits of the SPI of ESP or AH that are hashed.');
const sport = option('--hmark-sport', port, 'Bits set in the source port before hashing.');
const dport = option('--hmark-dport', port, 'Bits set in the destination port before hashing.');
const spi = option('--hmark-spi', number32('value'), 'Bits set in the SPI before hashing.');
const protoMask = option('--hmark-proto-mask', port, 'The bits of the protocol number that are hashed.');
const seed = option('--hmark-rnd', number32('value'), 'The seed of the hash.');
const modulus = option('--hmark-mod', number32('value', 1), 'How many different marks there are.');
const offset = option('--hmark-offset', number32('value'), 'The first mark.');

/** `-j HMARK`: sets the mark by a hash of the flow. Source: extensions/libxt_HMARK.c, net/netfilter/xt_HMARK.c. */
export const HMARK = defineTarget<HmarkData>({
  kind: 'target',
  name: 'HMARK',
  families: [4, 6],
  options: [
    tuple,
    sourcePrefix,
    destinationPrefix,
    sportMask,
    dportMask,
    spiMask,
    sport,
    dport,
    spi,
    protoMask,
    seed,
    modulus,
    offset,
  ],
  terminates: 'never',
  documentation: {
    summary: 'Sets the mark to a number computed from the addresses and ports of the flow.',
    details:
      'Both directions of a flow get the same mark. With a fixed --hmark-rnd the number is predictable; ICMP ' +
      'errors are hashed by the packet that they quote.',
    source: 'iptables-extensions(8), HMARK; net/netfilter/xt_HMARK.c',
  },
  build: buildHmark,
  print(data) {
    const part = (name: string, value: number | undefined, digits: number): string =>
      value === undefined ? '' : ` ${name} ${digits === 0 ? value : `0x${value.toString(16).padStart(digits, '0')}`}`;
    return [
      part('--hmark-src-prefix', data.sourcePrefix, 0),
      part('--hmark-dst-prefix', data.destinationPrefix, 0),
      part('--hmark-sport-mask', data.sportMask, 4),
      part('--hmark-dport-mask', data.dportMask, 4),
      part('--hmark-spi-mask', data.spiMask, 8),
      part('--hmark-sport', data.sport, 4),
      part('--hmark-dport', data.dport, 4),
      part('--hmark-spi', data.spi, 8),
      part('--hmark-proto-mask', data.protoMask, 2),
      part('--hmark-rnd', data.seed, 8),
      part('--hmark-mod', data.modulus, 0),
      part('--hmark-offset', data.offset, 0),
      data.byConnection ? ' --hmark-tuple ct' : '',
    ].join('');
  },
  describe: (data) =>
    `sets the mark to a number from ${data.offset ?? 0} to ${(data.offset ?? 0) + data.modulus - 1} that ` +
    'depends on the flow',
  changes: () => [{ field: 'mark', kind: 'open' }],
  apply(data, { packet, conntrack }) {
    if (data.byConnection && conntrack?.entry === undefined)
      return { kind: 'continue', note: 'the packet belongs to no connection' };
    const flow = data.byConnection ? connectionFlow(conntrack?.entry as ConntrackEntry) : packetFlow(packet);
    return { kind: 'continue', packet: { mark: markOf(data, flow) } };
  },
});

function buildHmark(options: GivenOptions, { family }: { readonly family: 4 | 6 }): HmarkData | BuildProblem {
  const bits = family === 4 ? 32 : 128;
  const list = options.get(tuple);
  const has = (field: Field): boolean => list?.value.includes(field) ?? false;
  // A field in the tuple stands for its mask with all bits; after the tuple iptables refuses that mask as given twice.
  const repeated = (
    [
      ['src', sourcePrefix],
      ['dst', destinationPrefix],
      ['sport', sportMask],
      ['dport', dportMask],
      ['spi', spiMask],
      ['proto', protoMask],
    ] as const
  )
    .map(([field, each]): Given<number> | undefined => (has(field) ? options.get(each) : undefined))
    .find((given) => given !== undefined && list !== undefined && given.optionWord.start > list.optionWord.start);
  if (repeated) return problem('the tuple already contains this field', repeated);
  const value = (given: Option<number>): number | undefined => options.get(given)?.value;
  const data = {
    sourcePrefix: has('src') ? bits : value(sourcePrefix),
    destinationPrefix: has('dst') ? bits : value(destinationPrefix),
    sportMask: has('sport') ? 0xffff : value(sportMask),
    dportMask: has('dport') ? 0xffff : value(dportMask),
    spiMask: has('spi') ? 0xffffffff : value(spiMask),
    sport: value(sport),
    dport: value(dport),
    spi: value(spi),
    protoMask: has('proto') ? 0xffff : value(protoMask),
    offset: value(offset),
    byConnection: has('ct'),
  };
  const [seedValue, modulusValue] = [value(seed), value(modulus)];
  if (modulusValue === undefined) return problem('HMARK needs --hmark-mod');
  if (seedValue === undefined) return problem('HMARK needs --hmark-rnd');
  const ports = data.sportMask !== undefined || data.dportMask !== undefined;
  if (data.spiMask !== undefined && ports)
    return problem('--hmark-spi-mask and the masks of ports exclude each other', options.get(spiMask) ?? list);
  if (data.spi !== undefined && (data.sport !== undefined || data.dport !== undefined))
    return problem('--hmark-spi and --hmark-sport, --hmark-dport exclude each other', options.get(spi));
  const { offset: _offset, byConnection, ...fields } = data;
  if (!byConnection && Object.values(fields).every((each) => each === undefined))
    return problem('HMARK needs --hmark-tuple or one of the masks');
  return { ...data, seed: seedValue, modulus: modulusValue };
}

interface Flow {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  /** The four bytes at the ports' place: both ports or the SPI; undefined where there are none to hash. */
  readonly ports: number | undefined;
}

function packetFlow(packet: Packet): Flow {
  const icmp = packet.protocol === PROTOCOL.ICMP || packet.protocol === PROTOCOL.ICMPV6;
  if (icmp && packet.inner && packet.fragmentOffset === 0) return packetFlow(packet.inner);
  const { source, destination, protocol } = packet;
  const fragment = packet.fragmentOffset > 0 || packet.moreFragments;
  return { source, destination, protocol, ports: icmp || fragment ? undefined : portsOf(packet) };
}

function portsOf(packet: Packet): number | undefined {
  switch (packet.protocol) {
    case PROTOCOL.TCP:
    case PROTOCOL.UDP:
    case PROTOCOL.UDPLITE:
    case PROTOCOL.SCTP:
    case PROTOCOL.DCCP:
      return ((packet.sourcePort << 16) | packet.destinationPort) >>> 0;
    case PROTOCOL.ESP:
    case PROTOCOL.AH:
      return packet.spi;
    default:
      return undefined;
  }
}

/** The connection's client and the server after any DNAT. */
function connectionFlow({ original, reply }: ConntrackEntry): Flow {
  const ports = original.icmp ? original.icmp.id * 0x10001 : ((original.sourcePort << 16) | reply.sourcePort) >>> 0;
  return {
    source: original.source,
    destination: reply.source,
    protocol: original.protocol,
    ports: original.protocol === PROTOCOL.ICMP ? undefined : ports,
  };
}

/** Source: net/netfilter/xt_HMARK.c hmark_hash, hmark_swap_ports, hmark_addr_mask. */
function markOf(data: HmarkData, flow: Flow): number {
  const source = hashedAddress(flow.source, data.sourcePrefix);
  const destination = hashedAddress(flow.destination, data.destinationPrefix);
  const portMask = data.spiMask ?? ((data.sportMask ?? 0) << 16) | (data.dportMask ?? 0);
  const portSet = data.spi ?? ((data.sport ?? 0) << 16) | (data.dport ?? 0);
  const ports = flow.ports === undefined ? 0 : inOrder(((flow.ports & portMask) | portSet) >>> 0);
  const hash =
    (jhash([Math.min(source, destination), Math.max(source, destination), ports], data.seed) ^
      (flow.protocol & (data.protoMask ?? 0))) >>>
    0;
  return (Number((BigInt(hash) * BigInt(data.modulus)) >> 32n) + (data.offset ?? 0)) % 2 ** 32;
}

/** The higher of both halves comes first, so that both directions give one value. */
function inOrder(ports: number): number {
  const [first, second] = [ports >>> 16, ports & 0xffff];
  return ((Math.max(first, second) << 16) | Math.min(first, second)) >>> 0;
}

/** The masked address; the four words of IPv6 XORed. */
function hashedAddress({ family, words }: Address, length: number | undefined): number {
  const mask = prefixMask(family, length ?? 0);
  return words.reduce((hash, word, i) => (hash ^ (word & (mask.words[i] as number))) >>> 0, 0);
}
