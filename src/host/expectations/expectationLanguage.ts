import * as vscode from 'vscode';
import { visible } from '../../core/text/visible';
import type { Expectation } from '../../features/expectations/expectation';
import type { ExpectationResult } from '../../features/expectations/expectationResult';
import { checkExpectations } from '../../features/expectations/checkExpectations';
import { completeExpectation } from '../../features/expectations/complete';
import type { ProposedWord } from '../../features/packetInput/wordList';
import { hoverExpectation, hoverSetting } from '../../features/expectations/hoverExpectation';
import { readExpectations, statementOf } from '../../features/expectations/readExpectations';
import { ExpectationRunner } from '../../features/expectations/runExpectation';
import type { FileModel } from '../../features/fileModel';
import { blocksToMarkdown } from '../../features/hover/blocks';
import { debounced, type Debounced } from '../debounced';
import { SELECTOR } from '../documents';
import type { ErrorEdge } from '../edge';
import { isEnabled } from '../settings';
import { mayHaveExpectations, type RulesFound, type TestSources } from './testSources';

/** Milliseconds of silence before an edited file is checked. */
const PAUSE = 300;
const ALL: vscode.DocumentSelector = [{ language: 'iptest' }, ...(SELECTOR as readonly vscode.DocumentFilter[])];

/** Problems, completion and hovers of lines with expectations. */
export class ExpectationLanguage implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('iptables expectations');
  private readonly soon: Debounced<vscode.TextDocument>;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly sources: TestSources,
    edge: ErrorEdge,
  ) {
    this.soon = debounced(
      edge.event('Problems of expectations', (document: vscode.TextDocument) => this.check(document)),
    );
    const see = (document: vscode.TextDocument, pause: number): void => {
      if (this.collection.has(document.uri) || mayHaveExpectations(document))
        this.soon.call(document.uri.toString(), pause, document);
    };
    this.subscriptions = vscode.Disposable.from(
      this.collection,
      this.soon,
      vscode.workspace.onDidOpenTextDocument((document) => see(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) see(document, PAUSE);
      }),
      // The rules that open expectations are about may be those.
      vscode.workspace.onDidSaveTextDocument(() => {
        for (const document of vscode.workspace.textDocuments)
          if (document.languageId === 'iptest') see(document, PAUSE);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      vscode.languages.registerHoverProvider(
        ALL,
        edge.provider<vscode.HoverProvider>('Hover', {
          provideHover: (document, position, token) => this.hover(document, position, token),
        }),
      ),
      vscode.languages.registerCompletionItemProvider(
        ALL,
        edge.provider<vscode.CompletionItemProvider>('Completion', {
          provideCompletionItems: (document, position) => this.complete(document, position),
        }),
        ' ',
        '@',
      ),
    );
    for (const document of vscode.workspace.textDocuments) see(document, 0);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const form = document.isClosed ? undefined : this.sources.formOf(document);
    if (!form) {
      if (this.collection.has(document.uri)) this.collection.delete(document.uri);
      return;
    }
    const { version } = document;
    const read = readExpectations(document.getText(), form);
    const rules = await this.rulesOf(document.uri, form, read.expectations);
    // A later edit has its own check.
    if (document.isClosed || document.version !== version) return;
    const found = checkExpectations(read, ({ settings }) => {
      const each = rules.get(settings.file);
      return !each ? { problem: '' } : 'problem' in each ? each : each.model;
    });
    this.collection.set(
      document.uri,
      found.map(({ line, start, end, severity, message }) => {
        const range = document.validateRange(new vscode.Range(line, start, line, end));
        const made = new vscode.Diagnostic(
          range,
          visible(message),
          severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
        );
        made.source = 'iptables';
        return made;
      }),
    );
  }

  private async rulesOf(
    uri: vscode.Uri,
    form: 'iptest' | 'marked',
    expectations: readonly Expectation[],
  ): Promise<ReadonlyMap<string | undefined, RulesFound | { readonly problem: string }>> {
    const found = new Map<string | undefined, RulesFound | { readonly problem: string }>();
    for (const written of new Set(expectations.map(({ settings }) => settings.file)))
      found.set(written, await this.sources.rulesFor(uri, form, written));
    return found;
  }

  private async complete(
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
  ): Promise<vscode.CompletionList | undefined> {
    const form = this.sources.formOf(document);
    const text = document.lineAt(line).text;
    if (!form || (form === 'marked' && !text.includes('expect:'))) return undefined;
    const before = document.getText(new vscode.Range(0, 0, line, 0));
    const { settings } = readExpectations(before, form);
    const rules = await this.sources.rulesFor(document.uri, form, settings.file);
    const list = completeExpectation(text, character, form, settings, 'model' in rules ? rules.model : undefined);
    if (!list) return undefined;
    const range = new vscode.Range(line, list.range.start, line, list.range.end);
    return new vscode.CompletionList(
      list.items.map((item, i) => itemOf(item, i, range)),
      list.incomplete,
    );
  }

  private async hover(
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const form = this.sources.formOf(document);
    const { text } = document.lineAt(line);
    if (!form || !isEnabled('hover.enabled', document.uri) || !statementOf(text, form)) return undefined;
    const read = readExpectations(document.getText(), form);
    const expectation = read.expectations.find((each) => each.line === line);
    if (!expectation) return asHover(line, hoverSetting(text, character));
    const rules = await this.sources.rulesFor(document.uri, form, expectation.settings.file);
    const hostFile = await this.sources.hostFiles(document.uri, read.expectations);
    if (token.isCancellationRequested) return undefined;
    const model: FileModel | undefined = 'model' in rules ? rules.model : undefined;
    return asHover(
      line,
      hoverExpectation(
        text,
        character,
        expectation,
        model,
        () => model && runAfter(new ExpectationRunner(model, hostFile), expectation),
      ),
    );
  }
}

/** The result of an expectation, after those before it in its flow. */
function runAfter(runner: ExpectationRunner, expectation: Expectation): ExpectationResult {
  const flow: Expectation[] = [];
  for (let each: Expectation | undefined = expectation; each; each = each.after) flow.unshift(each);
  for (const each of flow.slice(0, -1)) runner.run(each);
  return runner.run(expectation);
}

function asHover(line: number, found: ReturnType<typeof hoverSetting>): vscode.Hover | undefined {
  return (
    found &&
    // Text of a file is in it: no commands, no HTML.
    new vscode.Hover(
      new vscode.MarkdownString(blocksToMarkdown(found.blocks)),
      new vscode.Range(line, found.start, line, found.end),
    )
  );
}

const KINDS: Readonly<Record<ProposedWord['kind'], vscode.CompletionItemKind>> = {
  keyword: vscode.CompletionItemKind.Keyword,
  outcome: vscode.CompletionItemKind.Event,
  value: vscode.CompletionItemKind.EnumMember,
  chain: vscode.CompletionItemKind.Function,
  interface: vscode.CompletionItemKind.Interface,
  name: vscode.CompletionItemKind.Constant,
  address: vscode.CompletionItemKind.Value,
};

function itemOf(
  { label, kind, detail, rank }: ProposedWord,
  index: number,
  range: vscode.Range,
): vscode.CompletionItem {
  const shown = visible(label);
  const item = new vscode.CompletionItem(
    detail === '' ? shown : { label: shown, description: visible(detail) },
    KINDS[kind],
  );
  item.insertText = label;
  item.filterText = label;
  item.range = range;
  item.sortText = `${rank}${String(index).padStart(4, '0')}`;
  return item;
}
