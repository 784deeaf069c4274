import type { WayLeg } from './ways';

/** The legs of a way by their lines: the usual one first, which may have none, then those under a condition. */
export function wayLines(legs: readonly WayLeg[]): readonly [readonly WayLeg[], ...(readonly WayLeg[])[]] {
  const found = new Map<string, WayLeg[]>();
  for (const leg of legs) {
    const letters = leg.id.replace(/^\d+/, '');
    found.set(letters, [...(found.get(letters) ?? []), leg]);
  }
  const usual = found.get('') ?? [];
  found.delete('');
  return [usual, ...found.values()];
}

/** Completes "or, if …" of a line that there is only under a condition. */
export function whenOf(legs: readonly WayLeg[]): string {
  return legs.find((leg) => leg.when !== undefined)?.when ?? 'it goes on otherwise';
}
