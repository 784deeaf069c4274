import { visible } from '../../core/text/visible';
import { fileDiagnostics } from '../diagnostics';
import { reasonText, unreadLines } from '../unread';
import { counted } from '../traceReport/traceInput';
import { limited } from './limited';
import { dumpNumbered, type ToolFile } from './toolFile';
import type { ToolFields, ToolProblem } from './toolInput';

export const CHECK_FIELDS: ToolFields = {
  file: { type: 'string', most: 4000 },
  rules: { type: 'string', most: 2_000_000 },
};

/** What iptables-restore would refuse of the rules, with the places, and what was not read at all. */
export function checkForModel(file: ToolFile): string | ToolProblem {
  const dump = dumpNumbered(file, undefined);
  if ('problem' in dump) return dump;
  const found = fileDiagnostics(file.model, file.name);
  const unread = unreadLines(file.model);
  const count = (severity: string): number => found.filter((each) => each.severity === severity).length;
  const lines = [
    `File: ${file.name}`,
    found.length === 0
      ? clean(file)
      : `${counted(count('error'), 'error')} (what iptables-restore 1.8.9, legacy back end, refuses), ` +
        `${counted(count('warning'), 'warning')}, ${counted(count('info'), 'remark')}:`,
    ...found.map(
      ({ line, column, severity, code, message, fix }) =>
        `line ${line}, column ${column}: ${severity} ${code}: ${message}${fix ? ` (fix: ${fix.title})` : ''}`,
    ),
    ...(unread.length === 0 ? [] : ['Lines that look like rules or facts of the host and were not read:']),
    ...unread.map((each) => `line ${each.line}: ${reasonText(each)}`),
  ];
  return limited(`${lines.map(visible).join('\n')}\n`, 'correct these first');
}

/** Of rules of nftables only what cannot be read is known. */
function clean({ model: { dumps } }: ToolFile): string {
  return dumps.some(({ section, native }) => section.form === 'nft' || native)
    ? 'No problem was found in reading the rules; what nft itself would refuse is not checked.'
    : 'No problem was found: iptables-restore (1.8.9, legacy back end) accepts the rules in it.';
}
