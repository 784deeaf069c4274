import {
  familyOfChain,
  isDistinctiveName,
  logHeadingKnowledge,
  portKnowledge,
  ruleKnowledge,
} from '../../core/knowledge/knowledge';
import type { Columns } from '../../core/text/columns';
import type { RulesSection } from '../../core/syntax/sourceFile';
import type { CommandNode, Line, Word } from '../../core/syntax/tree';
import { listedInterfacesText } from '../../core/ruleset/header';
import { printRule } from '../../core/ruleset/printRule';
import type { Rule, RuleSet } from '../../core/ruleset/ruleSet';
import { innerPlace, outerColumns } from '../embeddedLine';
import { releasesTextOf } from '../releases';
import { besideOf } from '../beside';
import { ruleSetOf, type FileModel } from '../fileModel';
import { rulesOfLine } from '../rulesOfLine';
import { sectionOf } from '../sectionOfLine';
import { programsOf } from '../programs';
import { ruleSetView, ruleView } from '../ruleSetView';
import { classifyWords, type RuleWord } from '../ruleWords';
import { factBlocks, knowledgeBlocks, type HoverBlock } from './blocks';
import { OPERATIONS } from './builtinOptions';
import { programWordBlocks } from './programWords';
import { tableOfLine } from './tableOf';
import { nftHover } from './nftHover';
import {
  builtinOptionBlocks,
  chainBlocks,
  extensionBlocks,
  looseNameBlocks,
  optionBlocks,
  tableBlocks,
  valueOrOption,
  type ValuePlace,
} from './nameBlocks';

/** What is shown over a place of a file. Columns are those of the line. */
export interface Hover {
  readonly range: Columns;
  readonly blocks: readonly HoverBlock[];
}

/** The hover for a place; line and column are 0-based. undefined where there is nothing to say. */
export function hoverAt(model: FileModel, lineNumber: number, column: number): Hover | undefined {
  const outer = model.file.lines[lineNumber];
  if (!outer) return undefined;
  const { line, column: at } = innerPlace(model.file, outer, column);
  const found = lineHover(model, line, at);
  return found && { range: outerColumns(line, found.range), blocks: found.blocks };
}

function lineHover(model: FileModel, line: Line, column: number): Hover | undefined {
  if (line.node.kind === 'nft') return nftHover(model, line, line.node, column);
  const section = sectionOf(model, line);
  if (section?.kind === 'rules') return ruleHover(model, section, line, column);
  if (section?.kind === 'environment') {
    const entry = section.entries.find((each) => each.line === line);
    const blocks = entry && looseNameBlocks(entry.key, programsOf(model));
    const message = logHeadingKnowledge(line.text);
    if (entry && blocks)
      return {
        range: { start: entry.keyColumns.start, end: entry.valueColumns.end },
        blocks: message ? [...blocks, { kind: 'rule' }, ...factBlocks('log line', message)] : blocks,
      };
  }
  if (section?.kind === 'sockets') {
    const socket = section.sockets.find((each) => each.line === line);
    const fact = socket && portKnowledge(socket.port, { programs: programsOf(model) });
    if (fact)
      return {
        range: { start: line.contentStart, end: line.text.length },
        blocks: factBlocks(String(socket.port), fact),
      };
  }
  return looseHover(model, line, column);
}

function ruleHover(model: FileModel, section: RulesSection, line: Line, column: number): Hover | undefined {
  const ruleSet = ruleSetOf(section);
  const { node } = line;
  if (node.kind === 'table') return wordHover(node.name, column, tableBlocks(node.name.text));
  if (node.kind === 'chain') {
    const blocks = chainBlocks(ruleSetView(ruleSet), tableOfLine(section, ruleSet, line), node.name.text);
    return wordHover(
      node.name,
      column,
      blocks && [...blocks, ...releaseBlocks(model, section, familyOfChain(node.name.text))],
    );
  }
  if (node.kind !== 'command') return looseHover(model, line, column);
  const rule = rulesOfLine(ruleSet, line)[0];
  const found = classifyWords(node, section.family ?? 4).find(({ word }) => column >= word.start && column <= word.end);
  const own =
    found &&
    wordBlocks(found, node, rule, ruleSet, {
      table: tableOfLine(section, ruleSet, line, node),
      programs: programsOf(model),
    });
  const why = rule && whyOrInterfaces(rule, whyBlocks(model, section, ruleSet, rule));
  if (!own && !why) return undefined;
  const range =
    found && own
      ? found.word
      : { start: line.contentStart, end: node.trailingComment?.start ?? line.text.trimEnd().length };
  return { range, blocks: own && why ? [...own, { kind: 'rule' }, ...why] : (own ?? why ?? []) };
}

/** With what the program of the rule tells of interfaces that the listing does not show. */
function whyOrInterfaces(rule: Rule, why: readonly HoverBlock[] | undefined): readonly HoverBlock[] | undefined {
  const { listedInterfaces } = rule;
  if (!listedInterfaces) return why;
  const { program } = listedInterfaces;
  const words = listedInterfacesText(listedInterfaces);
  const text =
    `not shown, because the listing was made without -v. ${program} writes such a rule ` +
    (words === '' ? 'without one.' : `with \`${words}\`.`);
  return [...(why ?? []), { kind: 'note', label: 'Interface', text }];
}

/** Why this rule exists: from the knowledge of the program that wrote it. */
function whyBlocks(
  model: FileModel,
  section: RulesSection,
  ruleSet: RuleSet,
  rule: Rule,
): readonly HoverBlock[] | undefined {
  const view = ruleView(ruleSet, rule);
  const fact = view && ruleKnowledge(ruleSetView(ruleSet), view, besideOf(model, section));
  if (!fact) return undefined;
  return [
    { kind: 'title', name: `${rule.chain.name} rule ${rule.number}`, what: fact.title },
    ...knowledgeBlocks(fact),
    ...releaseBlocks(model, section, fact.family),
  ];
}

/** The releases that wrote the rules of this file, after what is known of one of them. */
function releaseBlocks(model: FileModel, section: RulesSection, family: string | undefined): readonly HoverBlock[] {
  const text = releasesTextOf(model, section, family);
  return text === undefined ? [] : [{ kind: 'small', text }];
}

function wordBlocks(
  { word, role }: RuleWord,
  node: CommandNode,
  rule: Rule | undefined,
  ruleSet: RuleSet,
  { table, programs }: Pick<ValuePlace, 'programs'> & { readonly table: string | undefined },
): readonly HoverBlock[] | undefined {
  const view = ruleSetView(ruleSet);
  const place: ValuePlace = { ruleSet: view, chain: rule?.chain.name, programs };
  switch (role.kind) {
    case 'operation': {
      const what = OPERATIONS[node.operation];
      return what === undefined
        ? undefined
        : [
            { kind: 'title', name: word.text, what },
            ...(rule ? [{ kind: 'code', text: printRule(rule) } as const] : []),
          ];
    }
    case 'table':
      return tableBlocks(word.text);
    case 'chain':
    case 'jump-chain':
      return chainBlocks(view, table, word.text);
    case 'builtin-option':
      return builtinOptionBlocks(role.name);
    case 'builtin-value':
      return valueOrOption(role.name, word.text, place, builtinOptionBlocks(role.name));
    case 'match-name':
      return role.extension && extensionBlocks(role.extension);
    case 'target-name':
      return role.extension && [...targetSentence(rule), ...extensionBlocks(role.extension)];
    case 'option':
      return optionBlocks(role.option, role.extension);
    case 'value':
      return valueOrOption(role.option.name, word.text, place, optionBlocks(role.option, role.extension));
    case 'negation':
      return [{ kind: 'title', name: '!', what: 'negates the option that follows' }];
    case 'policy':
      return [{ kind: 'title', name: word.text, what: 'what happens to packets that no rule of the chain decides on' }];
    case 'position':
    case 'other':
      return undefined;
  }
}

function targetSentence(rule: Rule | undefined): readonly HoverBlock[] {
  if (rule?.target.kind !== 'extension') return [];
  return [{ kind: 'text', text: `Here: ${rule.target.extension.describe(rule.target.data)}.` }];
}

function wordHover(word: Word, column: number, blocks: readonly HoverBlock[] | undefined): Hover | undefined {
  return blocks && column >= word.start - 1 && column <= word.end ? { range: word, blocks } : undefined;
}

/** Outside of rules: names that mean something wherever they stand, and the lines of logs. */
function looseHover(model: FileModel, line: Line, column: number): Hover | undefined {
  const message = logHeadingKnowledge(line.text);
  const said = message && factBlocks('log line', message);
  const word = wordAt(line.text, column);
  const blocks =
    word &&
    (programWordBlocks(word.text, model) ??
      looseNameBlocks(word.text, programsOf(model)) ??
      (isDistinctiveName(word.text) ? chainBlocks(undefined, undefined, word.text) : undefined));
  if (word && blocks) return { range: word, blocks: said ? [...blocks, { kind: 'rule' }, ...said] : blocks };
  return said && { range: { start: line.contentStart, end: line.text.length }, blocks: said };
}

const NAME_CHARACTER = /[\w./:-]/;

function wordAt(text: string, column: number): { text: string; start: number; end: number } | undefined {
  let start = Math.min(column, text.length);
  while (start > 0 && NAME_CHARACTER.test(text.charAt(start - 1))) start--;
  let end = Math.min(column, text.length);
  while (end < text.length && NAME_CHARACTER.test(text.charAt(end))) end++;
  // After a word these are marks of the sentence.
  while (end > start && '.:'.includes(text.charAt(end - 1))) end--;
  return end > start ? { text: text.slice(start, end), start, end } : undefined;
}
