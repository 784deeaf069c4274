import { oneValue, span } from '../../net/fields/fieldTest';
import type { Condition } from '../extension';
import { fieldCondition } from '../fieldCondition';
import { missing } from '../shown';
import type { Inverted } from './inverted';
import { printPortRange, type PortRange } from './port';

/**
 * ` ! --dport 80:90`, or nothing where the option was not given. iptables-save omits a range that is every port,
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

const FIRST_FRAGMENT: Condition = fieldCondition(
  { field: 'fragmentOffset', values: oneValue(0), negated: false },
  {
    option: 'has a transport header',
    wanted: '',
    shown: ({ packet }) => (packet.fragmentOffset > 0 ? missing('not the first fragment') : 'has one'),
  },
);

/** A port within a range. Later fragments have no ports: false for them, negated or not (net/netfilter/xt_tcpudp.c). */
export function portCondition(side: Side, { value, inverted }: Inverted<PortRange>): Condition {
  return fieldCondition(
    { field: side === 'source' ? 'sourcePort' : 'destinationPort', values: span(...value), negated: inverted },
    { option: `--${shortSide(side)}`, wanted: printPortRange(value) },
  );
}

export type Side = 'source' | 'destination';

export function shortSide(side: Side): string {
  return side === 'source' ? 'sport' : 'dport';
}
