import { findFamily } from '../family';
import { headingAbove, tableOfHeading } from '../heading';
import { jsonFrameEnd } from '../jsonFrame';
import { machineOfPrefix } from '../machine';
import { emptyContext, type SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { Header, Line, Listing, RulesSection } from '../tree';
import { reportOpen, reportText, tableName } from './rulesProblems';

/**
 * Reads one dump, one restore input or one `iptables -S` list from line `from` on. A dump ends where another one
 * begins: at a header of another program, at a table that this dump has already, or where other text stands behind
 * COMMIT. Within a table, text that a log put between the rules is passed over.
 */
export function readRules(reader: SectionReader, from: number): number {
  const { lines, shapes, context } = reader;
  const count = lines.length;
  const tables = new Set<string>();
  let open: Line | undefined;
  let header: Header | undefined;
  let declared = false;
  let bareRules = false;
  let listing: Listing | undefined;
  let policies: Set<string> | undefined;
  let more = context.more;
  let end = from;
  let i = from;
  scan: while (i < count) {
    const line = lines[i];
    if (line === undefined) break;
    switch (line.shape) {
      case Shape.Rule:
        if (open === undefined) {
          if (tables.size > 0) break scan;
          if (bareRules && line.listed?.listing !== listing) break scan;
          listing = line.listed?.listing;
          bareRules = true;
          if (line.node.kind === 'command' && line.node.operation === 'P') {
            // A second policy for the same chain is the beginning of another list.
            const chain = line.node.chain?.text ?? '';
            policies ??= new Set();
            if (policies.has(chain) || beginsAnother(chain, policies)) break scan;
            policies.add(chain);
          }
          end = ++i;
          break;
        }
        i++;
        while (i < count && shapes[i] === Shape.Rule) i++;
        end = i;
        break;
      case Shape.Chain:
        if (open === undefined && (tables.size > 0 || bareRules)) break scan;
        if (open === undefined && line.node.kind === 'chain' && line.node.policy === undefined) break scan;
        declared = true;
        if (open === undefined && line.node.kind === 'chain' && line.node.policy?.text !== '-')
          (policies ??= new Set()).add(line.node.name.text);
        i++;
        if (open) while (i < count && shapes[i] === Shape.Chain) i++;
        end = i;
        break;
      case Shape.Table: {
        if (bareRules || (declared && tables.size === 0)) break scan;
        if (open) reportOpen(reader, open);
        const name = tableName(line);
        const another =
          tables.has(name) ||
          (header?.family === undefined &&
            tables.size > 0 &&
            tables.size <= TABLES_OF_KERNEL &&
            changesFamily(lines, from, i));
        open = another ? undefined : line;
        if (another) break scan;
        tables.add(name);
        end = ++i;
        break;
      }
      case Shape.Commit:
        open = undefined;
        if (tables.size === 0) {
          // The upper part of the dump was not copied; what stands here is one table whose name is not known.
          end = i + 1;
          break scan;
        }
        end = ++i;
        break;
      case Shape.Header: {
        const found = line.node.kind === 'comment' ? line.node.header : undefined;
        if (found?.role !== 'generated') {
          if (i === from) return from + 1;
          if (found?.more) more ??= line;
          i++;
          if (tables.size > 0) end = i;
          break;
        }
        if (bareRules || (declared && tables.size === 0)) break scan;
        if (header && differs(header, found)) break scan;
        // No table behind the header above: that program printed nothing.
        if (tables.size === 0 ? header !== undefined : header === undefined) break scan;
        const next = nextTable(lines, i + 1);
        if (next !== undefined && tables.has(next)) break scan;
        if (open) {
          reportOpen(reader, open);
          open = undefined;
        }
        header ??= found;
        i++;
        break;
      }
      case Shape.Comment:
        // `# nat` between rules without a table is the heading of the next ones.
        if (
          tables.size === 0 &&
          (bareRules || declared) &&
          tableOfHeading(line.text.slice(line.contentStart)) !== undefined
        )
          break scan;
        i++;
        break;
      case Shape.Blank:
        i++;
        break;
      case Shape.Echo:
      case Shape.HostCommand:
        // In a rules file `# iptables-save` is a comment; behind a dump it is the next command.
        if (line.node.kind !== 'comment' || open === undefined) break scan;
        i++;
        break;
      case Shape.Text:
      case Shape.Log:
      case Shape.Assignment: {
        const behindFrame = jsonFrameEnd(lines, i);
        if (behindFrame > i) {
          i = behindFrame;
          break;
        }
        if (open === undefined) break scan;
        let next = i + 1;
        while (next < count && isPassedOver(lines[next])) next++;
        const behind = lines[next]?.shape;
        if (behind !== Shape.Rule && behind !== Shape.Commit && behind !== Shape.Chain) {
          // Nothing of the table follows: the dump is cut off here, or its last line is being typed.
          break scan;
        }
        reportText(reader, i, next);
        i = next;
        break;
      }
      default:
        break scan;
    }
  }
  if (open) reportOpen(reader, open);
  if (end === from || (tables.size === 0 && !declared && !bareRules)) return Math.max(end, from + 1);
  if (bareRules && tables.size === 0 && !isList(lines, from, end, context.role !== undefined || declared)) return end;

  // What a save program wrote is no input, whatever was said above.
  const told = header && context.role === 'input' ? emptyContext : context;
  const heading = headingAbove(lines, from);
  const bare = tables.size === 0;
  const form: RulesSection['form'] = bare
    ? 'list'
    : told.role === 'input' || (!header && !declared)
      ? 'restore'
      : 'save';
  const family =
    header?.family ??
    told.family ??
    listing?.family ??
    findFamily(lines, from, end) ??
    heading.family ??
    reader.fileFamily;
  // A few lines cut out of a dump do not say what a host has; a list with policies, or below its command, does.
  const whole = !bare || policies !== undefined;
  const table = told.table ?? heading.table;
  const machine = told.machine ?? machineOfPrefix(lines[from]?.text.slice(0, lines[from]?.contentStart) ?? '');
  const savedAt = header && timeOf(lines, from, end);
  const meta: Meta = {
    kind: 'rules',
    form,
    role: header ? 'saved-state' : (told.role ?? (whole && form !== 'restore' ? 'saved-state' : 'input')),
    family,
    backend: header?.backend ?? told.backend ?? heading.backend,
    version: header?.version,
    title: told.title,
    noflush: form === 'restore' && told.noflush,
    ...(bare && table !== undefined && { defaultTable: table.toLowerCase() }),
    ...(bare &&
      told.table === undefined &&
      heading.table !== undefined && {
        inferred: { told: { why: `the heading above them says "${heading.text}"` }, open: [] },
      }),
    ...(bare && (told.partial || policies === undefined) && { fragment: true as const }),
    ...(machine && { machine }),
    ...(heading.scope !== undefined && { scope: heading.scope }),
    ...(savedAt !== undefined && { savedAt }),
    ...(more && { more }),
  };
  const old = reader.reusable(from, end);
  reader.take(old?.kind === 'rules' && sameMeta(old, meta) ? old : { ...meta, lines: reader.slice(from, end) });
  return end;
}

/**
 * Policies come in the order of the hooks, so that `-P INPUT` behind `-P POSTROUTING` begins the list of another table.
 */
function beginsAnother(chain: string, policies: ReadonlySet<string>): boolean {
  if (chain !== 'PREROUTING' && chain !== 'INPUT') return false;
  const later =
    chain === 'INPUT' ? ['FORWARD', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
  return later.some((name) => policies.has(name));
}

/** When the dump was saved, by its first header. Source: iptables/iptables-save.c, which writes ctime(3). */
function timeOf(lines: readonly Line[], from: number, end: number): number | undefined {
  for (let i = from; i < Math.min(end, from + 20); i++) {
    const found = lines[i]?.shape === Shape.Header && CTIME.exec(lines[i]?.text ?? '');
    if (!found) continue;
    const [, month = '', day = '', hours = '', minutes = '', seconds = '', year = ''] = found;
    const at = MONTHS.indexOf(month);
    return at < 0
      ? undefined
      : Date.UTC(Number(year), at / 3, Number(day), Number(hours), Number(minutes), Number(seconds));
  }
  return undefined;
}

const CTIME = / on \w{3} (\w{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

const TABLES_OF_KERNEL = 5;

/** A `-A …` without a table is a list only where something says so: a chain that it names, or the command above. */
function isList(lines: readonly Line[], from: number, end: number, told: boolean): boolean {
  if (told) return true;
  for (let i = from; i < end; i++) {
    const node = lines[i]?.node;
    if (node?.kind === 'command' && 'AINPRD'.includes(node.operation) && node.chain !== undefined) return true;
  }
  return false;
}

function isPassedOver(line: Line | undefined): boolean {
  if (line === undefined) return false;
  switch (line.shape) {
    case Shape.Text:
    case Shape.Log:
    case Shape.Assignment:
    case Shape.Blank:
    case Shape.Comment:
      return true;
    default:
      return false;
  }
}

/** The table that the dump goes on with behind a header. */
function nextTable(lines: readonly Line[], from: number): string | undefined {
  // A header stands right above its table; a bound keeps a file of nothing but headers from taking for ever.
  const end = Math.min(lines.length, from + 100);
  for (let i = from; i < end; i++) {
    const line = lines[i];
    if (line?.shape === Shape.Table) return tableName(line);
    if (line === undefined || (line.shape !== Shape.Blank && line.node.kind !== 'comment')) return undefined;
  }
  return undefined;
}

function differs(a: Header, b: Header): boolean {
  return a.family !== b.family || a.backend !== b.backend || a.version !== b.version;
}

/**
 * Whether the table at `at` holds addresses of another family than the tables from `from` on: some programs write their IPv6
 * input right behind the IPv4 one.
 */
function changesFamily(lines: readonly Line[], from: number, at: number): boolean {
  const before = findFamily(lines, from, at);
  if (before === undefined) return false;
  let end = at + 1;
  while (end < lines.length && lines[end]?.shape !== Shape.Commit && lines[end]?.shape !== Shape.Table) end++;
  const behind = findFamily(lines, at, end);
  return behind !== undefined && behind !== before;
}

type Meta = Omit<RulesSection, 'lines'>;

function sameMeta(a: Meta & { readonly lines?: unknown }, b: Meta): boolean {
  const { lines, ...rest } = a;
  void lines;
  const keys = Object.keys(rest) as (keyof Meta)[];
  return keys.length === Object.keys(b).length && keys.every((key) => rest[key] === b[key] || alike(rest[key], b[key]));
}

/** The small objects that are made anew each time. */
function alike(a: unknown, b: unknown): boolean {
  return isFlat(a) && isFlat(b) && JSON.stringify(a) === JSON.stringify(b);
}

function isFlat(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each !== 'object');
}
