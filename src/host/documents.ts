import * as vscode from 'vscode';
import { parseSourceFile } from '../core/syntax/parse';
import { printSourceFile } from '../core/syntax/print';
import type { SourceFile } from '../core/syntax/sourceFile';
import type { SaidTables } from '../core/ruleset/oneHost/saidTables';
import { edited, type Edited } from '../features/editedModel';
import { modelOf, type FileModel } from '../features/fileModel';
import { holdsRules } from '../features/holdsRules';
import type { ErrorEdge } from './edge';

/**
 * Languages in whose files there may be rules. Output channels are omitted: they grow all the time and nobody edits
 * them.
 */
export const LANGUAGES = [
  'iptables',
  'markdown',
  'log',
  'plaintext',
  'shellscript',
  'yaml',
  'json',
  'jsonc',
  'jsonl',
  'diff',
  'ini',
  'properties',
  'dockerfile',
  'makefile',
  'html',
  'nftables',
] as const;

export const SELECTOR: vscode.DocumentSelector = LANGUAGES.map((language) => ({ language }));

/** An edit of more parts than this is read anew as a whole. */
const MOST_PARTS = 200;

interface OpenDocument {
  readonly document: vscode.TextDocument;
  file: SourceFile | undefined;
  model: FileModel | undefined;
  /** Whether there are rules in it; undefined: not checked yet. */
  rules: boolean | undefined;
}

/**
 * What the extension knows of the open documents. A document is read when first asked for; edits are read line by line
 * from then on.
 */
export class Documents implements vscode.Disposable {
  private readonly entries = new Map<string, OpenDocument>();
  /** What the user says of tables that a file does not name, by its URI. */
  private readonly said = new Map<string, SaidTables>();
  private readonly changed = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly subscriptions: vscode.Disposable[];
  /** A document that may hold rules was edited, or has to be read another way; what is known of it is up to date. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly edge: ErrorEdge) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.onDidChangeTextDocument(
        edge.event('Following an edit', (event: vscode.TextDocumentChangeEvent) => this.edit(event)),
      ),
      vscode.workspace.onDidCloseTextDocument((document) => this.entries.delete(document.uri.toString())),
    ];
  }

  /** undefined where there are no rules in the document. */
  modelOf(document: vscode.TextDocument): FileModel | undefined {
    if (!this.hasRules(document)) return undefined;
    const entry = this.entryOf(document);
    entry.file ??= parse(document);
    return this.read(document, entry, entry.file);
  }

  /** The document is read as the user says, everywhere in the editor; undefined: as it states itself. */
  say(uri: vscode.Uri, tables: SaidTables | undefined): void {
    const key = uri.toString();
    if (tables === undefined ? !this.said.delete(key) : tables === this.said.get(key)) return;
    if (tables) this.said.set(key, tables);
    const entry = this.entries.get(key);
    if (!entry) return;
    entry.model = undefined;
    if (!entry.document.isClosed) this.changed.fire(entry.document);
  }

  hasRules(document: vscode.TextDocument): boolean {
    if (!mayHaveRules(document)) return false;
    if (document.languageId === 'iptables') return true;
    const entry = this.entryOf(document);
    if (entry.file) return this.read(document, entry, entry.file).dumps.length > 0;
    entry.rules ??= holdsRules(document.getText(), () => this.read(document, entry, (entry.file = parse(document))));
    return entry.rules;
  }

  /** Whether what is known of a document is what it says; for tests. */
  isInStep(document: vscode.TextDocument): boolean {
    const file = this.entries.get(document.uri.toString())?.file;
    return (
      file === undefined || printSourceFile(file).replace(/\r\n?/g, '\n') === document.getText().replace(/\r\n?/g, '\n')
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.entries.clear();
  }

  private read(document: vscode.TextDocument, entry: OpenDocument, file: SourceFile): FileModel {
    return (entry.model ??= modelOf(file, this.said.get(document.uri.toString())));
  }

  private entryOf(document: vscode.TextDocument): OpenDocument {
    const key = document.uri.toString();
    let entry = this.entries.get(key);
    if (entry?.document !== document) {
      entry = { document, file: undefined, model: undefined, rules: undefined };
      this.entries.set(key, entry);
    }
    return entry;
  }

  private edit({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0 || !mayHaveRules(document)) return;
    const entry = this.entries.get(document.uri.toString());
    if (entry) {
      const { file, model } = entry;
      entry.rules = undefined;
      // What cannot be followed is read anew.
      const now = file
        ? this.edge.run(
            'Following an edit',
            () => follow(file, model, document, contentChanges),
            () => undefined,
          )
        : undefined;
      entry.file = now?.file;
      entry.model = now?.model;
    }
    this.changed.fire(document);
  }
}

/** A document of a supported language, whether or not there are rules in it. */
export function mayHaveRules({ languageId, uri }: vscode.TextDocument): boolean {
  return (LANGUAGES as readonly string[]).includes(languageId) && uri.scheme !== 'output';
}

function parse(document: vscode.TextDocument): SourceFile {
  return parseSourceFile(document.getText(), { fileName: document.fileName, languageId: document.languageId });
}

/** The parts come in an order in which each can be put in place after the one before. undefined: to be read anew. */
function follow(
  file: SourceFile,
  model: FileModel | undefined,
  document: vscode.TextDocument,
  changes: readonly vscode.TextDocumentContentChangeEvent[],
): Edited | undefined {
  if (changes.length > MOST_PARTS) return undefined;
  let now: Edited = { file, model };
  for (const { range, text } of changes) {
    now = edited(now.file, now.model, {
      startLine: range.start.line,
      startColumn: range.start.character,
      endLine: range.end.line,
      endColumn: range.end.character,
      newText: text,
    });
  }
  const last = changes[changes.length - 1]?.range.start.line ?? 0;
  const agrees =
    now.file.lines.length === document.lineCount &&
    [last, document.lineCount - 1].every(
      (line) => line >= document.lineCount || now.file.lines[line]?.text === document.lineAt(line).text,
    );
  return agrees ? now : undefined;
}
