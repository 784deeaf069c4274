import * as vscode from 'vscode';
import { visible } from '../core/text/visible';
import type { Completion, CompletionKind } from '../features/completion/completion';
import { completionsAt } from '../features/completion/completionsAt';
import { itemBlocks } from '../features/completion/itemBlocks';
import { blocksToMarkdown } from '../features/hover/blocks';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';

/** What opens a list by being typed. Where nothing useful follows, no list comes. */
const TRIGGERS = ['-', ' ', '*', ':', ','];

const KINDS: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  operation: vscode.CompletionItemKind.Keyword,
  keyword: vscode.CompletionItemKind.Keyword,
  table: vscode.CompletionItemKind.Module,
  chain: vscode.CompletionItemKind.Function,
  match: vscode.CompletionItemKind.Class,
  target: vscode.CompletionItemKind.Event,
  option: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.EnumMember,
  interface: vscode.CompletionItemKind.Interface,
  set: vscode.CompletionItemKind.Struct,
};

/** An item that knows what it is about until its documentation is asked for. */
class Item extends vscode.CompletionItem {
  constructor(
    readonly completion: Completion,
    readonly document: vscode.TextDocument,
  ) {
    const { label, owner, detail, kind } = completion;
    const description = visible(owner ?? detail);
    const shown = visible(label);
    super(description === '' ? shown : { label: shown, description }, KINDS[kind]);
    if (shown !== label) this.filterText = label;
  }
}

/** Proposes what can come next in a rules file. */
export function registerCompletion(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  const provider: vscode.CompletionItemProvider<Item> = {
    provideCompletionItems(document, { line, character }, token, { triggerCharacter }) {
      const model = documents.modelOf(document);
      const list =
        model && !token.isCancellationRequested ? completionsAt(model, line, character, triggerCharacter) : undefined;
      if (!list) return undefined;
      const range = new vscode.Range(line, list.range.start, line, list.range.end);
      const items = list.items.map((completion, i) => itemOf(completion, i, range, document));
      return new vscode.CompletionList<Item>(items, list.incomplete);
    },
    resolveCompletionItem(item) {
      // Text of a file is in it: no commands, no HTML.
      const blocks = itemBlocks(item.completion.subject, documents.modelOf(item.document));
      if (blocks) item.documentation = new vscode.MarkdownString(blocksToMarkdown(blocks));
      return item;
    },
  };
  return vscode.languages.registerCompletionItemProvider(
    { language: 'iptables' },
    edge.provider('Completion', provider),
    ...TRIGGERS,
  );
}

function itemOf(completion: Completion, index: number, range: vscode.Range, document: vscode.TextDocument): Item {
  const item = new Item(completion, document);
  item.detail = completion.detail;
  item.range = range;
  item.insertText = completion.snippet ? new vscode.SnippetString(completion.insert) : completion.insert;
  item.sortText = `${completion.rank}${String(index).padStart(4, '0')}`;
  if (completion.inFront) {
    const { column, text } = completion.inFront;
    item.additionalTextEdits = [vscode.TextEdit.insert(new vscode.Position(range.start.line, column), text)];
  }
  if (completion.more) item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
  return item;
}
