import type { MatchExtension, TargetExtension } from '../xtables/extension';
import { allExtensions, matchNamed, targetNamed } from '../xtables/registry';

type Extension = MatchExtension | TargetExtension;

/** What to do about an option that none of the `loaded` matches and targets has: whose it is, or which one was likely meant. */
export function unknownOptionHelp(name: string, loaded: readonly Extension[], family: 4 | 6): string {
  const owners = ownersIn(family).get(name) ?? [];
  if (owners.length === 1) return `it belongs to ${owners[0] as string}, which must stand in front of it`;
  if (owners.length > 1) return `it belongs to ${owners.join(', ')}: one of these must stand in front of it`;
  const near = nearest(name, loaded.flatMap((each) => optionNames(each, family)));
  if (near !== undefined) return `did you mean ${near}?`;
  const named = loaded.filter((each) => each.name !== '');
  if (named.length === 0) return 'options of a match stand behind its -m, those of a target behind -j, ports behind -p tcp or -p udp';
  return named.map((each) => `${useOf(each)} has ${some(optionsOf(each, family).map((option) => option.name))}`).join('; ');
}

const ownersByFamily = new Map<4 | 6, ReadonlyMap<string, readonly string[]>>();

/** Who has an option of this name; found once, because a large dump may have the same mistake in every line. */
function ownersIn(family: 4 | 6): ReadonlyMap<string, readonly string[]> {
  const known = ownersByFamily.get(family);
  if (known) return known;
  const owners = new Map<string, string[]>();
  for (const extension of allExtensions()) {
    if (!extension.families.includes(family)) continue;
    for (const name of new Set(optionNames(extension, family))) owners.set(name, [...(owners.get(name) ?? []), useOf(extension)]);
  }
  ownersByFamily.set(family, owners);
  return owners;
}

/** A few of the names, for a message. */
export function some(names: readonly string[]): string {
  if (names.length === 0) return 'no options';
  return names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} …`;
}

/** What is to be written where a match or target is there for the other family only; undefined where neither has it. */
export function otherFamilyHelp(kind: 'match' | 'target', name: string, family: 4 | 6): string | undefined {
  const other = family === 4 ? 6 : 4;
  if (!(kind === 'match' ? matchNamed(name, other) : targetNamed(name, other))) return undefined;
  const counterpart = COUNTERPARTS[name];
  return `the ${kind} "${name}" exists for IPv${other} only${counterpart === undefined ? '' : `; in IPv${family} it is ${kind === 'match' ? '-m' : '-j'} ${counterpart}`}`;
}

const COUNTERPARTS: Readonly<Record<string, string>> = { ttl: 'hl', hl: 'ttl', TTL: 'HL', HL: 'TTL', icmp: 'icmp6', icmp6: 'icmp' };
const MOST_NAMES = 8;

function useOf({ kind, name }: Extension): string {
  return `${kind === 'match' ? '-m' : '-j'} ${name}`;
}

function optionsOf({ options }: Extension, family: 4 | 6): Extension['options'] {
  return options.filter((option) => option.family === undefined || option.family === family);
}

function optionNames(extension: Extension, family: 4 | 6): readonly string[] {
  return optionsOf(extension, family).flatMap((option) => [option.name, ...option.aliases]);
}

/** The name that differs by no more than two letters; capitals and dashes do not count. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const bare = (text: string): string => text.toLowerCase().replace(/[-_]/g, '');
  const wanted = bare(name);
  const [best] = names.map((each) => [distance(wanted, bare(each)), each] as const).filter(([far]) => far <= Math.min(2, wanted.length / 3)).sort(([a], [b]) => a - b);
  return best?.[1];
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] as number;
}
