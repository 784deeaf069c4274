import type { Rule } from '../../core/ruleset/ruleSet';
import type { Word } from '../../core/syntax/tree';
import type { RuleRow, Token, TokenKind } from '../../shared/traceReport';
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
    asks.push({ text: '-A', kind: 'operation' }, { text: rule.chain.name, kind: 'chain' });
  }
  const { words } = node;
  const ofTarget = targetOptions(rule);
  let option = '';
  let jumped = false;
  let negation: Token | undefined;
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
    if (!word.quoted && written === '!') {
      // Its place is with the option after it, wherever that goes.
      negation = { text: written, kind: 'negation' };
      continue;
    }
    if (isOption(word)) option = word.text;
    jumped ||= JUMPS.has(option);
    // Before it a match may have an option of the same name.
    const acts = JUMPS.has(option) || (jumped && ofTarget(option));
    const into = acts && !full ? does : asks;
    const part = acts ? ({ part: 'action' } as const) : undefined;
    if (negation) into.push({ ...negation, ...part });
    negation = undefined;
    if (!isOption(word)) into.push({ text: written, kind: kindOfValue(option, word, rule), ...part });
    else if (JUMPS.has(option)) into.push({ text: written, kind: 'operation', ...part });
    else
      into.push({ text: written, kind: 'option', ...part, ...(acts && NEW_VALUES.has(option) ? { short: '→' } : {}) });
  }
  if (negation) asks.push(negation);
  return [...asks, ...does, ...comments];
}

/** Options of NAT targets whose value is what the packet gets: in a list an arrow says as much. */
const NEW_VALUES: ReadonlySet<string> = new Set(['--to-destination', '--to-source', '--to-ports', '--to']);

/** Whether an option is one of the rule's target. All options of a target that is not known are taken to be conditions. */
function targetOptions({ target }: Rule): (option: string) => boolean {
  if (target.kind !== 'extension') return () => false;
  const names = new Set(target.extension.options.flatMap(({ name, aliases }) => [name, ...aliases]));
  return (option) => names.has(option);
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

/** What the file says that the rule has counted. */
export function countersOf({ counters }: Rule): Pick<RuleRow, 'counters'> {
  return counters ? { counters: { packets: counters.packets, bytes: counters.bytes } } : {};
}

/** The tokens as one line of text. */
export function tokensText(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(' ');
}
