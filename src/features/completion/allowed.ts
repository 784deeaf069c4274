import { protocolName } from '../../core/net/protocols';
import { isTableName } from '../../core/ruleset/ruleSet';
import { allExtensions } from '../../core/xtables/registry';
import { builtinChainsOf, type CompletionPlace } from './place';
import type { WrittenRule } from './writtenRule';
import type { Extension } from '../../core/ruleset/optionHelp';

/** A place within a rule: that of its line, and its chain. */
export interface PlaceInRule extends CompletionPlace {
  readonly chain: string | undefined;
}

/** Every match or target that may be in this rule: by family, table, chain and what -p says. */
export function allowedExtensions<K extends Extension['kind']>(
  kind: K,
  place: PlaceInRule,
  rule: WrittenRule,
): readonly Extract<Extension, { readonly kind: K }>[] {
  const hook = builtinChainsOf(place).find((name) => name === place.chain);
  return allExtensions().filter((extension): extension is Extract<Extension, { readonly kind: K }> => {
    const { families, tables, hooks, protocols, nftRefuses } = extension;
    if (
      extension.kind !== kind ||
      !families.includes(place.family) ||
      (nftRefuses !== undefined && place.backend === 'nft')
    )
      return false;
    if (tables && place.table !== undefined && !(isTableName(place.table) && tables.includes(place.table)))
      return false;
    if (hooks && hook !== undefined && !hooks.includes(hook)) return false;
    return !protocols || !rule.protocolGiven || protocols.some((each) => each === rule.protocol);
  });
}

/**
 * What has to come before an option so that its match or target is loaded: `-p tcp `, `-m conntrack `, `-j
 * REDIRECT `.
 */
export function loadingWords({ kind, name, protocols }: Extension, rule: WrittenRule): string {
  const [protocol] = rule.protocolGiven ? [] : (protocols ?? []);
  const own = protocol === undefined ? undefined : protocolName(protocol);
  const protocolWords = own === undefined ? '' : `-p ${own} `;
  // -p brings the match of its protocol along.
  if (own === name || name === 'icmp6') return protocolWords;
  return `${protocolWords}${kind === 'match' ? '-m' : '-j'} ${name} `;
}
