import { findBlank } from '../../core/text/blanks';
import { Command, readCommand, readCounters } from '../../core/syntax/command';
import { findProgram, isTables, programFamily } from '../../core/syntax/shellProgram';
import type { CommandNode, Line } from '../../core/syntax/tree';
import { scanWords, type Quoting } from '../../core/syntax/words';
import { NO_PROPOSALS, type Completion, type CompletionList, type Proposals, type TypedWord } from './completion';
import { lineStartItems, operationItems, tableNameItems } from './lineStart';
import { optionValues } from './optionValues';
import { placeOfCommand, placeOfLine, type CompletionPlace } from './place';
import { builtinValues, chainItems, policyItems } from './ruleNames';
import { ruleOptions } from './ruleOptions';
import { writtenRule, type WrittenRule } from './writtenRule';
import type { FileModel } from '../fileModel';

/** More than this is requested again when another letter narrows it down; a node may have 30,000 chains. */
const MOST_ITEMS = 500;

/**
 * What can be written at a place of a rules file; line and column are 0-based. `trigger`: the character whose typing
 * asked for it, undefined where a person did or a word is being typed. Reads the line and, for names of chains and the
 * like, the text of others; binds no rules.
 */
export function completionsAt(
  { file }: FileModel,
  lineNumber: number,
  column: number,
  trigger?: string,
): CompletionList | undefined {
  const line = file.lines[lineNumber];
  if (!line || line.embedded || isJoined(file, line)) return undefined;
  // Counters that stand alone look like a prompt.
  const start = readCounters(line.text, 0) ? 0 : Math.min(line.contentStart, column);
  if (column < line.contentStart && line.node.kind !== 'blank') return undefined;
  const program = findProgram(line.text, start, column);
  const shell = program && isTables(program.name) && program.end < column ? program : undefined;
  const word = wordAt(line.text, shell?.end ?? start, column, shell ? 'shell' : 'restore');
  if (!word) return undefined;
  const proposals = shell
    ? ofCommandLine(file, line, shell.start, programFamily(shell.name), word, trigger)
    : ofRulesLine(placeOfLine(file, lineNumber), line, start, word, trigger);
  return proposals && chosen(proposals, word, column, line.text);
}

/**
 * Whether the line is read only together with others, or otherwise than it stands: what may be written there is not
 * known.
 */
function isJoined(file: FileModel['file'], line: Line): boolean {
  return file.readings.get(line.index)?.some(({ text }) => !line.text.includes(text)) === true;
}

/** The word at the cursor; undefined within quotes and comments, and after the end of a command. */
function wordAt(text: string, from: number, column: number, quoting: 'restore' | 'shell'): TypedWord | undefined {
  const { words, unterminated, comment, tail } = scanWords(text, from, column, quoting);
  if (unterminated || comment || tail) return undefined;
  const last = words.at(-1);
  if (last?.end === column && last.quoted) return undefined;
  const start = last?.end === column ? last.start : column;
  const end = findBlank(text, column, text.length);
  return { start, end, typed: text.slice(start, column), text: text.slice(start, end), last: end >= text.length };
}

function ofRulesLine(
  place: CompletionPlace,
  { text }: Line,
  start: number,
  word: TypedWord,
  trigger: string | undefined,
): Proposals | undefined {
  const before = text.slice(start, word.start).trim();
  const first = text.charAt(start);
  if (before === '') {
    if (trigger === ' ' || first === '#') return undefined;
    return { items: first === ':' && !place.inTable ? [] : lineStartItems(place, word.typed) };
  }
  if (first === ':') return ofDeclaration(place, before, word);
  const counters = readCounters(text, start);
  if (counters && text.slice(counters.end, word.start).trim() === '')
    return trigger === ' ' ? undefined : { items: operationItems(false) };
  return first === '-' || counters ? ofCommand(place, { text, start, quoting: 'restore' }, word, trigger) : undefined;
}

/** After the name of `:CHAIN` stands its policy: that of a chain that is not built in is `-`. */
function ofDeclaration(place: CompletionPlace, before: string, word: TypedWord): Proposals {
  if (/\s/.test(before)) return NO_PROPOSALS;
  const builtin = chainItems(place, 'P').some(({ label }) => `:${label}` === before);
  const counters = word.last ? ' [0:0]' : '';
  return {
    items: builtin
      ? policyItems(counters)
      : [
          {
            label: '-',
            kind: 'value',
            detail: 'a chain that is not built in has no policy',
            insert: `-${counters}`,
            rank: 0,
            subject: { kind: 'none' },
          },
        ],
  };
}

function ofCommandLine(
  file: CompletionPlace['file'],
  { text, index }: Line,
  start: number,
  family: 4 | 6,
  word: TypedWord,
  trigger: string | undefined,
): Proposals | undefined {
  const words = scanWords(text, start, word.start, 'shell').words.map((each) => each.text);
  if (isTableOption(words.at(-1))) return { items: tableNameItems() };
  const parts = readCommand(text, start, word.start, 'shell');
  if (parts)
    return ofCommand(
      placeOfCommand(file, index, family, parts.table?.text ?? 'filter'),
      { text, start, quoting: 'shell' },
      word,
      trigger,
    );
  if (trigger === ' ') return undefined;
  return { items: [...operationItems(true), ...(words.some(isTableOption) ? [] : [TABLE_OPTION])], between: true };
}

function isTableOption(word: string | undefined): boolean {
  return word === '-t' || word === '--table';
}

const TABLE_OPTION: Completion = {
  label: '-t',
  kind: 'option',
  detail: 'the table; filter if it is omitted',
  insert: '-t ',
  rank: 0,
  subject: { kind: 'none' },
  more: true,
};

/** A command as it is in its line. */
interface WrittenCommand {
  readonly text: string;
  readonly start: number;
  readonly quoting: Quoting;
}

/** After the operation of a command; undefined where there is none yet. */
function ofCommand(
  place: CompletionPlace,
  written: WrittenCommand,
  word: TypedWord,
  trigger: string | undefined,
): Proposals | undefined {
  const node = commandTo(written, written.text, word.start);
  if (!node) return undefined;
  const { operation, chain, argument, words } = node;
  if (!chain && words.length === 0) return operation === 'N' ? undefined : { items: chainItems(place, operation) };
  if (operation === 'P' && chain && !argument) return { items: policyItems('') };
  if (!'AIRDC'.includes(operation)) return undefined;
  const rule = withWordsBehind(writtenRule(node, place.family), written, word, place.family);
  const here = { ...place, chain: chain?.text };
  const { open } = rule;
  const leftOut =
    open?.kind === 'option' && open.option.optionalWord && (word.typed === '' || word.typed.startsWith('-'));
  if (open && !leftOut)
    return open.kind === 'option'
      ? optionValues(here, rule, open, word, trigger !== ' ')
      : builtinValues(open.name, here, rule);
  return trigger === ' ' ? undefined : ruleOptions(here, rule, word);
}

function commandTo({ start, quoting }: WrittenCommand, text: string, end: number): CommandNode | undefined {
  const parts = readCommand(text, start, end, quoting);
  return parts && Command.of(parts);
}

/** What comes after the cursor is given too, but does not load anything for the options before it. */
function withWordsBehind(rule: WrittenRule, written: WrittenCommand, word: TypedWord, family: 4 | 6): WrittenRule {
  const { text } = written;
  const without = text.slice(0, word.start) + (word.typed === '' ? word.text : '') + text.slice(word.end);
  const whole = word.last ? undefined : commandTo(written, without, without.length);
  if (!whole) return rule;
  const { builtins, options } = writtenRule(whole, family);
  return {
    ...rule,
    builtins: new Set([...rule.builtins, ...builtins]),
    options: new Set([...rule.options, ...options]),
  };
}

/**
 * Of the proposals those that the typed letters are in, each with the blank after it that is needed and not there yet.
 */
function chosen(
  { items, growing, between, range: part }: Proposals,
  word: TypedWord,
  column: number,
  text: string,
): CompletionList {
  const inserted = word.typed === '' && (between === true || word.text.startsWith('-'));
  const range = inserted ? { start: column, end: column } : { start: (part ?? word).start, end: (part ?? word).end };
  const typed = text.slice(range.start, column).toLowerCase();
  const blankBehind = /[ \t]/.test(text.charAt(range.end));
  const fitting = items.filter(({ label }) => holdsInOrder(label.toLowerCase(), typed));
  return {
    range,
    incomplete: growing === true || fitting.length > MOST_ITEMS,
    items: fitting.slice(0, MOST_ITEMS).map((item) => {
      if (blankBehind && item.insert.endsWith(' ')) return { ...item, insert: item.insert.trimEnd(), more: false };
      return inserted && word.text !== '' && !item.insert.endsWith(' ') ? { ...item, insert: `${item.insert} ` } : item;
    }),
  };
}

/** Whether the letters are in the label in this order, as the editor asks too. */
function holdsInOrder(label: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = label.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
