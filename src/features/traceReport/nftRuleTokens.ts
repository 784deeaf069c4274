import { nftTokens } from '../../core/syntax/nft/tokens';
import type { Columns } from '../../core/text/columns';
import { nftWords } from '../nftWords';
import { kindOfType } from '../tokenTypes';
import type { Token, TokenKind } from '../../shared/traceReport';

/** The words of a rule of nft, each with what it is; counters are omitted where there is more than them. */
export function nftRuleTokens(text: string, columns: Columns): readonly Token[] {
  const { start, end } = columns;
  const kinds = new Map<number, TokenKind>();
  for (const [type, { start: at }] of nftWords(text, { start, end, part: 'rule' })) kinds.set(at, kindOfType(type));
  const tokens: Token[] = [];
  let last = start;
  const words = nftTokens(text, start, end);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word) break;
    if (word.kind === 'word' && word.text === 'counter' && words[i + 1]?.text === 'packets') {
      i += 4;
      continue;
    }
    const written = text.slice(word.start, word.end);
    const tight = word.start === last && word.kind === 'mark' && (word.text === ',' || word.text === ';');
    const previous = tokens.at(-1);
    if (tight && previous) tokens[tokens.length - 1] = { ...previous, text: `${previous.text}${written}` };
    else tokens.push({ text: written, kind: kinds.get(word.start) ?? 'text' });
    last = word.end;
  }
  return tokens.length === 0 ? [{ text: 'counter', kind: 'keyword' }] : withAction(tokens);
}

/** Statements that are neither verdict nor NAT. */
const STATEMENTS: ReadonlySet<string> = new Set(['set', 'vmap', 'log']);

/** From the first statement that does something on, all is what the rule does. */
function withAction(tokens: readonly Token[]): readonly Token[] {
  const verdict = tokens.findIndex(
    ({ kind, text }) => kind === 'jump' || kind === 'verdict' || kind === 'target' || STATEMENTS.has(text),
  );
  if (verdict < 0) return tokens;
  // `meta mark set 1`: what is set is part of the statement.
  const first = tokens[verdict]?.text === 'set' ? Math.max(0, verdict - 2) : verdict;
  return tokens.map((token, i) => (i < first || token.kind === 'comment' ? token : { ...token, part: 'action' }));
}
