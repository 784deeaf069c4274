import { trimmedEnd } from '../../text/blanks';
import { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { EmbeddedLine, Line } from '../tree';
import { isOption, MATCH_NAMES, TARGET_NAMES } from '../vocabulary';
import type { Block, BlockReader } from './block';

/**
 * A rule that a terminal or a mail program broke into lines, between words or within one, or whose lines were joined
 * again with the blanks that filled the first. The words show where a blank belongs: `--to-dest` and `ination` are one,
 * a name that is declared is one, and what would be a value too many is the rest of the value before it.
 */
export const rewrapped: BlockReader = { begins: [Shape.Rule, Shape.ProgramCommand], read: readRewrapped };

function readRewrapped(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  const first = lines[from] as Line;
  if (first.text.length > LONGEST || (first as Partial<EmbeddedLine>).closed) return undefined;
  const gap = first.text.indexOf(GAP, first.contentStart);
  if (shapes[from + 1] !== Shape.Text && gap < 0) return undefined;
  const joined = new Joined(first, () => chainsOf(lines, shapes));
  let to = from + 1;
  while (
    to < lines.length &&
    shapes[to] === Shape.Text &&
    to - from < MOST_LINES &&
    joined.goesOn(lines[to] as Line, () => isWidth(lines, shapes, from, (lines[to - 1] as Line).text.length))
  )
    to++;
  return joined.changed ? { to, lines: joined.derived.read() } : undefined;
}

/** This many blanks are between words of a rule only where a terminal put them. */
const GAP = '      ';
/** iptables-restore reads no longer line than 10,239 bytes. */
const LONGEST = 12_000;
/** A rule of that length in lines of eighty. */
const MOST_LINES = 130;

class Joined {
  changed = false;
  readonly derived = new DerivedLine();
  private text = '';

  /** Joins the halves of words that a run of blanks separates in the first line. */
  constructor(
    first: Line,
    private readonly chains: () => ReadonlySet<string>,
  ) {
    const end = trimmedEnd(first.text);
    let from = 0;
    GAPS.lastIndex = first.contentStart;
    for (let gap = GAPS.exec(first.text); gap; gap = GAPS.exec(first.text)) {
      const behind = gap.index + gap[0].length;
      if (gap.index <= first.contentStart || behind >= end) continue;
      this.add(first, from, gap.index);
      const glue = joint(this.text, first.text.slice(behind, end), this.chains, () => false);
      from = glue === '' ? behind : gap.index;
      if (glue === '') this.changed = true;
    }
    this.add(first, from, end);
  }

  private add(line: Line, from: number, to: number): void {
    this.derived.keep(line, from, to);
    this.text += line.text.slice(from, to);
  }

  /**
   * Adds a line if the rule continues in it; false where it is other text. `isFull`: whether the line above was as long
   * as a line can be.
   */
  goesOn(line: Line, isFull: () => boolean): boolean {
    const start = line.contentStart;
    const end = trimmedEnd(line.text);
    const rest = line.text.slice(start, end);
    if (!isRest(this.text, rest, this.chains, isFull)) return false;
    const glue = joint(this.text, rest, this.chains, isFull);
    this.derived.put(glue, line, start, start);
    this.text += glue;
    this.add(line, start, end);
    this.changed = true;
    return true;
  }
}

const GAPS = / {6,}/g;

/** What is between two parts of a rule where it was broken: nothing within a word, a blank between words. */
function joint(before: string, behind: string, chains: () => ReadonlySet<string>, isFull: () => boolean): '' | ' ' {
  if (isQuoteOpen(before)) return isFull() ? '' : ' ';
  const [option, last] = lastWords(before);
  const next = /^\S*/.exec(behind)?.[0] ?? '';
  const glued = last + next;
  if (isOption(glued) && !(isOption(last) && isOption(next))) return '';
  if (option === '-j' || option === '-g' || option === '--jump' || option === '--goto') {
    if (!isTarget(last, chains) && isTarget(glued, chains)) return '';
  } else if ((option === '-m' || option === '--match') && !MATCH_NAMES.has(last) && MATCH_NAMES.has(glued)) return '';
  else if (/^-[AIDRN]$/.test(option) && chains().has(glued)) return '';
  if (isOption(next) || next === '!') return ' ';
  if (isOption(last) || last === '!') return ' ';
  // Two values come after some options; of any other the second would be refused.
  if (TWO_VALUES.has(option)) return ' ';
  return '';
}

const TWO_VALUES = new Set([
  '--tcp-flags',
  '--match-set',
  '--add-set',
  '--del-set',
  '--map-set',
  '--set-counters',
  '-c',
  '--set',
  '-A',
  '-I',
  '-N',
  '-D',
  '-R',
  '-P',
  '-E',
]);

function isTarget(word: string, chains: () => ReadonlySet<string>): boolean {
  return TARGET_NAMES.has(word) || chains().has(word);
}

/**
 * Whether a line reads like the rest of a rule: it goes on with options, or is the end of a word that filled the line
 * above.
 */
function isRest(before: string, rest: string, chains: () => ReadonlySet<string>, isFull: () => boolean): boolean {
  if (isQuoteOpen(before)) return isFull() || /"(?:$| (?:-|!))/.test(rest);
  const words = rest.slice(0, 600).split(/[ \t]+/);
  const option = words.findIndex((word) => isOption(word));
  if (option !== 0 && words[0] !== '!' && isComplete(before, chains)) return false;
  if (option >= 0 && option <= 3 && !words.slice(0, option).some((word) => /[.,;:]$/.test(word))) return true;
  const [named, last] = lastWords(before);
  if (words.length === 1 && (isOption(last) || endsName(named, last + rest, chains))) return true;
  return words.length <= 2 && isFull() && /^[\w./:,-]+$/.test(words[0] ?? '');
}

/** Whether a word is what an option of a rule names, with its end from the next line. */
function endsName(option: string, name: string, chains: () => ReadonlySet<string>): boolean {
  return option === '-m' ? MATCH_NAMES.has(name) : (option === '-j' || option === '-g') && isTarget(name, chains);
}

/** The last two words; they suffice, and a line may be long. */
function lastWords(text: string): readonly [before: string, last: string] {
  const words = text.slice(-600).split(/[ \t]+/);
  return [words.at(-2) ?? '', words.at(-1) ?? ''];
}

/** Ends with its target: only an option of that can follow. */
function isComplete(rule: string, chains: () => ReadonlySet<string>): boolean {
  const [option, last] = lastWords(rule);
  return (option === '-j' || option === '-g' || option === '--jump' || option === '--goto') && isTarget(last, chains);
}

function isQuoteOpen(text: string): boolean {
  let open = false;
  for (let i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) if (text.charAt(i - 1) !== '\\') open = !open;
  return open;
}

/**
 * Whether a length is that of a full line: of a usual terminal, or of another rule of the file that the next line goes
 * on with.
 */
function isWidth(lines: readonly Line[], shapes: Uint8Array, from: number, length: number): boolean {
  if (USUAL_WIDTHS.has(length)) return true;
  for (let i = Math.max(0, from - 200); i < Math.min(lines.length, from + 200); i++) {
    if (i !== from && shapes[i] === Shape.Rule && shapes[i + 1] === Shape.Text && lines[i]?.text.length === length)
      return true;
  }
  return false;
}

const USUAL_WIDTHS: ReadonlySet<number> = new Set([
  72, 76, 78, 79, 80, 90, 96, 100, 110, 112, 119, 120, 128, 130, 132, 140, 150, 158, 160, 180, 190, 200, 211, 212, 238,
  240,
]);

const CHAINS = new WeakMap<readonly Line[], ReadonlySet<string>>();

/** The names of the chains that are declared or filled anywhere in the file. */
function chainsOf(lines: readonly Line[], shapes: Uint8Array): ReadonlySet<string> {
  let names = CHAINS.get(lines);
  if (names) return names;
  const found = new Set(['INPUT', 'OUTPUT', 'FORWARD', 'PREROUTING', 'POSTROUTING']);
  for (let i = 0; i < lines.length; i++) {
    if (shapes[i] !== Shape.Chain && shapes[i] !== Shape.Rule && shapes[i] !== Shape.ProgramCommand) continue;
    const node = lines[i]?.node;
    if (node?.kind === 'chain') found.add(node.name.text);
    else if (node?.kind === 'command' && node.chain) found.add(node.chain.text);
  }
  names = found;
  CHAINS.set(lines, names);
  return names;
}
