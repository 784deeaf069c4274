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
   * `-6` in input for IPv4, or `-4` in input for IPv6, in front of the operation: iptables-restore passes over the
   * line.
   */
  readonly otherFamily: boolean;
}

/**
 * Reads a line within a table as iptables-restore hands it to iptables: any operation, anywhere in the line,
 * abbreviated or not. `lineBreak`: what a quote that stays open takes along. What belongs to the rule is left in
 * `words`, for whoever knows the options of matches and targets.
 */
export function readInputCommand(text: string, family: 4 | 6, lineBreak: string): InputCommand {
  const leading = text.startsWith('[') ? readCounters(text, 0) : undefined;
  const bracket = text.startsWith('[') && !leading ? looseCountersEnd(text) : undefined;
  const broken = text.startsWith('[') && !leading && bracket === undefined;
  const start = leading?.end ?? bracket ?? (broken ? findBlank(text, 0, text.length) : 0);
  const scan = scanWords(text, start, text.length, 'restore', lineBreak);
  const all = scan.words;
  const words: Word[] = [];
  const problems: Problem[] = [];
  const found: { operation?: Operation; operationWord?: Word; chain?: Word; position?: Word; argument?: Word } = {};
  const report = (at: Word, code: string, message: string): void => {
    problems.push({ severity: 'error', code, message, start: at.start, end: at.end });
  };
  if (broken)
    problems.push({
      severity: 'error',
      code: 'bad-counters',
      message: 'counters in front of a rule have the form [packets:bytes]',
      start: 0,
      end: start,
    });
  let otherFamily = false;
  let stray: Word | undefined;
  for (let i = 0; i < all.length; i++) {
    const word = all[i] as Word;
    const option = found.operation === undefined ? optionOf(word.text, family) : undefined;
    if (option === undefined) {
      if (word.text !== '!' && !word.text.startsWith('-')) stray ??= word;
      words.push(word);
      continue;
    }
    const { letter } = option.global;
    if (letter === '4' || letter === '6') {
      if (letter !== String(family)) {
        otherFamily = true;
        if (stray)
          report(
            stray,
            'bad-argument',
            `"${stray.text}" is not expected here: it is neither an option nor the value of one`,
          );
        break;
      }
      words.push(word);
    } else if (!isOperation(letter)) {
      words.push(word);
      const next = all[i + 1];
      if (option.global.value === 'yes' && option.attached === undefined && next) {
        words.push(next);
        i++;
      }
    } else {
      const negation = words.at(-1);
      if (negation?.text === '!') {
        report(negation, 'negation', `"!" cannot stand before ${word.text}`);
        words.pop();
      }
      found.operation = letter;
      const before = option.flags === '' ? word.start : word.end - (option.attached?.length ?? 0) - 1;
      if (option.flags !== '') words.push({ ...word, text: `-${option.flags}` });
      found.operationWord = {
        text: `-${letter}`,
        start: before,
        end: option.attached === undefined ? word.end : word.end - option.attached.length,
        quoted: false,
      };
      const takes = (wanted: boolean): Word | undefined => {
        const next = all[i + 1];
        if (next === undefined || (!wanted && /^[-!]/.test(next.text))) return undefined;
        i++;
        return next;
      };
      const attached =
        option.attached === undefined
          ? undefined
          : { ...word, start: word.end - option.attached.length, text: option.attached };
      const chain = attached ?? takes(option.global.value === 'yes');
      if (chain) found.chain = chain;
      else if (option.global.value === 'yes') report(word, 'missing-value', `-${letter} needs the name of a chain`);
      if (letter === 'P' || letter === 'E') {
        const argument = takes(false);
        if (argument) found.argument = argument;
        else
          report(
            word,
            'missing-value',
            letter === 'P' ? '-P needs a chain and a policy' : '-E needs the old and the new name of a chain',
          );
      } else if ('IRDLSZ'.includes(letter) && found.chain) {
        const position = takes(false);
        if (position) found.position = position;
      }
    }
  }
  const { operation, operationWord } = found;
  const parts =
    operation === undefined || operationWord === undefined
      ? undefined
      : {
          operation,
          operationWord,
          program: undefined,
          table: undefined,
          chain: found.chain,
          position: found.position,
          argument: found.argument,
          counters: leading,
          words,
          scan,
        };
  return { parts, problems, otherFamily };
}

interface GlobalFound {
  readonly global: GlobalOption;
  /** Flags in front of it in the same word: `v` of `-vA`. */
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

/** Counters are split as strtok(3) does, whatever stands in them; without -c nobody looks at them. */
function looseCountersEnd(text: string): number | undefined {
  const close = text.indexOf(']');
  let start = 1;
  while (text.charAt(start) === ':') start++;
  return close > 0 && text.indexOf(':', start) > 0 ? close + 1 : undefined;
}
