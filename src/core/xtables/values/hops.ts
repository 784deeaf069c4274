import type { Condition } from '../extension';

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
  return {
    text: hopsText(name, data),
    test: ({ packet: { ttl } }) => (data.comparison === 'eq' ? (ttl === data.value) !== data.inverted : data.comparison === 'lt' ? ttl < data.value : ttl > data.value),
    actual: ({ packet: { ttl } }) => (name === 'ttl' ? `TTL ${ttl}` : `hop limit ${ttl}`),
  };
}
