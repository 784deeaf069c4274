import { parseSourceFile } from '../core/syntax/parse';
import { explainName, similarNames } from '../features/explain';
import { modelOf } from '../features/fileModel';
import { blocksToText } from '../features/hover/blocks';
import { hoverAt } from '../features/hover/hover';
import { UsageError, type Arguments } from './arguments';
import type { Terminal } from './terminal';

/** What a name means, or what is at a place, as the hover says it; exit 1 where nothing is known of it. */
export function runExplain(given: Arguments, terminal: Terminal): number {
  if (given.values.at !== undefined) return explainPlace(given.values.at, given, terminal);
  const name = given.files.join(' ');
  if (name === '') throw new UsageError('explain needs a name: a chain, match, target, option, port or mark');
  const file = given.values.file;
  const model = file === undefined ? undefined : modelOf(parseSourceFile(terminal.read(file), { fileName: file }));
  const blocks = explainName(name, model);
  if (!blocks) {
    const near = similarNames(name, model);
    terminal.error(`nothing is known of "${name}"${near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''}`);
    return 1;
  }
  terminal.out(`${blocksToText(blocks)}\n`);
  return 0;
}

/** Lines and columns count from 1; without a column, the first of what is in the line. */
function explainPlace(at: string, { files, values }: Arguments, terminal: Terminal): number {
  const [, lineText, columnText] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(at) ?? [];
  if (lineText === undefined)
    throw new UsageError(`--at ${at}: a place is LINE or LINE:COLUMN, both counted from 1, as in --at 12:4`);
  if (values.file === undefined) throw new UsageError('explain --at needs --file FILE: the file that the place is in');
  if (files.length > 0) throw new UsageError(`explain --at takes no name: omit "${files.join(' ')}"`);
  const model = modelOf(parseSourceFile(terminal.read(values.file), { fileName: values.file }));
  const line = model.file.lines[Number(lineText) - 1];
  const column = columnText === undefined ? line?.contentStart : Number(columnText) - 1;
  const hover =
    line === undefined || column === undefined || column < 0 ? undefined : hoverAt(model, Number(lineText) - 1, column);
  if (!hover) {
    const where = `${values.file}:${at}`;
    terminal.error(
      line ? `there is nothing to explain at ${where}` : `${where}: the file has ${model.file.lines.length} lines`,
    );
    return 1;
  }
  terminal.out(`${blocksToText(hover.blocks)}\n`);
  return 0;
}
