import * as vscode from 'vscode';
import { markdownCode, markdownText } from '../../core/text/markdown';
import { visible, visibleLines } from '../../core/text/visible';
import type { FileRange } from '../../core/text/columns';
import type { Expectation, LineError } from '../../features/expectations/expectation';
import type { ExpectationResult } from '../../features/expectations/expectationResult';
import { coverageSummary, RuleCoverage } from '../../features/expectations/ruleCoverage';
import { ExpectationRunner } from '../../features/expectations/runExpectation';
import type { ErrorEdge } from '../edge';
import { coverageOfFile, type CoverageDetails } from './testCoverage';
import type { RulesFound, TestSources } from './testSources';
import type { TestTree } from './testTree';
import { fileName } from '../fileName';

/** Milliseconds that results are computed for before the editor gets a turn. */
const TURN = 40;

/** A file with the items that are to run; the other lines of a flow run as well, and say nothing. */
interface FileRun {
  readonly file: vscode.TestItem;
  readonly wanted: ReadonlySet<vscode.TestItem>;
}

/** The ids of the lines that are asked for, by the URI of their file. */
type Asked = Map<string, Set<string> | 'all'>;

/** Runs expectations for the Testing view: once, again with each save, with coverage. */
export class TestRuns implements vscode.Disposable {
  /** What the last run has found, `7 holds`, with lines from 1; for tests. */
  last: readonly string[] = [];
  private readonly details: CoverageDetails = new WeakMap();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly controller: vscode.TestController,
    private readonly tree: TestTree,
    private readonly sources: TestSources,
    private readonly edge: ErrorEdge,
  ) {
    const profile = (label: string, kind: vscode.TestRunProfileKind, coverage: boolean): vscode.TestRunProfile =>
      controller.createRunProfile(
        label,
        kind,
        (request, token): Promise<void> =>
          edge.run<Promise<void>>(
            'Running expectations',
            () => this.handle(request, coverage, token),
            async () => {},
          ),
        true,
        undefined,
        true,
      );
    const run = profile('Run', vscode.TestRunProfileKind.Run, false);
    const covered = profile('Coverage of the Rules', vscode.TestRunProfileKind.Coverage, true);
    covered.loadDetailedCoverage = (_, file) => Promise.resolve([...(this.details.get(file) ?? [])]);
    this.subscriptions = [run, covered];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async handle(
    request: vscode.TestRunRequest,
    coverage: boolean,
    token: vscode.CancellationToken,
  ): Promise<void> {
    if (request.continuous !== true) return this.run(request, coverage, token);
    // Files that come later are found by the tree itself.
    if (request.include === undefined) await this.controller.resolveHandler?.(undefined);
    // What was asked for is run with each save of a file that it is in or about.
    const saved = vscode.workspace.onDidSaveTextDocument(
      this.edge.event('Running expectations', (document: vscode.TextDocument) =>
        this.afterSave(document, request, coverage, token),
      ),
    );
    token.onCancellationRequested(() => void saved.dispose());
  }

  private async afterSave(
    { uri }: vscode.TextDocument,
    request: vscode.TestRunRequest,
    coverage: boolean,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const key = uri.toString();
    const about: Asked = new Map();
    for (const [file, lines] of this.asked(request))
      if (file === key || (await this.isAbout(vscode.Uri.parse(file), key))) about.set(file, lines);
    const items = (await this.filesOf(about, request)).flatMap(({ wanted }) => [...wanted]);
    if (items.length > 0)
      await this.run(new vscode.TestRunRequest(items, request.exclude, request.profile, true), coverage, token);
  }

  /** Whether a file has expectations about the rules of another. */
  private async isAbout(file: vscode.Uri, key: string): Promise<boolean> {
    const read = await this.sources.expectationsOf(file);
    if (!read) return false;
    for (const written of new Set(read.expectations.map(({ settings }) => settings.file))) {
      const rules = await this.sources.rulesFor(file, read.form, written);
      if ('uri' in rules && rules.uri.toString() === key) return true;
    }
    return false;
  }

  private async run(request: vscode.TestRunRequest, coverage: boolean, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const found: string[] = [];
    const counted = new Map<string, { readonly rules: RulesFound; readonly coverage: RuleCoverage }>();
    try {
      if (request.include === undefined) await this.controller.resolveHandler?.(undefined);
      for (const each of await this.filesOf(this.asked(request), request)) {
        if (token.isCancellationRequested) return;
        found.push(...(await this.runFile(each, run, coverage ? counted : undefined, token)));
      }
      for (const { rules, coverage: found } of counted.values()) {
        const { file, details } = coverageOfFile(rules, found);
        this.details.set(file, details);
        run.addCoverage(file);
        run.appendOutput(`${visible(fileName(rules.uri))}: ${coverageSummary(found.rules())}\r\n`);
      }
    } finally {
      this.last = found;
      run.end();
    }
  }

  /** What a request is about. */
  private asked({ include }: vscode.TestRunRequest): Asked {
    const items = include ?? [...this.controller.items].map(([, item]) => item);
    const lines: Asked = new Map();
    for (const item of items) {
      const uri = item.uri?.toString();
      if (uri === undefined) continue;
      const known = lines.get(uri);
      if (this.tree.contentOf(item)?.kind === 'file') lines.set(uri, 'all');
      else if (known !== 'all') lines.set(uri, (known ?? new Set()).add(item.id));
    }
    return lines;
  }

  /** The files, each read once more, with the items that were asked for. */
  private async filesOf(lines: Asked, { exclude = [] }: vscode.TestRunRequest): Promise<readonly FileRun[]> {
    const excluded = new Set(exclude.map(({ id }) => id));
    const files: FileRun[] = [];
    for (const [key, ids] of lines) {
      const file = await this.tree.refresh(vscode.Uri.parse(key));
      if (!file || excluded.has(file.id)) continue;
      const all = [...file.children].map(([, item]) => item);
      files.push({
        file,
        wanted: new Set(all.filter(({ id }) => (ids === 'all' || ids.has(id)) && !excluded.has(id))),
      });
    }
    return files;
  }

  private async runFile(
    { file, wanted }: FileRun,
    run: vscode.TestRun,
    counted: Map<string, { readonly rules: RulesFound; readonly coverage: RuleCoverage }> | undefined,
    token: vscode.CancellationToken,
  ): Promise<readonly string[]> {
    const { uri } = file;
    const read = uri && (await this.sources.expectationsOf(uri));
    if (!uri || !read) return [];
    const done: string[] = [];
    const items = new Map<number, vscode.TestItem>();
    for (const item of wanted) {
      run.enqueued(item);
      const content = this.tree.contentOf(item);
      if (content?.kind === 'line') items.set(content.expectation.line, item);
      else if (content?.kind === 'wrong') run.errored(item, wrongMessages(uri, content.errors));
    }
    const needed = withThoseBefore(read.expectations.filter(({ line }) => items.has(line)));
    const hostFile = await this.sources.hostFiles(uri, read.expectations);
    const runners = new Map<
      string | undefined,
      { readonly rules: RulesFound; readonly runner: ExpectationRunner } | { readonly problem: string }
    >();
    let since = Date.now();
    for (const expectation of needed) {
      if (token.isCancellationRequested) return done;
      const written = expectation.settings.file;
      let found = runners.get(written);
      if (!found) {
        const rules = await this.sources.rulesFor(uri, read.form, written);
        found =
          'problem' in rules
            ? rules
            : { rules, runner: new ExpectationRunner(rules.model, hostFile, counted && coverageFor(rules, counted)) };
        runners.set(written, found);
      }
      const item = items.get(expectation.line);
      if ('problem' in found) {
        if (item) run.errored(item, messageAt(uri, expectation, found.problem));
        continue;
      }
      if (item) run.started(item);
      const begun = Date.now();
      const result = found.runner.run(expectation);
      if (item) {
        report(run, item, result, found.rules, Date.now() - begun);
        done.push(`${expectation.line + 1} ${result.status}`);
      }
      if (Date.now() - since > TURN) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        since = Date.now();
      }
    }
    return done;
  }
}

function coverageFor(
  rules: RulesFound,
  counted: Map<string, { readonly rules: RulesFound; readonly coverage: RuleCoverage }>,
): RuleCoverage {
  const key = rules.uri.toString();
  const known = counted.get(key)?.coverage ?? new RuleCoverage();
  counted.set(key, { rules, coverage: known });
  return known;
}

/** Expectations with those whose packets come before theirs, in the order of the file. */
function withThoseBefore(expectations: readonly Expectation[]): readonly Expectation[] {
  const needed = new Set<Expectation>();
  for (const expectation of expectations)
    for (let each: Expectation | undefined = expectation; each && !needed.has(each); each = each.after)
      needed.add(each);
  return [...needed].sort((a, b) => a.line - b.line);
}

function report(
  run: vscode.TestRun,
  item: vscode.TestItem,
  result: ExpectationResult,
  rules: RulesFound,
  took: number,
): void {
  const { expectation, status, message, notes, columns } = result;
  const uri = item.uri ?? rules.uri;
  for (const note of notes) run.appendOutput(`${visible(expectation.text)}\r\n  ${visible(note)}\r\n`, undefined, item);
  if (status === 'holds') return run.passed(item, took);
  run.appendOutput(`${visible(expectation.text)}\r\n  ${visible(message)}\r\n`, undefined, item);
  if (status === 'bad') return run.errored(item, messageAt(uri, { ...expectation, ...columns }, message), took);
  return run.failed(item, failureMessages(uri, result, rules), took);
}

/** What came instead, side by side with what was expected, and a message at the rule that decided. */
function failureMessages(
  uri: vscode.Uri,
  { expectation, message, expected, actual, decision }: ExpectationResult,
  rules: RulesFound,
): vscode.TestMessage[] {
  const { line } = decision ?? {};
  const text = line === undefined ? undefined : rules.model.file.lines[line - 1]?.text;
  const words = new vscode.MarkdownString(markdownText(message));
  if (line !== undefined && text !== undefined)
    words.appendMarkdown(
      `\n\n[${markdownText(fileName(rules.uri))}:${line}](${rules.uri.with({ fragment: `L${line}` }).toString()}) ` +
        `${markdownCode(text.trim())}`,
    );
  const plain =
    actual === ''
      ? new vscode.TestMessage(words)
      : vscode.TestMessage.diff(words, visibleLines(expected), visibleLines(actual));
  plain.location = locationOf(uri, expectation);
  if (line !== undefined && text !== undefined && decision)
    relate(plain, visible(`Decided ${decision.words}`), rules.uri, new vscode.Position(line - 1, firstWord(text)));
  if (line === undefined || text === undefined || rules.uri.toString() === uri.toString()) return [plain];
  const decided = new vscode.TestMessage(`Decided here: ${visible(expectation.text)}: ${visible(message)}`);
  decided.location = new vscode.Location(rules.uri, new vscode.Range(line - 1, 0, line - 1, text.length));
  return [plain, decided];
}

/** From VS Code 1.93 on: a place that a message has something to do with, to be gone to from it. */
function relate(message: vscode.TestMessage, label: string, uri: vscode.Uri, position: vscode.Position): void {
  const { TestMessageStackFrame: Frame } = vscode as {
    readonly TestMessageStackFrame?: new (label: string, uri: vscode.Uri, position: vscode.Position) => object;
  };
  if (Frame) Object.assign(message, { stackTrace: [new Frame(label, uri, position)] });
}

function firstWord(text: string): number {
  return text.length - text.trimStart().length;
}

function wrongMessages(uri: vscode.Uri, errors: readonly LineError[]): vscode.TestMessage[] {
  return errors.map((error) => messageAt(uri, error, error.message));
}

function messageAt(uri: vscode.Uri, place: FileRange, text: string): vscode.TestMessage {
  const message = new vscode.TestMessage(visible(text));
  message.location = locationOf(uri, place);
  return message;
}

function locationOf(uri: vscode.Uri, { line, start, end }: FileRange): vscode.Location {
  return new vscode.Location(uri, new vscode.Range(line, start, line, end));
}
