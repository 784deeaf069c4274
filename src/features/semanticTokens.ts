import { Shape } from '../core/syntax/shape';
import type { Line } from '../core/syntax/tree';
import type { Columns } from '../core/text/columns';
import { linesWithin, outerSpan } from './embeddedLine';
import { type FileModel } from './fileModel';
import { sectionOf } from './sectionOfLine';
import { nftWords } from './nftWords';
import { classifyWords } from './ruleWords';
import type { TokenType } from './tokenTypes';
import { chainType, typeOfWord } from './wordTypes';

/** A coloured word; 0-based, `end` is exclusive. */
export interface SemanticToken extends Columns {
  readonly line: number;
  readonly type: TokenType;
}

/**
 * The words of rules in the lines `from` to `to` (0-based, both included) of a file whose language has no grammar for
 * them, in the order of the file, without overlaps: whatever is read as a rule has colours, and what has none is not
 * read. `nft`: those of nftables alone, where a grammar knows the others.
 */
export function semanticTokens(
  model: FileModel,
  from: number,
  to: number,
  which: 'all' | 'nft' = 'all',
): readonly SemanticToken[] {
  const tokens: SemanticToken[] = [];
  for (let index = Math.max(0, from); index <= Math.min(to, model.file.lines.length - 1); index++) {
    const outer = model.file.lines[index] as Line;
    const within = linesWithin(model.file, outer);
    const found: SemanticToken[] = [];
    for (const line of within.length > 0 ? within.slice(0, MOST_LINES) : [outer]) {
      const section = sectionOf(model, line);
      if (section?.kind !== 'rules' || (which === 'nft' && line.node.kind !== 'nft')) continue;
      for (const [type, columns] of wordsOf(line, section.family ?? 4)) {
        const span = outerSpan(line, columns);
        // Text that is read in other words than it is written in, such as a row of a listing, has none of its own.
        if (span.line === index && span.end > span.start && isWritten(outer, span, line, columns))
          found.push({ ...span, type });
      }
    }
    found.sort((a, b) => a.start - b.start || b.end - a.end);
    let end = 0;
    for (const token of found) {
      if (token.start < end) continue;
      tokens.push(token);
      end = token.end;
    }
  }
  return tokens;
}

function isWritten(outer: Line, span: Columns, line: Line, columns: Columns): boolean {
  return outer === line || outer.text.slice(span.start, span.end) === line.text.slice(columns.start, columns.end);
}

/** A loop makes many rules of one line, all of the same words. */
const MOST_LINES = 400;

function* wordsOf(line: Line, family: 4 | 6): Iterable<readonly [TokenType, Columns]> {
  const { node, text, contentStart } = line;
  switch (node.kind) {
    case 'table':
      yield ['iptablesTable', { start: contentStart, end: node.name.end }];
      return;
    case 'commit':
      yield ['iptablesKeyword', { start: contentStart, end: contentStart + 6 }];
      return;
    case 'comment':
      yield ['iptablesComment', { start: contentStart, end: text.trimEnd().length }];
      return;
    case 'chain':
      yield [chainType(node.name.text), node.name];
      if (node.policy) yield ['iptablesVerdict', node.policy];
      if (node.counters) yield ['iptablesComment', node.counters];
      return;
    case 'command':
      if (line.shape === Shape.Echo) return;
      if (node.program) yield ['iptablesKeyword', node.program];
      if (node.counters) yield ['iptablesComment', node.counters];
      for (const word of classifyWords(node, family)) yield [typeOfWord(word), word.word];
      return;
    case 'nft':
      yield* nftWords(text, node);
      return;
    default:
  }
}
