import { addressFamily } from '../family';
import { isOmission } from '../missingRules';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { RouteFacts } from '../facts';
import type { Line } from '../tree';
import { takeAdded } from './added';
import { prefixLength } from './prefixLength';

/** Reads the routes that `netstat -rn`, `route -n` or `ip route` printed, in the words of `ip route add`. */
export function readRoutes(reader: SectionReader, from: number): number {
  const shape = reader.lines[from]?.shape;
  if (shape === Shape.IpAdd) {
    takeAdded(reader, reader.slice(from, from + 1));
    return from + 1;
  }
  return shape === Shape.RouteHeader ? readKernelTable(reader, from) : readIpRoutes(reader, from);
}

/** `Kernel IP routing table` and its heading, `Destination Gateway Genmask Flags …`. */
function readKernelTable(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const routes: RouteFacts[] = [];
  let metric = -1;
  let six = false;
  let partial = reader.isFiltered(from) === true;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    const text = line.text.slice(line.contentStart).trim();
    if (line.shape === Shape.RouteHeader) {
      if (routes.length > 0 && text.startsWith('Kernel')) break;
      if (text.startsWith('Destination')) {
        six = /Next Hop/.test(text);
        // netstat -r has no metric; route has it fifth.
        metric = six ? 3 : text.split(/[ \t]+/).indexOf('Metric');
      }
    } else if (isOmission(line)) {
      partial = true;
    } else {
      const words = text.split(/[ \t]+/);
      const route = six ? readRow6(words, metric) : readRow4(words, metric);
      if (route === undefined) {
        if (!(six && words.length >= 6)) break;
      } else if (route !== '') {
        routes.push({ family: six ? 6 : 4, words: route, line });
      }
    }
    end = i + 1;
  }
  reader.take({ kind: 'routes', routes, ...(partial && { partial }), lines: reader.slice(from, end) });
  return end;
}

/** Undefined where the words are not a row of the table; empty for a row that is not a route to add. */
function readRow4(words: readonly string[], metricAt: number): string | undefined {
  const [destination = '', gateway = '', mask = '', flags = ''] = words;
  if (words.length < 6 || !/^[\dA-Z*!-]+$/i.test(flags)) return undefined;
  const length = prefixLength(mask);
  if (length === undefined) return undefined;
  const name =
    destination === 'default' || (destination === '0.0.0.0' && length === 0)
      ? 'default'
      : length === 32
        ? destination
        : `${destination}/${length}`;
  if (flags.includes('!') || gateway === '-') return `unreachable ${name}`;
  // A route that discards has no interface; the table does not state which kind of discarding it is.
  if (words[words.length - 1] === '*') return `blackhole ${name}`;
  const via = addressFamily(gateway) === 4 && gateway !== '0.0.0.0' ? ` via ${gateway}` : '';
  const metric =
    metricAt >= 0 && words[metricAt] !== undefined && words[metricAt] !== '0' ? ` metric ${words[metricAt]}` : '';
  return `${name}${via} dev ${words[words.length - 1]}${metric}`;
}

/** `fd00::/64  ::  U  256 1 0 eth0`. Rows flagged `n` are addresses of this host, which the kernel adds by itself. */
function readRow6(words: readonly string[], metricAt: number): string | undefined {
  const [destination = '', hop = '', flags = ''] = words;
  if (words.length < 6 || !destination.includes(':') || !/^\[?[\da-fA-F:.]+\]?(?:\/\d+)?$/.test(destination))
    return undefined;
  if (flags.includes('n') || destination === 'ff00::/8') return '';
  const plain = destination.replace(/[[\]]/g, '');
  const name = plain === '::/0' ? 'default' : plain.replace(/\/128$/, '');
  if (flags.includes('!')) return `unreachable ${name}`;
  const via = hop === '::' || hop === '[::]' ? '' : ` via ${hop.replace(/[[\]]/g, '')}`;
  const metric = words[metricAt];
  return (
    `${name}${via} dev ${words[words.length - 1]}` +
    `${metric === undefined || !/^[1-9]\d*$/.test(metric) ? '' : ` metric ${metric}`}`
  );
}

/** A route of which `ip route` shows nothing but the prefix on its first line, because its next hops follow. */
export function opensNextHops(lines: readonly Line[], at: number): boolean {
  const [line, next] = [lines[at], lines[at + 1]];
  if (line === undefined || next === undefined || line.text.length > MOST_PREFIX + line.contentStart) return false;
  return /^(?:default|[\da-fA-F.:]+(?:\/\d+)?)[ \t]*$/.test(line.text.slice(line.contentStart)) && isNextHop(next);
}

/** No prefix is longer. */
const MOST_PREFIX = 60;

function isNextHop({ text, contentStart }: Line): boolean {
  return /^[ \t]*nexthop[ \t]/.test(text.slice(contentStart));
}

/** Lines of `ip route`; `nexthop …` lines belong to the route above them. */
function readIpRoutes(reader: SectionReader, from: number): number {
  const { lines, context } = reader;
  const drafts: { family: 4 | 6 | undefined; words: string; line: Line }[] = [];
  const table = new RoutesOfTable();
  const more = reader.awaits('routes');
  const above = lines[from - 1];
  let partial = reader.isFiltered(from) === true || (above !== undefined && isWithoutPrefix(above));
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    const text = line.text.slice(line.contentStart).trim();
    const last = drafts[drafts.length - 1];
    if (line.shape === Shape.IpRoute || opensNextHops(lines, i) || (last && isWithoutPrefix(line))) {
      if (more && table.excludes(text)) break;
      if (more) table.add(text);
      drafts.push({ family: familyOfRoute(text), words: cleaned(text), line });
    } else if (last && /^nexthop /.test(text)) {
      last.words = `${last.words} ${cleaned(text)}`;
      last.family ??= familyOfRoute(text);
    } else if (isOmission(line)) {
      partial = true;
    } else break;
    end = i + 1;
  }
  const stated = context.family ?? drafts.find((draft) => draft.family !== undefined)?.family ?? 4;
  const named = context.routingTable;
  const suffix = named === undefined || named === 'all' || named === 'main' ? '' : ` table ${named}`;
  const routes = drafts.map((draft): RouteFacts => ({
    family: draft.family ?? stated,
    words: suffix !== '' && !/ table \S/.test(draft.words) ? draft.words + suffix : draft.words,
    line: draft.line,
  }));
  reader.take({ kind: 'routes', routes, ...(partial && { partial }), lines: reader.slice(from, end) });
  return end;
}

/** The routes of one table so far, to tell where another one begins. */
class RoutesOfTable {
  private family: 4 | 6 | undefined;
  private readonly keys = new Set<string>();
  private hasOther = false;

  add(text: string): void {
    this.family ??= familyOfRoute(text);
    this.keys.add(keyOfRoute(text));
    this.hasOther ||= !isDefault(text);
  }

  /**
   * Whether a route cannot be in this table: it is of the other family, or of a prefix that has such a route, or the
   * default route, which IPv4 lists first.
   */
  excludes(text: string): boolean {
    const own = familyOfRoute(text);
    if (own !== undefined && this.family !== undefined && own !== this.family) return true;
    if (this.keys.has(keyOfRoute(text))) return true;
    return (this.family ?? own) === 4 && isDefault(text) && this.hasOther;
  }
}

/** The kernel has one route of a prefix, type of service and metric. Source: net/ipv4/fib_trie.c, fib_table_insert. */
function keyOfRoute(text: string): string {
  const prefix = PREFIX.exec(text)?.[1] ?? '';
  return `${prefix}${/ tos \S+/.exec(text)?.[0] ?? ''}${/ metric \d+/.exec(text)?.[0] ?? ''}`;
}

function isDefault(text: string): boolean {
  return PREFIX.exec(text)?.[1] === 'default';
}

const PREFIX = /^(?:(?:unicast|local|broadcast|multicast|throw|unreachable|prohibit|blackhole|nat) )?(\S+)/;

/** A route whose prefix somebody made unreadable: `x.x.x.0/24 via …`. */
function isWithoutPrefix({ shape, text, contentStart }: Line): boolean {
  return shape === Shape.Text && UNREADABLE.test(text.slice(contentStart, contentStart + 200));
}

const UNREADABLE = /^(?:[a-z]+ )?[^\s:]*(?:[./*]|[xX]{2})[^\s]* (?:via|dev) \S/;

/** Without the state that `ip route` prints and `ip route add` does not take. */
function cleaned(text: string): string {
  return text
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?:linkdown|dead|offload|trap|rt_offload|rt_trap|cache)(?= |$)/g, '')
    .replace(/ (?:expires|error|nhid|users|age|used) -?\w+/g, '')
    .trim();
}

function familyOfRoute(text: string): 4 | 6 | undefined {
  for (const word of text.split(/[ \t]+/, 12)) {
    const family = addressFamily(word);
    if (family !== undefined) return family;
  }
  return undefined;
}
