import { printRuleBody } from '../../core/ruleset/printRule';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import { isTableName, type RuleSet } from '../../core/ruleset/ruleSet';
import { Command } from '../../core/syntax/command';
import type { RulesSection } from '../../core/syntax/sourceFile';
import type { Line } from '../../core/syntax/tree';
import { typed } from '../whatIf/whatIf';
import type { Proposal, Situation } from './remedy';

/** Commands as they can be run on the host, which may have more rules than the file shows. */
type Shown = Pick<Proposal, 'commands' | 'note' | 'tried'>;

/** Stands for a number that the file does not show. */
const NUMBER = 'NUMBER';

/**
 * A rule is deleted by its number only where the file shows all rules of its chain: elsewhere by its text, as
 * iptables(8) allows, and what needs a number has NUMBER in its place. `tried`: the change in the file itself, by the
 * numbers of the rules that it shows.
 */
export function shownCommands({ input }: Situation, commands: readonly RuleCommand[]): Shown {
  const { family, ruleSet } = input;
  const texts = commands.map((command) => ruleCommandText(command, family));
  const cut = commands.filter((command) => command.position !== undefined && ruleSet && !isNumbered(ruleSet, command));
  if (cut.length === 0) return { commands: texts, note: '' };
  const shown = commands.map((command, i) => (cut.includes(command) ? unnumbered(command, family) : (texts[i] ?? '')));
  const open = commands.find((_, i) => shown[i]?.includes(` ${NUMBER} `));
  return { commands: shown, note: open ? numberNote(open, family) : '', tried: texts.map(typed) };
}

function unnumbered(command: RuleCommand, family: 4 | 6): string {
  const { operation, position, of } = command;
  if (operation === 'D' && of) {
    return ruleCommandText({ ...withoutNumber(command), rule: printRuleBody(of, family).trimStart() }, family);
  }
  // Before the first rule that is shown, and before any that is not.
  if (operation === 'I' && position === 1) return ruleCommandText(withoutNumber(command), family);
  return ruleCommandText(command, family).replace(` ${position} `, ` ${NUMBER} `);
}

function withoutNumber({ table, chain, operation, rule }: RuleCommand): RuleCommand {
  return { table, chain, operation, rule };
}

function numberNote({ table, chain }: RuleCommand, family: 4 | 6): string {
  const program = family === 4 ? 'iptables' : 'ip6tables';
  const list = [program, table === 'filter' ? '' : `-t ${table}`, `-L ${chain} -n --line-numbers`];
  return (
    `The file does not show all rules of ${chain}, so ${NUMBER} is to be looked up: ` +
    `\`${list.filter((word) => word !== '').join(' ')}\` shows it.`
  );
}

/** Whether the numbers of the rules that are shown are those on the host. */
function isNumbered(ruleSet: RuleSet, { table, chain }: RuleCommand): boolean {
  const rules = isTableName(table) && ruleSet.tables.get(table)?.chains.get(chain)?.rules;
  if (!rules) return true;
  const { section } = ruleSet.changed?.from ?? ruleSet;
  const open = (section.parts ?? [section]).filter((part) => mayLack(part, table, chain));
  if (open.length === 0) return true;
  const own = new Set(rules.map(({ line }) => line));
  return !open.some(({ lines }) => lines.some((line) => own.has(line)));
}

/** Whether the host may have more rules in a chain than a part of the file shows. */
function mayLack({ form, fragment, omissions = [], lines }: RulesSection, table: string, chain: string): boolean {
  if (fragment) return true;
  if (form === 'commands') return !lines.some((line) => empties(line, table, chain));
  return omissions.some(
    (each) => (each.above === chain || each.below === chain) && (each.table === undefined || each.table === table),
  );
}

/** A command before which the rules of a chain do not matter: it is flushed or made. */
function empties({ node }: Line, table: string, chain: string): boolean {
  if (node.kind !== 'command' || (node.operation !== 'F' && node.operation !== 'N')) return false;
  const own = node instanceof Command ? (node.table?.text ?? 'filter') : 'filter';
  return own === table && (node.chain === undefined ? node.operation === 'F' : node.chain.text === chain);
}
