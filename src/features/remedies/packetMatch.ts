import { formatBlock, hostBlock } from '../../core/net/address';
import { PROTOCOL, type Packet } from '../../core/net/packet';
import { protocolName } from '../../core/net/protocols';
import type { PacketView } from '../../core/xtables/view';

/** The addresses that a rule about a packet asks for. */
export interface AddressSides {
  readonly source?: boolean;
  readonly destination?: boolean;
}

/**
 * The sides that identify a packet at a hook: what comes in is for this host, what goes out is from it.
 */
export function sidesIn({ hook }: PacketView): AddressSides {
  return { source: hook !== 'OUTPUT' && hook !== 'POSTROUTING', destination: hook !== 'INPUT' };
}

/**
 * A rule's matches for packets like this one, as iptables-save writes them: `-s 9.9.9.9/32 -p tcp -m tcp --dport 22`.
 */
export function packetMatch(packet: Packet, { source = false, destination = false }: AddressSides): string {
  return [
    source ? `-s ${formatBlock(hostBlock(packet.source))}` : '',
    destination ? `-d ${formatBlock(hostBlock(packet.destination))}` : '',
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
