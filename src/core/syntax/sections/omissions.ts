import { isSpoiledRule, saysRowsOmitted } from '../missingRules';
import { Shape } from '../shape';
import type { SectionReader } from '../sectionReader';
import type { Omission } from '../sourceFile';
import type { Line } from '../tree';
import { tableName } from './rulesProblems';

/**
 * Where rules are missing in a section that reaches from line `from` to the one before `end`, or right before or after
 * it; undefined where nothing says so. Each place is reported.
 */
export function readOmissions(reader: SectionReader, from: number, end: number): readonly Omission[] | undefined {
  const { lines, shapes } = reader;
  const found: Omission[] = [];
  let open: Omit<Omission, 'below'>[] = [];
  let above: string | undefined;
  let table: string | undefined;
  // Whether the rule above is a row of a listing, which begins each chain with its name.
  let listed = false;
  const close = (below: string | undefined): void => {
    for (const each of open) found.push({ ...each, below: listed ? each.above : below });
    open = [];
  };
  for (let i = Math.max(0, from - 1); i <= end && i < lines.length; i++) {
    const shape = shapes[i] as number;
    if (shape === Shape.Blank) continue;
    const line = lines[i] as Line;
    const inside = i >= from && i < end;
    if (shape === Shape.Text || shape === Shape.Comment) {
      if (line.listed || (inside && isSpoiledRule(line))) open.push({ line, rules: 'unread', table, above });
      else if (saysRowsOmitted(line)) open.push({ line, rules: undefined, table, above });
    } else if (inside && (shape === Shape.Rule || shape === Shape.ProgramCommand)) {
      if (line.listed?.skips) open.push({ line, rules: line.listed.skips, table, above });
      const next = chainOf(line);
      if (open.length > 0) close(isDeclared(line) ? undefined : next);
      above = next;
      listed = line.listed !== undefined;
    } else {
      if (open.length > 0) close(undefined);
      above = undefined;
      listed = false;
      if (shape === Shape.Table) table = tableName(line);
    }
  }
  close(undefined);
  for (const omission of found) report(reader, omission);
  return found.length > 0 ? found : undefined;
}

/** The chain that a line has rules of; in a listing, also where it only begins. */
function chainOf({ node, listed }: Line): string | undefined {
  if (node.kind !== 'command') return undefined;
  return listed || CHANGES.has(node.operation) ? node.chain?.text : undefined;
}

function isDeclared({ node }: Line): boolean {
  return node.kind !== 'command' || !CHANGES.has(node.operation);
}

const CHANGES: ReadonlySet<string> = new Set(['A', 'I', 'R', 'D']);

function report({ problems }: SectionReader, { line, rules }: Omission): void {
  // Between two sections it is after the one and before the other.
  if (problems.at(-1)?.line === line) return;
  problems.push({
    line,
    start: line.contentStart,
    end: line.text.length,
    severity: rules === 'unread' ? 'warning' : 'info',
    code: rules === 'unread' ? 'listing-unread' : 'rules-omitted',
    message: messageOf(rules),
  });
}

function messageOf(rules: Omission['rules']): string {
  if (rules === 'unread') return 'This line is not read, so what it does with a packet is not known.';
  if (!rules) return 'Rules are omitted here, so what they do with a packet is not known.';
  const { from, to } = rules;
  return from === to
    ? `Rule ${from} is not shown above this row, so what it does with a packet is not known.`
    : `Rules ${from} to ${to} are not shown above this row, so what they do with a packet is not known.`;
}
