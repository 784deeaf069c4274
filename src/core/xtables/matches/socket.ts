import { isIcmpErrorPacket } from '../../net/icmpTypes';
import { sameAddress, type Address } from '../../net/address';
import type { Listener } from '../../net/host';
import { PROTOCOL, type Packet } from '../../net/packet';
import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import { flag } from '../option';
import type { PremiseId } from '../premise';
import { missing } from '../shown';
import type { PacketView } from '../view';

interface SocketData {
  readonly transparent: boolean;
  readonly noWildcard: boolean;
  readonly restoreMark: boolean;
}

const transparentFlag = flag('--transparent', 'Only sockets that are transparent (IP_TRANSPARENT).');
const noWildcardFlag = flag('--nowildcard', 'Also sockets that are bound to any address.');
const restoreMark = flag('--restore-skmark', 'Copies the mark of the socket to the packet once a socket matches.');

/**
 * `-m socket`: a socket on this host is there for the packet. Source: iptables-extensions(8) "socket",
 * net/netfilter/xt_socket.c and nf_socket_ipv4.c. Known are the listening sockets of the host model; whether a
 * connection has a socket of its own is unknown once it is established. No listing shows the mark of a socket
 * (--restore-skmark), so it counts as 0, the mark of a socket that was never marked.
 */
export const socket = defineMatch<SocketData>({
  kind: 'match',
  name: 'socket',
  families: [4, 6],
  hooks: ['PREROUTING', 'INPUT'],
  needsDefrag: true,
  options: [transparentFlag, noWildcardFlag, restoreMark],
  documentation: {
    summary: 'Matches if a socket on this host is open for the packet.',
    details:
      'For TCP, UDP and the ICMP errors about them. A socket that listens on all addresses does not count ' +
      'unless --nowildcard is given, despite the name of that option.',
    source: 'iptables-extensions(8), socket; net/netfilter/xt_socket.c',
  },
  build: (options) => ({
    transparent: options.has(transparentFlag),
    noWildcard: options.has(noWildcardFlag),
    restoreMark: options.has(restoreMark),
  }),
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim() || 'socket',
      test: (view) => run(data, view),
      actual(view) {
        const wanted = lookedFor(view);
        if (wanted === undefined) return missing('no socket: neither TCP, UDP nor an ICMP error about them');
        const found = listenerFor(view, wanted);
        return found === undefined
          ? missing('no listening socket known')
          : `listening socket ${found.text}${found.transparent ? ', transparent' : ''}`;
      },
      ...(data.restoreMark && { changes: (_view: PacketView, holds: boolean) => (holds ? { mark: 0 } : undefined) }),
      premises: (view): readonly PremiseId[] => [
        ...(data.restoreMark ? (['receivingMark'] as const) : []),
        ...(needsBoundSocket(data, view) ? (['boundSocket'] as const) : []),
      ],
    },
  ],
});

function optionsText({ transparent, noWildcard, restoreMark: restore }: SocketData): string {
  return (
    `${transparent ? ' --transparent' : ''}${noWildcard ? ' --nowildcard' : ''}` +
    `${restore ? ' --restore-skmark' : ''}`
  );
}

/** The end of a connection that a socket would have. */
interface End {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  /** A packet that comes to that end. */
  readonly packet: Packet;
}

function run(data: SocketData, view: PacketView): Answer {
  const { conntrack, host, assignedSocket } = view;
  if (assignedSocket === 'assumed')
    return (
      data.noWildcard || unknown('whether the socket that TPROXY chose is bound to one address is not in the file')
    );
  if (assignedSocket) return fits(data, assignedSocket);
  const wanted = lookedFor(view);
  if (wanted === undefined) return false;
  const accepted = view.findSocket?.(wanted.packet);
  if (accepted) return fits(data, accepted);
  // A connection that is being used has a socket of its own, if this host is one of its ends.
  if (conntrack?.entry !== undefined && conntrack.state !== 'NEW')
    return unknown('whether this host has a socket for this connection is not in the file');
  const found = listenerFor(view, wanted);
  if (found !== undefined) return fits(data, found);
  return host.listenersKnown || needsBoundSocket(data, view)
    ? false
    : unknown('which sockets this host has is not in the file');
}

/**
 * Whether a packet of a new connection matches only by a socket that is bound to its destination, of which the file
 * says nothing. Hardly any program binds one address, and to one of another host only a transparent proxy could.
 */
function needsBoundSocket({ noWildcard }: SocketData, view: PacketView): boolean {
  const { conntrack, host, assignedSocket } = view;
  const isNew = conntrack?.entry === undefined || conntrack.state === 'NEW';
  if (noWildcard || host.listenersKnown || assignedSocket !== undefined || !isNew) return false;
  const wanted = lookedFor(view);
  return wanted !== undefined && !view.findSocket?.(wanted.packet) && listenerFor(view, wanted) === undefined;
}

function fits(data: SocketData, found: Listener): boolean {
  return (data.noWildcard || !isWildcard(found)) && (!data.transparent || found.transparent);
}

/** For an ICMP error: the end that sent the packet which it quotes. */
function lookedFor({ packet }: PacketView): End | undefined {
  const quoted = packet.inner;
  const about =
    quoted && isIcmpErrorPacket(packet)
      ? {
          ...quoted,
          source: quoted.destination,
          sourcePort: quoted.destinationPort,
          destination: quoted.source,
          destinationPort: quoted.sourcePort,
        }
      : packet;
  return withPorts(about)
    ? { protocol: about.protocol, address: about.destination, port: about.destinationPort, packet: about }
    : undefined;
}

function withPorts({ protocol, fragmentOffset }: Packet): boolean {
  return (protocol === PROTOCOL.TCP || protocol === PROTOCOL.UDP) && fragmentOffset === 0;
}

/** The listening socket that the kernel would choose: one bound to the address before one bound to none. */
function listenerFor(
  { host, packet, inInterface }: PacketView,
  { protocol, address, port }: End,
): Listener | undefined {
  const fitting = host.listeners.filter(
    (each) =>
      each.protocol === protocol &&
      each.port === port &&
      each.families.includes(packet.family) &&
      (each.iface === undefined || each.iface === inInterface) &&
      (isWildcard(each) || (each.address !== undefined && sameAddress(each.address, address))),
  );
  return fitting.find((each) => !isWildcard(each)) ?? fitting[0];
}

function isWildcard({ address }: Listener): boolean {
  return address === undefined || address.words.every((word) => word === 0);
}
