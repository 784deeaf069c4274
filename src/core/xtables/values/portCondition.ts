import type { Condition } from '../extension';
import type { Inverted } from './inverted';
import { printPortRange, type PortRange } from './port';

/** ` ! --dport 80:90`, or nothing where the option was not given. iptables-save leaves out a range that is every port, negated or not. */
export function portOptionText(name: string, ports: Inverted<PortRange> | undefined): string {
  if (ports === undefined || (ports.value[0] === 0 && ports.value[1] === 65535)) return '';
  return `${ports.inverted ? ' !' : ''} ${name} ${printPortRange(ports.value)}`;
}

/** A port within a range. Later fragments have no ports: false for them, negated or not (net/netfilter/xt_tcpudp.c). */
export function portCondition(side: 'source' | 'destination', ports: Inverted<PortRange>): Condition {
  const field = side === 'source' ? 'sourcePort' : 'destinationPort';
  const short = side === 'source' ? 'sport' : 'dport';
  const [first, last] = ports.value;
  return {
    text: `${ports.inverted ? '! ' : ''}--${short} ${printPortRange(ports.value)}`,
    test: ({ packet }) => packet.fragmentOffset === 0 && (packet[field] >= first && packet[field] <= last) !== ports.inverted,
    actual: ({ packet }) => (packet.fragmentOffset > 0 ? 'no ports: not the first fragment' : `${short} ${packet[field]}`),
  };
}
