import { changeOfLine } from '../../core/syntax/typedLine';
import { listedInterfacesText } from '../../core/ruleset/header';
import type { Rule } from '../../core/ruleset/ruleSet';
import type { Word } from '../../core/syntax/tree';
import type { RuleRow, Token } from '../../shared/traceReport';
import { ruleWords, type RuleWord } from '../ruleWords';
import { kindOfType } from '../tokenTypes';
import { chainType, typeOfWord } from '../wordTypes';
import { nftRuleTokens } from './nftRuleTokens';

/**
 * The words of a rule, each with what it is. `full`: as the file has them, with `-A CHAIN` in front. Otherwise for a
 * list: without the `-m tcp` that iptables-save prints after every `-p tcp`, first what the rule asks, then what it
 * does, and comments last, in the form of `iptables -L`.
 */
export function ruleTokens(rule: Rule, full = false): readonly Token[] {
  const { node, text } = rule.line;
  if (rule.written) return nftRuleTokens(text, rule.written);
  if (node.kind !== 'command') return [];
  const asks: Token[] = [];
  const does: Token[] = [];
  const comments: Token[] = [];
  if (full || rule.chain.hook !== undefined) {
    const { name } = rule.chain;
    asks.push({ text: '-A', kind: 'keyword' }, { text: name, kind: kindOfType(chainType(name)) });
  }
  const words = ruleWords(node.words, rule.family);
  let negation: Token | undefined;
  let acting = false;
  for (let i = 0; i < words.length; i++) {
    const ruleWord = words[i] as RuleWord;
    const { word, role } = ruleWord;
    const next = words[i + 1]?.word;
    if (!full && role.kind === 'builtin-option' && role.name === 'match' && repeats(node.words, next)) {
      i++;
      continue;
    }
    if (role.kind === 'option' && role.option.name === '--comment' && next) {
      i++;
      const comment = text.slice(next.start, next.end);
      if (full) asks.push({ text: word.text, kind: 'option' }, { text: comment, kind: 'comment' });
      else comments.push({ text: `/* ${next.text} */`, kind: 'comment' });
      continue;
    }
    const token: Token = { text: text.slice(word.start, word.end), kind: kindOfType(typeOfWord(ruleWord)) };
    if (role.kind === 'negation') {
      // Its place is with the option after it, wherever that goes.
      negation = token;
      continue;
    }
    // What is not known belongs to the word before it.
    if (role.kind !== 'other') acting = acts(ruleWord);
    const part = acting ? ({ part: 'action' } as const) : {};
    const into = acting && !full ? does : asks;
    if (negation) into.push({ ...negation, ...part });
    negation = undefined;
    const isNewValue = acting && role.kind === 'option' && NEW_VALUES.has(role.option.name);
    into.push({ ...token, ...part, ...(isNewValue ? { short: '→' } : {}) });
  }
  return [...asks, ...(negation ? [negation] : []), ...listedInterfaces(rule), ...does, ...comments];
}

/** In brackets, because the listing of the rule does not show them. */
function listedInterfaces({ listedInterfaces: listed }: Rule): readonly Token[] {
  const words = listed ? listedInterfacesText(listed) : '';
  return words === '' ? [] : [{ text: `[${words}]`, kind: 'text' }];
}

/** Options of NAT targets whose value is what the packet gets: in a list an arrow says as much. */
const NEW_VALUES: ReadonlySet<string> = new Set(['--to-destination', '--to-source', '--to-ports', '--to']);

/** The word says what the rule does, and not what it asks. */
function acts({ role }: RuleWord): boolean {
  switch (role.kind) {
    case 'target-name':
    case 'jump-chain':
      return true;
    case 'builtin-option':
    case 'builtin-value':
      return role.name === 'jump' || role.name === 'goto';
    case 'option':
    case 'value':
      return role.extension.kind === 'target';
    default:
      return false;
  }
}

/** `-m tcp` beside `-p tcp` loads what the option needs anyway, and `-m comment` says nothing without its comment. */
function repeats(words: readonly Word[], match: Word | undefined): boolean {
  if (match?.text === 'comment') return true;
  return words.some(
    ({ text }, i) =>
      (text === '-p' || text === '--protocol') && words[i - 1]?.text !== '!' && words[i + 1]?.text === match?.text,
  );
}

/** The change that makes the rule, from 1, where the file does not have it. */
export function triedBy({ line }: Rule): { readonly whatIf?: number } {
  const change = changeOfLine(line);
  return change === undefined ? {} : { whatIf: change + 1 };
}

/** What the file says that the rule has counted. */
export function countersOf({ counters }: Rule): Pick<RuleRow, 'counters'> {
  return counters ? { counters: { packets: counters.packets, bytes: counters.bytes } } : {};
}

/** The tokens as one line of text. */
export function tokensText(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(' ');
}
