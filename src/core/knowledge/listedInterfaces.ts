import type { ListedInterfaces } from '../ruleset/header';
import type { RuleInListing } from '../ruleset/listedInterfaces';
import { packs } from './packs';
import { makeShape } from './shape';

/** The interfaces that a rule tests and its listing does not show, as the program writes them whose rule it is. */
export function listedInterfaces(rule: RuleInListing): ListedInterfaces | undefined {
  const { table, chain, jumpsAbove } = rule;
  const asked = { table, chain, jumpsAbove, shape: makeShape(rule) };
  for (const { name, interfaces } of packs) {
    const found = interfaces?.(asked);
    if (found) return { ...found, program: name };
  }
  return undefined;
}
