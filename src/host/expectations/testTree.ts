import * as vscode from 'vscode';
import { visible } from '../../core/text/visible';
import type { Expectation, LineError } from '../../features/expectations/expectation';
import { isExpectationFile } from '../../features/expectations/rulesBeside';
import { debounced, type Debounced } from '../debounced';
import type { ErrorEdge } from '../edge';
import { mayHaveExpectations, type TestSources } from './testSources';
import { fileName } from '../fileName';

/** Milliseconds of silence before an edited file is read again. */
const PAUSE = 200;
/** At most this many files are searched in a workspace; those that are opened come in any case. */
const MOST_FILES = 1000;
/** Files with rules; at most this many are searched for marked lines. */
const RULES = '**/*.{iptables,iptables-save,ip6tables,ip6tables-save,rules,v4,v6,nft}';
const MOST_RULES = 300;
const SKIPPED = '**/{node_modules,.git}/**';

/** What a test item stands for. */
export type ItemContent =
  | { readonly kind: 'file' }
  | { readonly kind: 'line'; readonly expectation: Expectation }
  | { readonly kind: 'wrong'; readonly errors: readonly LineError[] };

/** The files with expectations and their lines, as the Testing view shows them. */
export class TestTree implements vscode.Disposable {
  private readonly contents = new WeakMap<vscode.TestItem, ItemContent>();
  /** Of each file that is being read, by its URI, the reading that was asked for last. */
  private readonly readings = new Map<string, Promise<unknown>>();
  private readonly soon: Debounced<vscode.Uri>;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly controller: vscode.TestController,
    private readonly sources: TestSources,
    edge: ErrorEdge,
  ) {
    this.soon = debounced(edge.event('Reading expectations', (uri: vscode.Uri) => this.refresh(uri)));
    const on = <T>(listener: (event: T) => unknown): ((event: T) => void) =>
      edge.event('Reading expectations', listener);
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.iptest');
    controller.resolveHandler = (item) =>
      edge.run(
        'Reading expectations',
        async () => {
          if (item?.uri) await this.refresh(item.uri);
          else await this.discover();
        },
        async () => {},
      );
    controller.refreshHandler = () =>
      edge.run(
        'Reading expectations',
        () => this.discover(),
        async () => {},
      );
    this.subscriptions = [
      this.soon,
      watcher,
      watcher.onDidCreate((uri) => this.soon.call(uri.toString(), PAUSE, uri)),
      watcher.onDidChange((uri) => this.soon.call(uri.toString(), PAUSE, uri)),
      watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
      vscode.workspace.onDidOpenTextDocument(on((document) => this.see(document, 0))),
      vscode.workspace.onDidChangeTextDocument(
        on(({ document, contentChanges }) => contentChanges.length > 0 && this.see(document)),
      ),
      vscode.workspace.onDidCloseTextDocument(
        on((document) => {
          // What is nowhere but in the editor is gone with it.
          if (document.isUntitled) this.controller.items.delete(document.uri.toString());
        }),
      ),
    ];
    for (const document of vscode.workspace.textDocuments) this.see(document, 0);
  }

  contentOf(item: vscode.TestItem): ItemContent | undefined {
    return this.contents.get(item);
  }

  /** The item of a file; undefined where it has no expectations. */
  itemOf(uri: vscode.Uri): vscode.TestItem | undefined {
    return this.controller.items.get(uri.toString());
  }

  /**
   * Reads a file and shows its lines. One reading begins after the other has ended: what was asked for last is what is
   * shown, however long the disk takes.
   */
  refresh(uri: vscode.Uri): Promise<vscode.TestItem | undefined> {
    const key = uri.toString();
    const read = (this.readings.get(key) ?? Promise.resolve()).then(() => this.read(uri));
    const ended = read
      .catch(() => undefined)
      .then(() => {
        if (this.readings.get(key) === ended) this.readings.delete(key);
      });
    this.readings.set(key, ended);
    return read;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async read(uri: vscode.Uri): Promise<vscode.TestItem | undefined> {
    const read = await this.sources.expectationsOf(uri);
    const key = uri.toString();
    if (!read || read.expectations.length + read.errors.length === 0) {
      this.controller.items.delete(key);
      return undefined;
    }
    let file = this.controller.items.get(key);
    if (!file) {
      file = this.controller.createTestItem(key, visible(fileName(uri)), uri);
      file.canResolveChildren = true;
      this.contents.set(file, { kind: 'file' });
      this.controller.items.add(file);
    }
    const wrong = new Map<number, LineError[]>();
    for (const error of read.errors) wrong.set(error.line, [...(wrong.get(error.line) ?? []), error]);
    file.children.replace([
      ...read.expectations.map((expectation) => this.lineItem(uri, expectation)),
      ...[...wrong.values()].map((errors) => this.wrongItem(uri, errors)),
    ]);
    return file;
  }

  private see(document: vscode.TextDocument, pause = PAUSE): void {
    const key = document.uri.toString();
    if (this.controller.items.get(key) || mayHaveExpectations(document)) this.soon.call(key, pause, document.uri);
  }

  private async discover(): Promise<void> {
    const [own, rules] = await Promise.all([
      vscode.workspace.findFiles('**/*.iptest', SKIPPED, MOST_FILES),
      vscode.workspace.findFiles(RULES, SKIPPED, MOST_RULES),
    ]);
    const found = new Set([...own, ...rules].map(String));
    for (const [key, item] of this.controller.items)
      if (!found.has(key) && item.uri && isExpectationFile(item.uri.path) && item.uri.scheme !== 'untitled')
        await this.refresh(item.uri);
    for (const uri of [...own, ...rules]) await this.refresh(uri);
  }

  private lineItem(uri: vscode.Uri, expectation: Expectation): vscode.TestItem {
    const { line, start, end, text } = expectation;
    const item = this.controller.createTestItem(`${uri.toString()}#${line}`, visible(text), uri);
    item.range = new vscode.Range(line, start, line, end);
    item.sortText = String(line).padStart(8, '0');
    this.contents.set(item, { kind: 'line', expectation });
    return item;
  }

  private wrongItem(uri: vscode.Uri, errors: readonly LineError[]): vscode.TestItem {
    const [{ line, start, end, text }] = errors as readonly [LineError];
    const item = this.controller.createTestItem(`${uri.toString()}#${line} wrong`, visible(text), uri);
    item.range = new vscode.Range(line, start, line, end);
    item.sortText = String(line).padStart(8, '0');
    item.error = visible(errors.map(({ message }) => message).join('; '));
    this.contents.set(item, { kind: 'wrong', errors });
    return item;
  }
}
