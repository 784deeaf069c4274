import {
  chainKnowledge,
  familyOfChain,
  idKnowledge,
  chainVariants,
  knownIds,
  knownNames,
  logHeadingKnowledge,
  portKnowledge,
  settingKnowledge,
  variableKnowledge,
  type ChainKnowledge,
} from '../core/knowledge/knowledge';
import { allExtensions, matchNamed, targetNamed } from '../core/xtables/registry';
import { allTables } from '../core/ruleset/ruleSet';
import { ruleSetOf, sectionsOf, type FileModel } from './fileModel';
import { factBlocks, knowledgeBlocks, type HoverBlock } from './hover/blocks';
import { BUILTIN_OPTIONS } from './hover/builtinOptions';
import { programWordBlocks } from './hover/programWords';
import {
  builtinOptionBlocks,
  chainBlocks,
  extensionBlocks,
  looseNameBlocks,
  optionBlocks,
  tableBlocks,
  valueBlocks,
} from './hover/nameBlocks';
import { releasesTextOf } from './releases';
import { programsOf } from './programs';
import { ruleSetView } from './ruleSetView';

type Blocks = readonly HoverBlock[];

/**
 * Everything known of a name: a chain, table, match, target, option, port, mark, user, address, variable, annotation,
 * setting, line of a log. Without a file every meaning of it; with a file of a chain only what is there. undefined:
 * nothing.
 */
export function explainName(name: string, model?: FileModel): Blocks | undefined {
  const direction = programWordBlocks(name, model);
  const inFile = model ? chainsOfFile(name, model) : [];
  const found = [
    ...(direction ? [direction] : []),
    ...inFile,
    ...(inFile.length > 0 ? [] : tableOrChain(name)),
    ...extensions(name),
    ...options(name),
    ...numbers(name, model),
    ...loose(name, model),
    ...logLine(name),
  ];
  if (found.length === 0) return undefined;
  return found.flatMap((blocks, i) => (i === 0 ? blocks : [{ kind: 'rule' } as const, ...blocks]));
}

/** The chains of that name as they are in the file, each once, even where several of its rule sets show them. */
function chainsOfFile(name: string, model: FileModel): readonly Blocks[] {
  const seen = new Map<string, Blocks>();
  const dumps = [
    ...(model.defaultDump ? [model.defaultDump] : []),
    ...model.dumps.filter((dump) => dump !== model.defaultDump),
  ];
  for (const section of dumps.flatMap(sectionsOf)) {
    const ruleSet = ruleSetOf(section);
    for (const table of allTables(ruleSet)) {
      const chain = table.chains.get(name);
      if (chain === undefined || chain.hook !== undefined) continue;
      const view = ruleSetView(ruleSet);
      const key = `${table.name} ${chainKnowledge(view, table.name, name)?.title ?? ''}`;
      const blocks = seen.has(key) ? undefined : chainBlocks(view, table.name, name);
      const releases = blocks && releasesTextOf(model, section, familyOfChain(name));
      if (blocks) seen.set(key, releases === undefined ? blocks : [...blocks, { kind: 'small', text: releases }]);
    }
  }
  return [...seen.values()];
}

const BUILTIN_CHAINS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'];

function tableOrChain(name: string): readonly Blocks[] {
  const table = tableBlocks(name);
  const [inTable = '', chain = ''] = name.split(' ');
  const builtin = TABLES.flatMap((each): (readonly HoverBlock[])[] => {
    const wanted = BUILTIN_CHAINS.includes(name)
      ? name
      : inTable === each && BUILTIN_CHAINS.includes(chain)
        ? chain
        : undefined;
    const blocks = wanted === undefined ? undefined : chainBlocks(undefined, each, wanted);
    return blocks ? [[{ kind: 'text', text: `In table ${each}:` }, ...blocks]] : [];
  });
  return [
    ...(table ? [table] : []),
    ...builtin,
    ...(builtin.length === 0 && !/^[\d.:]+$/.test(name) && variableKnowledge(name) === undefined
      ? chainMeanings(name)
      : []),
  ];
}

/** Each meaning that a name has by table and mode. */
function chainMeanings(name: string): readonly Blocks[] {
  const variants = chainVariants(name);
  if (variants.length > 0) return variants.map(knownBlocks);
  const seen = new Map<string, ChainKnowledge>();
  for (const table of [...TABLES, undefined]) {
    const known = chainKnowledge(undefined, table, name);
    if (known && !seen.has(known.title)) seen.set(known.title, known);
  }
  return [...seen.values()].map(knownBlocks);
}

function knownBlocks(known: ChainKnowledge): Blocks {
  return [{ kind: 'title', name: known.name, what: known.title }, ...knowledgeBlocks(known)];
}

function extensions(name: string): readonly Blocks[] {
  const bare = name.replace(/^-[mj] /, '');
  const list = [matchNamed(bare, 4) ?? matchNamed(bare, 6), targetNamed(bare, 4) ?? targetNamed(bare, 6)];
  return list.flatMap((extension) => (extension ? [extensionBlocks(extension)] : []));
}

function options(name: string): readonly Blocks[] {
  if (!name.startsWith('-')) return [];
  const builtin = Object.entries(BUILTIN_OPTIONS).find(([, { spellings }]) => spellings.includes(name));
  const blocks = builtin && builtinOptionBlocks(builtin[0]);
  const found = allExtensions().flatMap((extension) =>
    extension.options
      .filter((option) => option.name === name || option.aliases.includes(name))
      .map((option) => optionBlocks(option, extension)),
  );
  const setting = settingKnowledge(name);
  return [...(blocks ? [blocks] : []), ...found, ...(setting ? [factBlocks(name, setting)] : [])];
}

function numbers(name: string, model: FileModel | undefined): readonly Blocks[] {
  const programs = model && programsOf(model);
  const place = {
    ruleSet: model?.defaultDump && ruleSetView(ruleSetOf(model.defaultDump.section)),
    table: undefined,
    chain: undefined,
    programs,
  };
  const port = /^\d{1,5}$/.test(name) ? portKnowledge(Number(name), { programs }) : undefined;
  const id = /^\d+$/.test(name) || knownIds().includes(name) ? idKnowledge(name, programs) : undefined;
  const mark = /^(0x[0-9a-f]+|\d+)(\/0x[0-9a-f]+)?$/i.test(name) ? valueBlocks('--mark', name, place) : undefined;
  return [
    ...(port ? [factBlocks(name, port)] : []),
    ...(id ? [kindFirst('As a user or group', factBlocks(name, id))] : []),
    ...(mark ? [kindFirst('As a mark', mark)] : []),
  ];
}

/** A number may be several things: says which one is meant. */
function kindFirst(kind: string, blocks: Blocks): Blocks {
  return [{ kind: 'text', text: `${kind}:` }, ...blocks];
}

function loose(name: string, model: FileModel | undefined): readonly Blocks[] {
  const blocks = looseNameBlocks(name, model && programsOf(model));
  return blocks ? [blocks] : [];
}

/** A line of a log by its text, as it is pasted. */
function logLine(name: string): readonly Blocks[] {
  const fact = name.length < 8 ? undefined : logHeadingKnowledge(name);
  return fact ? [factBlocks('log line', fact)] : [];
}

/** Names near the one that is not known, for a message that helps. */
export function similarNames(name: string, model?: FileModel): readonly string[] {
  const names = new Set([...knownNames(), ...allExtensions().map((extension) => extension.name)]);
  const dump = model?.defaultDump;
  if (dump)
    for (const table of ruleSetOf(dump.section).tables.values())
      for (const chain of table.chains.keys()) names.add(chain);
  const wanted = name.toLowerCase();
  return [...names]
    .filter(
      (each) =>
        each.toLowerCase().includes(wanted) ||
        (wanted.length > 3 && wanted.includes(each.toLowerCase()) && each.length > 3),
    )
    .sort()
    .slice(0, 5);
}
