import { parseSourceFile } from '../../../src/core/syntax/parse';
import { printRule } from '../../../src/core/ruleset/printRule';
import { bindRules } from '../../../src/core/ruleset/bind';
import type { TableName } from '../../../src/core/xtables/view';
import type { Listed } from './ask';
import { isAmbiguous, listed } from './listed';

/** A rule that is not read of its row as iptables-save prints it. */
interface Difference {
  readonly row: string;
  readonly saved: string;
  readonly read: string;
}

export interface Compared {
  readonly rules: number;
  /** Whose row says as well something else. */
  readonly ambiguous: number;
  readonly differences: readonly Difference[];
}

/** Reads a listing back, below the command that printed it, and lays its rules beside the saved ones. */
export function compareListing({ family, backend, table, chain, options, text, saved }: Listed): Compared {
  const command = `# ip${family === 6 ? '6' : ''}tables-${backend} -t ${table} -L ${options}`;
  const { sections } = parseSourceFile(`${command}\n${text}`, { fileName: 'listing.txt' });
  const section = sections.find((each) => each.kind === 'rules');
  const ruleSet = section && bindRules(section);
  const rules = ruleSet?.tables.get(table as TableName)?.chains.get(chain)?.rules ?? [];
  const interfaces = / -v/.test(` ${options}`);
  const errors = ruleSet?.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message) ?? [];
  const differences: Difference[] = errors.map((message) => ({ row: '', saved: '', read: `error: ${message}` }));
  let ambiguous = 0;
  const rows = text.split('\n');
  for (const [i, rule] of saved.entries()) {
    if (isAmbiguous(rule, !/ -n/.test(` ${options}`))) {
      ambiguous++;
      continue;
    }
    const expected = listed(rule, interfaces, backend);
    const read = rules[i] ? listed(printRule(rules[i].passing()), true, backend) : 'nothing';
    if (read !== expected)
      differences.push({ row: rows[(rules[i]?.line.index ?? 1) - 1] ?? '', saved: expected, read });
  }
  if (rules.length !== saved.length)
    differences.push({ row: '', saved: `${saved.length} rules`, read: `${rules.length} rules` });
  return { rules: saved.length, ambiguous, differences };
}
