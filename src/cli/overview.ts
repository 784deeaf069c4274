import { pastedToo } from '../core/knowledge/knowledge';
import { parseSourceFile } from '../core/syntax/parse';
import { isEmptyOverview, overviewOf } from '../features/overview';
import { overviewText } from '../features/overviewText';
import { UsageError, oneFile, type Arguments } from './arguments';
import { modelWithTables } from './tables';
import type { Terminal } from './terminal';

/** What was found in a file, where, and what was not read; exit 2 where nothing was found. */
export function runOverview(given: Arguments, terminal: Terminal): number {
  const name = oneFile(given, 'overview');
  const overview = overviewOf(
    modelWithTables(parseSourceFile(terminal.read(name), { fileName: name }), given.values.table, name),
  );
  if (given.flags.has('json')) terminal.json(overview);
  else terminal.out(overviewText(overview));
  if (!isEmptyOverview(overview)) return 0;
  throw new UsageError(nothingFound(name, overview.unread.length));
}

/** For a file without rules, host facts and packets. */
export function nothingFound(name: string, unread: number): string {
  const seen =
    unread === 0
      ? ''
      : ` (${unread === 1 ? 'one line looks' : `${unread} lines look`} like rules but could not be read: ` +
        `iptables-lens overview ${name})`;
  return `${name}: there are no rules in it. Paste the output of iptables-save${pastedToo(', or ')}${seen}`;
}
