import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Version } from '../../src/core/netfilter/versions';

/** `at`: which of the maps that there are by then. */
type Step =
  | { readonly kind: 'set'; readonly at: number; readonly key: number; readonly value: number | undefined }
  | { readonly kind: 'without'; readonly at: number; readonly key: number }
  | { readonly kind: 'copy'; readonly at: number };

const at = fc.nat(40);
const key = fc.nat(6);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      at,
      key,
      value: fc.option(fc.nat(9), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('without' as const), at, key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('copy' as const), at }) },
);

/** A state and the plain map that it stands for; it is written to by one owner only. */
interface Owned {
  version: Version<number, number | undefined>;
  map: Map<number, number | undefined>;
  /** Two have the state in common: the next write of either needs a copy. */
  shared: boolean;
}

test('every state, also an old one and a copy of a copy, stays what it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const owners: Owned[] = [{ version: Version.empty(), map: new Map(), shared: false }];
      const kept: (readonly [Version<number, number | undefined>, ReadonlyMap<number, number | undefined>])[] = [];
      for (const each of steps) {
        const own = owners[each.at % owners.length] as Owned;
        kept.push([own.version, new Map(own.map)]);
        if (each.kind === 'copy') {
          own.shared = true;
          owners.push({ ...own, map: new Map(own.map) });
        } else if (each.kind === 'without') {
          own.version = own.version.without(each.key);
          own.map.delete(each.key);
          own.shared = false;
        } else {
          own.version = (own.shared ? own.version.copy() : own.version).set(each.key, each.value);
          own.map.set(each.key, each.value);
          own.shared = false;
        }
      }
      for (const [version, map] of [...kept, ...owners.map(({ version, map }) => [version, map] as const)]) {
        expect([...version.values()]).toEqual([...map.values()]);
        expect(version.size).toBe(map.size);
        for (let i = 0; i <= 6; i++) expect(version.get(i)).toBe(map.get(i));
      }
    }),
    { numRuns: 60 },
  );
});
