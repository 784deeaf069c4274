import type { MatchExtension, TargetExtension } from '../xtables/extension';
import { allExtensions, matchNamed, targetNamed } from '../xtables/registry';
import type { Word } from '../syntax/tree';
import { didYouMean, insertBefore, type Advice } from './advice';
import type { RuleContext } from './parsedRule';
import { own } from '../text/own';

export type Extension = MatchExtension | TargetExtension;

/**
 * The advice for an option that none of the `loaded` matches and targets has: whose it is, or which one was likely
 * meant. `name` is what is in `word` up to a `=`, `first` the word that the option begins with: itself, or the `!`
 * before it.
 */
export function unknownOptionHelp(
  name: string,
  word: Word,
  first: Word,
  loaded: readonly Extension[],
  family: 4 | 6,
): Advice {
  const owners = ownersIn(family).get(name) ?? [];
  const [owner] = owners;
  if (owner !== undefined && owners.length === 1) {
    // Only a match can be inserted without changing what the rule does.
    return {
      message: `it belongs to ${owner}, which must come before it`,
      fix: owner.startsWith('-m') ? insertBefore(first, owner) : undefined,
    };
  }
  if (owners.length > 1) return { message: `it belongs to ${owners.join(', ')}: one of these must come before it` };
  const near = didYouMean(
    word,
    loaded.flatMap((each) => optionNames(each, family)),
    name.length,
  );
  if (near) return near;
  const named = loaded.filter((each) => each.name !== '');
  if (named.length === 0)
    return {
      message: 'options of a match come after its -m, those of a target after -j, ports after -p tcp or -p udp',
    };
  return {
    message: named
      .map((each) => `${useOf(each)} has ${some(optionsOf(each, family).map((option) => option.name))}`)
      .join('; '),
  };
}

const ownersByFamily = new Map<4 | 6, ReadonlyMap<string, readonly string[]>>();

/** Who has an option of this name; found once, because a large dump may have the same mistake in every line. */
function ownersIn(family: 4 | 6): ReadonlyMap<string, readonly string[]> {
  const known = ownersByFamily.get(family);
  if (known) return known;
  const owners = new Map<string, string[]>();
  for (const extension of allExtensions()) {
    if (!extension.families.includes(family)) continue;
    for (const name of new Set(optionNames(extension, family)))
      owners.set(name, [...(owners.get(name) ?? []), useOf(extension)]);
  }
  ownersByFamily.set(family, owners);
  return owners;
}

/** A few of the names, for a message. */
export function some(names: readonly string[]): string {
  if (names.length === 0) return 'no options';
  return names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} …`;
}

/** The advice for a `-m` with an unknown name. `name` is that of the match, `word` what was written for it. */
export function unknownMatchHelp(word: Word, name: string, family: 4 | 6): string | Advice {
  return (
    otherFamilyHelp('match', name, family) ??
    unknownName(
      `no match "${word.text}"`,
      word,
      extensionNames('match', family),
      ': is it spelled correctly? iptables 1.8 does not include it',
    )
  );
}

/** The advice for a `-j`, or with `goto` a `-g`, whose target is unknown. */
export function unknownTargetHelp(
  word: Word,
  goto: boolean,
  { table, family, chains }: Pick<RuleContext, 'table' | 'family' | 'chains'>,
): string | Advice {
  if (goto)
    return unknownName(
      `goto "${word.text}": there is no such chain in table ${table}`,
      word,
      chainNames(chains, false),
      '',
    );
  const complaint =
    `"${word.text}" is neither a chain of table ${table} declared above nor a target that iptables ` + '1.8 includes';
  return (
    otherFamilyHelp('target', word.text, family) ??
    unknownName(complaint, word, [...extensionNames('target', family), ...chainNames(chains, false)], '')
  );
}

/** The advice for a command about a chain that does not exist. */
export function unknownChainHelp(
  word: Word,
  table: { readonly name: string; readonly chains: RuleContext['chains'] },
): Advice {
  return unknownName(
    `there is no chain "${word.text}" in table ${table.name}`,
    word,
    chainNames(table.chains, true),
    `: declare it above with ":${word.text} - [0:0]" or -N`,
  );
}

/** `complaint`, and which name was likely meant; where none is near, the rest of the advice. */
function unknownName(complaint: string, word: Word, names: readonly string[], otherwise: string): Advice {
  const near = didYouMean(word, names);
  return { message: `${complaint}${near ? `: ${near.message}` : otherwise}`, fix: near?.fix };
}

function extensionNames(kind: 'match' | 'target', family: 4 | 6): readonly string[] {
  return allExtensions()
    .filter((each) => each.kind === kind && each.name !== '' && each.families.includes(family))
    .map(({ name }) => name);
}

/** Those that a person may have mistyped. Programs write the names of thousands. */
function chainNames(chains: RuleContext['chains'], builtIn: boolean): readonly string[] {
  const names: string[] = [];
  for (const { name, hook } of chains.values()) {
    if (names.length === MOST_CHAINS) break;
    if (builtIn || hook === undefined) names.push(name);
  }
  return names;
}

/** What to write where a match or target exists for the other family only; undefined where neither has it. */
function otherFamilyHelp(kind: 'match' | 'target', name: string, family: 4 | 6): string | undefined {
  const other = family === 4 ? 6 : 4;
  if (!(kind === 'match' ? matchNamed(name, other) : targetNamed(name, other))) return undefined;
  const counterpart = own(COUNTERPARTS, name);
  return (
    `the ${kind} "${name}" exists for IPv${other} ` +
    `only${counterpart === undefined ? '' : `; in IPv${family} it is ${kind === 'match' ? '-m' : '-j'} ${counterpart}`}`
  );
}

const COUNTERPARTS: Readonly<Record<string, string>> = {
  ttl: 'hl',
  hl: 'ttl',
  TTL: 'HL',
  HL: 'TTL',
  icmp: 'icmp6',
  icmp6: 'icmp',
};
const MOST_NAMES = 8;
const MOST_CHAINS = 300;

function useOf({ kind, name }: Extension): string {
  return `${kind === 'match' ? '-m' : '-j'} ${name}`;
}

function optionsOf({ options }: Extension, family: 4 | 6): Extension['options'] {
  return options.filter((option) => option.family === undefined || option.family === family);
}

function optionNames(extension: Extension, family: 4 | 6): readonly string[] {
  return optionsOf(extension, family).flatMap((option) => [option.name, ...option.aliases]);
}
