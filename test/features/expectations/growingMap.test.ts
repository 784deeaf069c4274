import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingMap } from '../../../src/features/expectations/growingMap';

test('each state stays as it was, whatever is added to it or to another one', () => {
  const step = fc.record({ to: fc.nat(), key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const states = [{ map: GrowingMap.empty<string, number>(), plain: new Map<string, number>() }];
      for (const { to, key, value } of steps) {
        // Mostly the last one, as lines follow each other.
        const from = states[to % 4 === 0 ? to % states.length : states.length - 1] as (typeof states)[0];
        states.push({ map: from.map.with(key, value), plain: new Map(from.plain).set(key, value) });
      }
      for (const { map, plain } of states) {
        expect([...map]).toEqual([...plain]);
        expect([...map.keys()]).toEqual([...plain.keys()]);
        expect([...map.values()]).toEqual([...plain.values()]);
        expect(map.size).toBe(plain.size);
        for (const key of 'abcde') expect(map.get(key)).toBe(plain.get(key));
      }
    }),
  );
});
