import { visible, visibleJson } from '../../core/text/visible';
import { UsageError, type Arguments } from '../arguments';
import type { Terminal } from '../terminal';
import { coverageJson, coverageLcov, coverageTable } from './coverageText';
import { findTestFiles, type TestFileSystem } from './testFiles';
import { githubText, jsonOf, junitText, plainText, tapText } from './testFormats';
import { countsOf, runTestFiles, withoutRepeats, type TestRun } from './testRun';

/** Texts for programs; without one of these the text is for a person. */
const FORMATS = ['json', 'tap', 'junit', 'github'] as const;
/** At most this many lines that cannot be read are named on standard error; the results have all of them. */
const MOST_ERRORS = 50;

/** What a run has read, to be run again when that changes. */
export interface Tested {
  /** 0 all hold, 1 not, 2 a line is wrong. */
  readonly code: number;
  readonly read: readonly string[];
}

/** Runs the expectations of files and folders. */
export function runTest(given: Arguments, terminal: Terminal, files: TestFileSystem): Tested {
  const formats = FORMATS.filter((name) => given.flags.has(name));
  const [format, other] = formats;
  if (other !== undefined) throw new UsageError(`--${String(format)} and --${other} exclude each other`);
  if (given.files.length === 0)
    throw new UsageError(
      'test needs a file or a folder: *.iptest, or rules with "# expect:" lines; "-" is standard input',
    );
  const { coverage } = given.values;
  if (coverage === '-' && format !== undefined)
    throw new UsageError(`--coverage - and --${format} both write to standard output: name a file after --coverage`);
  const run = runTestFiles(findTestFiles(given.files, files), files);
  print(run, format, terminal);
  if (coverage !== undefined) writeCoverage(run, coverage, terminal, files);
  const { fails, bad } = countsOf(run.files);
  const wrong = run.files.flatMap(({ entries }) => withoutRepeats(entries.filter(({ status }) => status === 'bad')));
  for (const { file, line, column, message } of wrong.slice(0, MOST_ERRORS))
    terminal.error(`${file}:${line}:${column}: ${message}`);
  if (wrong.length > MOST_ERRORS) terminal.error(`${wrong.length - MOST_ERRORS} more lines are wrong`);
  return { code: bad > 0 ? 2 : fails > 0 ? 1 : 0, read: run.read };
}

function print({ files }: TestRun, format: (typeof FORMATS)[number] | undefined, terminal: Terminal): void {
  switch (format) {
    case 'json':
      return terminal.json(files.flatMap(({ entries }) => entries.map(jsonOf)));
    case 'tap':
      return terminal.out(tapText(files));
    case 'junit':
      return terminal.out(junitText(files));
    case 'github':
      return terminal.out(githubText(files));
    case undefined:
      return terminal.out(plainText(files));
  }
}

/** What the file is, its ending says: `.json`, `.info` and `.lcov` for lcov, else the table. */
function writeCoverage({ coverage }: TestRun, name: string, terminal: Terminal, files: TestFileSystem): void {
  if (name === '-') terminal.out(`\n${coverageTable(coverage)}`);
  else if (name.endsWith('.json'))
    files.write(name, `${visibleJson(JSON.stringify(coverageJson(coverage), undefined, 1))}\n`);
  else files.write(name, /\.(?:info|lcov)$/.test(name) ? coverageLcov(coverage) : coverageTable(coverage));
}

/** Said before the expectations run again. */
export function againText(changed: string): string {
  return `\n${visible(changed)} has changed\n\n`;
}
