import type { Address } from '../net/address';
import type { ConntrackEntry, ConntrackView, Tuple } from '../net/conntrack';
import type { Host, Listener } from '../net/host';
import type { Packet, SocketOwner } from '../net/packet';
import type { Backend } from './backend';

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';
/** A table of nftables with its family: `inet mesh-nat`. */
export type NftTableName = `${'ip' | 'ip6' | 'inet'} ${string}`;
export type AnyTableName = TableName | NftTableName;

/**
 * What history matches remember between packets (`limit`, `recent`, `quota` …), as it was at one moment. Values are
 * immutable. The key of something that belongs to one rule is the bound match object itself; of something named
 * (`recent --name`) a string.
 */
export interface Memory {
  get(key: object | string): unknown;
}

/**
 * What a match or a target with a memory is evaluated with. `set` replaces a value; the caller decides whether that
 * stays.
 */
export interface WritableMemory extends Memory {
  set(key: object | string, value: unknown): void;
}

/**
 * Everything that a match or a target may read: the packet and the host at one moment. Nothing in it ever changes, so
 * asking again gives the same answer.
 */
export interface PacketView {
  readonly packet: Packet;
  readonly hook: Hook;
  readonly table: AnyTableName;
  /** Name of the incoming interface, empty where the hook has none (OUTPUT, POSTROUTING). */
  readonly inInterface: string;
  /** Name of the outgoing interface, empty where the hook has none (PREROUTING, INPUT). */
  readonly outInterface: string;
  /** undefined before connection tracking (raw) and where it is off. */
  readonly conntrack: ConntrackView | undefined;
  /** The socket that sent the packet, while the kernel still knows it; lost when the packet comes back in over lo. */
  readonly socket: SocketOwner | undefined;
  /** Its sender wrote the IP header itself (a raw socket), and it has not come back in over lo since. Omitted: no. */
  readonly headerBySender?: boolean;
  readonly host: Host;
  readonly memory: Memory;
  /** How the link layer addressed the packet (`pkttype`). */
  readonly packetType: 'unicast' | 'broadcast' | 'multicast';
  /**
   * It is the copy that this host takes itself of what it sends to many, on its way in (PACKET_LOOPBACK). Omitted: no.
   */
  readonly ownCopy?: boolean;
  /**
   * NAT has drawn a number of its at random: a port or an ICMP id, the one shown being the first possible. Omitted:
   * none.
   */
  readonly drawn?:
    | { readonly half: 'source' | 'destination'; readonly number: number; readonly numbers: readonly [number, number] }
    | undefined;
  /** As it was when its route was chosen, which rules may have changed since. Omitted: as it is. */
  readonly routedAs?: Packet | undefined;
  /**
   * The type of the route that this host has sent it with: `unicast`, `broadcast` … Omitted: it came from elsewhere, or
   * has another route since.
   */
  readonly sentAs?: string | undefined;
  /** `legacy` or `nft`: the back ends differ in a few corners (fragments). */
  readonly backend: Backend;
  /** The version of iptables that wrote the rules down, where the file says so: `1.8.9`. */
  readonly iptablesVersion?: string | undefined;
  /**
   * The local socket that TPROXY attached to an incoming packet; `assumed` where the sockets of the host are not known.
   */
  readonly assignedSocket: Listener | 'assumed' | undefined;
  /**
   * The data of every match of a name, in the order in which the kernel takes the rules in: the first of those that
   * share something makes it. Omitted: not known.
   */
  readonly matchesNamed?: (name: string) => readonly unknown[];
  /**
   * The connection that got through (`confirmed`) and to which a packet with this tuple belongs in a zone, in either
   * direction. Omitted where that is not known.
   */
  readonly findConnection?: (tuple: Tuple, zone: ConntrackEntry['zone']) => ConntrackEntry | undefined;
  /**
   * The transparent socket that TPROXY would hand a packet to; `assumed` where the sockets of the host are not known.
   * Omitted where that is not known.
   */
  readonly findTransparent?: (
    packet: Packet,
    target: { readonly address: Address | undefined; readonly port: number },
    inInterface: string,
  ) => Listener | 'assumed' | undefined;
  /** The socket of this host to which the TCP connection of a packet came. Omitted where that is not known. */
  readonly findSocket?: (packet: Packet) => Listener | undefined;
}

/** A view that can be written to: what is written is seen only by the holder of the same object. */
export interface RememberingView extends PacketView {
  readonly memory: WritableMemory;
}
