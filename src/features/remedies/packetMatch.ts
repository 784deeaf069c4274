import { formatAddress, formatBlock, hostBlock } from '../../core/net/address';
import { PROTOCOL, type Packet } from '../../core/net/packet';
import { protocolName } from '../../core/net/protocols';
import { icmpTypeName } from '../../core/nft/dataTypes';
import { isTableName } from '../../core/ruleset/ruleSet';
import type { AnyTableName, PacketView } from '../../core/xtables/view';

/** The addresses that a rule about a packet asks for. */
export interface AddressSides {
  readonly source?: boolean;
  /** `local`: any address of this host, where the one that the packet has is made up. */
  readonly destination?: boolean | 'local';
}

/**
 * The sides that identify a packet at a hook: what comes in is for this host, what goes out is from it.
 */
export function sidesIn({ hook }: PacketView): AddressSides {
  return { source: hook !== 'OUTPUT' && hook !== 'POSTROUTING', destination: hook !== 'INPUT' };
}

/** A rule about packets like this one, in the words of its table. */
export function packetRule(
  table: AnyTableName,
  packet: Packet,
  sides: AddressSides,
  verdict: 'ACCEPT' | 'DROP',
): string {
  return isTableName(table)
    ? `${packetMatch(packet, sides)} -j ${verdict}`
    : `${nftMatch(packet, sides)} ${verdict.toLowerCase()}`;
}

/**
 * A rule's matches for packets like this one, as iptables-save writes them: `-s 9.9.9.9/32 -p tcp -m tcp --dport 22`.
 */
function packetMatch(packet: Packet, { source = false, destination = false }: AddressSides): string {
  return [
    source ? `-s ${formatBlock(hostBlock(packet.source))}` : '',
    destination === 'local' ? '-m addrtype --dst-type LOCAL' : '',
    destination === true ? `-d ${formatBlock(hostBlock(packet.destination))}` : '',
    transportMatch(packet),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function transportMatch(packet: Packet): string {
  const { protocol } = packet;
  const name = protocolName(protocol);
  if (packet.fragmentOffset > 0) return `-p ${name}`;
  if (protocol === PROTOCOL.ICMP && packet.family === 4) return `-p icmp -m icmp --icmp-type ${packet.icmpType}`;
  if (protocol === PROTOCOL.ICMPV6 && packet.family === 6)
    return `-p ipv6-icmp -m icmp6 --icmpv6-type ${packet.icmpType}`;
  const ported = PORTED.get(protocol);
  return ported === undefined ? `-p ${name}` : `-p ${name} -m ${ported} --dport ${packet.destinationPort}`;
}

/** The match that asks for the ports of a protocol. */
const PORTED: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.TCP, 'tcp'],
  [PROTOCOL.UDP, 'udp'],
  [PROTOCOL.SCTP, 'sctp'],
  [PROTOCOL.DCCP, 'dccp'],
]);

/** The same in the words of nft: `ip saddr 9.9.9.9 tcp dport 22`. Source: nft(8), PAYLOAD EXPRESSIONS. */
function nftMatch(packet: Packet, { source = false, destination = false }: AddressSides): string {
  const header = packet.family === 4 ? 'ip' : 'ip6';
  return [
    ...(source ? [`${header} saddr ${formatAddress(packet.source)}`] : []),
    ...(destination === 'local' ? ['fib daddr type local'] : []),
    ...(destination === true ? [`${header} daddr ${formatAddress(packet.destination)}`] : []),
    nftTransport(packet),
  ].join(' ');
}

function nftTransport({ protocol, family, fragmentOffset, icmpType, destinationPort }: Packet): string {
  const isWhole = fragmentOffset === 0;
  if (isWhole && protocol === PROTOCOL.ICMP && family === 4) return `icmp type ${icmpTypeName(icmpType, 4)}`;
  if (isWhole && protocol === PROTOCOL.ICMPV6 && family === 6) return `icmpv6 type ${icmpTypeName(icmpType, 6)}`;
  const ported = isWhole ? PORTED.get(protocol) : undefined;
  return ported === undefined ? `meta l4proto ${protocolName(protocol)}` : `${ported} dport ${destinationPort}`;
}
