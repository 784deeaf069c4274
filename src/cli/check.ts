import { parseSourceFile } from '../core/syntax/parse';
import { visible } from '../core/text/visible';
import { modelOf } from '../features/fileModel';
import { fileDiagnostics } from '../features/diagnostics';
import { UsageError, type Arguments } from './arguments';
import type { Terminal } from './terminal';

/** Diagnostics of files, one a line; exit 1 if any is an error. */
export function runCheck(given: Arguments, terminal: Terminal): number {
  if (given.files.length === 0) throw new UsageError('check needs a file; "-" is standard input');
  let errors = 0;
  const json: unknown[] = [];
  for (const name of given.files) {
    const diagnostics = fileDiagnostics(modelOf(parseSourceFile(terminal.read(name), { fileName: name })), name);
    errors += diagnostics.filter(({ severity }) => severity === 'error').length;
    json.push({ file: name, diagnostics });
    if (given.flags.has('json')) continue;
    for (const { line, column, severity, code, message } of diagnostics)
      terminal.out(`${visible(`${name}:${line}:${column}: ${severity} ${code} ${message}`)}\n`);
  }
  if (given.flags.has('json')) terminal.json(json);
  return errors > 0 ? 1 : 0;
}
