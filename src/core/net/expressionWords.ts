import { icmpTypes } from './icmpTypes';
import type { PacketRequest } from './packetRequest';

/**
 * The words with a value after them, each with the request's field and what the value is, for messages and completion.
 */
export const KEYWORDS: Readonly<
  Record<string, { readonly field: keyof PacketRequest | 'type' | 'state' | 'proto' | 'dscp'; readonly value: string }>
> = {
  proto: { field: 'proto', value: 'a protocol name or number' },
  src: { field: 'src', value: 'an address' },
  dst: { field: 'dst', value: 'an address' },
  sport: { field: 'sport', value: 'a port from 0 to 65535' },
  dport: { field: 'dport', value: 'a port from 0 to 65535' },
  uid: { field: 'uid', value: 'a user id' },
  gid: { field: 'gid', value: 'a group id' },
  groups: { field: 'groups', value: 'group ids separated by commas' },
  mark: { field: 'mark', value: 'a mark such as 0x53a' },
  ttl: { field: 'ttl', value: 'a number from 0 to 255' },
  tos: { field: 'tos', value: 'a byte such as 0x10' },
  dscp: { field: 'dscp', value: 'a number from 0 to 63 or a class such as ef, af11, cs1' },
  length: { field: 'length', value: 'the length of the IP packet in bytes' },
  frag: { field: 'fragOffset', value: 'the offset of the fragment in units of 8 bytes, 0 to 8191' },
  mac: { field: 'srcMac', value: 'the source link layer address' },
  dstmac: { field: 'dstMac', value: 'the destination link layer address' },
  flags: { field: 'flags', value: 'TCP flags separated by commas, or none' },
  ctstate: { field: 'state', value: 'new, established, related, invalid or untracked' },
  type: { field: 'type', value: 'an ICMP type: a number with an optional /code, or a name' },
  icmpid: { field: 'icmpId', value: 'the identifier of an echo' },
  icmpseq: { field: 'icmpSeq', value: 'the sequence number of an echo' },
  spi: { field: 'spi', value: 'the security parameter index of ESP or AH' },
  id: { field: 'id', value: 'the identification of the IP header' },
  seq: { field: 'seq', value: 'a TCP sequence number' },
  acknum: { field: 'ack', value: 'a TCP acknowledgement number' },
  window: { field: 'window', value: 'a TCP window' },
  tcpoptions: { field: 'tcpOptionsHex', value: 'bytes in hexadecimal' },
  ipoptions: { field: 'ipOptionsHex', value: 'bytes in hexadecimal' },
  payload: { field: 'payloadHex', value: 'bytes in hexadecimal' },
  priority: { field: 'priority', value: 'a number' },
  at: { field: 'at', value: 'a chain to begin in, such as WEB or nat/WEB' },
  newer: { field: 'newer', value: 'nft or legacy: the back end whose tables were created later' },
};

/** Other spellings of keywords. */
export const ALIASES: Readonly<Record<string, string>> = {
  protocol: 'proto',
  hl: 'ttl',
  hoplimit: 'ttl',
  len: 'length',
  dsfield: 'tos',
  state: 'ctstate',
  srcmac: 'mac',
  user: 'uid',
  group: 'gid',
  fwmark: 'mark',
};
export const DIRECTIONS: ReadonlySet<string> = new Set(['in', 'out', 'forward']);
export const STATES: ReadonlySet<string> = new Set(['new', 'established', 'related', 'invalid', 'untracked']);
/** TCP flags in the order that people name them. */
export const FLAG_ORDER: readonly string[] = ['syn', 'ack', 'fin', 'rst', 'psh', 'urg', 'ece', 'cwr'];
/** Protocols that may stand alone as a word; any other needs `proto`, so that an interface may be called `st`. */
export const PROTOCOL_WORDS: ReadonlySet<string> = new Set([
  'tcp',
  'udp',
  'icmp',
  'icmpv6',
  'ipv6-icmp',
  'sctp',
  'udplite',
  'dccp',
  'esp',
  'ah',
  'gre',
  'igmp',
  'ipip',
]);
export const ICMP_NAMES: ReadonlySet<string> = new Set(
  [...icmpTypes(4), ...icmpTypes(6)].map(({ name }) => name.toLowerCase()),
);
