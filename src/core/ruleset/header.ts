import { formatAddress, formatBlock, inBlock, type Address, type AddressBlock } from '../net/address';
import { protocolName } from '../net/protocols';
import { unknown, type Answer } from '../xtables/answer';
import type { Condition } from '../xtables/extension';
import { protocolAsked } from '../xtables/protocolAsked';
import { missing } from '../xtables/shown';
import type { PacketView } from '../xtables/view';

/** What the fixed part of a rule asks: `struct ipt_ip` and `struct ip6t_ip6`. Tested before any match. */
export interface RuleHeader {
  readonly source: Negatable<AddressBlock> | undefined;
  readonly destination: Negatable<AddressBlock> | undefined;
  readonly inInterface: Negatable<string> | undefined;
  readonly outInterface: Negatable<string> | undefined;
  readonly protocol: Negatable<number> | undefined;
  /** `-f`: the second and later fragments (IPv4 only). */
  readonly fragment: Negatable<true> | undefined;
  /** Host names in place of addresses, which only a resolver can tell, and placeholders in place of interfaces. */
  readonly names: Names | undefined;
}

export interface Names {
  readonly source: Negatable<string> | undefined;
  readonly destination: Negatable<string> | undefined;
  readonly inInterface?: Negatable<string> | undefined;
  readonly outInterface?: Negatable<string> | undefined;
}

export interface Negatable<V> {
  readonly value: V;
  readonly inverted: boolean;
}

export const EMPTY_HEADER: RuleHeader = {
  source: undefined,
  destination: undefined,
  inInterface: undefined,
  outInterface: undefined,
  protocol: undefined,
  fragment: undefined,
  names: undefined,
};

/** The header as iptables-save prints it, each part with its blank in front. */
export function printHeader(header: RuleHeader): string {
  return (
    addressText('-s', header.source, header.names?.source) +
    addressText('-d', header.destination, header.names?.destination) +
    interfaceText('-i', header.names?.inInterface ?? header.inInterface) +
    interfaceText('-o', header.names?.outInterface ?? header.outInterface) +
    (header.protocol && header.protocol.value !== 0
      ? part('-p', header.protocol.inverted, protocolName(header.protocol.value))
      : '') +
    (header.fragment ? `${header.fragment.inverted ? ' !' : ''} -f` : '')
  );
}

/**
 * Whether the fixed part of a rule fits: the kernel asks this before any match, so nothing that remembers is disturbed.
 * What the file does not tell (`names`) is passed over here; `headerConditions` has it.
 */
export function headerMatches(header: RuleHeader, view: PacketView): boolean {
  const { source, destination, inInterface, outInterface, protocol, fragment } = header;
  // The same tests as those of `PARTS`, one after the other: a packet meets tens of thousands of rules.
  return (
    (destination === undefined || addressFits(destination, view.packet.destination)) &&
    (source === undefined || addressFits(source, view.packet.source)) &&
    (protocol === undefined || protocolFits(protocol, view)) &&
    (inInterface === undefined || interfaceFits(inInterface, view.inInterface)) &&
    (outInterface === undefined || interfaceFits(outInterface, view.outInterface)) &&
    (fragment === undefined || fragmentFits(fragment, view))
  );
}

function addressFits({ value, inverted }: Negatable<AddressBlock>, address: Address): boolean {
  return inBlock(address, value) !== inverted;
}

function interfaceFits({ value, inverted }: Negatable<string>, name: string): boolean {
  return interfaceMatches(value, name) !== inverted;
}

function protocolFits({ value, inverted }: Negatable<number>, view: PacketView): boolean {
  if (value === 0) return true;
  const asked = protocolAsked(view);
  return asked !== undefined && (asked === value) !== inverted;
}

function fragmentFits({ inverted }: Negatable<true>, { packet }: PacketView): boolean {
  return packet.fragmentOffset > 0 !== inverted;
}

/** The same one by one, with what the file does not tell in front: one condition for each part that is there. */
export function headerConditions(header: RuleHeader): readonly Condition[] {
  let list = conditions.get(header);
  if (!list) conditions.set(header, (list = makeConditions(header)));
  return list;
}

const conditions = new WeakMap<RuleHeader, readonly Condition[]>();

function makeConditions(header: RuleHeader): readonly Condition[] {
  const { names } = header;
  const list: Condition[] = [];
  if (names?.source) list.push(nameCondition('source', names.source));
  if (names?.destination) list.push(nameCondition('destination', names.destination));
  if (names?.inInterface) list.push(openInterface(INPUT, names.inInterface));
  if (names?.outInterface) list.push(openInterface(OUTPUT, names.outInterface));
  for (const { asked, fits, condition } of PARTS)
    if (asked(header)) list.push({ ...condition(header), test: (view) => fits(header, view) });
  return list;
}

/** Whether an interface name fits `eth0` or `eth+`. The empty name of a hook without that interface fits only `+`. */
function interfaceMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function part(option: string, inverted: boolean, text: string): string {
  return `${inverted ? ' !' : ''} ${option} ${text}`;
}

function addressText(
  option: string,
  block: Negatable<AddressBlock> | undefined,
  name: Negatable<string> | undefined,
): string {
  if (name) return part(option, name.inverted, name.value);
  if (block === undefined) return '';
  const everything = block.value.mask.words.every((word) => word === 0);
  return everything && !block.inverted ? '' : part(option, block.inverted, formatBlock(block.value));
}

/** `+` alone asks nothing and is not printed, not even negated: iptables looks at the mask only. */
function interfaceText(option: string, pattern: Negatable<string> | undefined): string {
  return pattern === undefined || pattern.value === '+' ? '' : part(option, pattern.inverted, pattern.value);
}

/** One part of the header with the words for it. */
interface Part {
  readonly asked: (header: RuleHeader) => boolean;
  /** Called only where it is asked. */
  readonly fits: (header: RuleHeader, view: PacketView) => boolean;
  readonly condition: (header: RuleHeader) => Omit<Condition, 'test'>;
}

type Side = 'source' | 'destination';

const OPTION = { source: '-s', destination: '-d' } as const;
const SHORT = { source: 'src', destination: 'dst' } as const;

function addressPart(side: Side): Part {
  return {
    asked: (header) => header[side] !== undefined,
    fits: (header, { packet }) => addressFits(header[side] as Negatable<AddressBlock>, packet[side]),
    condition: (header) => {
      const { value, inverted } = header[side] as Negatable<AddressBlock>;
      const whole = isOneAddress(value);
      const wanted = formatBlock(value);
      return {
        text: part(OPTION[side], inverted, wanted).trim(),
        actual: ({ packet }) => addressOf(side, packet),
        denial: ({ packet }) => {
          if (!whole) return `${addressOf(side, packet)} is ${inverted ? '' : 'not '}in ${wanted}`;
          return inverted
            ? `${SHORT[side]} is ${formatAddress(value.address)}`
            : `${addressOf(side, packet)} ≠ ${formatAddress(value.address)}`;
        },
        compares: { field: side, wanted, single: whole, inverted },
      };
    },
  };
}

function addressOf(side: Side, packet: PacketView['packet']): string {
  return `${SHORT[side]} ${formatAddress(packet[side])}`;
}

function isOneAddress({ mask }: AddressBlock): boolean {
  return mask.words.every((word) => word === 0xffffffff);
}

interface InterfaceSide {
  readonly field: 'inInterface' | 'outInterface';
  readonly option: '-i' | '-o';
  readonly short: 'in' | 'out';
  readonly long: 'incoming' | 'outgoing';
}

const INPUT: InterfaceSide = { field: 'inInterface', option: '-i', short: 'in', long: 'incoming' };
const OUTPUT: InterfaceSide = { field: 'outInterface', option: '-o', short: 'out', long: 'outgoing' };

function interfacePart(side: InterfaceSide): Part {
  const { field } = side;
  return {
    asked: (header) => header[field] !== undefined,
    fits: (header, view) => interfaceFits(header[field] as Negatable<string>, view[field]),
    condition: (header) => interfaceWords(side, header[field] as Negatable<string>),
  };
}

function interfaceWords(
  { field, option, short, long }: InterfaceSide,
  { value, inverted }: Negatable<string>,
): Omit<Condition, 'test'> {
  return {
    text: part(option, inverted, value).trim(),
    actual: (view) =>
      view[field] === '' ? missing(`no ${long} interface in ${view.hook}`) : `${short} ${view[field]}`,
    denial: (view) => {
      if (value.endsWith('+')) return `${short} ${view[field]} ${inverted ? 'fits' : 'does not fit'} ${value}`;
      return inverted ? `${short} is ${view[field]}` : `${short} ${view[field]} ≠ ${value}`;
    },
  };
}

const PROTOCOL_PART: Part = {
  asked: ({ protocol }) => protocol !== undefined,
  fits: ({ protocol }, view) => protocolFits(protocol as Negatable<number>, view),
  condition: ({ protocol }) => {
    const { value, inverted } = protocol as Negatable<number>;
    const wanted = value === 0 ? 'all' : protocolName(value);
    const name = (view: PacketView): string | undefined => {
      const asked = protocolAsked(view);
      return asked === undefined ? undefined : protocolName(asked);
    };
    return {
      text: part('-p', inverted, wanted).trim(),
      actual: (view) =>
        name(view) ??
        missing('no protocol that iptables-nft finds: a later fragment of data that begins with an extension header'),
      denial: (view) => (inverted ? `protocol is ${name(view) ?? ''}` : `${name(view) ?? ''} ≠ ${wanted}`),
    };
  },
};

const FRAGMENT_PART: Part = {
  asked: ({ fragment }) => fragment !== undefined,
  fits: ({ fragment }, view) => fragmentFits(fragment as Negatable<true>, view),
  condition: ({ fragment }) => ({
    text: fragment?.inverted ? '! -f' : '-f',
    actual: ({ packet }) =>
      packet.fragmentOffset > 0 ? `fragment at ${packet.fragmentOffset * 8}` : missing('not a later fragment'),
  }),
};

/** In the order in which the kernel asks. Source: net/ipv4/netfilter/ip_tables.c ip_packet_match. */
const PARTS: readonly Part[] = [
  addressPart('source'),
  addressPart('destination'),
  interfacePart(INPUT),
  interfacePart(OUTPUT),
  PROTOCOL_PART,
  FRAGMENT_PART,
];

function nameCondition(side: Side, { value, inverted }: Negatable<string>): Condition {
  return {
    text: part(OPTION[side], inverted, value).trim(),
    test: (): Answer => unknown(`the address of the host name ${value} is not in the file`),
    actual: ({ packet }) => addressOf(side, packet),
  };
}

function openInterface(side: InterfaceSide, pattern: Negatable<string>): Condition {
  return {
    ...interfaceWords(side, pattern),
    test: (): Answer => unknown(`${pattern.value} stands for an interface that the file does not tell`),
  };
}
