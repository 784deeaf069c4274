import { parseSourceFile } from '../core/syntax/parse';
import { explainName, similarNames } from '../features/explain';
import { modelOf } from '../features/fileModel';
import { blocksToText } from '../features/hover/blocks';
import { Failure, type Arguments } from './arguments';
import type { Terminal } from './terminal';

/** What a name means, as the hover says it; exit 1 where nothing is known of it. */
export function runExplain(given: Arguments, terminal: Terminal): number {
  const name = given.files.join(' ');
  if (name === '') throw new Failure('explain needs a name: a chain, match, target, option, port or mark');
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
