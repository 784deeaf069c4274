import { isIcmpError } from '../../net/icmpTypes';
import { isMulticast, isUnspecified } from '../../net/address';
import { PROTOCOL, TCP_FLAGS } from '../../net/packet';
import { defineTarget, type RejectReply } from '../extension';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { checksumHolds } from '../values/checksumHolds';
import { hasGroupDestination } from '../values/groupDestination';
import type { PacketView } from '../view';

/**
 * Name, short name, ICMP type and code; a type of -1 is the TCP reset. In iptables' order: of several names that begin
 * alike the first wins.
 */
type RejectType = readonly [name: string, alias: string, icmpType: number, icmpCode: number];

const DEFAULT_TYPE: Readonly<Record<4 | 6, RejectType>> = {
  4: ['icmp-port-unreachable', 'port-unreach', 3, 3],
  6: ['icmp6-port-unreachable', 'port-unreach', 1, 4],
};
const TYPES: Readonly<Record<4 | 6, readonly RejectType[]>> = {
  4: [
    ['icmp-net-unreachable', 'net-unreach', 3, 0],
    ['icmp-host-unreachable', 'host-unreach', 3, 1],
    ['icmp-proto-unreachable', 'proto-unreach', 3, 2],
    DEFAULT_TYPE[4],
    ['icmp-net-prohibited', 'net-prohib', 3, 9],
    ['icmp-host-prohibited', 'host-prohib', 3, 10],
    ['tcp-reset', 'tcp-rst', -1, 0],
    ['icmp-admin-prohibited', 'admin-prohib', 3, 13],
  ],
  6: [
    ['icmp6-no-route', 'no-route', 1, 0],
    ['icmp6-adm-prohibited', 'adm-prohibited', 1, 1],
    ['icmp6-addr-unreachable', 'addr-unreach', 1, 3],
    DEFAULT_TYPE[6],
    ['tcp-reset', 'tcp-reset', -1, 0],
    ['icmp6-policy-fail', 'policy-fail', 1, 5],
    ['icmp6-reject-route', 'reject-route', 1, 6],
  ],
};

const rejectType: ValueType<RejectType> = {
  metavariable: 'type',
  completions: [...new Set([...TYPES[4], ...TYPES[6]].map(([name]) => name))],
  parse(text, { family }): RejectType | InvalidValue {
    const start = text.toLowerCase();
    const found = TYPES[family].find(([name, alias]) => name.startsWith(start) || alias.startsWith(start));
    return (
      found ??
      invalid(`"${text}" is not a reject type; the types are ${TYPES[family].map(([name]) => name).join(', ')}`)
    );
  },
};

const rejectWith = option('--reject-with', rejectType, 'The error that the sender gets; may be abbreviated.');

/**
 * `-j REJECT`: discards the packet and tells its sender. Source: libipt_REJECT.c, libip6t_REJECT.c,
 * net/ipv4/netfilter/ipt_REJECT.c.
 */
export const REJECT = defineTarget<RejectType>({
  kind: 'target',
  name: 'REJECT',
  families: [4, 6],
  tables: ['filter'],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT'],
  options: [rejectWith],
  terminates: 'always',
  documentation: {
    summary: 'Discards the packet and sends an ICMP error or a TCP reset back.',
    details:
      'The error or reset is a new packet that goes through OUTPUT and POSTROUTING. A reset is never answered by a ' +
      'reset, an ICMP error never by an ICMP error; later fragments, multicast and broadcast get none either.',
    source: 'iptables-extensions(8), REJECT; net/ipv4/netfilter/nf_reject_ipv4.c, net/ipv4/icmp.c',
  },
  build: (options, { family }) => options.get(rejectWith)?.value ?? DEFAULT_TYPE[family],
  checkentry: ([, , icmpType], options, { protocol }) =>
    icmpType < 0 && protocol !== PROTOCOL.TCP
      ? problem('tcp-reset needs -p tcp in the rule', options.get(rejectWith))
      : undefined,
  print: ([name]) => ` --reject-with ${name}`,
  describe: ([name, , icmpType]) =>
    'discards the packet and sends ' +
    `${icmpType < 0 ? 'a TCP reset' : `an ${name.startsWith('icmp6') ? 'ICMPv6' : 'ICMP'} error (${name})`} back`,
  apply(type, view) {
    const why = noAnswer(type, view);
    return why === undefined
      ? { kind: 'reject', reply: reply(type) }
      : { kind: 'reject', reply: { kind: 'none', name: type[0] }, note: `nothing is sent back: ${why}` };
  },
});

function reply([name, , icmpType, icmpCode]: RejectType): RejectReply {
  return icmpType < 0 ? { kind: 'tcp-reset', name } : { kind: 'icmp', icmpType, icmpCode, name };
}

/** Why the kernel sends nothing back; undefined where it does. */
function noAnswer([, , icmpType]: RejectType, view: PacketView): string | undefined {
  const { packet } = view;
  if (packet.fragmentOffset > 0) return 'only the first fragment gets one';
  // How the frame was addressed does not matter for a reset (net/ipv4/netfilter/nf_reject_ipv4.c nf_send_reset).
  if (hasGroupDestination(icmpType < 0 ? { ...view, packetType: 'unicast' } : view))
    return 'the packet goes to a multicast or broadcast address';
  if (packet.family === 6 && (isUnspecified(packet.source) || isMulticast(packet.source)))
    return 'the source is not the address of a host';
  if (packet.family === 6 && icmpType < 0 && isUnspecified(packet.destination))
    return 'the destination is the unspecified address';
  if (!checksumHolds(packet))
    return packet.moreFragments
      ? 'the checksum of a fragment cannot be verified'
      : 'the packet has no checksum that can be verified';
  if (icmpType < 0) return packet.tcpFlags & TCP_FLAGS.RST ? 'a reset is not answered by a reset' : undefined;
  const isIcmp = packet.protocol === (packet.family === 4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6);
  const unknownType = packet.family === 4 && packet.icmpType > LAST_ICMP_TYPE;
  if (isIcmp && (unknownType || isIcmpError(packet.icmpType, packet.family)))
    return 'an ICMP error is not answered by another';
  return undefined;
}

/** Linux treats ICMP types above this one like errors (net/ipv4/icmp.c icmp_pointers). */
const LAST_ICMP_TYPE = 18;
