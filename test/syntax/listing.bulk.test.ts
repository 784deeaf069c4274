import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MATCH_FORMS } from '../../src/core/syntax/listing/matchForms';
import { TARGET_FORMS } from '../../src/core/syntax/listing/targetForms';
import { allExtensions } from '../../src/core/xtables/registry';
import { compareListing } from '../kernel/listing/compare';
import { readListings } from '../kernel/listing/listingsFile';
import type { Listed } from '../kernel/listing/ask';

/**
 * What `iptables -L` of iptables 1.8.9 printed of rules of every extension, read back and laid beside what
 * iptables-save printed of them. Recorded by `npm run test:kernel -- --listing --record`.
 */
const groups = new Map<string, Listed[]>();
for (const listed of readListings(join(import.meta.dirname, '..', '..'))) {
  const group = groups.get(listed.about);
  if (group) group.push(listed);
  else groups.set(listed.about, [listed]);
}

describe('a listing is read as the rules that it was made of', () => {
  it.each([...groups].map(([about, list]) => [about, list.length, list] as const))(
    '%s (%i listings)',
    (_about, _count, list) => {
      expect(
        list
          .flatMap((listed) =>
            compareListing(listed).differences.map((difference) => ({
              ...difference,
              family: listed.family,
              backend: listed.backend,
              options: listed.options,
            })),
          )
          .slice(0, 5),
      ).toEqual([]);
    },
  );

  it('knows how every extension is printed', () => {
    const names = allExtensions().map(({ kind, name }) => `${kind} ${name}`);
    const forms = [
      ...Object.keys(MATCH_FORMS).map((name) => `match ${name}`),
      'match comment',
      ...Object.keys(TARGET_FORMS).map((name) => `target ${name}`),
    ];
    expect(forms.sort()).toEqual(names.sort());
  });
});
