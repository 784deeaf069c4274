import type { NftNode } from '../../core/syntax/nft/node';
import { changeOfLine } from '../../core/syntax/typedLine';
import type { Line } from '../../core/syntax/tree';
import type { Chain, Rule, RuleSet } from '../../core/ruleset/ruleSet';
import type { FileEdit } from './fileEdit';
import { inSafeOrder, inserted, removed, scriptEdits } from './lineEdits';

/**
 * The edits that make rules of nft what they were changed to: in a listing a rule that a command puts somewhere has its
 * line there, in a script commands come at the end. undefined where that cannot be written, as with elements of sets,
 * policies and chains in a listing, and rules that share a line with others.
 */
export function nftEdits(before: RuleSet, after: RuleSet, lines: readonly Line[]): readonly FileEdit[] | undefined {
  const { changed, section } = after;
  if (!changed) return undefined;
  const own = section.nft?.flatMap((each) => each.lines) ?? [];
  // What is read in other words (of JSON, of a log) has no line of its own.
  if (!own.every(({ index, text }) => lines[index]?.text === text)) return undefined;
  const last = own.at(-1);
  if (last && section.nft?.every(({ form }) => form === 'commands')) return scriptEdits(changed, last, indentOf(last));
  if (!changed.commands.every(isAboutRule)) return undefined;
  const edits = [...changed.without].map(removed);
  for (const [name, table] of before.native?.tables ?? [])
    for (const was of table.chains.values()) {
      const now = after.native?.tables.get(name)?.chains.get(was.name);
      const ofChain = now && chainEdits(was, now, changed.without, own);
      if (!ofChain) return undefined;
      edits.push(...ofChain);
    }
  return inSafeOrder(edits);
}

/** A listing shows a rule that was inserted, and not that it was. */
function isAboutRule({ text }: Line): boolean {
  return /^\s*(?:sudo\s+)?nft\s+(?:add|insert|replace|delete)\s+rule\s/.test(text);
}

/**
 * `lines`: of the file. A rule in which a variable stands has a line of its own, in which its value does: both have the
 * same number.
 */
function chainEdits(
  was: Chain,
  now: Chain,
  gone: ReadonlySet<Line>,
  lines: readonly Line[],
): readonly FileEdit[] | undefined {
  const left = new Set([...now.rules.map(({ line }) => line.index), ...[...gone].map(({ index }) => index)]);
  const edits: FileEdit[] = [];
  for (const rule of was.rules) {
    if (left.has(rule.line.index)) continue;
    const line = ownLine(rule, lines);
    if (!line) return undefined;
    edits.push(removed(line));
  }
  let waiting: Rule[] = [];
  const put = (at: Line, indent: string): void => {
    for (const { line, written } of waiting)
      edits.push(inserted(at.index, `${indent}${line.text.slice(written?.start, written?.end)}`, at));
    waiting = [];
  };
  for (const rule of now.rules) {
    if (changeOfLine(rule.line) !== undefined) waiting.push(rule);
    else if (waiting.length > 0) {
      const line = ownLine(rule, lines);
      if (!line) return undefined;
      put(line, indentOf(line));
    }
  }
  if (waiting.length > 0) {
    const end = endOf(was, lines);
    const last = was.rules.at(-1);
    const beside = last && ownLine(last, lines);
    if (!end || (last && !beside)) return undefined;
    put(end, beside ? indentOf(beside) : `${indentOf(end)}\t`);
  }
  return edits;
}

/** The line that closes the block of a chain, and nothing else. */
function endOf({ line }: Chain, lines: readonly Line[]): Line | undefined {
  const end = lines.find(({ index, node }) => index > (line?.index ?? Infinity) && (node as NftNode).part === 'end');
  return end?.text.trim() === '}' ? end : undefined;
}

/** The line of the file that a rule has to itself, but for a comment; undefined where it shares one. */
function ownLine({ line: { index } }: Rule, lines: readonly Line[]): Line | undefined {
  const [line, more] = lines.filter((each) => each.index === index);
  if (!line || more) return undefined;
  const { start, end } = line.node as NftNode;
  const isAlone = /^\s*$/.test(line.text.slice(0, start)) && /^\s*(?:#.*)?$/.test(line.text.slice(end));
  return isAlone ? line : undefined;
}

function indentOf({ text }: Line): string {
  return text.slice(0, text.length - text.trimStart().length);
}
