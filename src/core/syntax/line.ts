import { findBlank, skipBlanks, trimmedEnd } from '../text/blanks';
import { AppendLine } from './appendLine';
import { ChainDeclaration } from './chainDeclaration';
import { type Classified, NO_PROBLEMS, plain, textOf } from './classified';
import { Command, readCommand, readCounters } from './command';
import { readHeader } from './header';
import { classifyText } from './classifyText';
import { operationLetter, operationOf } from './operations';
import { promptEnd } from './prompt';
import { markEnds, quoteEnd, shipperPrefixEnd } from './prefix';
import { findProgram, isHostProgram } from './shellProgram';
import { Shape } from './shape';
import type { EmbeddedLine, Line, LineNode, Problem, Word } from './tree';
import { listedCommand } from './wrappings/commandLists';
import { goMapRules } from './wrappings/goMaps';
import { embeddedLines } from './wrappings/jsonLog';
import { linesOf } from './wrappings/linesOf';
import { mayBeDamaged, repaired } from './wrappings/repair';
import { wrappedLines } from './wrappings/wrapped';
import { scanWords } from './words';

/**
 * Reads one line by itself. Never throws; a line that is nothing special is `text`. `intact`: it is to be read as it
 * stands, because nothing in the text around is damaged, or it is to be loaded so.
 */
export function parseLine(text: string, eol: string, index: number, intact = false): Line {
  if (intact && text.startsWith('-A ') && hasNoFault(text, 3)) return new AppendLine(index, text, eol, 0);
  return parseLineWithin(text, eol, index, 0, intact);
}

/** `strings`: how many strings and other wrappings the line is in. */
function parseLineWithin(text: string, eol: string, index: number, strings: number, intact = false): Line {
  const damaged = !intact && mayBeDamaged(text);
  const mended = damaged && strings < MOST_STRINGS ? mendedLine(text, eol, index, strings) : undefined;
  if (mended) return mended;
  if (!damaged && text.startsWith('-A ') && hasNoFault(text, 3)) return new AppendLine(index, text, eol, 0);
  const end = trimmedEnd(text);
  const indent = quoteEnd(text, end);
  let start = indent;
  let found = classify(text, start, end, index, strings);
  if (found.shape === Shape.Rule && isAppend(text, start, found)) return new AppendLine(index, text, eol, start);
  // Prefixes are stripped only as long as the line makes no sense with them: most lines have none.
  for (let round = 0; round < MAX_PREFIXES && found.shape === Shape.Text; round++) {
    const next = shipperPrefixEnd(text, start, end);
    if (next <= start) break;
    start = next;
    found = classify(text, start, end, index, strings);
  }
  if (found.shape === Shape.Text && start === indent) {
    const guess = guessedPrefix(text, indent, end, index, strings);
    if (guess) return new SourceLine(index, text, eol, guess.start, guess.found);
  }
  if (found.shape === Shape.Log && strings < MOST_STRINGS) {
    const map = goMapRules(text, start, end);
    const embedded = map && linesOf([map], within(index, strings));
    if (embedded) return new SourceLine(index, text, eol, start, { ...textOf(Shape.Wrapped), embedded });
  }
  if (found.shape === Shape.Text && strings < MOST_STRINGS) {
    const marked = behindMark(text, start, end, index, strings);
    if (marked) return new SourceLine(index, text, eol, marked.start, marked.found);
    const embedded = wrappedLines(text, start, end, within(index, strings));
    if (embedded) return new SourceLine(index, text, eol, start, { ...textOf(Shape.Wrapped), embedded });
  }
  return new SourceLine(index, text, eol, start, found);
}

const MAX_PREFIXES = 4;

/**
 * The line as it was before a terminal, a web page or a word processor changed it; undefined where that has no other
 * meaning than the line as it stands.
 */
function mendedLine(text: string, eol: string, index: number, strings: number): Line | undefined {
  const mended = repaired(text);
  const embedded = mended && linesOf([mended], within(index, strings));
  return embedded && new SourceLine(index, text, eol, 0, { ...textOf(Shape.Wrapped), embedded });
}

function within(index: number, strings: number): (text: string, eol: string) => Line {
  return (text, eol) => parseLineWithin(text, eol, index, strings + 1);
}

/** A rule or a command after a number, a name or a word that has a meaning only before one. */
function behindMark(
  text: string,
  start: number,
  end: number,
  index: number,
  strings: number,
): { start: number; found: Classified } | undefined {
  for (const next of markEnds(text, start, end)) {
    const found = classify(text, next, end, index, strings);
    if (isUnmistakable(found) || found.shape === Shape.ProgramCommand) return { start: next, found };
  }
  return undefined;
}

/** A rule after indentation or counters. */
function isAppend(text: string, start: number, { node, problems }: Classified): boolean {
  return (
    problems.length === 0 &&
    node instanceof Command &&
    node.operation === 'A' &&
    (text.startsWith('-A ', start) || text.charCodeAt(start) === 91)
  );
}

class SourceLine implements Line {
  readonly node: LineNode;
  readonly shape: Shape;
  readonly problems: readonly Problem[];
  declare readonly embedded?: readonly EmbeddedLine[];

  constructor(
    public index: number,
    readonly text: string,
    readonly eol: string,
    readonly contentStart: number,
    found: Classified,
  ) {
    this.node = found.node;
    this.shape = found.shape;
    this.problems = found.problems;
    if (found.embedded) this.embedded = closedBy(text, found.embedded);
  }
}

/** The last of these lines ends where a quote or a bracket of the text around it closes it. */
function closedBy(text: string, lines: readonly EmbeddedLine[]): readonly EmbeddedLine[] {
  const last = lines.at(-1);
  return last && last.toOuter(last.text.length) < trimmedEnd(text)
    ? [...lines.slice(0, -1), { ...last, closed: true }]
    : lines;
}

/** What the text from `start` to `end` is. */
function classify(text: string, start: number, end: number, index: number, strings: number): Classified {
  if (start >= end) return plain.blank;
  switch (text.charCodeAt(start)) {
    case 45: // -
      return bareCommand(text, start, start, end) ?? classifyText(text, start, end);
    case 91: {
      // [
      const counters = readCounters(text, start);
      if (counters) {
        const behind = skipBlanks(text, counters.end, end);
        if (text.charCodeAt(behind) === 45) return bareCommand(text, start, behind, end) ?? plain.text;
      }
      return jsonEntry(text, start, end, index, strings) ?? classifyText(text, start, end);
    }
    case 58: // :
      return chainDeclaration(text, start, end) ?? classifyText(text, start, end);
    case 42: // *
      return tableStart(text, start, end) ?? plain.text;
    case 35: // #
      return commentLine(text, start, end);
    case 67: // C
      if (end - start === 6 && text.startsWith('COMMIT', start)) return plain.commit;
      return classifyText(text, start, end);
    case 123: // {
      if (NFT_JSON.test(text)) return textOf(Shape.NftJson);
      return jsonEntry(text, start, end, index, strings) ?? plain.text;
    default:
      return classifyText(text, start, end);
  }
}

/** `nft -j list ruleset` prints all of it in one line. */
const NFT_JSON = /^\s*\{[ \t]*"nftables"[ \t]*:/;

/** A rule line, `-A CHAIN …`: `dash` is the column of the first `-`, after counters. */
function bareCommand(text: string, start: number, dash: number, end: number): Classified | undefined {
  let operation = undefined;
  const second = text.charCodeAt(dash + 1);
  if (second !== 45) {
    const third = dash + 2 >= end ? 32 : text.charCodeAt(dash + 2);
    if (third === 32 || third === 9) operation = operationLetter(text, dash + 1);
  } else {
    const wordEnd = findBlank(text, dash, end);
    operation = operationOf(text.slice(dash, wordEnd));
  }
  if (operation === undefined) {
    // `-t nat -A …`, `-p tcp -A …`, `-AINPUT`: legal, and rare enough to read the whole line for it.
    if (!isLetter(second === 45 ? text.charCodeAt(dash + 2) : second)) return undefined;
    // `-bash-4.2# iptables -S`
    if (promptEnd(text, dash, end) > dash) return undefined;
    const parts = readCommand(text, start, end, 'restore');
    if (parts?.chain === undefined) return undefined;
    operation = parts.operation;
    if (operation === undefined) return undefined;
  }
  const node = new Command(text, start, end, 'restore', operation);
  return { node, shape: Shape.Rule, problems: commandProblems(text, dash, end) };
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 52 || code === 54;
}

/** Problems of the words of a rule by themselves. They are read only where a quote or `#` is in the line. */
function commandProblems(text: string, from: number, end: number): readonly Problem[] {
  if (hasNoFault(text, from)) return NO_PROBLEMS;
  const scan = scanWords(text, from, end, 'restore');
  if (!scan.unterminated && !scan.comment) return NO_PROBLEMS;
  const problems: Problem[] = [];
  if (scan.unterminated) {
    problems.push({
      ...scan.unterminated,
      severity: 'warning',
      code: 'unterminated-quote',
      message:
        'This quote is never closed; iptables-restore takes the rest of the line, with its line break, as the value.',
    });
  }
  if (scan.comment) {
    problems.push({
      ...scan.comment,
      severity: 'warning',
      code: 'trailing-comment',
      message:
        'iptables-restore does not allow comments after a rule and would refuse this line; put the comment on ' +
        'a line of its own or use -m comment.',
    });
  }
  return problems;
}

/** Certain without reading the words. */
function hasNoFault(text: string, from: number): boolean {
  return text.indexOf('#', from) < 0 && quotesAreEven(text, from);
}

/** An even number of quotes and no escapes: all of them are closed. */
function quotesAreEven(text: string, from: number): boolean {
  let even = true;
  let quote = text.indexOf('"', from);
  if (quote < 0) return true;
  while (quote >= 0) {
    even = !even;
    quote = text.indexOf('"', quote + 1);
  }
  return even && !text.includes('\\', from);
}

function chainDeclaration(text: string, start: number, end: number): Classified | undefined {
  const node = ChainDeclaration.read(text, start, end);
  return node && { node, shape: Shape.Chain, problems: NO_PROBLEMS };
}

const TABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

/** `*nat`, `* nat`. A Markdown bullet is distinguished by the name: after a blank only a table of the kernel counts. */
function tableStart(text: string, start: number, end: number): Classified | undefined {
  const nameStart = skipBlanks(text, start + 1, end);
  const nameEnd = findBlank(text, nameStart, end);
  if (nameEnd === nameStart) return undefined;
  const known = TABLES.has(text.slice(nameStart, nameEnd));
  const alone = skipBlanks(text, nameEnd, end) >= end;
  if (!known) {
    if (!alone || nameStart > start + 1 || nameEnd - nameStart > 31) return undefined;
    for (let i = nameStart; i < nameEnd; i++) {
      const code = text.charCodeAt(i);
      if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95 || code === 45)) return undefined;
    }
  } else if (!alone && nameStart > start + 1) return undefined;
  return {
    node: { kind: 'table', name: plainWord(text, nameStart, nameEnd) },
    shape: Shape.Table,
    problems: NO_PROBLEMS,
  };
}

const rootPrompt: Classified = { ...plain.comment, shape: Shape.Echo };
const rootHostCommand: Classified = { ...plain.comment, shape: Shape.HostCommand };

function commentLine(text: string, start: number, end: number): Classified {
  const header = readHeader(text, start, end);
  if (header) return { node: { kind: 'comment', header }, shape: Shape.Header, problems: NO_PROBLEMS };
  // `# Warning: table ip nat is managed by iptables-nft, do not touch!` above a table of nft runs nothing.
  if (text.startsWith('# Warning: ', start)) return plain.comment;
  // `# iptables-save` is a comment in a rules file and the prompt of root in a paste; the section decides.
  const program = text.charCodeAt(start + 1) === 32 && end - start < 400 ? findProgram(text, start, end) : undefined;
  if (!program) return plain.comment;
  return isHostProgram(program.name) ? rootHostCommand : rootPrompt;
}

function jsonEntry(text: string, start: number, end: number, index: number, strings: number): Classified | undefined {
  if (strings >= MOST_STRINGS) return undefined;
  const command = text.charCodeAt(start) === 91 ? listedCommand(text, start, end) : undefined;
  const embedded =
    (command && linesOf([command], within(index, strings))) ?? embeddedLines(text, start, end, within(index, strings));
  return embedded && { ...textOf(Shape.Wrapped), embedded };
}

/**
 * Each string in a string doubles the backslashes of the innermost, so that no real line goes beyond; a broken one
 * could go on with every escape.
 */
const MOST_STRINGS = 32;

/**
 * Lines that stern or a paste put a pod and container name before, without brackets: one or two words, taken
 * for a prefix only where what follows is unmistakable.
 */
function guessedPrefix(
  text: string,
  from: number,
  end: number,
  index: number,
  strings: number,
): { start: number; found: Classified } | undefined {
  let start = from;
  for (let words = 0; words < 2; words++) {
    const wordEnd = findBlank(text, start, end);
    if (!isPodOrContainerName(text, start, wordEnd)) return undefined;
    // Names of pods and of compose services hold a dash or an underscore; the first word of a sentence seldom does.
    if (words === 0 && !/[-_]/.test(text.slice(start, wordEnd))) return undefined;
    let next = skipBlanks(text, wordEnd, end);
    if (text.charCodeAt(next) === 124 || text.charCodeAt(next) === 0x203a) next = skipBlanks(text, next + 1, end);
    if (next >= end) return undefined;
    const found = classify(text, next, end, index, strings);
    if (isUnmistakable(found)) return { start: next, found };
    start = next;
  }
  return undefined;
}

function isUnmistakable(found: Classified): boolean {
  switch (found.shape) {
    case Shape.Rule:
      return found.node.kind === 'command' && found.node.chain !== undefined;
    case Shape.Chain:
      return found.node.kind === 'chain' && found.node.policy !== undefined;
    case Shape.Table:
    case Shape.Commit:
    case Shape.Header:
    case Shape.Log:
    case Shape.ListingChain:
    case Shape.Assignment:
    case Shape.Wrapped:
      return true;
    default:
      return false;
  }
}

function isPodOrContainerName(text: string, start: number, end: number): boolean {
  if (end <= start || end - start > 253) return false;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const name =
      (code >= 97 && code <= 122) ||
      (code >= 48 && code <= 57) ||
      code === 45 ||
      code === 46 ||
      code === 95 ||
      code === 47;
    if (!name) return i === end - 1 && code === 58 && i > start;
  }
  const first = text.charCodeAt(start);
  return first !== 45 && first !== 47;
}

function plainWord(text: string, start: number, end: number): Word {
  return { start, end, text: text.slice(start, end), quoted: false };
}
