import {
  builtinChainKnowledge,
  chainKnowledge,
  ruleKnowledge,
  type ChainKnowledge,
  type Fact,
  type RuleKnowledge,
} from '../core/knowledge/knowledge';
import type { RuleSet } from '../core/ruleset/ruleSet';
import type { RulesSection } from '../core/syntax/sourceFile';
import type { CommandNode, Line } from '../core/syntax/tree';
import { besideOf } from './beside';
import { innerPlace } from './embeddedLine';
import { ruleSetOf, type FileModel } from './fileModel';
import { rulesOfLine } from './rulesOfLine';
import { sectionOf } from './sectionOfLine';
import { blocksToText } from './hover/blocks';
import { hoverAt } from './hover/hover';
import { tableOfLine } from './hover/tableOf';
import { ruleSetView, ruleView } from './ruleSetView';
import { classifyWords } from './ruleWords';

/**
 * What is known of a place: the hover as plain text, and of the rule or chain there who makes it, why, and in which
 * releases.
 */
export interface Explained {
  readonly text: string | null;
  readonly family: string | null;
  readonly reason: string | null;
  readonly since: string | null;
  readonly until: string | null;
}

/**
 * Explains a place of a file; line and column are 0-based. Without a column, the rule or the declared chain of the
 * line; with one that is in the name of a chain, that chain.
 */
export function explainAt(model: FileModel, lineNumber: number, column: number | undefined): Explained {
  const outer = model.file.lines[lineNumber];
  const at = column ?? (outer && ruleStart(outer));
  if (outer === undefined || at === undefined)
    return { text: null, family: null, reason: null, since: null, until: null };
  const hover = hoverAt(model, lineNumber, at);
  const inner = innerPlace(model.file, outer, at);
  const section = sectionOf(model, inner.line);
  const fact =
    section?.kind === 'rules'
      ? factAt(model, section, inner.line, column === undefined ? undefined : inner.column)
      : undefined;
  return {
    text: hover ? blocksToText(hover.blocks) : null,
    family: fact?.family ?? null,
    reason: fact ? reasonOf(fact) : null,
    since: fact?.since ?? null,
    until: fact?.until ?? null,
  };
}

/** Where the rule of a line begins: after its counters. */
function ruleStart({ text, contentStart }: Line): number {
  return contentStart + (/^\[\d+:\d+\][ \t]*(?=-)/.exec(text.slice(contentStart))?.[0].length ?? 0);
}

/** A built-in chain is nobody's and has no release. */
type DatedFact = Fact & Partial<Pick<ChainKnowledge | RuleKnowledge, 'family' | 'since' | 'until'>>;

function factAt(
  model: FileModel,
  section: RulesSection,
  line: Line,
  column: number | undefined,
): DatedFact | undefined {
  const ruleSet = ruleSetOf(section);
  const { node } = line;
  if (node.kind === 'chain') return chainFact(ruleSet, tableOfLine(section, ruleSet, line), node.name.text);
  if (node.kind !== 'command') return undefined;
  const named = chainUnder(node, section, column);
  if (named !== undefined) return chainFact(ruleSet, tableOfLine(section, ruleSet, line, node), named);
  const rule = rulesOfLine(ruleSet, line)[0];
  const view = rule && ruleView(ruleSet, rule);
  return view && ruleKnowledge(ruleSetView(ruleSet), view, besideOf(model, section));
}

/** The name of a chain at the column; of a command that makes a chain its name wherever in the line. */
function chainUnder(node: CommandNode, section: RulesSection, column: number | undefined): string | undefined {
  const words = classifyWords(node, section.family ?? 4).filter(
    ({ role }) => role.kind === 'chain' || role.kind === 'jump-chain',
  );
  if (node.operation === 'N') return words[0]?.word.text;
  return column === undefined
    ? undefined
    : words.find(({ word }) => column >= word.start && column <= word.end)?.word.text;
}

function chainFact(ruleSet: RuleSet, table: string | undefined, name: string): DatedFact | undefined {
  return (
    chainKnowledge(ruleSetView(ruleSet), table, name) ??
    (table === undefined ? undefined : builtinChainKnowledge(table, name))
  );
}

function reasonOf({ title, details }: DatedFact): string {
  // What introduces a list or a table says nothing without it.
  const texts = details.flatMap((each) => (each.kind === 'text' && !each.text.endsWith(':') ? [each.text] : []));
  return [/[.!?…]$/.test(title) ? title : `${title}.`, ...texts].join(' ').replaceAll('`', '');
}
