import { formatBlock, inBlock, type AddressBlock } from '../net/address';
import { formatAddress } from '../net/address';
import { protocolName } from '../net/protocols';
import { unknown, type Answer } from '../xtables/answer';
import type { Condition } from '../xtables/extension';

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
  source: undefined, destination: undefined, inInterface: undefined, outInterface: undefined, protocol: undefined, fragment: undefined, names: undefined,
};

/** The header as iptables-save prints it, each part with its blank in front. */
export function printHeader(header: RuleHeader): string {
  return (
    addressText('-s', header.source, header.names?.source) +
    addressText('-d', header.destination, header.names?.destination) +
    interfaceText('-i', header.names?.inInterface ?? header.inInterface) +
    interfaceText('-o', header.names?.outInterface ?? header.outInterface) +
    (header.protocol && header.protocol.value !== 0 ? part('-p', header.protocol.inverted, protocolName(header.protocol.value)) : '') +
    (header.fragment ? `${header.fragment.inverted ? ' !' : ''} -f` : '')
  );
}

/** One condition for each part, in the order in which the kernel asks (ip_packet_match). */
export function headerConditions(header: RuleHeader): readonly Condition[] {
  const list: Condition[] = [];
  if (header.names?.source) list.push(nameCondition('-s', header.names.source));
  if (header.names?.destination) list.push(nameCondition('-d', header.names.destination));
  if (header.names?.inInterface) list.push(openInterfaceCondition('inInterface', header.names.inInterface));
  if (header.names?.outInterface) list.push(openInterfaceCondition('outInterface', header.names.outInterface));
  if (header.source) list.push(addressCondition('source', header.source));
  if (header.destination) list.push(addressCondition('destination', header.destination));
  if (header.inInterface) list.push(interfaceCondition('inInterface', header.inInterface));
  if (header.outInterface) list.push(interfaceCondition('outInterface', header.outInterface));
  if (header.protocol) list.push(protocolCondition(header.protocol));
  if (header.fragment) list.push(fragmentCondition(header.fragment));
  return list;
}

/** Whether an interface name fits `eth0` or `eth+`. The empty name of a hook without that interface fits only `+`. */
export function interfaceMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function part(option: string, inverted: boolean, text: string): string {
  return `${inverted ? ' !' : ''} ${option} ${text}`;
}

function addressText(option: string, block: Negatable<AddressBlock> | undefined, name: Negatable<string> | undefined): string {
  if (name) return part(option, name.inverted, name.value);
  if (block === undefined) return '';
  const everything = block.value.mask.words.every((word) => word === 0);
  return everything && !block.inverted ? '' : part(option, block.inverted, formatBlock(block.value));
}

/** `+` alone asks nothing and is not printed, not even negated: iptables looks at the mask only. */
function interfaceText(option: string, pattern: Negatable<string> | undefined): string {
  return pattern === undefined || pattern.value === '+' ? '' : part(option, pattern.inverted, pattern.value);
}

function addressCondition(side: 'source' | 'destination', block: Negatable<AddressBlock>): Condition {
  const option = side === 'source' ? '-s' : '-d';
  const short = side === 'source' ? 'src' : 'dst';
  return {
    text: part(option, block.inverted, formatBlock(block.value)).trim(),
    test: ({ packet }) => inBlock(packet[side], block.value) !== block.inverted,
    actual: ({ packet }) => `${short} ${formatAddress(packet[side])}`,
  };
}

function nameCondition(option: string, name: Negatable<string>): Condition {
  return {
    text: part(option, name.inverted, name.value).trim(),
    test: (): Answer => unknown(`the address of the host name ${name.value} is not in the file`),
    actual: ({ packet }) => `${option === '-s' ? 'src' : 'dst'} ${formatAddress(option === '-s' ? packet.source : packet.destination)}`,
  };
}

function interfaceCondition(side: 'inInterface' | 'outInterface', pattern: Negatable<string>): Condition {
  return {
    text: part(side === 'inInterface' ? '-i' : '-o', pattern.inverted, pattern.value).trim(),
    test: (view) => interfaceMatches(pattern.value, view[side]) !== pattern.inverted,
    actual: (view) => `${side === 'inInterface' ? 'in' : 'out'} ${view[side] === '' ? `no ${side === 'inInterface' ? 'incoming' : 'outgoing'} interface in ${view.hook}` : view[side]}`,
  };
}

function openInterfaceCondition(side: 'inInterface' | 'outInterface', pattern: Negatable<string>): Condition {
  return { ...interfaceCondition(side, pattern), test: (): Answer => unknown(`${pattern.value} stands for an interface that the file does not tell`) };
}

function protocolCondition(protocol: Negatable<number>): Condition {
  return {
    text: part('-p', protocol.inverted, protocol.value === 0 ? 'all' : protocolName(protocol.value)).trim(),
    test: ({ packet }) => protocol.value === 0 || (packet.protocol === protocol.value) !== protocol.inverted,
    actual: ({ packet }) => protocolName(packet.protocol),
  };
}

function fragmentCondition(fragment: Negatable<true>): Condition {
  return {
    text: fragment.inverted ? '! -f' : '-f',
    test: ({ packet }) => packet.fragmentOffset > 0 !== fragment.inverted,
    actual: ({ packet }) => (packet.fragmentOffset > 0 ? `fragment at ${packet.fragmentOffset * 8}` : 'not a later fragment'),
  };
}
