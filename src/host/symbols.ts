import * as vscode from 'vscode';
import { symbolsOf, type OutlineSymbol } from '../features/symbols';
import { SELECTOR, type Documents } from './documents';
import type { ErrorEdge } from './edge';
import { linesRange, rangeOf } from './positions';

/** Outline, breadcrumbs, and Go to Symbol. */
export function registerSymbols(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  return vscode.languages.registerDocumentSymbolProvider(
    SELECTOR,
    edge.provider<vscode.DocumentSymbolProvider>('Outline', {
      provideDocumentSymbols(document, token) {
        const model = documents.modelOf(document);
        return model && !token.isCancellationRequested
          ? symbolsOf(model).map((symbol) => documentSymbol(document, symbol))
          : undefined;
      },
    }),
    { label: 'iptables' },
  );
}

function documentSymbol(document: vscode.TextDocument, symbol: OutlineSymbol): vscode.DocumentSymbol {
  const made = new vscode.DocumentSymbol(
    symbol.name,
    symbol.detail,
    KINDS[symbol.kind],
    document.validateRange(linesRange(symbol.from, symbol.to)),
    document.validateRange(rangeOf(symbol.selection)),
  );
  made.children = symbol.children.map((child) => documentSymbol(document, child));
  return made;
}

const KINDS: Readonly<Record<OutlineSymbol['kind'], vscode.SymbolKind>> = {
  dump: vscode.SymbolKind.Module,
  table: vscode.SymbolKind.Class,
  chain: vscode.SymbolKind.Function,
  rule: vscode.SymbolKind.Field,
};
