import type { Condition } from '../extension';
import type { PacketView } from '../view';
import { being } from './denials';

/** A question about the TTL or hop limit. */
export interface HopsData {
  readonly comparison: 'eq' | 'lt' | 'gt';
  readonly value: number;
  readonly inverted: boolean;
}

/** `! --ttl-eq 64`. */
export function hopsText(name: 'ttl' | 'hl', { comparison, value, inverted }: HopsData): string {
  return `${inverted ? '! ' : ''}--${name}-${comparison} ${value}`;
}

/** Source: net/netfilter/xt_hl.c. */
export function hopsCondition(name: 'ttl' | 'hl', data: HopsData): Condition {
  const actual = ({ packet: { ttl } }: PacketView): string => (name === 'ttl' ? `TTL ${ttl}` : `hop limit ${ttl}`);
  return {
    text: hopsText(name, data),
    test: ({ packet: { ttl } }) =>
      data.comparison === 'eq'
        ? (ttl === data.value) !== data.inverted
        : data.comparison === 'lt'
          ? ttl < data.value
          : ttl > data.value,
    actual,
    premises: () => ['hops'],
    ...(data.comparison === 'eq' && {
      denial: (view: PacketView) => being(actual(view), String(data.value), data.inverted),
    }),
  };
}
