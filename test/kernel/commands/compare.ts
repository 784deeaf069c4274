import { parseSourceFile } from '../../../src/core/syntax/parse';
import { printRuleSet } from '../../../src/features/canonical';
import { modelOf, ruleSetOf } from '../../../src/features/fileModel';
import { groundOf } from '../../../src/features/whatIf/ground';
import type { CommandsAnswer } from './cases';

/** What is said otherwise here than by iptables; undefined: nothing. */
export function disagreement({ family, dump, commands, refused, saved }: CommandsAnswer): string | undefined {
  const name = family === 4 ? 'dump.rules' : 'dump.ip6tables';
  const model = modelOf(parseSourceFile(dump, { fileName: name }));
  if (!model.defaultDump) return 'no rules were found';
  const ground = groundOf(
    model,
    model.defaultDump,
    commands.map((text) => ({ kind: 'typed', text })),
  );
  for (const [i, { words, problems }] of ground.made.entries())
    if (problems.length > 0 !== refused[i])
      return `${words}: iptables ${refused[i] ? 'refuses it' : 'takes it'}, here ${problems.length > 0 ? `"${problems[0]?.message}"` : 'it is taken'}`;
  const ours = plainTables(printRuleSet(ruleSetOf(ground.dump.section)));
  return ours === saved ? undefined : `here:\n${ours}\niptables-save:\n${saved}`;
}

/** Tables in the order of their names, without comments, counters, and tables that are as the kernel makes them. */
export function plainTables(text: string): string {
  const tables = text
    .replace(/^#.*\n/gm, '')
    .replace(/ \[\d+:\d+\]$/gm, '')
    .split(/(?<=^COMMIT\n)/m)
    .filter((table) => /^(?:-A|:\S+ (?!ACCEPT))/m.test(table));
  return tables.sort().join('');
}
