import type { RulesSection } from '../../syntax/tree';
import { inferTables } from './inferTables';
import type { TablesOfChain } from './tableEvidence';

/**
 * The sections of one host, one family and one back end as one: its lines are those of all of them, one behind the other. The same object as long as
 * the sections are the same, and the section itself where there is one.
 */
export function mergedRules(parts: readonly RulesSection[]): RulesSection {
  const [first] = parts as readonly [RulesSection];
  if (parts.length === 1) return first;
  const known = merged.get(first);
  if (known?.parts?.length === parts.length && known.parts.every((part, i) => part === parts[i])) return known;
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
  merged.set(first, made);
  return made;
}

const merged = new WeakMap<RulesSection, RulesSection>();

/** A section with its tables named: itself, or one part for each table that its lines are read as rules of. */
export function partsOf(section: RulesSection, known: TablesOfChain): readonly RulesSection[] {
  if (section.form !== 'list' || section.defaultTable !== undefined) return [section];
  let parts = inferred.get(section);
  if (!parts) inferred.set(section, (parts = inferTables(section, known)));
  return parts;
}

const inferred = new WeakMap<RulesSection, readonly RulesSection[]>();
