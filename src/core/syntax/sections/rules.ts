import { findFamily } from '../family';
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
            if (policies.has(chain)) break scan;
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
        i++;
        if (open) while (i < count && shapes[i] === Shape.Chain) i++;
        end = i;
        break;
      case Shape.Table: {
        if (bareRules || (declared && tables.size === 0)) break scan;
        if (open) reportOpen(reader, open);
        const name = tableName(line);
        const another = tables.has(name) || (header?.family === undefined && tables.size > 0 && tables.size <= TABLES_OF_KERNEL && changesFamily(lines, from, i));
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
      case Shape.Blank:
      case Shape.Comment:
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
  const form: RulesSection['form'] = tables.size === 0 && !declared ? 'list' : told.role === 'input' || (!header && !declared) ? 'restore' : 'save';
  const family = header?.family ?? told.family ?? listing?.family ?? findFamily(lines, from, end) ?? reader.fileFamily;
  // A few lines cut out of a dump do not say what a host has; a list with policies, or below its command, does.
  const whole = tables.size > 0 || policies !== undefined;
  const meta = {
    kind: 'rules' as const,
    form,
    role: header ? ('saved-state' as const) : (told.role ?? (whole && form !== 'restore' ? ('saved-state' as const) : ('input' as const))),
    family,
    backend: header?.backend ?? told.backend,
    version: header?.version,
    title: told.title,
    noflush: form === 'restore' && told.noflush,
    ...(form === 'list' && told.table !== undefined ? { defaultTable: told.table } : {}),
  };
  const old = reader.reusable(from, end);
  reader.take(old?.kind === 'rules' && sameMeta(old, meta) ? old : { ...meta, lines: reader.slice(from, end) });
  return end;
}

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

/** Whether the table at `at` holds addresses of another family than the tables from `from` on: Istio writes its IPv6 input right behind the IPv4 one. */
function changesFamily(lines: readonly Line[], from: number, at: number): boolean {
  const before = findFamily(lines, from, at);
  if (before === undefined) return false;
  let end = at + 1;
  while (end < lines.length && lines[end]?.shape !== Shape.Commit && lines[end]?.shape !== Shape.Table) end++;
  const behind = findFamily(lines, at, end);
  return behind !== undefined && behind !== before;
}

type Meta = Omit<RulesSection, 'lines'>;

function sameMeta(a: Meta, b: Meta): boolean {
  return (
    a.form === b.form &&
    a.role === b.role &&
    a.family === b.family &&
    a.backend === b.backend &&
    a.version === b.version &&
    a.title === b.title &&
    a.noflush === b.noflush &&
    a.defaultTable === b.defaultTable
  );
}
