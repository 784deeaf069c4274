import * as vscode from 'vscode';
import { regionsOf } from '../features/regions';
import type { Documents } from './documents';
import type { ErrorEdge } from './edge';

/** In notes and logs rule sets can be folded; rules files have the markers of the language for that. */
export function registerFolding(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  return vscode.languages.registerFoldingRangeProvider(
    [{ language: 'markdown' }, { language: 'log' }, { language: 'plaintext' }],
    edge.provider<vscode.FoldingRangeProvider>('Folding', {
      provideFoldingRanges(document, _context, token) {
        const model = documents.modelOf(document);
        // Nothing at all, so that the editor folds by indentation as it does without us.
        if (!model || token.isCancellationRequested) return undefined;
        return regionsOf(model).map(({ from, to }) => new vscode.FoldingRange(from, to));
      },
    }),
  );
}
