import { chainKnowledge, portKnowledge } from '../../core/knowledge/knowledge';
import { printRule } from '../../core/ruleset/printRule';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import { allTables, type Rule, type RuleSet } from '../../core/ruleset/ruleSet';
import { nftTokens, type NftToken } from '../../core/syntax/nft/tokens';
import type { NftNode } from '../../core/syntax/nft/node';
import type { Line } from '../../core/syntax/tree';
import type { Columns } from '../../core/text/columns';
import { ruleSetOf, type FileModel } from '../fileModel';
import { rulesOfLine } from '../rulesOfLine';
import { programsOf } from '../programs';
import { ruleSetView } from '../ruleSetView';
import { factBlocks, type HoverBlock } from './blocks';
import { chainBlocks, looseNameBlocks } from './nameBlocks';

/** What is shown over a statement of nft: what the word under the cursor means, and what the rule does. */
export function nftHover(
  model: FileModel,
  line: Line,
  node: NftNode,
  column: number,
): { readonly range: Columns; readonly blocks: readonly HoverBlock[] } | undefined {
  const tokens = nftTokens(line.text, node.start, node.end);
  const at = tokens.findIndex(({ start, end }) => column >= start && column <= end);
  const token = tokens[at];
  const found = ruleAt(model, line, column);
  const own =
    token &&
    (tokens[at - 1]?.text === 'chain' ? declaredChain(model, line, token.text) : wordBlocks(model, tokens, at, found));
  const rule = found && ruleBlocks(found.rule, found.ruleSet);
  if (!own && !rule) return undefined;
  const range = own && token ? token : (found?.rule.written ?? node);
  return {
    range: { start: range.start, end: range.end },
    blocks: own && rule ? [...own, { kind: 'rule' }, ...rule] : (own ?? rule ?? []),
  };
}

/** The chain that a line declares, in the table that it is in. */
function declaredChain(model: FileModel, line: Line, name: string): readonly HoverBlock[] | undefined {
  for (const { section, native } of model.dumps) {
    for (const each of [section, native]) {
      if (each?.form !== 'nft') continue;
      const ruleSet = ruleSetOf(each);
      const table = allTables(ruleSet).find(({ chains }) => chains.get(name)?.line === line);
      const view = ruleSetView(ruleSet);
      // Rules of iptables-nft are in a table `ip nat`.
      if (table && (chainKnowledge(view, table.name, name) || !chainKnowledge(undefined, undefined, name)))
        return chainBlocks(view, table.name, name);
    }
  }
  return chainBlocks(undefined, undefined, name);
}

interface FoundRule {
  readonly rule: Rule;
  readonly ruleSet: RuleSet;
}

function ruleAt(model: FileModel, line: Line, column: number): FoundRule | undefined {
  for (const { section, native } of model.dumps) {
    for (const each of [section, native]) {
      if (each?.form !== 'nft') continue;
      const ruleSet = ruleSetOf(each);
      const rule = rulesOfLine(ruleSet, line).find(
        ({ written }) => written && column >= written.start && column <= written.end,
      );
      if (rule) return { rule, ruleSet };
    }
  }
  return undefined;
}

function wordBlocks(
  model: FileModel,
  tokens: readonly NftToken[],
  at: number,
  found: FoundRule | undefined,
): readonly HoverBlock[] | undefined {
  const word = (tokens[at] as NftToken).text;
  const before = tokens[at - 1]?.text;
  if (
    before === 'jump' ||
    before === 'goto' ||
    chainKnowledge(undefined, found?.rule.chain.table, word) !== undefined
  ) {
    return chainBlocks(found && ruleSetView(found.ruleSet), found?.rule.chain.table, word);
  }
  const port = /^:?(\d{1,5})$/.exec(word)?.[1];
  if (
    port !== undefined &&
    (before === 'dport' || before === 'sport' || before === 'to' || before === '!=' || before === '{' || before === ',')
  ) {
    const fact = portKnowledge(Number(port), { programs: programsOf(model) });
    return fact && factBlocks(port, fact);
  }
  return looseNameBlocks(word, programsOf(model));
}

/** What the rule asks and does, as the walk has it. */
function ruleBlocks(rule: Rule, ruleSet: RuleSet): readonly HoverBlock[] {
  const { target, chain } = rule;
  const asks = conditionsOfRule(rule).map(({ text }) => text);
  const does =
    target.kind === 'jump'
      ? `continues with the rules of ${target.chain}${target.goto ? ', without coming back' : ''}`
      : target.kind === 'extension'
        ? target.extension.describe(target.data)
        : target.kind === 'unknown'
          ? `does something that is not known here (${target.name})`
          : 'only counts';
  const base = chain.base
    ? ` The chain is registered at ${chain.hook ?? chain.base.hook} at priority ${chain.base.priority}, type ` +
      `${chain.base.type}.`
    : '';
  const purpose = chainKnowledge(ruleSetView(ruleSet), chain.table, chain.name)?.title;
  return [
    { kind: 'title', name: `${chain.table} ${chain.name} rule ${rule.number}`, what: does },
    { kind: 'code', text: printRule(rule) },
    {
      kind: 'text',
      text: `${asks.length === 0 ? 'It matches every packet.' : `It matches on: ${asks.join('; ')}.`}${base}`,
    },
    ...(purpose === undefined ? [] : [{ kind: 'text', text: `Its chain: ${purpose}.` } as const]),
  ];
}
