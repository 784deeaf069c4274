import { AppendLine } from '../syntax/appendLine';
import type { CommandParts } from '../syntax/command';
import type { CommandNode, Word } from '../syntax/tree';
import { LineRule } from './lineRule';
import type { OpenChain, OpenTable } from './openTable';
import type { Program } from './program';
import type { LearnedPattern } from './rulePatterns';

/**
 * The rule of a line `-A CHAIN …` that is written like others of the table before it, so that it need not be read to
 * know that it is without fault; undefined where it has to be read. The caller puts it into its chain.
 */
export function ruleOfPattern(
  line: AppendLine,
  table: OpenTable,
  program: Program,
): { readonly rule: LineRule; readonly chain: OpenChain } | undefined {
  const { text } = line;
  if (text.length > LONGEST) return undefined;
  const start = nameStart(text, line.contentStart);
  if (start < 0) return undefined;
  const chain = chainAt(table, text, start);
  const pattern = chain?.patterns?.find(text, start + chain.name.length);
  if (!chain || !pattern) return undefined;
  const { jump, traits } = pattern;
  if (!jump) {
    if (traits.targetName !== undefined && table.chains.has(traits.targetName)) return undefined;
    return { chain, rule: new LineRule(program, chain, line, 0, undefined, traits, undefined) };
  }
  const target = text.lastIndexOf(' ') + 1;
  const to =
    pattern.latest && stands(pattern.latest, text, target) ? pattern.latest : table.chains.get(text.slice(target));
  if (!to || to.hook !== undefined || to.name === 'standard') return undefined;
  pattern.latest = to;
  return {
    chain,
    rule: new LineRule(
      program,
      chain,
      line,
      0,
      {
        kind: 'jump',
        chain: to.name,
        goto: jump.goto,
        start: target,
        end: text.length,
        to: undefined,
        refused: undefined,
      },
      traits,
      undefined,
    ),
  };
}

/** The chain whose name begins at `start`: most often that of the rule before, or one of those declared next. */
function chainAt(table: OpenTable, text: string, start: number): OpenChain | undefined {
  let guess = table.latest;
  for (let i = 0; guess && i < GUESSES; i++) {
    if (stands(guess, text, start)) return (table.latest = guess);
    guess = guess.following;
  }
  const blank = text.indexOf(' ', start);
  return (table.latest = table.chains.get(text.slice(start, blank < 0 ? text.length : blank)));
}

/** Whether the word at `start` is the name of this chain. One that was deleted has no patterns. */
function stands({ name, patterns }: OpenChain, text: string, start: number): boolean {
  const end = start + name.length;
  if (end < text.length ? text.charCodeAt(end) !== BLANK : end > text.length) return false;
  // Names of one family differ at their ends.
  for (let i = name.length - 1; i >= 0; i--) if (text.charCodeAt(start + i) !== name.charCodeAt(i)) return false;
  return patterns !== undefined;
}

const GUESSES = 3;

/**
 * Remembers how a rule without fault is written. `certain`: see `GoodRule`. Gives the pattern that is complete with
 * this rule.
 */
export function learnRule(
  chain: OpenChain,
  { line, traits, jump }: LineRule,
  { words, chain: name }: CommandParts | CommandNode,
  certain: ReadonlyMap<Word, readonly string[]>,
): LearnedPattern | undefined {
  const { text } = line;
  if (!chain.patterns || !name || text.length > LONGEST || !(line instanceof AppendLine)) return undefined;
  if (nameStart(text, line.contentStart) !== name.start) return undefined;
  return chain.patterns.learn({ text, from: name.end, words, certain, traits, jump });
}

/** No word of such a line is longer than iptables-restore accepts (1023 bytes), and there are not too many of them. */
const LONGEST = 500;
const COUNTERS = /\[\d{1,15}:\d{1,15}\] /y;

/** The column of the chain's name in `-A CHAIN …` or `[12:3400] -A CHAIN …`; -1 where the line begins otherwise. */
function nameStart(text: string, from: number): number {
  let dash = from;
  if (text.charCodeAt(from) === BRACKET) {
    COUNTERS.lastIndex = from;
    if (!COUNTERS.test(text)) return -1;
    dash = COUNTERS.lastIndex;
  }
  return text.startsWith('-A ', dash) ? dash + 3 : -1;
}

const BLANK = 32;
const BRACKET = 91;
