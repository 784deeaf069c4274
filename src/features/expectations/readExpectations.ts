import { splitLines } from '../../core/text/splitLines';
import type { Expectation, ExpectedPacket, LineError, ReadExpectations } from './expectation';
import { readConditions } from './readConditions';
import { readSetting } from './readSetting';
import { NO_SETTINGS, type Settings } from './settings';
import { substituteNames } from './substituteNames';

/** Of a file of expectations every line counts; of any other, those that are marked. */
export type ExpectationForm = 'iptest' | 'marked';

/** `# expect: …`, also in a comment of another language: after `//`, `;`, `--` or within `<!-- -->`. */
const MARKED = /^(\s*(?:#+|\/\/|;+|--|<!--)\s*expect:\s*)(.*?)\s*(?:-->\s*)?$/s;
/** In characters. Nobody writes longer ones. */
const LONGEST = 20_000;

/** Whether a text has expectations beside its rules; as fast as looking for a word. */
export function hasMarkedExpectations(text: string): boolean {
  return text.includes('expect:') && /^[^\S\n]*(?:#+|\/\/|;+|--|<!--)[^\S\n]*expect:/m.test(text);
}

/** Where the statement of a line begins and ends; undefined: the line has none. */
export function statementOf(
  line: string,
  form: ExpectationForm,
): { readonly start: number; readonly end: number } | undefined {
  if (form === 'marked' && !line.includes('expect:')) return undefined;
  const marked = line.length > LONGEST ? undefined : MARKED.exec(line);
  if (form === 'marked' && !marked) return undefined;
  const start = marked ? (marked[1] as string).length : line.length - line.trimStart().length;
  const text = marked ? (marked[2] as string) : line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  // Only after the arrow: a line of a log may have the sign in it.
  const comment = /(?:=>|⇒).*?\s#(?:\s|$)/.exec(text);
  const end = comment ? comment[0].lastIndexOf('#') : text.length;
  return { start, end: start + text.slice(0, (comment?.index ?? 0) + end).trimEnd().length };
}

/** Reads expectations line by line. Never throws: what is wrong is in `errors`, and the other lines are read. */
export function readExpectations(text: string, form: ExpectationForm): ReadExpectations {
  const reader = new LineReader(form);
  let line = 0;
  splitLines(text, (each) => reader.line(each, line++));
  const { expectations, errors, settings } = reader;
  return { expectations, errors, settings };
}

/** The last arrow of a statement: what must hold has none. */
function arrowIn(text: string): { readonly start: number; readonly end: number } | undefined {
  const plain = text.lastIndexOf('=>');
  const sign = text.lastIndexOf('⇒');
  if (plain < 0 && sign < 0) return undefined;
  return plain > sign ? { start: plain, end: plain + 2 } : { start: sign, end: sign + 1 };
}

class LineReader {
  readonly expectations: Expectation[] = [];
  readonly errors: LineError[] = [];
  settings: Settings = NO_SETTINGS;
  /** The expectation before, or `wrong`: what comes after it cannot be read on its own. */
  private before: Expectation | 'wrong' | undefined;

  constructor(private readonly form: ExpectationForm) {}

  line(text: string, line: number): void {
    const place = statementOf(text, this.form);
    if (!place) return;
    const { start, end } = place;
    const statement = text.slice(start, end);
    if (text.length > LONGEST) {
      this.fail(line, start, end, `this is longer than ${LONGEST} characters`, statement.slice(0, 100));
      return;
    }
    const arrow = arrowIn(statement);
    if (arrow) this.expectation(statement, start, arrow, line);
    else this.setting(statement, start, line);
  }

  private setting(text: string, start: number, line: number): void {
    const read = readSetting(text, this.settings);
    const ofFile = this.form === 'marked' && text.startsWith('@file');
    if ('message' in read) this.fail(line, start + read.start, start + read.end, read.message, text);
    else if (ofFile)
      this.fail(
        line,
        start,
        start + text.length,
        'expectations here are about the rules of this file: "@file" is for *.iptest',
        text,
      );
    else this.settings = read;
  }

  private expectation(
    text: string,
    start: number,
    arrow: { readonly start: number; readonly end: number },
    line: number,
  ): void {
    const head = text.slice(0, arrow.start);
    const then = /^then(?:\s+|$)/i.exec(head)?.[0].length;
    const packetStart = then ?? 0;
    const packetText = head.slice(packetStart).trimEnd();
    const clauses = readConditions(text.slice(arrow.end), start + arrow.end, this.settings.names);
    for (const { start: from, end, message } of clauses.problems ?? []) this.fail(line, from, end, message, text);
    const wrong = this.packetProblem(packetText, then !== undefined);
    if (wrong !== undefined)
      this.fail(
        line,
        start + packetStart,
        start + Math.max(packetStart + packetText.length, packetStart + 1),
        wrong,
        text,
      );
    if (!clauses.clauses || wrong !== undefined) {
      this.before = 'wrong';
      return;
    }
    const after = then === undefined ? undefined : this.before;
    if (after === 'wrong') {
      this.fail(line, start, start + 4, 'the expectation before it cannot be read', text);
      return;
    }
    const made: Expectation = {
      line,
      start,
      end: start + text.length,
      text,
      packet: this.packet(packetText, start + packetStart, then !== undefined),
      packetStart: start + packetStart,
      packetEnd: start + packetStart + packetText.length,
      clauses: clauses.clauses,
      settings: this.settings,
      after,
    };
    this.expectations.push(made);
    this.before = made;
  }

  private packetProblem(text: string, then: boolean): string | undefined {
    if (then && this.before === undefined) return '"then" needs a packet before it';
    if (text === '')
      return then
        ? 'the packet is missing: an expression, "again" for the same packet, or "reply" for its reply'
        : 'the packet is missing: write it before "=>", such as "in eth0 tcp > :80"';
    return undefined;
  }

  private packet(text: string, at: number, then: boolean): ExpectedPacket {
    const lower = text.toLowerCase();
    if (then && (lower === 'again' || lower === 'reply')) return { kind: lower };
    const substituted = substituteNames(text, this.settings.names);
    return { kind: 'typed', text: substituted.text, columnOf: (column) => at + substituted.columnOf(column) };
  }

  private fail(line: number, start: number, end: number, message: string, text: string): void {
    this.errors.push({ line, start, end, message, text });
  }
}
