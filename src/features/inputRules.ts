import { bindRules } from '../core/ruleset/bind';
import { boundOf } from '../core/ruleset/boundTables';
import { rebindRules } from '../core/ruleset/rebind';
import type { RuleSet } from '../core/ruleset/ruleSet';
import { isRestoreInput, restoreInput } from '../core/syntax/restoreInput';
import type { RulesEdit } from '../core/syntax/rulesEdit';
import type { RulesSection, SourceFile } from '../core/syntax/sourceFile';

/** What is known of a file as input of iptables-restore. */
interface Input {
  byText?: boolean;
  byName?: boolean;
  rules?: RuleSet | undefined;
}

const inputs = new WeakMap<SourceFile, Input>();

function inputOf(file: SourceFile): Input {
  let input = inputs.get(file);
  if (input === undefined) inputs.set(file, (input = {}));
  return input;
}

/** `isRestoreInput`, found out once. */
export function isInput(file: SourceFile, byName: boolean): boolean {
  const input = inputOf(file);
  return byName ? (input.byName ??= isRestoreInput(file, true)) : (input.byText ??= isRestoreInput(file, false));
}

/** The file as iptables-restore would load it; bound once for each family. */
export function inputRules(file: SourceFile, family: 4 | 6): RuleSet {
  const input = inputOf(file);
  if (input.rules?.family !== family) input.rules = bindRules(restoreInput(file, family));
  return input.rules;
}

/**
 * The rules of the one dump of a rules file, where iptables-restore would take the file as it stands, every line for
 * what it is: then they are what it would load, and nothing is bound twice. undefined where it finds a fault, and what
 * the text means otherwise is another thing than what would be loaded.
 */
export function rulesOfInput(file: SourceFile, section: RulesSection): RuleSet | undefined {
  if (!file.asItIs || section.parts || (section.form !== 'save' && section.form !== 'restore')) return undefined;
  if (!file.sections.includes(section) || !isInput(file, true)) return undefined;
  return asWritten(inputRules(file, section.family ?? 4), section);
}

/** The same of what is bound already; undefined where nothing is. */
export function boundRulesOfInput(file: SourceFile, section: RulesSection): RuleSet | undefined {
  const rules = inputs.get(file)?.rules;
  return rules && rules.family === (section.family ?? 4) ? asWritten(rules, section) : undefined;
}

function asWritten(rules: RuleSet, section: RulesSection): RuleSet | undefined {
  return rules.problems.length === 0 && boundOf(rules)?.asWritten === true && rules.section.backend === section.backend
    ? { ...rules, section }
    : undefined;
}

/** Takes over what is known of a file in which only rules of one table were changed. */
export function inputAfter(before: SourceFile, after: SourceFile, edit: RulesEdit): void {
  const input = inputs.get(before);
  if (!input) return;
  inputs.delete(before);
  const { rules } = input;
  // Apart from a table and the line that opens it, rules do not show whether a file is input.
  inputs.set(after, { ...input, rules: rules && rebindRules(rules, { ...rules.section, lines: after.lines }, edit) });
}
