import { allTables, type RuleSet } from '../../core/ruleset/ruleSet';
import { allSectionsOf, ruleSetOf, type FileModel } from '../fileModel';
import type { Ground } from './ground';

const FOUND = new WeakMap<Ground, readonly number[]>();

/**
 * The lines of the file, 1-based, whose rules are not there in what is tried: switched off, deleted or replaced by
 * a command, or of a chain that is flushed.
 */
export function goneLines(ground: Ground, model: FileModel): readonly number[] {
  const known = FOUND.get(ground) ?? find(ground, model);
  FOUND.set(ground, known);
  return known;
}

function find(ground: Ground, model: FileModel): readonly number[] {
  const gone = new Set<number>();
  model.dumps.forEach((dump, i) => {
    const now = ground.model.dumps[i];
    allSectionsOf(dump).forEach((section, part) => {
      const changed = now && allSectionsOf(now)[part];
      if (!changed || changed === section) return;
      for (const line of linesGone(ruleSetOf(section), ruleSetOf(changed))) gone.add(line + 1);
    });
  });
  return [...gone].sort((a, b) => a - b);
}

/** Only chains that are others are compared: what is tried leaves the rest of 100,000 rules as they are. */
function linesGone(before: RuleSet, after: RuleSet): readonly number[] {
  const now = new Map(allTables(after).map((table) => [table.name as string, table]));
  return allTables(before).flatMap((table) => {
    const other = now.get(table.name);
    if (other === table) return [];
    const own = [...table.chains.values()].filter((chain) => other?.chains.get(chain.name) !== chain);
    const kept = [...(other?.chains.values() ?? [])].filter((chain) => table.chains.get(chain.name) !== chain);
    // A chain may have got another name.
    const left = new Set(kept.flatMap(({ rules }) => rules.map(({ line }) => line.index)));
    return own.flatMap(({ rules }) => rules.flatMap(({ line }) => (left.has(line.index) ? [] : [line.index])));
  });
}
