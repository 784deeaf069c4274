import { formatBlock, inBlock, type Address, type AddressBlock } from '../net/address';
import { nameFits, oneValue } from '../net/fields/fieldTest';
import { EVERY_PACKET, exactly } from '../net/fields/packetSet';
import { protocolName } from '../net/protocols';
import { unknown, type Answer } from '../xtables/answer';
import type { Condition } from '../xtables/extension';
import { fieldCondition, shownField } from '../xtables/fieldCondition';
import { lackingWords } from '../xtables/fields';
import { protocolAsked } from '../xtables/protocolAsked';
import { missing, type Shown } from '../xtables/shown';
import type { PacketView } from '../xtables/view';

/** What the fixed part of a rule tests: `struct ipt_ip` and `struct ip6t_ip6`. Tested before any match. */
export interface RuleHeader {
  readonly source: Negatable<AddressBlock> | undefined;
  readonly destination: Negatable<AddressBlock> | undefined;
  readonly inInterface: Negatable<string> | undefined;
  readonly outInterface: Negatable<string> | undefined;
  readonly protocol: Negatable<number> | undefined;
  /** `-f`: the second and later fragments (IPv4 only). */
  readonly fragment: Negatable<true> | undefined;
  /** Host names in place of addresses, which only a resolver knows, and placeholders in place of interfaces. */
  readonly names: Names | undefined;
}

/** What a rule tests of interfaces although its listing does not show it; nothing, where none of them is there. */
export interface ListedInterfaces extends Partial<Pick<RuleHeader, 'inInterface' | 'outInterface'>> {
  /** Interfaces of which the program chooses the name. */
  readonly names?: Pick<Names, 'inInterface' | 'outInterface'>;
  /** Whose rule it is, as people call it: it is known because the program writes it so. */
  readonly program: string;
}

export interface Names {
  readonly source: Negatable<string> | undefined;
  readonly destination: Negatable<string> | undefined;
  readonly inInterface?: OpenInterface | undefined;
  readonly outInterface?: OpenInterface | undefined;
}

/** A word that stands for an interface. `like`: it stands for one with such a name; undefined: for any. */
export interface OpenInterface extends Negatable<string> {
  readonly like?: RegExp;
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
 * Whether the fixed part of a rule matches: the kernel tests this before any match, so nothing that remembers is
 * disturbed. What the file does not state (`names`) is skipped here; `headerConditions` has it.
 */
export function headerMatches(header: RuleHeader, view: PacketView): boolean {
  const { source, destination, inInterface, outInterface, protocol, fragment } = header;
  // The same tests as those of the conditions, in one go: a packet meets tens of thousands of rules.
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
  return nameFits(name, value) !== inverted;
}

function protocolFits({ value, inverted }: Negatable<number>, view: PacketView): boolean {
  if (value === 0) return true;
  const asked = protocolAsked(view);
  return asked !== undefined && (asked === value) !== inverted;
}

function fragmentFits({ inverted }: Negatable<true>, { packet }: PacketView): boolean {
  return packet.fragmentOffset > 0 !== inverted;
}

/** The same one by one, with what the file does not state first: one condition for each part that is there. */
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
  // In the order in which the kernel asks. Source: net/ipv4/netfilter/ip_tables.c ip_packet_match.
  if (header.source) list.push(addressCondition('source', header.source));
  if (header.destination) list.push(addressCondition('destination', header.destination));
  if (header.inInterface) list.push(interfaceCondition(INPUT, header.inInterface));
  if (header.outInterface) list.push(interfaceCondition(OUTPUT, header.outInterface));
  if (header.protocol) list.push(protocolCondition(header.protocol));
  if (header.fragment) list.push(fragmentCondition(header.fragment));
  return list;
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

/** `+` alone tests nothing and is not printed, not even negated: iptables checks the mask only. */
function interfaceText(option: string, pattern: Negatable<string> | undefined): string {
  return pattern === undefined || pattern.value === '+' ? '' : part(option, pattern.inverted, pattern.value);
}

type HeaderSide = 'source' | 'destination';

const OPTION = { source: '-s', destination: '-d' } as const;

function addressCondition(field: HeaderSide, { value, inverted }: Negatable<AddressBlock>): Condition {
  return fieldCondition(
    { field, values: { kind: 'block', block: value }, negated: inverted },
    { option: OPTION[field] },
  );
}

interface InterfaceSide {
  readonly field: 'inInterface' | 'outInterface';
  readonly option: '-i' | '-o';
  readonly long: 'incoming' | 'outgoing';
}

const INPUT: InterfaceSide = { field: 'inInterface', option: '-i', long: 'incoming' };
const OUTPUT: InterfaceSide = { field: 'outInterface', option: '-o', long: 'outgoing' };

function interfaceCondition({ field, option, long }: InterfaceSide, { value, inverted }: Negatable<string>): Condition {
  return fieldCondition(
    { field, values: { kind: 'name', pattern: value }, negated: inverted },
    {
      option,
      shown: (view) =>
        view[field] === '' ? missing(`no ${long} interface in ${view.hook}`) : shownField({ field }, view),
    },
  );
}

function protocolCondition({ value, inverted }: Negatable<number>): Condition {
  const actual = (view: PacketView): Shown => {
    const asked = protocolAsked(view);
    return asked === undefined ? missing(lackingWords('protocol', view)) : protocolName(asked);
  };
  // The kernel compares no protocol where the number is 0, negated or not.
  if (value === 0)
    return { text: part('-p', inverted, 'all').trim(), test: () => true, actual, bounds: () => exactly(EVERY_PACKET) };
  return fieldCondition(
    { field: 'protocol', values: oneValue(value), negated: inverted },
    { option: '-p', shown: actual },
  );
}

/** `-f`: a later fragment. */
function fragmentCondition({ inverted }: Negatable<true>): Condition {
  return fieldCondition(
    { field: 'fragmentOffset', values: oneValue(0), negated: !inverted },
    {
      option: '-f',
      text: inverted ? '! -f' : '-f',
      shown: ({ packet }) =>
        packet.fragmentOffset > 0 ? `fragment at ${packet.fragmentOffset * 8}` : missing('not a later fragment'),
      denial: () => undefined,
    },
  );
}

function nameCondition(side: HeaderSide, { value, inverted }: Negatable<string>): Condition {
  return {
    text: part(OPTION[side], inverted, value).trim(),
    test: (): Answer => unknown(`the address of the host name ${value} is not in the file`),
    actual: (view) => shownField({ field: side }, view),
  };
}

/** A pattern that is a placeholder; what it stands for is not in the file. */
function openInterface(side: InterfaceSide, pattern: OpenInterface): Condition {
  const { text, actual } = interfaceCondition(side, pattern);
  const { value, inverted, like } = pattern;
  const open = unknown(
    like
      ? `the listing shows no interfaces, and ${value} may be this one`
      : `${value} stands for an interface that the file does not state`,
  );
  return { text, actual, test: (view): Answer => (like?.test(view[side.field]) === false ? inverted : open) };
}

/** What a listing does not show of a rule, as iptables-save would print it: `-o lo`. */
export function listedInterfacesText({ inInterface, outInterface, names }: ListedInterfaces): string {
  return printHeader({
    ...EMPTY_HEADER,
    inInterface,
    outInterface,
    names: names && { source: undefined, destination: undefined, ...names },
  }).trim();
}
