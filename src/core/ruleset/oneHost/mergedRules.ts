import type { RulesSection } from '../../syntax/sourceFile';

/**
 * The sections of one host, one family and one back end as one: its lines are those of all of them, one after the
 * other. The same object as long as the sections are the same, and the section itself where there is one.
 */
export function mergedRules(parts: readonly RulesSection[]): RulesSection {
  const [first] = parts as readonly [RulesSection];
  if (parts.length === 1) return first;
  const before = merged.get(first) ?? [];
  const known = before.find(
    (each) => each.parts?.length === parts.length && each.parts.every((part, i) => part === parts[i]),
  );
  if (known) return known;
  const saved = parts.filter(({ role }) => role === 'saved-state');
  const main = saved[0] ?? parts.find(({ form }) => form !== 'commands') ?? first;
  const { defaultTable: _table, inferred: _inferred, fragment: _fragment, ...rest } = main;
  const more = parts.find((part) => part.more)?.more;
  const made: RulesSection = {
    ...rest,
    family: parts.find(({ family }) => family !== undefined)?.family,
    backend: parts.find(({ backend }) => backend !== undefined)?.backend,
    title: new Set(parts.map(({ title }) => title)).size === 1 ? main.title : undefined,
    ...(parts.every(({ fragment }) => fragment) && { fragment: true }),
    ...(more && { more }),
    lines: parts.flatMap(({ lines }) => lines),
    parts,
  };
  merged.set(first, [made, ...before.slice(0, MOST_KEPT - 1)]);
  return made;
}

const merged = new WeakMap<RulesSection, readonly RulesSection[]>();
/** Readings of one file that are kept: its lines may be of several tables. */
const MOST_KEPT = 16;
