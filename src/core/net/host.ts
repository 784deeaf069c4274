import type { Address, AddressBlock } from './address';
import type { IpSet } from './ipSet';

/** A network interface. `lo` always exists and has 127.0.0.1/8 and ::1/128. */
export interface Interface {
  readonly name: string;
  readonly index: number;
  readonly mac: string | undefined;
  readonly mtu: number;
  /** In the order they were added, which decides what REDIRECT and MASQUERADE choose. */
  readonly addresses: readonly InterfaceAddress[];
  /** ARP and neighbour discovery are off (NOARP): the interface joins no solicited-node groups. */
  readonly noArp?: boolean;
}

export interface InterfaceAddress {
  readonly address: Address;
  readonly prefixLength: number;
}

export type RouteType =
  'unicast' | 'local' | 'broadcast' | 'multicast' | 'anycast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw';

/** One route, as `ip route` shows it. */
export interface Route {
  readonly family: 4 | 6;
  readonly type: RouteType;
  readonly destination: AddressBlock;
  readonly prefixLength: number;
  readonly gateway: Address | undefined;
  readonly device: string | undefined;
  readonly preferredSource: Address | undefined;
  readonly metric: number;
  readonly table: number;
  readonly realm: number;
  readonly tos: number;
  /**
   * All next hops of a route with several, of which `gateway` and `device` are the first: the kernel picks by a hash.
   */
  readonly hops?: readonly NextHop[];
}

export interface NextHop {
  readonly gateway: Address | undefined;
  readonly device: string | undefined;
}

/** One policy routing rule, as `ip rule` shows it. */
export interface PolicyRule {
  readonly family: 4 | 6;
  readonly preference: number;
  readonly not: boolean;
  readonly from: AddressBlock | undefined;
  readonly to: AddressBlock | undefined;
  readonly mark: { readonly value: number; readonly mask: number } | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly tos: number | undefined;
  readonly ipProtocol: number | undefined;
  readonly sourcePorts: readonly [number, number] | undefined;
  readonly destinationPorts: readonly [number, number] | undefined;
  readonly uids: readonly [number, number] | undefined;
  /**
   * A route with a prefix of this length or shorter is as if it were not there (`suppress_prefixlength`, as wg-quick
   * uses it).
   */
  readonly suppressPrefixLength?: number;
  /** `goto` goes on at the rule with the preference `target`, `nop` at the next one. */
  readonly action:
    | { readonly kind: 'lookup'; readonly table: number }
    | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'nop' }
    | { readonly kind: 'goto'; readonly target: number };
}

/** A socket that waits for packets. */
export interface Listener {
  readonly protocol: number;
  /** undefined: any address (of `family`, or of both for an IPv6 socket that is not IPV6_V6ONLY). */
  readonly address: Address | undefined;
  /** The families it accepts: `*:3000` and most `[::]:3000` sockets take both. */
  readonly families: readonly (4 | 6)[];
  readonly port: number;
  readonly iface: string | undefined;
  readonly transparent: boolean;
  readonly process: string | undefined;
  readonly pid: number | undefined;
  readonly uid: number | undefined;
  /** As printed: `0.0.0.0:15006`. */
  readonly text: string;
}

/** Everything outside the rules that decides where a packet goes. */
export interface Host {
  readonly interfaces: readonly Interface[];
  readonly routes: readonly Route[];
  readonly policyRules: readonly PolicyRule[];
  /** Full names: `net.ipv4.conf.all.rp_filter`. What is not here has the default of the contract. */
  readonly sysctls: ReadonlyMap<string, number>;
  readonly listeners: readonly Listener[];
  /** Whether `listeners` is complete (an `ss` listing was given), so that nothing else listens. */
  readonly listenersKnown: boolean;
  /** The protocols of which `listeners` is complete, where it is not of all: `ss -ltp` lists TCP only. */
  readonly listenersKnownFor?: readonly number[];
  /** undefined: no `ipset save` was given, so no set is known. */
  readonly sets: ReadonlyMap<string, IpSet> | undefined;
  /** `on`: connection tracking runs for every packet. `auto`: only where a rule of the rule set asks for it. */
  readonly conntrack: 'on' | 'auto';
  /** User and group names, where the file states them. */
  readonly users: ReadonlyMap<string, number>;
  /** Names of routing tables, where the file states them. */
  readonly tableNames?: ReadonlyMap<number, string>;
  /** The multicast groups that programs have joined; undefined: nothing states it, and none is assumed. */
  readonly joinedGroups?: readonly Address[];
  /** Seconds since 1970 UTC, where given: the time that `-m time` sees. */
  readonly now: number | undefined;
}

/** Whether the list of listeners is complete for a protocol, so that what is not in it does not listen. */
export function knowsListeners(host: Host, protocol: number): boolean {
  return host.listenersKnown && (host.listenersKnownFor?.includes(protocol) ?? true);
}

/** A host of which nothing is known. */
export const NO_HOST: Host = {
  interfaces: [],
  routes: [],
  policyRules: [],
  sysctls: new Map(),
  listeners: [],
  listenersKnown: false,
  sets: undefined,
  conntrack: 'auto',
  users: new Map(),
  now: undefined,
};
