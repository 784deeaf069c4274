import * as vscode from 'vscode';
import { regionsOf } from '../features/regions';
import type { Documents } from './documents';

/** In notes and logs rule sets can be folded; rules files have the markers of the language for that. */
export function registerFolding(documents: Documents): vscode.Disposable {
  return vscode.languages.registerFoldingRangeProvider([{ language: 'markdown' }, { language: 'log' }, { language: 'plaintext' }], {
    provideFoldingRanges(document, _context, token) {
      const model = documents.modelOf(document);
      // Nothing at all, so that the editor folds by indentation as it does without us.
      if (!model || token.isCancellationRequested) return undefined;
      return regionsOf(model).map(({ from, to }) => new vscode.FoldingRange(from, to));
    },
  });
}
