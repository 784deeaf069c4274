import type { Columns } from '../text/columns';
import { operationOf } from './operations';
import type { CommandNode, Counters, Operation, Word } from './tree';
import { type Quoting, scanWords, type WordScan } from './words';

/**
 * A command line, read when it is first looked at: a dump of 100,000 rules holds two million words, and most of them
 * are never asked for. The words are kept for the commands read last (see `RECENT`) and read again after that, so
 * compare words by their columns, not by identity.
 */
export class Command implements CommandNode {
  readonly kind = 'command';
  private parts: CommandParts | undefined = undefined;

  constructor(
    private readonly text: string,
    private readonly from: number,
    private readonly to: number,
    readonly quoting: Quoting,
    readonly operation: Operation,
    /** By the name of the program, for a shell command. */
    readonly family: 4 | 6 | undefined = undefined,
  ) {}

  /** A command whose parts were read elsewhere. */
  static of(parts: CommandParts): Command {
    const command = new Command('', 0, 0, 'restore', parts.operation);
    command.parts = parts;
    return command;
  }

  get program(): Word | undefined {
    return this.read().program;
  }
  get table(): Word | undefined {
    return this.read().table;
  }
  get operationWord(): Word {
    return this.read().operationWord;
  }
  get chain(): Word | undefined {
    return this.read().chain;
  }
  get position(): Word | undefined {
    return this.read().position;
  }
  get argument(): Word | undefined {
    return this.read().argument;
  }
  get counters(): Counters | undefined {
    return this.read().counters;
  }
  get words(): readonly Word[] {
    return this.read().words;
  }
  get trailingComment(): Columns | undefined {
    return this.read().scan.comment;
  }

  /** Everything at once, without keeping it: for whoever reads each command of a large file once. */
  readOnce(): CommandParts {
    return (
      this.parts ??
      readCommand(this.text, this.from, this.to, this.quoting) ?? {
        ...EMPTY,
        operationWord: { start: this.from, end: this.from, text: '', quoted: false },
      }
    );
  }

  /** Everything at once, for those who need several parts. */
  read(): CommandParts {
    if (this.parts !== undefined) return this.parts;
    const parts = this.readOnce();
    this.parts = parts;
    const slot = recentNext++ % RECENT;
    const old = recent[slot];
    if (old !== undefined && old !== this) old.parts = undefined;
    recent[slot] = this;
    return parts;
  }
}

export interface CommandParts {
  readonly operation: Operation;
  readonly program: Word | undefined;
  readonly table: Word | undefined;
  readonly operationWord: Word;
  readonly chain: Word | undefined;
  readonly position: Word | undefined;
  readonly argument: Word | undefined;
  readonly counters: Counters | undefined;
  readonly words: readonly Word[];
  readonly scan: WordScan;
}

/** How many commands keep their words. A file with fewer rules is read once; a larger one stays under 150 MB. */
const RECENT = 2048;
const recent: (Command | undefined)[] = [];
let recentNext = 0;

const EMPTY = {
  operation: 'A',
  program: undefined,
  table: undefined,
  chain: undefined,
  position: undefined,
  argument: undefined,
  counters: undefined,
  words: [],
  scan: { words: [], unterminated: undefined, comment: undefined, tail: undefined },
} as const;

/**
 * Reads the command in `text` from `from` on; undefined where it holds no operation. A shell command begins with its
 * program.
 */
export function readCommand(text: string, from: number, to: number, quoting: Quoting): CommandParts | undefined {
  const leading = quoting === 'restore' ? readCounters(text, from) : undefined;
  const scan = scanWords(text, leading?.end ?? from, to, quoting);
  const all = scan.words;
  let i = 0;
  let program: Word | undefined;
  if (quoting === 'shell') {
    program = all[i++];
  }
  let counters = leading;
  let table: Word | undefined;
  let operation: Operation | undefined;
  let operationWord: Word | undefined;
  let chain: Word | undefined;
  let position: Word | undefined;
  let argument: Word | undefined;
  const words: Word[] = [];
  for (; i < all.length; i++) {
    const word = all[i];
    if (word === undefined) break;
    const value = word.text;
    if (value.charCodeAt(0) !== 45 || word.quoted) {
      words.push(word);
      continue;
    }
    const next = all[i + 1];
    const second = value.charCodeAt(1);
    if (operationWord !== undefined && next && isRuleOption(value, second, quoting)) {
      words.push(word);
      // The value of an option that takes any text may look like `-t` or `-A`.
      if (value.length > 7 && TEXT_VALUES.has(value)) {
        words.push(next);
        i++;
      }
      continue;
    }
    if (table === undefined && (value === '-t' || value === '--table') && next) {
      table = next;
      i++;
      continue;
    }
    if (table === undefined && value.startsWith('--table=')) {
      table = part(word, 8);
      continue;
    }
    if (table === undefined && second === 116 && GLUED_TABLE.test(value)) {
      table = part(word, 2);
      continue;
    }
    const attached = operationWord === undefined && second !== 45 ? attachedChain(value) : undefined;
    const clustered = operationWord === undefined && quoting === 'shell' ? LISTS.exec(value)?.[1] : undefined;
    const found =
      operationWord === undefined
        ? operationOf(clustered ? `-${clustered}` : attached === undefined ? value : value.slice(0, 2))
        : undefined;
    if (found !== undefined) {
      operation = found;
      operationWord = word;
      const equals = value.indexOf('=');
      if (attached !== undefined) {
        chain = part(word, 2);
        operationWord = { start: word.start, end: word.start + 2, text: value.slice(0, 2), quoted: false };
      } else if (equals > 0) {
        chain = part(word, equals + 1);
        operationWord = { start: word.start, end: word.start + equals, text: value.slice(0, equals), quoted: false };
      } else if (next && !startsOption(next)) {
        chain = next;
        i++;
      }
      const behind = all[i + 1];
      if (chain && behind && !startsOption(behind)) {
        if (found === 'P' || found === 'E') {
          argument = behind;
          i++;
        } else if (TAKES_POSITION.includes(found) && isNumber(behind.text)) {
          position = behind;
          i++;
        }
      }
      continue;
    }
    if (quoting === 'shell' && (value === '-c' || value === '--set-counters') && next && isNumber(next.text)) {
      const bytes = all[i + 2];
      if (bytes && isNumber(bytes.text)) {
        counters = { start: next.start, end: bytes.end, packets: next.text, bytes: bytes.text };
        i += 2;
        continue;
      }
    }
    if (quoting === 'shell') {
      if (PLAIN_FLAGS.has(value) || value.startsWith('--wait=') || value.startsWith('--wait-interval=')) continue;
      if (WAIT_FLAGS.has(value)) {
        if (next && isNumber(next.text)) i++;
        continue;
      }
      if (value === '-M' || value === '--modprobe') {
        i++;
        continue;
      }
    }
    words.push(word);
  }
  if (operation === undefined || operationWord === undefined) return undefined;
  return { operation, program, table, operationWord, chain, position, argument, counters, words, scan };
}

/** `[12:3400]` at `column`, behind blanks; undefined where there is none. */
export function readCounters(text: string, column: number): Counters | undefined {
  let i = column;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++;
  if (text.charCodeAt(i) !== 91) return undefined;
  const packets = digitsEnd(text, i + 1);
  if (packets === i + 1 || text.charCodeAt(packets) !== 58) return undefined;
  const bytes = digitsEnd(text, packets + 1);
  if (bytes === packets + 1 || text.charCodeAt(bytes) !== 93) return undefined;
  return { start: i, end: bytes + 1, packets: text.slice(i + 1, packets), bytes: text.slice(packets + 1, bytes) };
}

/** `-tnat`, as getopt takes it. */
const GLUED_TABLE = /^-t(?:filter|nat|mangle|raw|security)$/;
/** `-nvL`: options without a value stand in one word with the operation. */
const LISTS = /^-[nvx]{1,8}([LS])$/;
const TAKES_POSITION = 'IRDLSZ';
const PLAIN_FLAGS = new Set([
  '-v',
  '-vv',
  '--verbose',
  '-n',
  '--numeric',
  '-x',
  '--exact',
  '--line-numbers',
  '-4',
  '--ipv4',
  '-6',
  '--ipv6',
  '-nv',
  '-vn',
]);
const WAIT_FLAGS = new Set(['-w', '--wait', '-W', '--wait-interval']);
const TEXT_VALUES = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string']);

function part(word: Word, offset: number): Word {
  return { start: word.start + offset, end: word.end, text: word.text.slice(offset), quoted: word.quoted };
}

/** Most words are options of the rule: told without a look into any table. */
function isRuleOption(value: string, second: number, quoting: Quoting): boolean {
  if (second !== 45) return value.length === 2 && second !== 116 && quoting === 'restore';
  const third = value.charCodeAt(2);
  return (
    third !== 116 &&
    (quoting === 'restore' ||
      (third !== 115 &&
        third !== 118 &&
        third !== 110 &&
        third !== 101 &&
        third !== 108 &&
        third !== 105 &&
        third !== 119 &&
        third !== 109))
  );
}

function startsOption(word: Word): boolean {
  return !word.quoted && (word.text.charCodeAt(0) === 45 || word.text === '!');
}

/**
 * `-AINPUT`, as getopt takes it. In capitals only: no one writes prose such as `-APPEND`, and `-Append` is no command.
 */
function attachedChain(value: string): string | undefined {
  return value.length > 2 && /^-[AIDRCNXPFZE][A-Z][A-Z0-9_-]*$/.test(value) ? value.slice(2) : undefined;
}

function isNumber(text: string): boolean {
  return text !== '' && digitsEnd(text, 0) === text.length;
}

function digitsEnd(text: string, from: number): number {
  let i = from;
  for (;;) {
    const code = text.charCodeAt(i);
    if (!(code >= 48 && code <= 57)) return i;
    i++;
  }
}
