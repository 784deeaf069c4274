import type { KernelPacket } from '../../core/net/kernelTrace/kernelPackets';
import { icmpRequestType } from '../../core/net/icmpTypes';
import { PROTOCOL } from '../../core/net/packet';
import type { PacketRequest } from '../../core/net/packetRequest';
import { addConnections } from '../../core/netfilter/connections';
import type { World } from '../../core/netfilter/world';

/** A connection that a packet may belong to. */
export interface PossibleConnection {
  readonly words: string;
  /** false: there can be no such connection. */
  readonly addTo: (world: World) => boolean;
}

/**
 * The connections that a packet may belong to which is not the first of its own: in the direction in which the
 * connection began, with the destination that the trace shows it has later; or the other way round.
 */
export function connectionsFor({ last }: KernelPacket, request: PacketRequest): readonly PossibleConnection[] {
  const { src, dst, sport, dport, proto = PROTOCOL.TCP, icmpType, icmpCode, icmpId } = request;
  if (src === undefined || dst === undefined) return [];
  const icmp = icmpType === undefined ? {} : { icmpType, icmpCode, icmpId };
  const requested = icmpType === undefined ? {} : { ...icmp, icmpType: icmpRequestType(proto, icmpType) ?? icmpType };
  const later = last.request;
  const translated = later.dst !== undefined && (later.dst !== dst || later.dport !== dport);
  const dnat = translated ? { ip: later.dst, ...(later.dport === undefined ? {} : { port: later.dport }) } : undefined;
  const adds = (connection: object) => (world: World) => addConnections([connection], world) === undefined;
  return [
    {
      words: translated
        ? 'its connection is taken as ESTABLISHED, and translated to ' +
          `${later.dst}${later.dport === undefined ? '' : `:${later.dport}`} as the trace shows`
        : 'its connection is taken as ESTABLISHED',
      addTo: adds({ orig: { src, dst, sport, dport, proto, ...icmp }, dnat }),
    },
    {
      words: 'it is taken as a reply in a connection that is ESTABLISHED',
      addTo: adds({ orig: { src: dst, dst: src, sport: dport, dport: sport, proto, ...requested } }),
    },
  ];
}
