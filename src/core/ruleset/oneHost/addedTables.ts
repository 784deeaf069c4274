import { Shape } from '../../syntax/shape';
import type { RulesSection } from '../../syntax/sourceFile';
import type { Line } from '../../syntax/tree';
import { HOOKS } from '../ruleSet';

/**
 * A section as one part for each table of it that only adds to what a host has, and one for all others; the section
 * itself where it has no such table. The same objects each time.
 *
 * iptables-save declares the built-in chains of every table. Input that is loaded with `iptables-restore --noflush`
 * declares its own chains only, and other rules of the host jump to them.
 */
export function addedParts(section: RulesSection): readonly RulesSection[] {
  if ((section.form !== 'save' && section.form !== 'restore') || section.asInput) return [section];
  let parts = found.get(section);
  if (!parts) found.set(section, (parts = readParts(section)));
  return parts;
}

const found = new WeakMap<RulesSection, readonly RulesSection[]>();

function readParts(section: RulesSection): readonly RulesSection[] {
  const { lines, omissions = [] } = section;
  const added = tablesIn(lines).filter((table) => addsOnly(lines, table));
  if (added.length === 0) return [section];
  const rest = lines.filter((_, i) => !added.some(({ from, to }) => i >= from && i < to));
  const parts = added.map(({ name, from, to }): RulesSection => {
    const own = lines.slice(from + 1, to).filter(({ shape }) => shape !== Shape.Commit);
    const { omissions: _omissions, ...meta } = section;
    const holes = omissions.filter(({ line }) => own.includes(line));
    return {
      ...meta,
      form: 'list',
      role: 'input',
      defaultTable: name,
      fragment: true,
      added: true,
      ...(holes.length > 0 && { omissions: holes }),
      lines: own,
    };
  });
  return rest.some(({ shape }) => shape === Shape.Table)
    ? [{ ...section, role: 'input', lines: rest }, ...parts]
    : parts;
}

/** From the line of a table to the line after its last one, by their places among the lines. */
interface TableLines {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function tablesIn(lines: readonly Line[]): readonly TableLines[] {
  const tables: TableLines[] = [];
  let open: { readonly name: string; readonly from: number } | undefined;
  lines.forEach(({ shape, node }, i) => {
    if (shape !== Shape.Table && shape !== Shape.Commit) return;
    if (open) tables.push({ ...open, to: shape === Shape.Commit ? i + 1 : i });
    open = node.kind === 'table' ? { name: node.name.text, from: i } : undefined;
  });
  if (open) tables.push({ ...open, to: lines.length });
  return tables;
}

/** Chains are declared, no built-in one is, and nothing leads to some of those that have rules. */
function addsOnly(lines: readonly Line[], { from, to }: TableLines): boolean {
  const declared = new Set<string>();
  for (let i = from + 1; i < to; i++) {
    const { node } = lines[i] as Line;
    if (node.kind !== 'chain') continue;
    const name = node.name.text;
    if ((HOOKS as readonly string[]).includes(name)) return false;
    declared.add(name);
  }
  const filled = new Set<string>();
  for (let i = from + 1; i < to && declared.size > 0; i++) {
    const { shape, text } = lines[i] as Line;
    const chain = shape === Shape.Rule ? APPENDED.exec(text)?.[1] : undefined;
    if (chain === undefined) continue;
    if (declared.has(chain)) filled.add(chain);
  }
  if (filled.size === 0) return false;
  for (let i = from + 1; i < to; i++) {
    const { shape, text } = lines[i] as Line;
    const target = shape === Shape.Rule ? TARGET.exec(text)?.[1] : undefined;
    if (target !== undefined) filled.delete(target);
  }
  return filled.size > 0;
}

const APPENDED = /(?:^|[ \t\]])-[AI][ \t]+([^\s"]+)/;
const TARGET = /[ \t](?:-[jg]|--jump|--goto)[ \t]+(\S+)/;
