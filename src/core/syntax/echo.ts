import { skipBlanks, trimmedEnd } from '../text/blanks';
import { asksForPart, keepsAddresses } from './askedPart';
import { readCommand } from './command';
import { machineOf, type Machine } from './machine';
import { isOmission } from './missingRules';
import { findProgram, isTables, programBackend, programFamily, type ShellProgram } from './shellProgram';
import { Shape } from './shape';
import type { Line, Word } from './tree';
import { scanWords, splitWords } from './words';

/** What a command line above some output says about that output. */
export interface Echo {
  readonly program: string;
  readonly family: 4 | 6 | undefined;
  readonly backend: 'legacy' | 'nft' | undefined;
  /**
   * `-t TABLE` of `iptables -S` and `-L`; filter where it is omitted, as iptables(8) says; undefined where it is a
   * variable.
   */
  readonly table: string | undefined;
  /** The chain that `iptables -L CHAIN` lists, with its columns in the line. */
  readonly listed?: Pick<Word, 'text' | 'start' | 'end'>;
  /** `iptables-restore --noflush`. */
  readonly noflush: boolean;
  /** Whether it loads rules (iptables-restore) or prints them. */
  readonly role: 'saved-state' | 'input' | undefined;
  /** It shows one chain, one interface, sockets of one family or port, or what grep lets through. */
  readonly partial: boolean;
  readonly machine: Machine;
  /** The program with its arguments, as written. */
  readonly title: string;
}

/** Reads a line of shape Echo, also a comment that is a root prompt (`# iptables-save`): the first of its commands. */
export function readEcho(line: Line): Echo | undefined {
  const program = findProgram(line.text, line.contentStart, line.text.length);
  return program && echoOf(line.text, line.contentStart, program);
}

/** All commands of a line of shape Echo, in the order in which they run: `ip addr; ip route`. */
export function readEchoes(line: Line): readonly Echo[] {
  const { text } = line;
  const found: Echo[] = [];
  let from = line.contentStart;
  // Within the quotes of `ssh host '…'` only what is quoted is a command of that host.
  let limit = trimmedEnd(text);
  while (from < limit) {
    let next = nextCommand(text, from, limit);
    const program = findProgram(text, from, next);
    // Nothing is read of what another command prints.
    if (program) {
      if (program.limit < next) {
        limit = program.limit;
        next = nextCommand(text, program.end, limit);
      }
      let end = next;
      while (end > program.end && ' \t;&|'.includes(text.charAt(end - 1))) end--;
      found.push(echoOf(text, from, { ...program, limit: end }));
    }
    from = skipBlanks(text, next, limit);
  }
  return found;
}

/** The column after the `;`, `&&` or `||` that ends the command around `from`, or `limit`. Pipes belong to it. */
function nextCommand(text: string, from: number, limit: number): number {
  for (let i = from; i < limit;) {
    const operator = scanWords(text, i, limit, 'shell').tail?.start ?? limit;
    const separator = /^(?:;|&&|\|\|)/.exec(text.slice(operator, Math.min(limit, operator + 2)))?.[0];
    if (separator !== undefined) return operator + separator.length;
    i = operator + 1;
  }
  return limit;
}

/** `start`: where the command line begins, with what comes before the program. */
function echoOf(text: string, start: number, program: ShellProgram): Echo {
  const words = splitWords(text, program.end, program.limit, 'shell').map((word) => word.text);
  const name = program.name;
  const machine = machineOf(text, start, program);
  const piped = FILTERED.test(text.slice(program.end, program.limit));
  const title = `${name}${text.slice(program.end, program.limit)}`.trim();
  if (isTables(name)) {
    const parts = readCommand(text, program.start, program.limit, 'shell');
    const lists = parts?.operation === 'S' || parts?.operation === 'L';
    return {
      program: name,
      family: programFamily(name),
      backend: backendOf(text, program),
      partial: piped || (lists && parts?.chain !== undefined),
      machine,
      table: lists ? tableListed(parts?.table?.text) : undefined,
      ...(parts?.operation === 'L' && parts.chain && { listed: parts.chain }),
      noflush: false,
      role: lists ? 'saved-state' : undefined,
      title,
    };
  }
  if (name.includes('tables-')) {
    const restores = name.endsWith('-restore');
    return {
      program: name,
      family: programFamily(name),
      backend: backendOf(text, program),
      partial: piped,
      machine,
      table: undefined,
      noflush: restores && words.some((word) => word === '--noflush' || word === '-n'),
      role: restores ? 'input' : 'saved-state',
      title,
    };
  }
  const six = words.some(
    (word, i) =>
      word === '-6' ||
      word === 'inet6' ||
      word === '--inet6' ||
      word === '-A6' ||
      (word === '-A' && words[i + 1] === 'inet6'),
  );
  const four = words.some((word) => word === '-4' || word === 'inet');
  return {
    program: name,
    family: six ? 6 : four ? 4 : undefined,
    backend: undefined,
    partial: (piped && !keepsAddresses(text.slice(program.end, program.limit))) || asksForPart(name, words),
    machine,
    table: name === 'ip' ? tableOf(words) : undefined,
    noflush: false,
    role: undefined,
    title,
  };
}

function tableListed(table = 'filter'): string | undefined {
  return table.includes('$') ? undefined : table;
}

/** What sed or awk print is not known; less and tee change nothing. */
const FILTERED = /\|[ \t]*(?:sudo[ \t]+)?(?:[\w/]*grep|awk|sed|head|tail|rg|ag|sort|uniq)\b/;

/** Whether the grep behind a command, by the title (`iptables-save | grep shop`), is certain to let a line through. */
export function isLetThrough(title: string | undefined, line: string): boolean {
  if (title === undefined || !isFilteredTitle(title)) return false;
  const grep = ONLY_GREP.exec(title.slice(title.indexOf('|')));
  const { options = '', quoted, plain = '' } = grep?.groups ?? {};
  if (!grep || options.includes('v')) return false;
  const patterns = (quoted ?? plain).split(/\\?\|/);
  // A pattern of a file is not run as it stands: it might never come to an end.
  return patterns.some((each) => SIMPLE.test(each) && new RegExp(each, options.includes('i') ? 'i' : '').test(line));
}

/** One grep, with one pattern. */
const ONLY_GREP =
  /^\|[ \t]*(?:sudo[ \t]+)?[ef]?grep[ \t]+(?:-(?<options>[a-zA-Z]{1,10})[ \t]+)?(?:(['"])(?<quoted>[^'"|\\]*(?:\\?\|[^'"|\\]*)*)\2|(?<plain>[^\s'"|]+))[ \t]*$/;
/** Characters that mean themselves, and any character. */
const SIMPLE = /^[\w.:/,=@ -]{1,100}$/;

/** Whether the title of some rules is that of a command whose output was filtered. */
export function isFilteredTitle(title: string | undefined): boolean {
  return title !== undefined && FILTERED.test(title);
}

/**
 * Whether rows may be missing of a listing that begins at a line, by the command right above it or by a line that says
 * that rows were omitted; undefined where another line is above.
 */
export function isFilteredAbove(lines: readonly Line[], from: number): boolean | undefined {
  let above = from - 1;
  while (above >= 0 && lines[above]?.shape === Shape.Blank) above--;
  const line = lines[above];
  if (line?.shape === Shape.Echo) return readEcho(line)?.partial;
  return line !== undefined && isOmission(line) ? true : undefined;
}

/** By the program or by what starts it: `xtables-nft-multi iptables`. */
export function backendOf(text: string, { name, start }: ShellProgram): 'legacy' | 'nft' | undefined {
  return (
    programBackend(name) ??
    programBackend(/xtables-(?:legacy|nft)-multi[ \t]+$/.exec(text.slice(Math.max(0, start - 40), start))?.[0] ?? '')
  );
}

/** The routing table that `ip route show table N` asked for. */
function tableOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === 'table' || word === 't');
  return at < 0 ? undefined : words[at + 1];
}
