import type { Columns } from '../text/columns';
import { operationOf } from './operations';
import type { CommandNode, Counters, Operation, Word } from './tree';
import { type Quoting, scanWords, type WordScan } from './words';

/**
 * A command line, read on first use: a dump of 100,000 rules holds two million words, and most of them are never
 * needed. The words are kept for the commands read last (see `RECENT`) and read again after that, so compare words by
 * their columns, not by identity.
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

  /** Everything at once, without keeping it: for callers that read each command of a large file once. */
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
  const reader = new CommandReader(scan.words, quoting, leading);
  reader.read();
  const { operation, operationWord, program, table, chain, position, argument, counters, words } = reader;
  if (operation === undefined || operationWord === undefined) return undefined;
  return { operation, program, table, operationWord, chain, position, argument, counters, words, scan };
}

/** Sorts the words of a command: the operation and what belongs to it, the table, and the words of the rule. */
class CommandReader {
  readonly words: Word[] = [];
  readonly program: Word | undefined = undefined;
  operation: Operation | undefined = undefined;
  operationWord: Word | undefined = undefined;
  table: Word | undefined = undefined;
  chain: Word | undefined = undefined;
  position: Word | undefined = undefined;
  argument: Word | undefined = undefined;
  private at = 0;

  constructor(
    private readonly all: readonly Word[],
    private readonly quoting: Quoting,
    public counters: Counters | undefined,
  ) {
    if (quoting === 'shell') this.program = all[this.at++];
  }

  read(): void {
    for (let word = this.all[this.at]; word !== undefined; word = this.all[++this.at]) {
      if (word.text.charCodeAt(0) !== 45 || word.quoted) this.words.push(word);
      else this.readOption(word, this.all[this.at + 1]);
    }
  }

  private readOption(word: Word, next: Word | undefined): void {
    const value = word.text;
    if (this.operationWord !== undefined && next && isRuleOption(value, value.charCodeAt(1), this.quoting)) {
      this.words.push(word);
      // The value of an option that takes any text may look like `-t` or `-A`.
      if (value.length > 7 && TEXT_VALUES.has(value)) {
        this.words.push(next);
        this.at++;
      }
      return;
    }
    if (this.table === undefined && this.takesTable(word, next)) return;
    if (this.operationWord === undefined && this.takesOperation(word, next)) return;
    if (this.quoting === 'shell' && (this.takesCounters(value, next) || this.takesFlag(value, next))) return;
    this.words.push(word);
  }

  private takesTable(word: Word, next: Word | undefined): boolean {
    const value = word.text;
    if ((value === '-t' || value === '--table') && next) {
      this.table = next;
      this.at++;
    } else if (value.startsWith('--table=')) this.table = part(word, 8);
    else if (value.charCodeAt(1) === 116 && GLUED_TABLE.test(value)) this.table = part(word, 2);
    else return false;
    return true;
  }

  private takesOperation(word: Word, next: Word | undefined): boolean {
    const value = word.text;
    const attached = value.charCodeAt(1) === 45 ? undefined : attachedChain(value);
    const clustered = this.quoting === 'shell' ? LISTS.exec(value)?.[1] : undefined;
    const operation = operationOf(clustered ? `-${clustered}` : attached === undefined ? value : value.slice(0, 2));
    if (operation === undefined) return false;
    this.operation = operation;
    this.operationWord = word;
    const equals = value.indexOf('=');
    if (attached !== undefined) {
      this.chain = part(word, 2);
      this.operationWord = { start: word.start, end: word.start + 2, text: value.slice(0, 2), quoted: false };
    } else if (equals > 0) {
      this.chain = part(word, equals + 1);
      this.operationWord = { start: word.start, end: word.start + equals, text: value.slice(0, equals), quoted: false };
    } else if (next && !startsOption(next)) {
      this.chain = next;
      this.at++;
    }
    this.takeBehindChain(operation);
    return true;
  }

  /** The policy, the new name or the number of a rule. */
  private takeBehindChain(operation: Operation): void {
    const behind = this.all[this.at + 1];
    if (!this.chain || !behind || startsOption(behind)) return;
    if (operation === 'P' || operation === 'E') this.argument = behind;
    else if (TAKES_POSITION.includes(operation) && isNumber(behind.text)) this.position = behind;
    else return;
    this.at++;
  }

  private takesCounters(value: string, next: Word | undefined): boolean {
    if ((value !== '-c' && value !== '--set-counters') || !next || !isNumber(next.text)) return false;
    const bytes = this.all[this.at + 2];
    if (!bytes || !isNumber(bytes.text)) return false;
    this.counters = { start: next.start, end: bytes.end, packets: next.text, bytes: bytes.text };
    this.at += 2;
    return true;
  }

  /** An option of the program that means nothing to the rule. */
  private takesFlag(value: string, next: Word | undefined): boolean {
    if (PLAIN_FLAGS.has(value) || value.startsWith('--wait=') || value.startsWith('--wait-interval=')) return true;
    if (WAIT_FLAGS.has(value)) {
      if (next && isNumber(next.text)) this.at++;
      return true;
    }
    if (value !== '-M' && value !== '--modprobe') return false;
    this.at++;
    return true;
  }
}

/** `[12:3400]` at `column`, after blanks; undefined where there is none. */
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
/** `-nvL`: options without a value are in one word with the operation. */
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

/** Most words are options of the rule, which is decided without a look into any table. */
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
 * `-AINPUT`, as getopt takes it. In capitals only: no one writes prose such as `-APPEND`, and `-Append` is not a
 * command.
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
