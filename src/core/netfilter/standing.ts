import type { ConntrackView } from '../net/conntrack';
import type { Packet, SocketOwner } from '../net/packet';
import type { AnyTableName, Hook, PacketView } from '../xtables/view';
import { RIGHT, type Checksum } from './checksum';
import type { Template } from './conntrack';
import type { WalkEnd } from './events';
import type { OutputRoute } from './outputRoute';

/** Where a packet is on its way, and what goes with it. */
export interface Standing {
  readonly packet: Packet;
  readonly hook: Hook | undefined;
  readonly table: AnyTableName;
  /** The rules that it meets are those of the other back end, `RuleSet.beside`. */
  readonly beside: boolean;
  /** They are those of nftables. */
  readonly native: boolean;
  /** It has been put into the chain that was asked for. */
  readonly started: boolean;
  readonly inInterface: string;
  readonly outInterface: string;
  readonly conntrack: ConntrackView | undefined;
  readonly untracked: boolean;
  readonly template: Template | undefined;
  /** CT rules leave it alone from here on, although it is not tracked yet. */
  readonly beyondCt: boolean;
  readonly socket: SocketOwner | undefined;
  readonly headerBySender: boolean;
  /** The socket that TPROXY chose. */
  readonly assignedSocket: PacketView['assignedSocket'];
  /** What a match has made of the frame; undefined: the link-layer address decides. */
  readonly packetType: 'unicast' | undefined;
  /** It is the copy that this host takes itself of what it sends to many, on its way in. */
  readonly ownCopy: boolean;
  /**
   * A copy: what has changed in the data that it has in common with the packet it was made of, and whether it still has
   * them in common.
   */
  readonly shared: { readonly open: boolean; readonly changes: Partial<Packet> } | undefined;
  /** As it was when its route was chosen, which rules may have changed since. */
  readonly routedAs: Packet | undefined;
  /** Followed in IPv6, where it covers the addresses whatever the protocol. */
  readonly checksum: Checksum;
  /** The route that it was sent with. */
  readonly outRoute: Extract<OutputRoute, { kind: 'route' }> | undefined;
  /** The half that NAT gave a port drawn at random. */
  readonly natRandom: WalkEnd['randomPort'];
  /** It left its table by being handed to user space. */
  readonly queued: boolean;
  /** NAT has given it another destination since it came in. */
  readonly readdressed: boolean;
  /** It goes on to the next address of the source route in its IP options. */
  readonly sourceRouted: boolean;
  /** The connection it begins has the same tuple as another one: it is dropped at the end of the hook. */
  readonly clash: boolean;
  /** What connection tracking said of it at the end of the first hook; undefined: it has not come that far. */
  readonly firstState: { readonly state: WalkEnd['state'] } | undefined;
  /** How many times it came to the rule of each change that the caller makes. */
  readonly reached: readonly number[];
}

const NONE_REACHED: readonly number[] = [];

/** Of a packet at the beginning of its way. */
export function standingOf(packet: Packet): Standing {
  return {
    packet,
    hook: undefined,
    table: 'raw',
    beside: false,
    native: false,
    started: false,
    inInterface: '',
    outInterface: '',
    conntrack: undefined,
    untracked: false,
    template: undefined,
    beyondCt: false,
    socket: undefined,
    headerBySender: false,
    assignedSocket: undefined,
    packetType: undefined,
    ownCopy: false,
    shared: undefined,
    checksum: RIGHT,
    routedAs: undefined,
    outRoute: undefined,
    natRandom: undefined,
    queued: false,
    readdressed: false,
    sourceRouted: false,
    clash: false,
    firstState: undefined,
    reached: NONE_REACHED,
  };
}

/**
 * Whether nothing in the host's own rules and routes can distinguish the two. What they do not have in common is
 * compared by its fields.
 */
export function sameStanding(a: Standing, b: Standing): boolean {
  return a === b || sameFields(a, b, 2);
}

/** Objects of one kind, field by field, to this depth. */
function sameFields(a: object, b: object, levels: number): boolean {
  const keys = Object.keys(a) as (keyof typeof a)[];
  if (keys.length !== Object.keys(b).length) return false;
  // No closure and no list for each field: of a thousand paths each is compared with the last few.
  for (const key of keys) {
    const one: unknown = a[key];
    const other: unknown = b[key];
    if (one !== other && !(levels > 1 && isPlain(one) && isPlain(other) && sameFields(one, other, levels - 1)))
      return false;
  }
  return true;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
