import path from 'node:path';
import { answersOf } from '../answers';
import { FILES } from '../features/asked/files';
import { runCommand } from './terminal';

/** A command, its words with `|` between them, on the files of the tables of answers: its code and what it prints. */
answersOf(path.join(import.meta.dirname, 'outputs.txt'), (question) => {
  const [command = '', ...words] = question.split('|');
  const { code, out, error } = runCommand(command as Parameters<typeof runCommand>[0], words, FILES);
  const text = out.startsWith('{') ? JSON.stringify(JSON.parse(out), null, 1) : out;
  return [`code ${code}`, ...[text, error].flatMap((each) => each.split('\n')).filter((line) => line.trim() !== '')];
});
