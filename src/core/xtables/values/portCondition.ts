import type { Packet } from '../../net/packet';
import type { Condition } from '../extension';
import { among } from './denials';
import { missing } from '../shown';
import type { Inverted } from './inverted';
import { printPortRange, type PortRange } from './port';

/**
 * ` ! --dport 80:90`, or nothing where the option was not given. iptables-save leaves out a range that is every port,
 * negated or not.
 */
export function portOptionText(name: string, ports: Inverted<PortRange> | undefined): string {
  if (ports === undefined || (ports.value[0] === 0 && ports.value[1] === 65535)) return '';
  return `${ports.inverted ? ' !' : ''} ${name} ${printPortRange(ports.value)}`;
}

/**
 * The conditions of a transport match; where there are none, that the packet has a transport header, which later
 * fragments have not.
 */
export function orFirstFragment(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.length > 0 ? conditions : [FIRST_FRAGMENT];
}

const FIRST_FRAGMENT: Condition = {
  text: 'has a transport header',
  test: ({ packet }) => packet.fragmentOffset === 0,
  actual: ({ packet }) => (packet.fragmentOffset > 0 ? missing('not the first fragment') : 'has one'),
};

/** A port within a range. Later fragments have no ports: false for them, negated or not (net/netfilter/xt_tcpudp.c). */
export function portCondition(side: Side, ports: Inverted<PortRange>): Condition {
  return {
    text: `${ports.inverted ? '! ' : ''}--${short(side)} ${printPortRange(ports.value)}`,
    test: ({ packet }) => packet.fragmentOffset === 0 && fits(ports, portIn(packet, side)),
    actual: ({ packet }) =>
      packet.fragmentOffset > 0
        ? missing('no ports: not the first fragment')
        : `${short(side)} ${portIn(packet, side)}`,
    denial: ({ packet }) => portDenial(side, ports, `${short(side)} ${portIn(packet, side)}`),
    compares: {
      field: side === 'source' ? 'sourcePort' : 'destinationPort',
      wanted: printPortRange(ports.value),
      single: ports.value[0] === ports.value[1],
      inverted: ports.inverted,
    },
  };
}

/** Why a port does not fit; `actual` is what the packet has. */
export function portDenial(side: Side, { value, inverted }: Inverted<PortRange>, actual: string): string {
  if (value[0] !== value[1]) return among(actual, printPortRange(value), inverted);
  return inverted ? `${short(side)} is ${value[0]}` : `${actual} ≠ ${value[0]}`;
}

type Side = 'source' | 'destination';

export function short(side: Side): string {
  return side === 'source' ? 'sport' : 'dport';
}

export function portIn(packet: Packet, side: Side): number {
  return side === 'source' ? packet.sourcePort : packet.destinationPort;
}

export function fits({ value: [first, last], inverted }: Inverted<PortRange>, port: number): boolean {
  return (port >= first && port <= last) !== inverted;
}
