import type { Rule } from '../../core/ruleset/ruleSet';
import type { Word } from '../../core/syntax/tree';
import type { Token, TokenKind } from '../../shared/traceReport';
import { nftRuleTokens } from './nftRuleTokens';

/**
 * The words of a rule, each with what it is. `full`: as the file has them, with `-A CHAIN` in front. Otherwise for a
 * list: without the
 * `-m tcp` that iptables-save prints after every `-p tcp`, and with comments last, in the form of `iptables -L`.
 */
export function ruleTokens(rule: Rule, full = false): readonly Token[] {
  const { node, text } = rule.line;
  if (rule.written) return nftRuleTokens(text, rule.written);
  if (node.kind !== 'command') return [];
  const tokens: Token[] = [];
  if (full || rule.chain.hook !== undefined) {
    tokens.push({ text: '-A', kind: 'operation' }, { text: rule.chain.name, kind: 'chain' });
  }
  const { words } = node;
  const comments: Token[] = [];
  let option = '';
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    if (!full && word.text === '-m' && repeats(words, i)) {
      i++;
      continue;
    }
    if (!full && word.text === '--comment' && words[i + 1]) {
      i++;
      comments.push({ text: `/* ${(words[i] as Word).text} */`, kind: 'comment' });
      continue;
    }
    const written = text.slice(word.start, word.end);
    if (!word.quoted && written === '!') tokens.push({ text: written, kind: 'negation' });
    else if (isOption(word)) {
      option = word.text;
      tokens.push({ text: written, kind: JUMPS.has(option) ? 'operation' : 'option' });
    } else tokens.push({ text: written, kind: kindOfValue(option, word, rule) });
  }
  return [...tokens, ...comments];
}

const JUMPS: ReadonlySet<string> = new Set(['-j', '--jump', '-g', '--goto']);
const VERDICTS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'REJECT', 'RETURN']);

function isOption(word: Word): boolean {
  return !word.quoted && word.text.length > 1 && word.text.startsWith('-') && !/^-\d/.test(word.text);
}

function kindOfValue(option: string, word: Word, rule: Rule): TokenKind {
  if (JUMPS.has(option)) {
    if (rule.target.kind === 'jump') return 'chain';
    return VERDICTS.has(word.text) ? 'verdict' : 'target';
  }
  if (option === '--comment') return 'comment';
  if (
    /^(0x)?[0-9a-fA-F]+([:,/-](0x)?[0-9a-fA-F]+)*$/.test(word.text) &&
    /\d/.test(word.text) &&
    !word.text.includes('::')
  )
    return 'number';
  if (/^[0-9a-fA-F.:]+(\/[0-9a-fA-F.:]+)?$/.test(word.text)) return 'address';
  return 'value';
}

/** `-m tcp` beside `-p tcp` loads what the option needs anyway, and `-m comment` says nothing without its comment. */
function repeats(words: readonly Word[], at: number): boolean {
  const name = words[at + 1]?.text;
  if (name === 'comment') return true;
  return words.some(
    ({ text }, i) =>
      (text === '-p' || text === '--protocol') && words[i - 1]?.text !== '!' && words[i + 1]?.text === name,
  );
}

/** The tokens as one line of text. */
export function tokensText(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(' ');
}
