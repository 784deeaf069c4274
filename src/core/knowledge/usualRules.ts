import type { UsualRule } from '../ruleset/oneHost/assumedRules';
import { packs } from './packs';

/** The rules of a table that programs write on every host that they work on, those of one program in its order. */
export function usualRules(table: string): readonly UsualRule[] {
  return RULES.filter((rule) => rule.table === table);
}

const FORM = /^(\w+) (?:(?:(\w+)\/)?([\w-]+): )?([\w-]+) (.*?)(-[jg]) ([^#]+?)(?: # (.*))?$/;
/** What is not a chain has options, or is one of these. */
const NO_CHAIN = /^(?:ACCEPT|DROP|RETURN|MASQUERADE|.* .*)$/;

const RULES = packs.flatMap(({ name, always = [] }) => always.map((text) => ruleOf(text, name)));

function ruleOf(text: string, program: string): UsualRule {
  const [, table = '', whereTable = table, where, chain = '', conditions = '', jump = '-j', target = '', comment] =
    FORM.exec(text) ?? [];
  return {
    table,
    whereTable,
    where: where ?? (NO_CHAIN.test(target) ? chain : undefined),
    chain,
    conditions: conditions.trim(),
    jump,
    target,
    comment,
    program,
  };
}
