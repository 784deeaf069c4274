import type { LineRule } from './lineRule';
import type { OpenTable } from './openTable';
import type { Table } from './ruleSet';

/** What is known of a table once all of it is read. */
export interface Linked {
  /** The rules with matches or targets that the kernel accepts in some places only, in the order of the chains. */
  readonly limited: readonly LineRule[];
  readonly needsConntrack: boolean;
  readonly needsDefrag: boolean;
}

/** Numbers the rules of a table and finds the chains that they jump to. */
export function linkTable(table: OpenTable): Linked {
  const limited: LineRule[] = [];
  let needsConntrack = false;
  let needsDefrag = false;
  for (const { rules } of table.chains.values()) {
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as LineRule;
      rule.number = i + 1;
      if (rule.traits.needsConntrack) needsConntrack = true;
      if (rule.traits.needsDefrag) needsDefrag = true;
      if (rule.traits.limits.length > 0) limited.push(rule);
      linkJump(rule, table);
    }
  }
  return { limited, needsConntrack, needsDefrag };
}

export function linkJump(rule: LineRule, table: OpenTable): void {
  const late = rule.unknownTarget;
  if (late && table.chains.get(late.name)?.hook === undefined && table.chains.has(late.name))
    rule.jump = {
      kind: 'jump',
      chain: late.name,
      goto: late.goto,
      start: late.at.start,
      end: late.at.end,
      to: undefined,
      refused: undefined,
    };
  const { jump } = rule;
  if (!jump) return;
  jump.to = table.chains.get(jump.chain);
  jump.refused = jump.to?.hook ? `rules cannot jump to the built-in chain ${jump.chain}` : undefined;
}

/** Whether a rule of these tables makes the kernel track connections, or reassemble fragments. */
export function anyNeeds(tables: Iterable<Table>, which: 'needsConntrack' | 'needsDefrag'): boolean {
  for (const { chains } of tables)
    for (const { rules } of chains.values())
      if ((rules as readonly LineRule[]).some(({ traits }) => traits[which])) return true;
  return false;
}
