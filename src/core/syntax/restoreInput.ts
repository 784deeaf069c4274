import { findBlank, skipBlanks } from '../text/blanks';
import { utf8Bytes, utf8Length } from '../text/utf8';
import { ChainDeclaration } from './chainDeclaration';
import { Command } from './command';
import { readInputCommand } from './inputCommand';
import { Shape } from './shape';
import type { CommandParts } from './command';
import type { RulesSection, SourceFile } from './sourceFile';
import type { Line, LineNode, Problem, Word } from './tree';

/**
 * The whole text as input of iptables-restore, whatever it looks like: what that program refuses is an error.
 * Its first header states which iptables wrote it.
 */
export function restoreInput(file: SourceFile, family: 4 | 6): RulesSection {
  const { backend, version } = file.sections.find((section) => section.kind === 'rules') ?? {};
  return {
    kind: 'rules',
    form: 'restore',
    role: 'input',
    family,
    backend,
    version,
    title: undefined,
    noflush: false,
    asInput: true,
    lines: file.lines,
  };
}

/**
 * Whether a file is input for iptables-restore and nothing else: a table opens at the beginning of a line before any
 * other text, and nothing in it is a log, a Markdown fence, the output of another program, or a second dump. `byName`:
 * its name says that it is, so that other text before the table is a mistake.
 */
export function isRestoreInput(file: SourceFile, byName: boolean): boolean {
  const { shapes, sections } = file;
  const first = shapes.findIndex(
    (shape) =>
      shape !== Shape.Blank &&
      shape !== Shape.Comment &&
      shape !== Shape.Header &&
      shape !== Shape.Echo &&
      shape !== Shape.HostCommand,
  );
  const line = file.lines[first];
  // A text that has to be repaired before it can be read is a paste, unless its name says that it is to be loaded.
  if (!byName && (file.readings.size > 0 || shapes.includes(Shape.Wrapped))) return false;
  // A file that is to be loaded, and holds nothing that could be: all of it is wrong.
  if (
    byName &&
    shapes.every((shape) => shape === Shape.Text || shape === Shape.Blank || shape === Shape.Comment) &&
    shapes.includes(Shape.Text)
  )
    return true;
  if (byName ? !shapes.includes(Shape.Table) : line?.shape !== Shape.Table || line.contentStart > 0) return false;
  if (
    sections.some(({ kind, lines }) => kind !== 'rules' && lines.some(({ node }) => node.kind !== 'comment')) ||
    sections.filter((section) => section.kind === 'rules' && section.form !== 'list').length > 1
  )
    return false;
  return !shapes.some(
    (shape, i) =>
      shape === Shape.Log ||
      shape === Shape.Fence ||
      (shape === Shape.Wrapped && /^[ \t]*[[{]/.test(file.lines[i]?.text ?? '')) ||
      ((shape === Shape.Echo || shape === Shape.HostCommand) && file.lines[i]?.node.kind !== 'comment'),
  );
}

/**
 * Certain without reading it: a line of words without fault is one that iptables-restore accepts; their length and
 * number are within its limits.
 */
export function isCleanInput({ text, eol, contentStart }: Line): boolean {
  const short = text.length * 3 <= LONGEST_WORD || (text.length <= 2 * MOST_WORDS && utf8Length(text) <= LONGEST_WORD);
  return short && eol === '\n' && contentStart === 0 && !text.includes('\0');
}

/** A line of restore input: what it is there, with the words that make it so. */
export interface InputLine {
  readonly line: Line;
  readonly node: LineNode;
  readonly parts: CommandParts | undefined;
  readonly problems: readonly Problem[];
  readonly otherFamily: boolean;
}

/**
 * Reads one line as iptables/iptables-restore.c does: by its first character, without regard to what the same text
 * would be in a log.
 * `inTable`: between a `*table` and its COMMIT.
 */
export function readInputLine(line: Line, inTable: boolean, family: 4 | 6): InputLine {
  const nul = line.text.indexOf('\0');
  if (nul >= 0) return upToNul(line, nul, inTable, family);
  return (inTable ? usualLine(line) : undefined) ?? new InputLineReader(line, inTable, family).read();
}

/** The string ends at a NUL character, without a line break. */
function upToNul(line: Line, nul: number, inTable: boolean, family: 4 | 6): InputLine {
  const { problems, ...read } = readInputLine(
    { ...plainLine(line), text: line.text.slice(0, nul), eol: '', node: TEXT, shape: Shape.Text },
    inTable,
    family,
  );
  const unseen: Problem = {
    severity: 'warning',
    code: 'nul-character',
    message: 'iptables-restore sees nothing of this line from here on: there is a NUL character',
    start: nul,
    end: line.text.length,
  };
  if (nul > 0) return { ...read, problems: [...problems, unseen] };
  // A line of nothing is not an empty line, which has its line break.
  const refused: Problem = {
    ...unseen,
    severity: 'error',
    message:
      `iptables-restore sees an empty line here${inTable ? ', without an operation such as -A' : ''}: there is a ` +
      'NUL character',
  };
  return { ...read, problems: [refused] };
}

/** Nearly all lines within a table: rules and chains without fault, which need no further check. */
function usualLine(line: Line): InputLine | undefined {
  const { text, eol, node } = line;
  const first = text.charCodeAt(0);
  if (
    line.shape === Shape.Rule &&
    first === 45 &&
    text.charCodeAt(1) === 65 &&
    node instanceof Command &&
    line.problems.length === 0 &&
    isCleanInput(line)
  ) {
    const parts = node.readOnce();
    if (parts.chain && parts.operation === 'A' && parts.operationWord.start === 0 && parts.table === undefined)
      return { line, node, parts, problems: NONE, otherFamily: false };
  }
  return first === 58 &&
    eol === '\n' &&
    text.length <= LONGEST_WORD &&
    node instanceof ChainDeclaration &&
    node.isUserDefined
    ? { line, node, parts: undefined, problems: NONE, otherFamily: false }
    : undefined;
}

class InputLineReader {
  private readonly problems: Problem[] = [];
  private readonly text: string;
  private readonly crlf: boolean;

  constructor(
    private readonly line: Line,
    private readonly inTable: boolean,
    private readonly family: 4 | 6,
  ) {
    this.text = line.text;
    this.crlf = line.eol === '\r\n';
  }

  read(): InputLine {
    const { text, line, inTable } = this;
    if (text === '' && !this.crlf) return this.as(BLANK);
    if (isTooLong(text, line.eol))
      this.report(
        'line-too-long',
        `iptables-restore reads ${LONGEST} bytes of a line and takes the rest for another line: make it shorter`,
      );
    if (text.charCodeAt(0) === HASH) return this.as({ kind: 'comment' });
    const start = skipBlanks(text, 0, text.length);
    const content = text.slice(start).trimEnd();
    if (content === 'COMMIT') return this.readCommit(start);
    if (content === '') {
      if (this.crlf) this.reportReturn();
      else this.report('unexpected-text', 'iptables-restore does not accept a line of blanks: leave it empty');
      return this.as(BLANK);
    }
    const mark = text.charAt(start);
    if (start > 0 && (mark === '*' || mark === '#' || (mark === ':' && inTable)))
      this.report('indented', `iptables-restore expects "${mark}" at the very beginning of the line`, 0, start);
    if (mark === '#') return this.as({ kind: 'comment' });
    if (mark === '*') return this.readTable(start);
    if (mark === ':' && inTable) return this.readChain(start);
    if (!inTable) return this.outsideTable();
    return readCommandLine(line, this.family, this.problems, (...problem) => this.report(...problem));
  }

  private readCommit(start: number): InputLine {
    const { text } = this;
    const end = start + 'COMMIT'.length;
    if (start > 0)
      this.report('indented', 'iptables-restore expects COMMIT at the very beginning of the line', 0, start);
    else if (text.length > end)
      this.report('unexpected-text', 'iptables-restore expects nothing after COMMIT, not even a blank', end);
    else if (this.crlf) this.reportReturn();
    else if (this.line.eol === '')
      this.report('no-final-newline', 'iptables-restore expects a line break after COMMIT');
    return this.as({ kind: 'commit' });
  }

  private readTable(start: number): InputLine {
    const { text } = this;
    const [name, more] = fields(text, start + 1);
    if (this.crlf && more === undefined && skipBlanks(text, name?.end ?? 0, text.length) === (name?.end ?? 0))
      this.reportReturn();
    if (name) return this.as({ kind: 'table', name });
    this.report('missing-value', 'a table starts with "*" and its name');
    return this.as(TEXT);
  }

  private readChain(start: number): InputLine {
    const { text } = this;
    const [name, policy, third] = fields(text, start + 1);
    if (name === undefined) this.report('missing-value', 'a chain is declared with ":NAME POLICY [packets:bytes]"');
    else if (policy === undefined)
      this.report(
        'missing-value',
        `":${name.text}" lacks its policy: ACCEPT or DROP for a built-in chain, "-" for any other`,
      );
    else if (this.crlf && third === undefined && policy.end === text.length) this.reportReturn();
    return name ? this.as({ kind: 'chain', name, policy, counters: undefined }) : this.as(TEXT);
  }

  private outsideTable(): InputLine {
    const { shape } = this.line;
    if (shape === Shape.Rule || shape === Shape.Chain)
      this.report(
        'outside-table',
        'this is outside of any table: a line "*filter" (or nat, mangle, raw, security) must come before it, ' +
          'and COMMIT after it',
      );
    else this.report('unexpected-text', 'iptables-restore accepts only comments and empty lines outside of a table');
    return this.as(TEXT);
  }

  private as(node: LineNode): InputLine {
    return { line: this.line, node, parts: undefined, problems: this.problems, otherFamily: false };
  }

  private report(
    code: string,
    message: string,
    start = 0,
    end = this.text.length,
    severity: Problem['severity'] = 'error',
  ): void {
    this.problems.push({ severity, code, message, start, end });
  }

  private reportReturn(): void {
    this.report('carriage-return', CARRIAGE_RETURN, this.text.length, this.text.length + 1);
  }
}

/** What fgets(3) puts into the buffer of 10240 bytes, the line break included. */
const LONGEST = 10239;
/** `MAX_ARGC` less the program, `-t`, the table and the end. */
const MOST_WORDS = 251;
/** `struct xt_param_buf`. */
const LONGEST_WORD = 1023;
const HASH = 35;
const NONE: readonly Problem[] = [];
const BLANK: LineNode = { kind: 'blank' };
const TEXT: LineNode = { kind: 'text' };

/**
 * Whether what exceeds the buffer is refused as a line of its own. Of a comment, the rest may be empty or a comment
 * again.
 */
function isTooLong(text: string, eol: string): boolean {
  if (text.length * 3 < LONGEST || utf8Length(text) + (eol === '\r\n' ? 1 : 0) <= LONGEST) return false;
  if (text.charCodeAt(0) !== 35) return true;
  const bytes = utf8Bytes(text);
  for (let at = LONGEST; at < bytes.length; at += LONGEST) if (bytes[at] !== HASH) return true;
  return false;
}

type ReportInput = (
  code: string,
  message: string,
  start?: number,
  end?: number,
  severity?: Problem['severity'],
) => void;

function readCommandLine(line: Line, family: 4 | 6, problems: Problem[], report: ReportInput): InputLine {
  const { text } = line;
  const { parts, problems: found, otherFamily } = readInputCommand(text, family, line.eol === '' ? '' : '\n');
  problems.push(...found);
  if (otherFamily) return { line, node: BLANK, parts: undefined, problems, otherFamily };
  if (parts === undefined) {
    if (found.length === 0) report('no-operation', 'no operation such as -A was found in this line');
    return { line, node: TEXT, parts, problems, otherFamily };
  }
  const { scan } = parts;
  if (line.eol === '\r\n') report('carriage-return', CARRIAGE_RETURN, text.length, text.length + 1);
  if (scan.words.length > MOST_WORDS)
    report(
      'too-many-words',
      `iptables-restore accepts at most ${MOST_WORDS} words in a line; this one has ${scan.words.length}`,
    );
  for (const word of scan.words)
    if (word.text.length * 3 > LONGEST_WORD && utf8Length(word.text) > LONGEST_WORD)
      report('word-too-long', `iptables-restore accepts at most ${LONGEST_WORD} bytes in a word`, word.start, word.end);
  if (scan.comment) report('trailing-comment', TRAILING_COMMENT, scan.comment.start, scan.comment.end);
  if (scan.unterminated)
    report(
      'unterminated-quote',
      'this quote is never closed: the rest of the line, with its line break, becomes the value',
      scan.unterminated.start,
      scan.unterminated.end,
      'warning',
    );
  const { node } = line;
  const command =
    node instanceof Command && node.operation === parts.operation && sameWords(node.readOnce(), parts)
      ? node
      : Command.of(parts);
  return {
    line: command === node ? line : { ...plainLine(line), node: command, shape: Shape.Rule },
    node: command,
    parts,
    problems,
    otherFamily,
  };
}

const CARRIAGE_RETURN =
  'this line ends with CR LF, and iptables-restore takes the CR as part of the last word: save the file with LF';
const TRAILING_COMMENT =
  'iptables-restore does not allow comments after a rule: put it on a line of its own, or write -m comment ' +
  '--comment "…"';

function plainLine({ index, text, eol }: Line): Omit<Line, 'node' | 'shape'> {
  return { index, text, eol, contentStart: 0, problems: NONE };
}

function sameWords(a: CommandParts, b: CommandParts): boolean {
  return (
    a.words.length === b.words.length &&
    a.chain?.text === b.chain?.text &&
    a.position?.text === b.position?.text &&
    a.argument?.text === b.argument?.text &&
    a.table === undefined &&
    a.operationWord.start === b.operationWord.start
  );
}

/** Up to three words as strtok(3) finds them: quotes mean nothing here. */
function fields(text: string, from: number): readonly Word[] {
  const found: Word[] = [];
  let i = skipBlanks(text, from, text.length);
  while (i < text.length && found.length < 3) {
    const end = findBlank(text, i, text.length);
    found.push({ text: text.slice(i, end), start: i, end, quoted: false });
    i = skipBlanks(text, end, text.length);
  }
  return found;
}
