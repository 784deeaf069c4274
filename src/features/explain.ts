import { idKnowledge, knownNames, portKnowledge, variableKnowledge } from '../core/knowledge/knowledge';
import { allExtensions, matchNamed, targetNamed } from '../core/xtables/registry';
import { ruleSetOf, type FileModel } from './fileModel';
import { factBlocks, type Block } from './hover/blocks';
import { BUILTIN_OPTIONS } from './hover/builtinOptions';
import { builtinOptionBlocks, chainBlocks, extensionBlocks, looseNameBlocks, optionBlocks, tableBlocks, valueBlocks } from './hover/nameBlocks';
import { ruleSetView } from './ruleSetView';

/** Everything known of a name: a chain, table, match, target, option, port, mark, user, address, variable. undefined: nothing. */
export function explainName(name: string, model?: FileModel): readonly Block[] | undefined {
  const found = [...chainsOfFile(name, model), ...tableOrChain(name), ...extensions(name), ...options(name), ...numbers(name), ...(looseNameBlocks(name) ? [looseNameBlocks(name) ?? []] : [])];
  if (found.length === 0) return undefined;
  return found.flatMap((blocks, i) => (i === 0 ? blocks : [{ kind: 'rule' } as const, ...blocks]));
}

function chainsOfFile(name: string, model: FileModel | undefined): readonly (readonly Block[])[] {
  const dump = model?.defaultDump;
  if (!dump) return [];
  const ruleSet = ruleSetOf(dump.section);
  return [...ruleSet.tables.values()]
    .filter((table) => table.chains.get(name)?.hook === undefined && table.chains.has(name))
    .flatMap((table) => {
      const blocks = chainBlocks(ruleSetView(ruleSet), table.name, name);
      return blocks ? [blocks] : [];
    });
}

function tableOrChain(name: string): readonly (readonly Block[])[] {
  const table = tableBlocks(name);
  const builtin = ['raw', 'mangle', 'nat', 'filter', 'security'].flatMap((each): (readonly Block[])[] => {
    const blocks = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].includes(name) ? chainBlocks(undefined, each, name) : undefined;
    return blocks ? [[{ kind: 'text', text: `In table ${each}:` }, ...blocks]] : [];
  });
  const chain = builtin.length === 0 && !/^[\d.:]+$/.test(name) && variableKnowledge(name) === undefined ? chainBlocks(undefined, undefined, name) : undefined;
  return [...(table ? [table] : []), ...builtin, ...(chain ? [chain] : [])];
}

function extensions(name: string): readonly (readonly Block[])[] {
  const bare = name.replace(/^-[mj] /, '');
  const list = [matchNamed(bare, 4) ?? matchNamed(bare, 6), targetNamed(bare, 4) ?? targetNamed(bare, 6)];
  return list.flatMap((extension) => (extension ? [extensionBlocks(extension)] : []));
}

function options(name: string): readonly (readonly Block[])[] {
  if (!name.startsWith('-')) return [];
  const builtin = Object.entries(BUILTIN_OPTIONS).find(([, { spellings }]) => spellings.includes(name));
  const blocks = builtin && builtinOptionBlocks(builtin[0]);
  const found = allExtensions().flatMap((extension) =>
    extension.options.filter((option) => option.name === name || option.aliases.includes(name)).map((option) => optionBlocks(option, extension)));
  return blocks ? [blocks, ...found] : found;
}

function numbers(name: string): readonly (readonly Block[])[] {
  const port = /^\d{1,5}$/.test(name) ? portKnowledge(Number(name)) : undefined;
  const id = /^\d+$/.test(name) ? idKnowledge(name) : undefined;
  const mark = /^(0x[0-9a-f]+|\d+)(\/0x[0-9a-f]+)?$/i.test(name) ? valueBlocks('--mark', name, { ruleSet: undefined, table: undefined, chain: undefined }) : undefined;
  return [...(port ? [factBlocks(name, port)] : []), ...(id ? [factBlocks(name, id)] : []), ...(mark ? [mark] : [])];
}

/** Names near the one that is not known, for a message that helps. */
export function similarNames(name: string, model?: FileModel): readonly string[] {
  const names = new Set([...knownNames(), ...allExtensions().map((extension) => extension.name)]);
  const dump = model?.defaultDump;
  if (dump) for (const table of ruleSetOf(dump.section).tables.values()) for (const chain of table.chains.keys()) names.add(chain);
  const wanted = name.toLowerCase();
  return [...names].filter((each) => each.toLowerCase().includes(wanted) || (wanted.length > 3 && wanted.includes(each.toLowerCase()) && each.length > 3)).sort().slice(0, 5);
}
