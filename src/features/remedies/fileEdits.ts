import type { Chain, RuleSet } from '../../core/ruleset/ruleSet';
import type { Line } from '../../core/syntax/tree';
import type { RuleCommand } from './remedy';
import { commandText } from './remedy';

/** One line to be written before line `line` (0-based), or that line to be taken out where `text` is undefined. */
export interface FileEdit {
  readonly line: number;
  readonly text: string | undefined;
  /** A line that must still be what it was: somebody may have typed meanwhile. */
  readonly beside: { readonly line: number; readonly text: string };
}

/**
 * How commands are written into the file that the rules stand in, each in the form of its surroundings, prefixes of
 * logs included. undefined where the file has no place for them: a table that is not in it, rules within JSON, rules
 * that do not stand in their order.
 */
export function fileEdits(ruleSet: RuleSet, commands: readonly RuleCommand[]): readonly FileEdit[] | undefined {
  const chains = commands.map(({ table, chain }) => `${table} ${chain}`);
  // Later commands count the rules as the earlier ones have left them, which the file does not show yet.
  if (commands.length === 0 || new Set(chains).size < chains.length) return undefined;
  const edits = commands.map((command) => fileEdit(ruleSet, command));
  return edits.every((edit) => edit !== undefined) ? edits : undefined;
}

function fileEdit({ section, tables, family }: RuleSet, command: RuleCommand): FileEdit | undefined {
  const last = section.lines.at(-1);
  if (!last || section.lines.some((line) => 'toOuter' in line)) return undefined;
  if (section.form === 'commands')
    return { line: last.index + 1, text: `${prefixOf(last)}${commandText(command, family)}`, beside: placeOf(last) };
  const chain = tables.get(command.table)?.chains.get(command.chain);
  if (!chain || !inOrder(chain)) return undefined;
  const { operation, position = 1, rule } = command;
  const at = operation === 'A' ? undefined : chain.rules[position - 1]?.line;
  if (operation === 'D')
    return at && chain.rules.filter(({ line }) => line === at).length === 1
      ? { line: at.index, text: undefined, beside: placeOf(at) }
      : undefined;
  const behind = chain.rules.at(-1)?.line ?? chain.line;
  const neighbour = at ?? behind;
  return (
    neighbour && {
      line: at ? at.index : neighbour.index + 1,
      text: `${prefixOf(neighbour)}${behindCounters(neighbour) > neighbour.contentStart ? '[0:0] ' : ''}-A ${chain.name} ${rule}`,
      beside: placeOf(neighbour),
    }
  );
}

/** Each rule was appended by a line of its own place. */
function inOrder({ rules }: Chain): boolean {
  return rules.every(
    ({ line }, i) =>
      line.text.startsWith('-A', behindCounters(line)) && (i === 0 || (rules[i - 1]?.line.index ?? 0) <= line.index),
  );
}

function behindCounters({ text, contentStart }: Line): number {
  const counters = /^\[\d+:\d+\]\s*/.exec(text.slice(contentStart));
  return contentStart + (counters?.[0].length ?? 0);
}

function placeOf({ index, text }: Line): FileEdit['beside'] {
  return { line: index, text };
}

function prefixOf({ text, contentStart }: Line): string {
  return text.slice(0, contentStart);
}
