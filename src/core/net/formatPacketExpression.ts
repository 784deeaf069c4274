import { endpoint } from './endpoint';
import { FLAG_ORDER, PROTOCOL_WORDS } from './expressionWords';
import { icmpTypeName } from './icmpTypes';
import { tcpFlagNames } from './packet';
import { namedProtocol, type PacketRequest } from './packetRequest';
import { protocolName, reportedProtocol } from './protocols';

/**
 * The expression of a request, which `parsePacketExpression` reads back. What an expression has no words for is
 * omitted: the packet within an ICMP error, IPv6 extension headers other than a fragment header, the datagram's total
 * length.
 */
export function formatPacketExpression(request: PacketRequest): string {
  const words: string[] = [];
  if (request.dir === 'out') words.push('out', ...(request.oface ? [request.oface] : []));
  else if (request.oface !== undefined && request.iface !== undefined)
    words.push('forward', request.iface, request.oface);
  else if (request.dir === 'in' || request.iface !== undefined)
    words.push(request.own === false ? 'forward' : 'in', ...(request.iface ? [request.iface] : []));
  if (request.proto !== undefined) words.push(...protocolWords(request));
  words.push(...icmpWords(request));
  const source = endpoint(request.src, request.sport);
  const destination = endpoint(request.dst, request.dport);
  if (source !== '') words.push(source, '>', ...(destination === '' ? [] : [destination]));
  else if (destination !== '') words.push('>', destination);
  if (request.flags !== undefined) {
    const names = tcpFlagNames(request.flags).map((name) => name.toLowerCase());
    words.push(...(names.length === 0 ? ['flags', 'none'] : FLAG_ORDER.filter((name) => names.includes(name))));
  }
  if (request.ctstate !== undefined) words.push(request.ctstate.toLowerCase());
  for (const [keyword, field, format] of PRINTED) {
    const value = request[field];
    const text = value === undefined ? '' : format(value);
    // Nothing at all, as no bytes of payload, is what a packet has without the word.
    if (text !== '') words.push(keyword, text);
  }
  if (request.own === true) words.push('own');
  if (request.df) words.push('df');
  const fragment = request.extHeaders?.find(({ type }) => type === 'frag');
  if (request.mf ?? fragment?.mf) words.push('mf');
  const offset = request.fragOffset ?? fragment?.offset;
  if (offset !== undefined) words.push('frag', String(offset));
  return words.join(' ');
}

const decimal = (value: unknown): string => String(value);
const hexadecimal = (value: unknown): string => `0x${(value as number).toString(16)}`;
const PRINTED: readonly (readonly [string, keyof PacketRequest, (value: unknown) => string])[] = [
  ['uid', 'uid', decimal],
  ['gid', 'gid', decimal],
  ['groups', 'groups', decimal],
  ['mark', 'mark', hexadecimal],
  ['ttl', 'ttl', decimal],
  ['tos', 'tos', hexadecimal],
  ['length', 'length', decimal],
  ['mac', 'srcMac', decimal],
  ['dstmac', 'dstMac', decimal],
  ['icmpid', 'icmpId', decimal],
  ['icmpseq', 'icmpSeq', decimal],
  ['spi', 'spi', decimal],
  ['id', 'id', decimal],
  ['seq', 'seq', decimal],
  ['acknum', 'ack', decimal],
  ['window', 'window', decimal],
  ['tcpoptions', 'tcpOptionsHex', decimal],
  ['ipoptions', 'ipOptionsHex', decimal],
  ['payload', 'payloadHex', decimal],
  ['priority', 'priority', decimal],
  ['at', 'at', decimal],
  ['newer', 'newer', decimal],
];

function protocolWords({ proto: protocol = 0, src, dst }: PacketRequest): string[] {
  const word = String(reportedProtocol(protocol));
  // Between IPv6 addresses the word "icmp" means ICMPv6.
  if (protocol === 1 && (src ?? dst ?? '').includes(':')) return ['proto', '1'];
  if (PROTOCOL_WORDS.has(word)) return [word];
  // "ipip" is taken for 4, as people mean it, so 94, which /etc/protocols calls so, is written as a number.
  const name = protocolName(protocol);
  return ['proto', namedProtocol(name) === protocol && protocol !== 0 ? name : String(protocol)];
}

function icmpWords({ proto, icmpType: type, icmpCode: code }: PacketRequest): string[] {
  if (type === undefined) return [];
  const name = icmpTypeName(type, code, proto === 58 ? 6 : 4);
  // A name alone says its protocol; without one the number is clearer.
  return name !== undefined && proto !== undefined
    ? [name]
    : ['type', code === undefined ? String(type) : `${type}/${code}`];
}
