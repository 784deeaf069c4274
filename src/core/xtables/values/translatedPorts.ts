import { packetBytes } from '../../net/bytes';
import { PROTOCOL, type Packet } from '../../net/packet';
import type { Condition } from '../extension';
import { missing, shownText, type Shown } from '../shown';
import type { PacketView } from '../view';
import type { Inverted } from './inverted';
import type { PortRange } from './port';
import { fits, portCondition, portDenial, portIn, short } from './portCondition';
import { supposedHeader, transportLength } from './transport';

type Ports = Inverted<PortRange> | undefined;

/**
 * The port conditions of a match that iptables-nft translates into reads of the packet instead of handing it to the
 * kernel's xt_tcpudp (tcp and udp): they ask whatever stands in the place of the ports, in later fragments too, and
 * never drop the packet. Source: iptables 1.8.9, iptables/nft-shared.c add_nft_tcpudp; observed with Linux 6.18.
 */
export function translatedPortConditions(source: Ports, destination: Ports): readonly Condition[] {
  const together = areOneComparison(source, destination);
  const list: Condition[] = [];
  if (source) list.push(translated('source', source, together ? destination : undefined));
  if (destination) list.push(translated('destination', destination, together ? source : undefined));
  return list;
}

/** A range that is every port: iptables-nft asks nothing then, not even where it is negated. */
function isEveryPort({ value: [first, last] }: Inverted<PortRange>): boolean {
  return first === 0 && last === 65535;
}

/** True where the range is every port and asks nothing of the packet, or is not given. */
export function asksNoPort(ports: Ports): boolean {
  return ports === undefined || (isEveryPort(ports) && !ports.inverted);
}

/**
 * Two single ports, both negated, become one comparison of four bytes: `! --sport 1 ! --dport 2` says no only where
 * both ports are as written.
 */
function areOneComparison(source: Ports, destination: Ports): boolean {
  const isOne = (ports: Ports): boolean =>
    ports !== undefined && ports.inverted && ports.value[0] !== 0 && ports.value[0] === ports.value[1];
  return isOne(source) && isOne(destination);
}

/**
 * iptables 1.8.11 compares them one by one. Source: its commit "Fixed the issue with combining the payload in case of
 * invert filter".
 */
function comparesOneByOne({ iptablesVersion = '' }: PacketView): boolean {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(iptablesVersion) ?? [];
  return patch !== undefined && Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch) >= 1008011;
}

/** `beside`: the other port, where both are compared as one. */
function translated(side: 'source' | 'destination', ports: Inverted<PortRange>, beside: Ports): Condition {
  const legacy = portCondition(side, ports);
  const other = side === 'source' ? 'destination' : 'source';
  const holds = (view: PacketView): boolean => {
    if (isEveryPort(ports)) return true;
    const port = portAsNft(view, side);
    if (beside === undefined || port === undefined || comparesOneByOne(view))
      return port !== undefined && fits(ports, port);
    const second = portAsNft(view, other);
    return second !== undefined && (fits(ports, port) || fits(beside, second));
  };
  const actual = (view: PacketView): Shown => {
    if (view.backend !== 'nft') return legacy.actual(view);
    if (isEveryPort(ports)) return 'every port: iptables-nft does not ask';
    const port = portAsNft(view, side);
    if (port === undefined) return missing('no port: the packet is too short');
    const where = view.packet.fragmentOffset > 0 ? ', read from the data of a later fragment' : '';
    const both =
      beside && !comparesOneByOne(view)
        ? `, asked by iptables-nft together with ${short(other)} ${portAsNft(view, other) ?? '(missing)'}: one of both is enough`
        : '';
    return `${short(side)} ${port}${where}${both}`;
  };
  return {
    ...legacy,
    test: (view) => (view.backend === 'nft' ? holds(view) : legacy.test(view)),
    actual,
    denial: (view) => portDenial(side, ports, shownText(actual(view))),
  };
}

/** Behind `! -p tcp` it may be any protocol. */
const WITH_PORTS: ReadonlySet<number> = new Set([
  PROTOCOL.TCP,
  PROTOCOL.UDP,
  PROTOCOL.UDPLITE,
  PROTOCOL.SCTP,
  PROTOCOL.DCCP,
]);

export function portAsNft(view: PacketView, side: 'source' | 'destination'): number | undefined {
  const offset = side === 'source' ? 0 : 2;
  // The bytes of a packet are dear, and mostly say what the model says.
  const { packet } = view;
  const known =
    WITH_PORTS.has(packet.protocol) &&
    authentication(packet) < 0 &&
    packet.fragmentOffset === 0 &&
    transportLength(packet) >= offset + 2;
  return known ? portIn(packet, side) : unsignedAsNft(view, offset, 2);
}

/**
 * Where an authentication header of IPv6 begins, at which the search for the transport header stops (see
 * `protocolAsked`); -1 for none.
 */
function authentication({ family, extensionHeaders }: Packet): number {
  let at = 40;
  if (family === 6) {
    for (const { protocol, bytes } of extensionHeaders) {
      if (protocol === PROTOCOL.AH) return at;
      at += bytes.length;
    }
  }
  return -1;
}

/**
 * What nf_tables reads at an offset of where the transport header would be; undefined beyond the packet's end. In a
 * later fragment that is its data (IPv4) or its IPv6 header. Seen on Linux 6.18: the fast path of nft_payload does not
 * look at fragments.
 */
export function unsignedAsNft({ packet }: PacketView, offset: number, size: 1 | 2): number | undefined {
  const at = packet.fragmentOffset === 0 ? authentication(packet) : -1;
  const bytes = at < 0 ? supposedHeader(packet) : packetBytes(packet).subarray(at);
  if (bytes.length < offset + size) return undefined;
  return size === 1 ? bytes[offset] : ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
