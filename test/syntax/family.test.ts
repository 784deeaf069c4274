import { describe, expect, it } from 'vitest';
import { defaultRulesSection } from './defaultRules';
import { addressFamily, ONE_FAMILY } from '../../src/core/syntax/family';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { MATCHES } from '../../src/core/xtables/matches';
import { TARGETS } from '../../src/core/xtables/targets';

/** Names that the registry has for one family alone, in alphabetical order. */
function onlyIn(
  family: 4 | 6,
  extensions: readonly { readonly name: string; readonly families: readonly (4 | 6)[] }[],
): readonly string[] {
  const names = new Set(extensions.map(({ name }) => name));
  return [...names]
    .filter((name) =>
      extensions.filter((each) => each.name === name).every(({ families }) => families.join() === String(family)),
    )
    .sort();
}

describe('the family of rules', () => {
  it.each([4, 6] as const)('the extensions that tell IPv%s are those of the registry', (family) => {
    // icmpv6 is another name of icmp6.
    expect(ONE_FAMILY.match[family].filter((name) => name !== 'icmpv6')).toEqual(onlyIn(family, MATCHES));
    expect(ONE_FAMILY.target[family]).toEqual(onlyIn(family, TARGETS));
  });

  it.each([
    ['-A OUTPUT -j DNPT --src-pfx fd00:9::/64 --dst-pfx fd00:17::/64', 6],
    ['-A OUTPUT -m rt --rt-type 0 -j DROP', 6],
    ['-A OUTPUT -j HL --hl-set 3', 6],
    ['-A OUTPUT -m ttl --ttl-eq 3', 4],
    ['-A OUTPUT -j TTL --ttl-set 3', 4],
    ['-A OUTPUT -p tcp -j REJECT --reject-with icmp6-port-unreachable', 6],
    ['-A OUTPUT -m comment --comment "-j HLX" -j ACCEPT', undefined],
    ['-A OUTPUT -j HLX', undefined],
    ['-A OUTPUT -j ACCEPT', undefined],
  ] as const)('%s: %s', (rule, family) => {
    expect(defaultRulesSection(parseSourceFile(`*mangle\n:OUTPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`))?.family).toBe(
      family,
    );
  });

  it.each([
    ['10.0.0.1', 4],
    ['fd00::1', 6],
    ['[fd00::1]:80', 6],
    ['host', undefined],
    ['8080', undefined],
  ] as const)('address %s: %s', (value, family) => {
    expect(addressFamily(value)).toBe(family);
  });
});
