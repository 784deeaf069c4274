import { expect, test } from 'vitest';
import { listedInterfaces } from '../../src/core/knowledge/knowledge';
import { listedInterfacesText, type Negatable, type OpenInterface } from '../../src/core/ruleset/header';
import { printRule } from '../../src/core/ruleset/printRule';
import { allTables } from '../../src/core/ruleset/ruleSet';
import { modelOf, ruleSetOf, sectionsOf } from '../../src/features/fileModel';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { sampleText } from '../features/sample';
import { ruleSetsOfReleases } from '../fixtures/istio/ruleSets';

const TEXTS = [
  ...ruleSetsOfReleases().map(({ name, save }) => [name, save] as const),
  ...['kube-node.iptables-save', 'docker-host.iptables-save', 'istio-sidecar.md'].map(
    (name) => [name, sampleText(name)] as const,
  ),
];

function isSame(has: Negatable<string> | undefined, told: Negatable<string> | undefined): boolean {
  return has?.value === told?.value && has?.inverted === told?.inverted;
}

/** A rule that excludes a bridge may also be written without: where it would exclude, nothing is known. */
function mayBe(has: Negatable<string> | undefined, { inverted, like }: OpenInterface): boolean {
  return has === undefined ? inverted : has.inverted === inverted && like?.test(has.value) !== false;
}

test('what is known of a rule whose interfaces are hidden is what it tests', () => {
  const wrong: string[] = [];
  let [known, all] = [0, 0];
  for (const [name, text] of TEXTS) {
    for (const { chains } of modelOf(parseSourceFile(text, { fileName: name })).dumps.flatMap((dump) =>
      sectionsOf(dump).flatMap((section) => [...allTables(ruleSetOf(section))]),
    ))
      for (const rule of [...chains.values()].flatMap((chain) => chain.rules)) {
        const { family, chain, matches, target, header } = rule;
        const hidden = { ...header, inInterface: undefined, outInterface: undefined };
        const found = listedInterfaces({
          family,
          table: chain.table,
          chain: chain.name,
          header: hidden,
          matches,
          target,
        });
        all++;
        if (!found) continue;
        known++;
        const { names } = found;
        const sides = [
          [header.inInterface, found.inInterface, names?.inInterface],
          [header.outInterface, found.outInterface, names?.outInterface],
        ] as const;
        if (!sides.every(([has, told, open]) => (open ? mayBe(has, open) : isSame(has, told))))
          wrong.push(`${name}: ${printRule(rule)}: told “${listedInterfacesText(found)}”`);
      }
  }
  expect(wrong).toEqual([]);
  // Most that is not known are rules for interfaces that the user names.
  expect(known / all).toBeGreaterThan(0.9);
});
