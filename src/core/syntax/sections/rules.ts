import { mayHave } from '../builtInChains';
import { findFamily } from '../family';
import { headingAbove } from '../heading';
import { machineOfPrefix } from '../machine';
import { emptyContext, type SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { RulesSection } from '../sourceFile';
import type { Line } from '../tree';
import { readOmissions } from './omissions';
import { RulesScan } from './rulesScan';

/**
 * Reads one dump, one restore input or one `iptables -S` list from line `from` on. A dump ends where another one
 * begins: at a header of another program, at a table that this dump has already, or where other text comes after
 * COMMIT. Within a table, text that a log put between the rules is skipped.
 */
export function readRules(reader: SectionReader, from: number): number {
  const scan = new RulesScan(reader, from);
  scan.read();
  const { end, isBare, declared, bareRules } = scan;
  if (end === from || (isBare && !declared && !bareRules)) return Math.max(end, from + 1);
  const said = reader.context.role !== undefined || declared;
  if (bareRules && isBare && !isList(reader.lines, from, end, said)) return end;
  const omissions = readOmissions(reader, from, end);
  const meta = { ...metaOf(reader, scan, from), ...(omissions && { omissions }) };
  const old = reader.reusable(from, end);
  reader.take(old?.kind === 'rules' && sameMeta(old, meta) ? old : { ...meta, lines: reader.slice(from, end) });
  return end;
}

/** What the lines, those above them and the heading say of the section. */
function metaOf({ lines, context, fileFamily }: SectionReader, scan: RulesScan, from: number): Meta {
  const { end, header, declared, listing, policies, more, isBare: bare } = scan;
  // What a save program wrote is not input, whatever was said above.
  const above = header && context.role === 'input' ? emptyContext : context;
  const heading = headingAbove(lines, from);
  const form: RulesSection['form'] = bare
    ? 'list'
    : above.role === 'input' || (!header && !declared)
      ? 'restore'
      : 'save';
  const family =
    header?.family ?? above.family ?? listing?.family ?? findFamily(lines, from, end) ?? heading.family ?? fileFamily;
  // A few lines cut out of a dump do not say what a host has; a list with policies, or below its command, does.
  const whole = !bare || policies !== undefined;
  // What belongs to another table was not printed by the command above: its own output is somewhere else.
  const table = [above.table, heading.table].find((name) => name !== undefined && mayHave(name, policies ?? []));
  const machine = above.machine ?? machineOfPrefix(lines[from]?.text.slice(0, lines[from]?.contentStart) ?? '');
  const savedAt = header && timeOf(lines, from, end);
  return {
    kind: 'rules',
    form,
    role: header ? 'saved-state' : (above.role ?? (whole && form !== 'restore' ? 'saved-state' : 'input')),
    family,
    backend: header?.backend ?? above.backend ?? heading.backend,
    version: header?.version,
    title: above.title,
    noflush: form === 'restore' && above.noflush,
    ...(bare && table !== undefined && { defaultTable: table.toLowerCase() }),
    ...(bare &&
      table !== above.table &&
      table !== undefined && {
        inferred: { decided: { why: `the heading above them says "${heading.text}"` }, open: [] },
      }),
    ...(bare && (above.partial || policies === undefined) && { fragment: true as const }),
    ...(machine && { machine }),
    ...(heading.scope !== undefined && { scope: heading.scope }),
    ...(savedAt !== undefined && { savedAt }),
    ...(more && { more }),
  };
}

/** When the dump was saved, by its first header that says so. */
function timeOf(lines: readonly Line[], from: number, end: number): number | undefined {
  for (let i = from; i < Math.min(end, from + 20); i++) {
    const time = lines[i]?.shape === Shape.Header ? savedTime(lines[i]?.text ?? '') : undefined;
    if (time !== undefined) return Number.isNaN(time) ? undefined : time;
  }
  return undefined;
}

/**
 * The time in a header, NaN where its month is none; undefined where there is none. Source: iptables/iptables-save.c,
 * which writes ctime(3).
 */
export function savedTime(text: string): number | undefined {
  const found = CTIME.exec(text);
  if (!found) return undefined;
  const [, month = '', day = '', hours = '', minutes = '', seconds = '', year = ''] = found;
  const at = MONTHS.indexOf(month);
  return at < 0 ? NaN : Date.UTC(Number(year), at / 3, Number(day), Number(hours), Number(minutes), Number(seconds));
}

const CTIME = / on \w{3} (\w{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** A `-A …` without a table is a list only where something says so: a chain that it names, or the command above. */
function isList(lines: readonly Line[], from: number, end: number, listed: boolean): boolean {
  if (listed) return true;
  for (let i = from; i < end; i++) {
    const node = lines[i]?.node;
    if (node?.kind === 'command' && 'AINPRD'.includes(node.operation) && node.chain !== undefined) return true;
  }
  return false;
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
