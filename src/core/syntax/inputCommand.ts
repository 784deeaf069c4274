import { findBlank } from '../text/blanks';
import type { CommandParts } from './command';
import { readCounters } from './command';
import { globalOptionNamed, globalOptionOfLetter, globalOptionsStartingWith, type GlobalOption } from './globalOptions';
import type { Operation, Problem, Word } from './tree';
import { scanWords } from './words';

export interface InputCommand {
  /** undefined where the line names no operation. */
  readonly parts: CommandParts | undefined;
  readonly problems: readonly Problem[];
  /**
   * `-6` in input for IPv4, or `-4` in input for IPv6, before the operation: iptables-restore passes over the
   * line.
   */
  readonly otherFamily: boolean;
}

/**
 * Reads a line within a table as iptables-restore hands it to iptables: any operation, anywhere in the line,
 * abbreviated or not. `lineBreak`: what an unclosed quote includes at the end of the line. What belongs to the rule
 * stays in `words`, for code that knows the options of matches and targets.
 */
export function readInputCommand(text: string, family: 4 | 6, lineBreak: string): InputCommand {
  const leading = text.startsWith('[') ? readCounters(text, 0) : undefined;
  const bracket = text.startsWith('[') && !leading ? looseCountersEnd(text) : undefined;
  const broken = text.startsWith('[') && !leading && bracket === undefined;
  const start = leading?.end ?? bracket ?? (broken ? findBlank(text, 0, text.length) : 0);
  const scan = scanWords(text, start, text.length, 'restore', lineBreak);
  const reader = new InputCommandReader(scan.words, family);
  if (broken)
    reader.problems.push({
      severity: 'error',
      code: 'bad-counters',
      message: 'counters before a rule have the form [packets:bytes]',
      start: 0,
      end: start,
    });
  reader.read();
  const { operation, operationWord, chain, position, argument, words, problems, otherFamily } = reader;
  const parts =
    operation === undefined || operationWord === undefined
      ? undefined
      : {
          operation,
          operationWord,
          program: undefined,
          table: undefined,
          chain,
          position,
          argument,
          counters: leading,
          words,
          scan,
        };
  return { parts, problems, otherFamily };
}

class InputCommandReader {
  readonly words: Word[] = [];
  readonly problems: Problem[] = [];
  otherFamily = false;
  operation: Operation | undefined;
  operationWord: Word | undefined;
  chain: Word | undefined;
  position: Word | undefined;
  argument: Word | undefined;
  private at = 0;
  private stray: Word | undefined;

  constructor(
    private readonly all: readonly Word[],
    private readonly family: 4 | 6,
  ) {}

  read(): void {
    for (; this.at < this.all.length && !this.otherFamily; this.at++) {
      const word = this.all[this.at] as Word;
      const option = this.operation === undefined ? optionOf(word.text, this.family) : undefined;
      if (option) this.readOption(word, option);
      else {
        if (word.text !== '!' && !word.text.startsWith('-')) this.stray ??= word;
        this.words.push(word);
      }
    }
  }

  private readOption(word: Word, option: GlobalFound): void {
    const { letter } = option.global;
    if (isOperation(letter)) return this.readOperation(word, option, letter);
    if ((letter === '4' || letter === '6') && letter !== String(this.family)) {
      this.otherFamily = true;
      const { stray } = this;
      if (stray)
        this.report(
          stray,
          'bad-argument',
          `"${stray.text}" is not expected here: it is neither an option nor the value of one`,
        );
      return;
    }
    this.words.push(word);
    const next = this.all[this.at + 1];
    if (letter === '4' || letter === '6' || option.global.value !== 'yes' || option.attached !== undefined || !next)
      return;
    this.words.push(next);
    this.at++;
  }

  private readOperation(word: Word, { global, flags, attached }: GlobalFound, letter: Operation): void {
    const negation = this.words.at(-1);
    if (negation?.text === '!') {
      this.report(negation, 'negation', `"!" cannot come before ${word.text}`);
      this.words.pop();
    }
    this.operation = letter;
    if (flags !== '') this.words.push({ ...word, text: `-${flags}` });
    const end = attached === undefined ? word.end : word.end - attached.length;
    this.operationWord = {
      text: `-${letter}`,
      start: flags === '' ? word.start : word.end - (attached?.length ?? 0) - 1,
      end,
      quoted: false,
    };
    this.chain = attached === undefined ? this.take(global.value === 'yes') : { ...word, start: end, text: attached };
    if (!this.chain && global.value === 'yes')
      this.report(word, 'missing-value', `-${letter} needs the name of a chain`);
    if (letter === 'P' || letter === 'E') {
      this.argument = this.take(false);
      if (!this.argument)
        this.report(
          word,
          'missing-value',
          letter === 'P' ? '-P needs a chain and a policy' : '-E needs the old and the new name of a chain',
        );
    } else if ('IRDLSZ'.includes(letter) && this.chain) this.position = this.take(false);
  }

  /** The next word, unless it is `wanted` by nothing and looks like an option. */
  private take(wanted: boolean): Word | undefined {
    const next = this.all[this.at + 1];
    if (next === undefined || (!wanted && /^[-!]/.test(next.text))) return undefined;
    this.at++;
    return next;
  }

  private report(at: Word, code: string, message: string): void {
    this.problems.push({ severity: 'error', code, message, start: at.start, end: at.end });
  }
}

interface GlobalFound {
  readonly global: GlobalOption;
  /** Flags before it in the same word: `v` of `-vA`. */
  readonly flags: string;
  readonly attached: string | undefined;
}

function optionOf(text: string, family: 4 | 6): GlobalFound | undefined {
  if (text.charCodeAt(0) !== 45 || text.length < 2) return undefined;
  if (text.charCodeAt(1) === 45) {
    const equals = text.indexOf('=');
    const name = text.slice(2, equals < 0 ? undefined : equals);
    const candidates = name === '' ? [] : globalOptionsStartingWith(name, family);
    const global =
      globalOptionNamed(name) ??
      (candidates.every(({ letter }) => letter === candidates[0]?.letter) ? candidates[0] : undefined);
    return global && { global, flags: '', attached: equals < 0 ? undefined : text.slice(equals + 1) };
  }
  for (let i = 1; i < text.length; i++) {
    const global = globalOptionOfLetter(text.charAt(i));
    if (global === undefined) return undefined;
    if (global.value !== 'no' || i === text.length - 1)
      return { global, flags: text.slice(1, i), attached: i + 1 < text.length ? text.slice(i + 1) : undefined };
  }
  return undefined;
}

function isOperation(letter: string): letter is Operation {
  return 'AIDRCNXPFZELS'.includes(letter);
}

/** Counters are split as strtok(3) does, whatever is in them; without -c they are ignored. */
function looseCountersEnd(text: string): number | undefined {
  const close = text.indexOf(']');
  let start = 1;
  while (text.charAt(start) === ':') start++;
  return close > 0 && text.indexOf(':', start) > 0 ? close + 1 : undefined;
}
