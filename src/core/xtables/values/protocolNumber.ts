import { protocolName, protocolNames } from '../../net/protocols';
import { invalid, type InvalidValue, type ValueType } from '../option';
import { wholeNumber } from './strtoul';

/** Aliases of /etc/protocols that are not the official name in capitals. */
const MIXED: ReadonlySet<string> = new Set([
  'IPv6',
  'IPv6-Route',
  'IPv6-Frag',
  'IPv6-ICMP',
  'IPv6-NoNxt',
  'IPv6-Opts',
  'Mobility-Header',
  'UDPLite',
  'MPLS-in-IP',
  'Shim6',
  'Ethernet',
]);
/** Official names without an alias in capitals. */
const NO_CAPITALS: ReadonlySet<string> = new Set([
  'ipencap',
  'ipv6',
  'ipv6-route',
  'ipv6-frag',
  'esp',
  'ah',
  'ipv6-icmp',
  'ipv6-nonxt',
  'ipv6-opts',
  'ospf',
  'mobility-header',
  'udplite',
  'mpls-in-ip',
  'manet',
  'shim6',
  'ethernet',
]);
/** Names that iptables knows besides /etc/protocols; they have no capitals either. */
const BUILT_IN: ReadonlySet<string> = new Set(['icmpv6', 'ipv6-mh', 'mh', 'all']);

/**
 * A protocol where a match asks for one (XTTYPE_PROTOCOL): a number from 0 to 255 or a name of /etc/protocols. Unlike
 * after `-p`, where iptables makes the text lower case first, the case counts: `TCP` is an alias of the file, `Tcp` is
 * nothing.
 */
export function protocolValue(text: string): number | undefined {
  const number = wholeNumber(text, 0n, 255n);
  if (number !== undefined) return Number(number);
  const lower = text.toLowerCase();
  const listed = protocolNames().get(lower);
  if (listed === undefined) return undefined;
  // mptcp is 262 in the file; the kernel keeps 8 bits.
  const known = listed & 255;
  const official = lower === 'hopopt' || lower === 'ip' || protocolName(listed) === lower;
  if (BUILT_IN.has(lower)) return text === lower ? known : undefined;
  if (text === lower) return official ? known : undefined;
  if (MIXED.has(text)) return known;
  return text === text.toUpperCase() && !(official && NO_CAPITALS.has(lower)) ? known : undefined;
}

export const protocolNumberValue: ValueType<number> = {
  metavariable: 'protocol',
  names: 'protocol',
  parse: (text): number | InvalidValue =>
    protocolValue(text) ??
    invalid(`"${text}" is not a protocol: give a number from 0 to 255 or a name such as tcp, udp, icmp`),
};
