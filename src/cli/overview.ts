import { pastedToo } from '../core/knowledge/knowledge';
import { parseSourceFile } from '../core/syntax/parse';
import { isEmptyOverview, overviewOf } from '../features/overview';
import type { FileModel } from '../features/fileModel';
import { firstUnread, unreadLines } from '../features/unread';
import { overviewText } from '../features/overviewText';
import { UsageError, oneFile, type Arguments } from './arguments';
import { modelWithTables } from './tables';
import type { Terminal } from './terminal';

/** What was found in a file, where, and what was not read; exit 2 where nothing was found. */
export function runOverview(given: Arguments, terminal: Terminal): number {
  const name = oneFile(given, 'overview');
  const model = modelWithTables(parseSourceFile(terminal.read(name), { fileName: name }), given.values.table, name);
  const overview = overviewOf(model);
  if (given.flags.has('json')) terminal.json(overview);
  else terminal.out(overviewText(overview));
  if (!isEmptyOverview(overview)) return 0;
  throw new UsageError(nothingFound(name, model));
}

/** For a file without rules, host facts and packets. */
export function nothingFound(name: string, model: FileModel): string {
  const [first, ...rest] = unreadLines(model);
  const unread = first ? `. ${firstUnread(model)}` : '';
  const more = rest.length > 0 ? ` ${rest.length} more: iptables-lens overview ${name}` : '';
  return `${name}: there are no rules in it. Paste the output of iptables-save${pastedToo(', or ')}${unread}${more}`;
}
