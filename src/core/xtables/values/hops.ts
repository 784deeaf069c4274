import { oneValue, span } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import type { Condition } from '../extension';
import type { PacketView } from '../view';

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
export function hopsCondition(name: 'ttl' | 'hl', { comparison, value, inverted }: HopsData): Condition {
  const values =
    comparison === 'eq' ? oneValue(value) : comparison === 'lt' ? span(0, value - 1) : span(value + 1, 255);
  return fieldCondition(
    { field: 'hops', values, negated: comparison === 'eq' && inverted },
    {
      option: `--${name}-${comparison}`,
      wanted: String(value),
      shown: ({ packet: { ttl } }) => hopsActual(name, ttl),
      premises: () => ['hops'],
      denial: ({ packet: { ttl } }: PacketView): string =>
        comparison === 'eq'
          ? inverted
            ? `${LABELS[name]} is ${value}`
            : `${hopsActual(name, ttl)} ≠ ${value}`
          : `${hopsActual(name, ttl)} is not ${comparison === 'lt' ? 'below' : 'above'} ${value}`,
    },
  );
}

function hopsActual(name: 'ttl' | 'hl', ttl: number): string {
  return `${LABELS[name]} ${ttl}`;
}

const LABELS = { ttl: 'TTL', hl: 'hop limit' } as const;
