import { outcomeOf, type Outcome } from '../../src/core/netfilter/outcome';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printRuleSet } from '../../src/features/canonical';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf, ruleSetOf, sectionsOf } from '../../src/features/fileModel';
import { ruleSetNotes } from '../../src/features/ruleSetNotes';
import { evaluate } from '../../src/features/traceSession/evaluate';

/** Lines of a paste. */
export function text(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** The rule sets of a paste: `IPv4 lines 1–3 nat:PREROUTING(1)`, chains that have rules with how many. */
export function ruleSets(paste: string): readonly string[] {
  return modelOf(parseSourceFile(paste)).dumps.map((dump) => {
    const tables = sectionsOf(dump).flatMap((section) => {
      const { tables: found, backend } = ruleSetOf(section);
      const chains = [...found.values()].flatMap((table) =>
        [...table.chains.values()]
          .filter(({ rules, policy }) => rules.length > 0 || policy === 'DROP')
          .map(({ name, rules, policy }) => `${table.name} ${name}${policy === 'DROP' ? '!' : ''}(${rules.length})`),
      );
      return dump.beside ? [`${backend}:`, ...chains] : chains;
    });
    return [`IPv${dump.section.family ?? '?'}`, dump.detail, ...tables].join(' ');
  });
}

/** The rules as iptables-save prints them, without declarations. */
export function rules(paste: string): readonly string[] {
  return modelOf(parseSourceFile(paste))
    .dumps.flatMap(sectionsOf)
    .flatMap((section) => printRuleSet(ruleSetOf(section)).split('\n'))
    .filter((line) => line.startsWith('-A') || line.startsWith('*'));
}

/** What check finds: `3 error wrong-table`. */
export function problems(paste: string): readonly string[] {
  return fileDiagnostics(modelOf(parseSourceFile(paste))).map(
    ({ line, severity, code }) => `${line} ${severity} ${code}`,
  );
}

export interface Traced {
  readonly outcomes: readonly Outcome[];
  /** What is said of the rules themselves. */
  readonly notes: readonly string[];
}

export function trace(paste: string, packet: string, dumpNumber?: number): Traced {
  const model = modelOf(parseSourceFile(paste));
  const dump = dumpNumber === undefined ? model.defaultDump : model.dumps[dumpNumber - 1];
  if (!dump) throw new Error('no such rule set');
  const { input, problems: found } = evaluate(model, dump, {
    expression: packet,
    outcome: 0,
    answers: {},
    overrides: undefined,
  });
  if (!input) throw new Error(found.map(({ message }) => message).join('; '));
  return {
    outcomes: input.traced.outcomes.map(outcomeOf),
    notes: ruleSetNotes(model, dump, input.family, '--dump N selects it').map(({ message }) => message),
  };
}
