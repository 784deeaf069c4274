import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { visibleJson } from '../core/text/visible';
import { internalErrorText } from '../features/internalError';
import { answerText } from './batch';
import { runCheck } from './check';
import { runExplain } from './explain';
import { UsageError, parseArguments, USAGE } from './arguments';
import { runOverview } from './overview';
import { runPrint } from './print';
import { requestLines } from './requestLines';
import { terminalOn } from './terminal';
import { againText, runTest } from './test/runTest';
import type { TestFileSystem } from './test/testFiles';
import { watchAndRun } from './test/watch';
import { runTrace } from './trace';
import { VERSION } from './version';

const terminal = terminalOn({
  out: (bytes) => process.stdout.write(bytes),
  error: (text) => void process.stderr.write(text),
  bytes: (file) => {
    try {
      return readFileSync(file === '-' ? 0 : file);
    } catch (error) {
      throw new UsageError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
});

/** Runs one command; gives back the exit code. */
async function run(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  switch (command) {
    case 'trace':
      return runTrace(
        parseArguments(rest, {
          packet: 'value',
          scenario: 'value',
          host: 'value',
          dump: 'value',
          chain: 'value',
          table: 'value',
          'kernel-trace': 'value',
          capture: 'value',
          iface: 'value',
          format: 'value',
          theme: 'value',
          json: 'flag',
          journey: 'flag',
          'what-if': 'list',
          ways: 'flag',
          reply: 'flag',
        }),
        terminal,
      );
    case 'check':
      return runCheck(parseArguments(rest, { json: 'flag' }), terminal);
    case 'print':
      return runPrint(parseArguments(rest, { canonical: 'flag' }), terminal);
    case 'explain':
      return runExplain(parseArguments(rest, { file: 'value', at: 'value' }, true), terminal);
    case 'overview':
      return runOverview(parseArguments(rest, { table: 'value', json: 'flag' }), terminal);
    case 'test':
      return testCommand(rest);
    case 'batch':
      return runBatch();
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      terminal.out(USAGE);
      return command === undefined ? 2 : 0;
    default:
      throw new UsageError(
        `"${command}" is not a command; the commands are trace, check, print, explain, overview, test and batch`,
      );
  }
}

/** The files that the expectations are in and about. */
const testFiles: TestFileSystem = {
  read: (name) => terminal.read(name),
  write: (name, text) => {
    try {
      writeFileSync(name, text);
    } catch (error) {
      throw new UsageError(`${name}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
  isFolder: (name) => statSync(name, { throwIfNoEntry: false })?.isDirectory() === true,
  list: (folder) => {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() || entry.isDirectory())
        .map((entry) => ({
          name: entry.name,
          folder: entry.isDirectory(),
          size: entry.isFile() ? (statSync(path.join(folder, entry.name), { throwIfNoEntry: false })?.size ?? 0) : 0,
        }));
    } catch (error) {
      throw new UsageError(`${folder}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
};

/** With --watch it ends when the user ends it. */
async function testCommand(words: readonly string[]): Promise<number> {
  const given = parseArguments(words, {
    json: 'flag',
    tap: 'flag',
    junit: 'flag',
    github: 'flag',
    coverage: 'value',
    watch: 'flag',
  });
  if (!given.flags.has('watch')) return runTest(given, terminal, testFiles).code;
  if (given.files.includes('-')) throw new UsageError('--watch cannot watch standard input');
  let known: readonly string[] = given.files;
  const folders = given.files.filter((name) => testFiles.isFolder(name));
  watchAndRun((changed) => {
    if (changed !== undefined) terminal.out(againText(changed));
    try {
      known = runTest(given, terminal, testFiles).read;
    } catch (error) {
      if (changed === undefined || !(error instanceof UsageError)) throw error;
      // The file may be back in a moment.
      terminal.error(error.message);
    }
    return known;
  }, folders);
  return new Promise<number>(() => undefined);
}

/** Answers line by line as they come, so that a caller may wait for each answer. A blank line asks nothing. */
async function runBatch(): Promise<number> {
  for await (const line of requestLines(standardInput())) {
    if (line.kind === 'line' && line.text.trim() === '') continue;
    if (!process.stdout.write(`${visibleJson(answerText(line))}\n`))
      await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()));
  }
  return 0;
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of process.stdin) yield chunk as Uint8Array;
  } catch (error) {
    throw new UsageError(`standard input cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One line for any thrown value: what the caller did wrong, or what to report. */
function fail(error: unknown): void {
  const known = error instanceof UsageError;
  const text = known ? error.message : internalErrorText(error, VERSION, 'the command and its file');
  terminal.error(text);
  process.exitCode = known ? error.exitCode : 2;
}

// A reader that closed the pipe (`| head`) needs no more; that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// Nobody is left to report it to.
process.stderr.on('error', () => process.exit(1));
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    fail(error);
    process.exit(2);
  });
}

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, fail);
