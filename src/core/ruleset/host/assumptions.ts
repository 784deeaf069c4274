import type { Address, AddressBlock } from '../../net/address';
import type { Route } from '../../net/host';

/** What in a trace shows that an assumption was used. */
export type AssumptionUse =
  /** A line that is ignored: whatever the outcome is, the file states more. */
  | { readonly kind: 'always' }
  /** The packet comes in or leaves by the interface. */
  | { readonly kind: 'interface'; readonly name: string }
  /** It is in the packet at some point. `madeUp`: nothing states that any host has it. */
  | { readonly kind: 'address'; readonly address: Address; readonly madeUp: boolean }
  /** One of these routes led the packet. */
  | { readonly kind: 'routes'; readonly routes: readonly Route[] }
  /** The routes of this table led the packet. */
  | { readonly kind: 'table'; readonly table: number }
  /** The packet comes to a program, or rules asked for sockets. */
  | { readonly kind: 'sockets' };

/** Something that a trace needs and the file does not state, with the most usual value taken for it. */
export interface HostAssumption {
  readonly code:
    'interface' | 'address' | 'route' | 'default-route' | 'sockets' | 'sets' | 'tproxy-routing' | 'not-read';
  /** `address of eth0`, with its value `10.244.1.5/24`; together they are the message in short. */
  readonly what: string;
  readonly value: string;
  readonly message: string;
  /** 0-based line of the file that it is taken from, where there is one. */
  readonly line?: number;
  readonly use: AssumptionUse;
}

/** What the rules say about an interface that they name with -i or -o, without a `+`. */
export interface InterfaceUse {
  readonly name: string;
  /**
   * `-s NETWORK ! -o NAME`: the interface is the bridge of that network, and this host has its first address, as
   * programs for containers and virtual machines do it.
   */
  readonly network?: string | undefined;
  /** Rules let packets from there come in by this interface, or leave there by it. */
  readonly behind?: readonly AddressBlock[];
  /** SNAT or MASQUERADE gives what leaves by it another source. */
  readonly translated?: boolean;
  /** What SNAT gives it as its source: an address of this host. 0-based line. */
  readonly sources?: readonly { readonly address: Address; readonly line: number }[];
}

/** What the rules say about the host: found by the code that has bound them. All parts may be omitted. */
export interface RulesUse {
  readonly interfaces?: readonly InterfaceUse[];
  /** What TPROXY rules mark packets with, which only makes sense with a policy rule for that mark. */
  readonly tproxyMarks?: readonly { readonly mark: number; readonly mask: number }[];
  /** The ports that TPROXY rules hand packets to: sockets there are transparent. */
  readonly tproxyPorts?: readonly number[];
  /** The question is about IPv6, whether or not anything in the file is. */
  readonly ipv6?: boolean;
  /** The rules are those of a pod, which forwards nothing. */
  readonly pod?: boolean;
  /** Destinations that rules of FORWARD let through. */
  readonly forwarded?: readonly AddressBlock[];
  /** Whether a rule names an address in the block: no made-up address may lie there. */
  readonly speaksOf?: (block: AddressBlock) => boolean;
  /**
   * Whether rules show that an address is one of this host (`-d X` in INPUT) or is reached through it (in FORWARD);
   * 0-based line.
   */
  readonly placeOf?: (address: Address) => { readonly own: boolean; readonly line: number } | undefined;
}

/** The choices made so far for one host, in the order they were made. */
export class Assumptions {
  readonly list: HostAssumption[] = [];

  assume(assumption: HostAssumption): void {
    this.list.push(assumption);
  }

  leftOut(code: 'sets' | 'not-read', message: string, line?: number): void {
    this.list.push({
      code,
      what: 'a line that is ignored',
      value: line === undefined ? '' : `line ${line + 1}`,
      message,
      ...(line === undefined ? {} : { line }),
      use: { kind: 'always' },
    });
  }
}
