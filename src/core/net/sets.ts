import { PARTIAL } from '../text/omission';
import type { IpSet } from './ipSet';
import { compileSet } from './setEntries';

/** A line of `ipset save` text that cannot be read. `line` is 1-based. */
interface SetsProblem {
  readonly line: number;
  readonly message: string;
}

export interface ParsedSets {
  readonly sets: ReadonlyMap<string, IpSet>;
  /** In the order of their lines; the first ones, where there are very many. */
  readonly problems: readonly SetsProblem[];
}

/** How many problems of one text are reported. */
const MOST_SET_PROBLEMS = 1000;

let last: { readonly text: string; readonly parsed: ParsedSets } | undefined;

/**
 * Reads `ipset save` text, or input of `ipset restore` (create, add, del, flush, destroy; others are problems). Lines
 * that are wrong are reported and skipped. Never throws. The text that was read last is not read again: a trace asks
 * for it each time, and it may have a million lines.
 */
export function parseSets(text: string): ParsedSets {
  if (last?.text !== text) last = { text, parsed: new SetsReader().read(text) };
  return last.parsed;
}

/** A set while its lines are read. */
interface OpenSet {
  readonly name: string;
  readonly type: string;
  readonly family: 4 | 6;
  readonly options: readonly string[];
  partial?: true;
  entries: string[];
  lines: number[];
  /**
   * Where the entries that begin with the same word stand, the first one last; made when something is first removed.
   */
  places: Map<string, number[]> | undefined;
}

class SetsReader {
  private readonly sets = new Map<string, OpenSet>();
  private readonly problems: SetsProblem[] = [];

  read(text: string): ParsedSets {
    let number = 0;
    for (let start = 0; start <= text.length;) {
      const feed = endOf(text, start);
      const message = this.line(text.slice(start, feed).trim(), ++number);
      if (message !== undefined) this.complain(number, message);
      start = feed + (text.startsWith('\r\n', feed) ? 2 : 1);
    }
    const sets = new Map([...this.sets].map(([name, set]) => [name, this.closed(set)]));
    for (const set of sets.values())
      for (const { index, message } of compileSet(set).problems) this.complain(set.lines[index] ?? 0, message);
    this.problems.sort((a, b) => a.line - b.line);
    return { sets, problems: this.problems.slice(0, MOST_SET_PROBLEMS) };
  }

  private complain(line: number, message: string): void {
    this.problems.push({ line, message });
  }

  private line(line: string, number: number): string | undefined {
    const plain = PLAIN_ADD.exec(line);
    if (plain) return this.add(plain[1] as string, plain[2] as string, number);
    if (line === '' || line.startsWith('#') || line === 'COMMIT') return undefined;
    const [verb = '', name = '', ...rest] = line.split(/\s+/).filter((word) => word !== '-exist' && word !== '-!');
    const set = this.sets.get(name);
    switch (verb) {
      case 'create':
      case '-N': {
        const [type = '', ...options] = rest;
        if (!SET_TYPES.has(type)) return `"${type}" is not a type of set`;
        const at = options.indexOf('family');
        const family = at >= 0 && options[at + 1] === 'inet6' ? 6 : 4;
        this.sets.set(name, { name, type, family, options, entries: [], lines: [], places: undefined });
        return undefined;
      }
      case PARTIAL:
        if (set) set.partial = true;
        return undefined;
      case 'add':
      case '-A':
        return this.add(name, rest.join(' '), number);
      case 'del':
      case '-D': {
        if (set === undefined) return `there is no set "${name}"`;
        set.places ??= placesOf(set.entries);
        const at = set.places.get(rest[0] ?? '')?.pop();
        if (at === undefined) return `"${rest[0] ?? ''}" is not in set "${name}"`;
        set.entries[at] = GONE;
        return undefined;
      }
      case 'flush':
      case '-F':
        for (const each of name === '' ? this.sets.values() : set ? [set] : []) {
          each.entries = [];
          each.lines = [];
          each.places = undefined;
        }
        return undefined;
      case 'destroy':
      case '-X':
        if (name === '') this.sets.clear();
        else this.sets.delete(name);
        return undefined;
      default:
        return `"${verb}" is not understood here; a saved set has "create" and "add" lines`;
    }
  }

  private add(name: string, entry: string, number: number): string | undefined {
    const set = this.sets.get(name);
    if (set === undefined) return `there is no set "${name}"`;
    set.entries.push(entry);
    set.lines.push(number);
    const word = memberName(entry);
    set.places?.set(word, [set.entries.length - 1, ...(set.places.get(word) ?? [])]);
    return undefined;
  }

  /** Without what was removed. A list also lacks what ipset refuses: another list, so that no list can hold itself. */
  private closed({ name, type, family, options, partial, entries, lines, places }: OpenSet): IpSet {
    const cut = partial ? { partial } : undefined;
    const nested = (entry: string): boolean =>
      type === 'list:set' && this.sets.get(memberName(entry))?.type === 'list:set';
    if (type === 'list:set') {
      entries.forEach((entry, i) => {
        if (nested(entry))
          this.complain(
            lines[i] ?? 0,
            `"${memberName(entry)}" is a list:set, and ipset does not accept a list:set in another ("Sets with ` +
              'list:set type cannot be added to the set")',
          );
      });
    }
    if (places === undefined && type !== 'list:set') return { name, type, family, options, entries, lines, ...cut };
    const kept = entries.map((_, i) => i).filter((i) => entries[i] !== GONE && !nested(entries[i] as string));
    return {
      name,
      type,
      family,
      options,
      entries: kept.map((i) => entries[i] as string),
      lines: kept.map((i) => lines[i] as number),
      ...cut,
    };
  }
}

/** What a saved set of a million members consists of; everything else is read word by word. */
const PLAIN_ADD = /^add ([^\s"-][^\s"]*) ([^\s"-][^\s"]*)$/;

/** No entry has this form: they begin with a word. */
const GONE = ' ';

function memberName(entry: string): string {
  const blank = entry.indexOf(' ');
  return blank < 0 ? entry : entry.slice(0, blank);
}

function placesOf(entries: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let i = entries.length - 1; i >= 0; i--) {
    const word = memberName(entries[i] as string);
    const list = places.get(word);
    if (list) list.push(i);
    else places.set(word, [i]);
  }
  return places;
}

/** The end of the line that begins at `start`. */
function endOf(text: string, start: number): number {
  LINE_END.lastIndex = start;
  return LINE_END.exec(text)?.index ?? text.length;
}

const LINE_END = /[\r\n]/g;

const SET_TYPES: ReadonlySet<string> = new Set([
  'bitmap:ip',
  'bitmap:ip,mac',
  'bitmap:port',
  'hash:ip',
  'hash:mac',
  'hash:ip,mac',
  'hash:net',
  'hash:net,net',
  'hash:ip,port',
  'hash:net,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'hash:ip,mark',
  'hash:net,port,net',
  'hash:net,iface',
  'list:set',
]);
