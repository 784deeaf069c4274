import { annotationKnowledge } from './annotations';
import { builtinChainKnowledge, tableKnowledge, tableNames } from './builtins';
import { chainKnowledge } from './chains';
import type { Fact } from './facts';
import { addressKnowledge, idKnowledge } from './identities';
import { logHeadingKnowledge } from './logHeadings';
import { markKnowledge } from './marks';
import { portKnowledge } from './ports';
import { markValue } from './shape';
import { variableKnowledge } from './variables';
import type { RuleSetView } from './view';

/**
 * Everything that is known under a name, the likeliest first: a chain, a table, `nat OUTPUT`, a variable, an annotation, a
 * port, a user, an address, a mark (`0x539`, `0x111/0xfff`), a line of the log. A number may be several things. With a
 * rule set, chains are explained as they stand in it. Empty where nothing is known.
 */
export function factsNamed(name: string, ruleSet?: RuleSetView): readonly Fact[] {
  const facts: (Fact | undefined)[] = [];
  const inFile = ruleSet?.chains.filter((chain) => chain.name === name && !chain.builtin) ?? [];
  if (inFile.length > 0) facts.push(...inFile.map((chain) => chainKnowledge(ruleSet, chain.table, name)));
  else facts.push(...tablesOf(name).map((table) => chainKnowledge(ruleSet, table, name)));
  const [table = '', chain = ''] = name.split(' ');
  facts.push(tableKnowledge(name), builtinChainKnowledge(table, chain));
  facts.push(...tableNames.map((each) => builtinChainKnowledge(each, name)));
  facts.push(variableKnowledge(name), annotationKnowledge(name));
  if (/^[0-9]{1,10}$/.test(name)) facts.push(portKnowledge(Number(name)), idKnowledge(Number(name)));
  else facts.push(idKnowledge(name));
  facts.push(addressKnowledge(name));
  const mark = markValue(name);
  if (mark !== undefined && (name.startsWith('0x') || name === '1337' || name === '1338')) facts.push(markKnowledge(mark.value, mark.mask, ruleSet === undefined ? {} : { ruleSet }));
  facts.push(logHeadingKnowledge(name));
  const seen = new Set<string>();
  return facts.filter((fact): fact is Fact => {
    if (fact === undefined || seen.has(fact.title)) return false;
    seen.add(fact.title);
    return true;
  });
}

/** Without a rule set the name alone: once for each table in which it means something of its own. */
function tablesOf(name: string): readonly (string | undefined)[] {
  const titles = new Set<string>();
  const tables = ['nat', 'mangle', 'raw', 'filter'].filter((table) => {
    const title = chainKnowledge(undefined, table, name)?.title;
    if (title === undefined || titles.has(title)) return false;
    titles.add(title);
    return true;
  });
  return tables.length > 0 ? tables : [undefined];
}
