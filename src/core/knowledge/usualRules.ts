import type { TableRule } from './pack';
import { packs } from './packs';

/** The rules of a table that programs write on every host that they work on, those of one program in its order. */
export function usualRules(table: string): readonly (Omit<TableRule, 'table'> & { readonly program: string })[] {
  return RULES.filter((rule) => rule.table === table);
}

const RULES = packs.flatMap(({ name, always = [] }) => always.map((rule) => ({ ...rule, program: name })));
