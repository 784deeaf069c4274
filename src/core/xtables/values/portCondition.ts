import type { Condition } from '../extension';
import type { Inverted } from './inverted';
import type { PacketView } from '../view';
import { printPortRange, type PortRange } from './port';
import { supposedHeader } from './transport';

/** ` ! --dport 80:90`, or nothing where the option was not given. iptables-save leaves out a range that is every port, negated or not. */
export function portOptionText(name: string, ports: Inverted<PortRange> | undefined): string {
  if (ports === undefined || (ports.value[0] === 0 && ports.value[1] === 65535)) return '';
  return `${ports.inverted ? ' !' : ''} ${name} ${printPortRange(ports.value)}`;
}

/**
 * The conditions of a transport match; where there are none, that the packet has a transport header, which later fragments have not.
 */
export function orFirstFragment(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.length > 0 ? conditions : [FIRST_FRAGMENT];
}

const FIRST_FRAGMENT: Condition = {
  text: 'has a transport header',
  test: ({ packet }) => packet.fragmentOffset === 0,
  actual: ({ packet }) => (packet.fragmentOffset > 0 ? 'not the first fragment' : 'has one'),
};

/**
 * A port within a range. Later fragments have no ports: false for them, negated or not (net/netfilter/xt_tcpudp.c). `native` says that
 * iptables-nft translates the match (tcp and udp, 1.8.9), which then reads whatever stands in the place of the ports.
 */
export function portCondition(side: 'source' | 'destination', ports: Inverted<PortRange>, native = false): Condition {
  const short = side === 'source' ? 'sport' : 'dport';
  const [first, last] = ports.value;
  const portOf = (view: PacketView): number | undefined => {
    if (view.packet.fragmentOffset === 0) return side === 'source' ? view.packet.sourcePort : view.packet.destinationPort;
    return native ? unsignedAsNft(view, side === 'source' ? 0 : 2, 2) : undefined;
  };
  return {
    text: `${ports.inverted ? '! ' : ''}--${short} ${printPortRange(ports.value)}`,
    test(view) {
      const port = portOf(view);
      return port !== undefined && (port >= first && port <= last) !== ports.inverted;
    },
    actual(view) {
      const port = portOf(view);
      if (port === undefined) return 'no ports: not the first fragment';
      return `${short} ${port}${view.packet.fragmentOffset > 0 ? ', read from the data of a later fragment' : ''}`;
    },
  };
}

/**
 * What nf_tables reads in a later fragment at an offset where the transport header would be; undefined beyond the packet's end,
 * and for the legacy back end, which does not. Seen on Linux 6.18: the fast path of nft_payload does not look at fragments.
 */
export function unsignedAsNft({ packet, backend }: PacketView, offset: number, size: 1 | 2): number | undefined {
  if (backend !== 'nft') return undefined;
  const bytes = supposedHeader(packet);
  if (bytes.length < offset + size) return undefined;
  return size === 1 ? bytes[offset] : ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
