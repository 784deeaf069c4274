import { nftTokens } from '../../core/syntax/nft/tokens';
import type { Columns } from '../../core/text/columns';
import type { Token, TokenKind } from '../../shared/traceReport';

const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'reject', 'return', 'continue']);
const TARGETS: ReadonlySet<string> = new Set([
  'dnat',
  'snat',
  'masquerade',
  'redirect',
  'tproxy',
  'queue',
  'notrack',
  'log',
  'vmap',
  'set',
]);

/** The words of a rule of nft, each with what it is; counters are left out. */
export function nftRuleTokens(text: string, { start, end }: Columns): readonly Token[] {
  const tokens: Token[] = [];
  let before = '';
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
    const tight =
      tokens.length > 0 && word.start === last && word.kind === 'mark' && (word.text === ',' || word.text === ';');
    const previous = tokens.at(-1);
    if (tight && previous) tokens[tokens.length - 1] = { ...previous, text: `${previous.text}${written}` };
    else tokens.push({ text: written, kind: kindOf(word.text, word.kind, before) });
    before = word.text;
    last = word.end;
  }
  return withAction(tokens);
}

/** From the first statement that does something on, all is what the rule does. */
function withAction(tokens: readonly Token[]): readonly Token[] {
  const verdict = tokens.findIndex(({ kind }) => kind === 'operation' || kind === 'verdict' || kind === 'target');
  if (verdict < 0) return tokens;
  // `meta mark set 1`: what is set is part of the statement.
  const first = tokens[verdict]?.text === 'set' ? Math.max(0, verdict - 2) : verdict;
  return tokens.map((token, i) => (i < first || token.kind === 'comment' ? token : { ...token, part: 'action' }));
}

function kindOf(word: string, kind: 'word' | 'string' | 'mark', before: string): TokenKind {
  if (before === 'jump' || before === 'goto') return 'chain';
  if (before === 'comment') return 'comment';
  if (kind === 'mark') return word === '!=' || word === '!' ? 'negation' : 'value';
  if (word === 'jump' || word === 'goto') return 'operation';
  if (VERDICTS.has(word)) return 'verdict';
  if (TARGETS.has(word)) return 'target';
  if (/^:?(?:0x)?[0-9a-f]+(?:-(?:0x)?[0-9a-f]+)?$/i.test(word) && /\d/.test(word) && !word.includes('::'))
    return 'number';
  if (/^\[?[0-9a-f.:]+\]?(?:\/\d+)?$/i.test(word) && /[.:]/.test(word) && word.length > 2) return 'address';
  return kind === 'string' || word.startsWith('@') ? 'value' : 'option';
}
