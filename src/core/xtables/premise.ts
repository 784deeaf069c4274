import { lacksData } from '../net/bytes';
import type { PacketRequest } from '../net/packetRequest';
import type { PacketView } from './view';

/**
 * Something that decides about packets and that neither the rules nor the host's listings state. Each one has a value
 * that holds for most hosts and packets; a trace that rests on it says so.
 */
export interface Premise {
  /** What it is about, and the value that is taken: `bridge port` and `none: the packet passes no bridge`. */
  readonly what: string;
  readonly value: string;
  /** Why it is not known; completes "unknown, because …". */
  readonly reason: string;
  /**
   * `asked`: where it decides what becomes of the packet, every answer is followed. `listed`: it belongs to the packet
   * of the question, like a field of it that was omitted, and is named where a rule read it.
   */
  readonly doubt: 'asked' | 'listed';
  /** Fields of the packet: any of them that is given settles it. */
  readonly settledBy?: readonly (keyof PacketRequest)[];
}

/** The register: nothing that a match, a target or a walk takes for granted is missing here. */
const PREMISES = {
  earlierPackets: {
    what: 'earlier packets',
    value: 'none: the rules count as just loaded',
    reason: 'it depends on earlier packets, which are not in the file',
    doubt: 'asked',
  },
  bridge: {
    what: 'bridge port',
    value: 'none: the packet passes no bridge',
    reason: 'the file does not state whether the packet passes a bridge, nor by which port',
    doubt: 'asked',
  },
  ipsec: {
    what: 'IPsec',
    value: 'does not touch the packet',
    reason: 'the file does not list the IPsec policies of this host',
    doubt: 'asked',
  },
  queue: {
    what: 'program behind NFQUEUE',
    value: 'none listens',
    reason: 'the file does not state whether a program listens on the queue, nor what it decides',
    doubt: 'asked',
  },
  groups: {
    what: 'supplementary groups of the sender',
    value: 'none',
    reason: 'the supplementary groups of the sending process are not given',
    doubt: 'asked',
    settledBy: ['groups'],
  },
  group: {
    what: 'group of the sender',
    value: 'the group with the same number as its user',
    reason: 'the group of the sending process is not given',
    doubt: 'listed',
    settledBy: ['gid'],
  },
  neighbour: {
    what: 'source link-layer address',
    value: 'one that no rule names',
    reason: 'the link-layer address of the last sender is not given',
    doubt: 'asked',
    settledBy: ['srcMac'],
  },
  frame: {
    what: 'destination link-layer address',
    value: 'that of the interface',
    reason: 'the link-layer packet type is not given',
    doubt: 'listed',
    settledBy: ['dstMac'],
  },
  data: {
    what: 'data of the packet',
    value: 'bytes without meaning',
    reason: 'the data of the packet are not given',
    doubt: 'asked',
    settledBy: ['payloadHex'],
  },
  hops: {
    what: 'TTL or hop limit',
    value: '64',
    reason: 'the TTL or hop limit of the packet is not given',
    doubt: 'listed',
    settledBy: ['ttl'],
  },
  size: {
    what: 'length of the packet',
    value: 'that of a packet with little or no data',
    reason: 'the length of the packet is not given',
    doubt: 'listed',
    settledBy: ['length'],
  },
  service: {
    what: 'TOS or traffic class',
    value: '0',
    reason: 'the TOS or traffic class of the packet is not given',
    doubt: 'listed',
    settledBy: ['tos'],
  },
  index: {
    what: 'security parameter index',
    value: '0',
    reason: 'the security parameter index of the packet is not given',
    doubt: 'listed',
    settledBy: ['spi'],
  },
  socketMark: {
    what: 'mark of the socket (SO_MARK)',
    value: '0',
    reason: 'the mark that the program gave its socket is not given',
    doubt: 'listed',
    settledBy: ['mark'],
  },
  receivingMark: {
    what: 'mark of the receiving socket (SO_MARK)',
    value: '0',
    reason: 'the mark of the socket is not in the file',
    doubt: 'listed',
  },
  boundSocket: {
    what: 'socket of this host that is bound to the destination',
    value: 'none',
    reason: 'which sockets this host has is not in the file',
    doubt: 'asked',
  },
  deviceGroup: {
    what: 'group of each interface',
    value: '0',
    reason: 'the file does not list the groups of interfaces ("ip link set … group")',
    doubt: 'asked',
  },
  vlan: { what: 'VLAN tag', value: 'none', reason: 'the VLAN of the packet is not given', doubt: 'listed' },
  timeouts: {
    what: 'members of sets with a timeout',
    value: 'still there',
    reason: 'a member of a set with a timeout may be gone by the time the packet comes',
    doubt: 'asked',
  },
} as const satisfies Readonly<Record<string, Premise>>;

export type PremiseId = keyof typeof PREMISES;

/** The premises among these that can be open for a packet: one without a link-layer address has none to state. */
export function openFor(view: PacketView, ...ids: readonly PremiseId[]): readonly PremiseId[] {
  return ids.filter((id) => isOpenFor(id, view));
}

function isOpenFor(id: PremiseId, { packet, socket, ownCopy }: PacketView): boolean {
  switch (id) {
    case 'group':
    case 'groups':
    case 'socketMark':
      return socket?.kind === 'process';
    case 'neighbour':
      return packet.sourceMac !== undefined;
    case 'frame':
      return !ownCopy && packet.destinationMac !== undefined;
    case 'data':
      return lacksData(packet);
    default:
      return true;
  }
}

export function premise(id: PremiseId): Premise {
  return PREMISES[id];
}

/** Those that a packet leaves open. */
export function premisesOf(request: PacketRequest): ReadonlySet<PremiseId> {
  const ids = Object.keys(PREMISES) as PremiseId[];
  return new Set(ids.filter((id) => !premise(id).settledBy?.some((field) => request[field] !== undefined)));
}
