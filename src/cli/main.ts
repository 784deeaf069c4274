import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { answerLine } from './batch';
import { runCheck } from './check';
import { runExplain } from './explain';
import { Failure, parseArguments, USAGE } from './arguments';
import { runPrint } from './print';
import { runTrace } from './trace';

/** Where a command writes and what it reads; the text of `-` is standard input. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly read: (file: string) => string;
}

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  read: (file) => {
    try {
      return readFileSync(file === '-' ? 0 : file, 'utf8');
    } catch (error) {
      throw new Failure(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
};

/** Runs one command; gives back the exit code. */
async function run(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  switch (command) {
    case 'trace': return runTrace(parseArguments(rest, { packet: 'value', host: 'value', dump: 'value', json: 'flag', journey: 'flag' }), terminal);
    case 'check': return runCheck(parseArguments(rest, { json: 'flag' }), terminal);
    case 'print': return runPrint(parseArguments(rest, { canonical: 'flag' }), terminal);
    case 'explain': return runExplain(parseArguments(rest, { file: 'value' }, true), terminal);
    case 'batch': return runBatch();
    case undefined: case 'help': case '--help': case '-h':
      terminal.out(USAGE);
      return command === undefined ? 2 : 0;
    default:
      throw new Failure(`"${command}" is no command: there are trace, check, print, explain and batch`);
  }
}

/** Answers line by line as they come, so that a caller may wait for each answer. */
async function runBatch(): Promise<number> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    if (!process.stdout.write(`${JSON.stringify(answerLine(line))}\n`)) await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()));
  }
  return 0;
}

// A reader that closed the pipe (`| head`) wants no more; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

run(process.argv.slice(2)).then(
  (code) => { process.exitCode = code; },
  (error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`iptables-lens: ${error.message}\n`);
    process.exitCode = error.exitCode;
  },
);
