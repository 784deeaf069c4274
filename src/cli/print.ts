import { printSourceFile } from '../core/syntax/print';
import { parseSourceFile } from '../core/syntax/parse';
import { printRuleSet } from '../features/canonical';
import { modelOf, ruleSetOf, sectionsOf } from '../features/fileModel';
import { UsageError, oneFile, type Arguments } from './arguments';
import type { Terminal } from './terminal';

/** The text back byte for byte, or the rules of its default dump as iptables-save prints them. */
export function runPrint(given: Arguments, terminal: Terminal): number {
  const name = oneFile(given, 'print');
  const file = parseSourceFile(terminal.read(name), { fileName: name });
  if (!given.flags.has('canonical')) {
    terminal.raw(printSourceFile(file));
    return 0;
  }
  const { dumps, defaultDump } = modelOf(file);
  if (!defaultDump) throw new UsageError(`${name}: there are no rules in it`);
  const chosen = dumps.filter(({ section }) => section.role === defaultDump.section.role);
  for (const section of chosen.flatMap(sectionsOf)) terminal.raw(printRuleSet(ruleSetOf(section)));
  return 0;
}
