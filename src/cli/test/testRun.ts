import type { Expectation } from '../../features/expectations/expectation';
import type { ExpectationResult } from '../../features/expectations/expectationResult';
import { RuleCoverage } from '../../features/expectations/ruleCoverage';
import { ExpectationRunner } from '../../features/expectations/runExpectation';
import { visible } from '../../core/text/visible';
import { RulesFiles, type TestFile, type TestFileSystem } from './testFiles';

/** One line with what became of it. */
export interface TestEntry {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** `bad`: the line cannot be read or asked. */
  readonly status: 'holds' | 'fails' | 'bad';
  readonly message: string;
  readonly result: ExpectationResult | undefined;
  /** The file with the rules and its lines. */
  readonly rules: { readonly name: string; readonly lineText: (line: number) => string } | undefined;
}

export interface TestedFile {
  readonly name: string;
  readonly entries: readonly TestEntry[];
}

export interface TestRun {
  readonly files: readonly TestedFile[];
  /** By the name of the file with the rules. */
  readonly coverage: ReadonlyMap<string, RuleCoverage>;
  /** Every file that was read. */
  readonly read: readonly string[];
}

/** Runs all expectations, those about the same rules with the same rule set. */
export function runTestFiles(found: readonly TestFile[], files: TestFileSystem): TestRun {
  const rulesFiles = new RulesFiles(files);
  const coverage = new Map<string, RuleCoverage>();
  const tested = found.map((file): TestedFile => {
    const runners = new Map<string | undefined, RunnerFor | { readonly problem: string }>();
    const runnerFor = ({ settings }: Expectation): RunnerFor | { readonly problem: string } => {
      const known = runners.get(settings.file) ?? makeRunner(file, settings.file, rulesFiles, coverage);
      runners.set(settings.file, known);
      return known;
    };
    const entries = [
      ...file.expectations.map((expectation) => entryOf(file.name, expectation, runnerFor(expectation))),
      ...file.errors.map(({ line, start, text, message }): TestEntry => ({
        file: file.name,
        line: line + 1,
        column: start + 1,
        text,
        status: 'bad',
        message,
        result: undefined,
        rules: undefined,
      })),
    ];
    return { name: file.name, entries: entries.sort((a, b) => a.line - b.line || a.column - b.column) };
  });
  return { files: tested, coverage, read: [...found.map(({ name }) => name), ...rulesFiles.names] };
}

interface RunnerFor {
  readonly name: string;
  readonly runner: ExpectationRunner;
}

function makeRunner(
  file: TestFile,
  written: string | undefined,
  rulesFiles: RulesFiles,
  coverage: Map<string, RuleCoverage>,
): RunnerFor | { readonly problem: string } {
  const rules = rulesFiles.nameFor(file, written);
  if ('problem' in rules) return rules;
  const model = rulesFiles.modelOf(rules.name, file.form === 'marked' ? file.text : undefined);
  if ('problem' in model) return model;
  if (!model.defaultDump) return { problem: `there are no rules in ${visible(rules.name)}` };
  const counted = coverage.get(rules.name) ?? new RuleCoverage();
  coverage.set(rules.name, counted);
  return { name: rules.name, runner: new ExpectationRunner(model, (name) => rulesFiles.hostFile(file, name), counted) };
}

function entryOf(file: string, expectation: Expectation, runner: RunnerFor | { readonly problem: string }): TestEntry {
  const { line, start, text } = expectation;
  const place = { file, line: line + 1, column: start + 1, text };
  if ('problem' in runner)
    return { ...place, status: 'bad', message: runner.problem, result: undefined, rules: undefined };
  const result = runner.runner.run(expectation);
  const { lines } = runner.runner.model.file;
  return {
    ...place,
    column: (result.columns?.start ?? start) + 1,
    status: result.status,
    message: result.message,
    result,
    rules: { name: runner.name, lineText: (each) => lines[each - 1]?.text.trim() ?? '' },
  };
}

/** How many lines hold, do not, and cannot be asked. */
export function countsOf(files: readonly TestedFile[]): Readonly<Record<TestEntry['status'], number>> {
  const counts = { holds: 0, fails: 0, bad: 0 };
  for (const { entries } of files) for (const { status } of entries) counts[status]++;
  return counts;
}

/** What is wrong with all lines of a file, that it has no rules, is said once. */
export function withoutRepeats(entries: readonly TestEntry[]): readonly TestEntry[] {
  const said = new Set<string>();
  return entries.filter(({ status, message, result, rules }) => {
    if (status !== 'bad' || result !== undefined || rules !== undefined) return true;
    if (said.has(message)) return false;
    said.add(message);
    return true;
  });
}
