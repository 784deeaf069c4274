import * as vscode from 'vscode';
import { chainDefinition, chainMentions } from '../features/navigation';
import { SELECTOR, type Documents } from './documents';
import type { ErrorEdge } from './edge';
import { rangeOf } from './positions';

/** From a jump to the chain, from a chain to all that jump to it. */
export function registerNavigation(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  const mentionsAt = (
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
    token: vscode.CancellationToken,
  ) => {
    const model = documents.modelOf(document);
    return model && !token.isCancellationRequested ? chainMentions(model, line, character) : [];
  };
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(
      SELECTOR,
      edge.provider<vscode.DefinitionProvider>('Go to Definition', {
        provideDefinition(document, { line, character }, token) {
          const model = documents.modelOf(document);
          const found = model && !token.isCancellationRequested ? chainDefinition(model, line, character) : undefined;
          return found && new vscode.Location(document.uri, rangeOf(found));
        },
      }),
    ),
    vscode.languages.registerReferenceProvider(
      SELECTOR,
      edge.provider<vscode.ReferenceProvider>('Go to References', {
        provideReferences(document, position, { includeDeclaration }, token) {
          return mentionsAt(document, position, token)
            .filter(({ kind }) => includeDeclaration || kind !== 'declaration')
            .map((mention) => new vscode.Location(document.uri, rangeOf(mention)));
        },
      }),
    ),
    vscode.languages.registerDocumentHighlightProvider(
      SELECTOR,
      edge.provider<vscode.DocumentHighlightProvider>('Highlights', {
        provideDocumentHighlights(document, position, token) {
          return mentionsAt(document, position, token).map(
            (mention) =>
              new vscode.DocumentHighlight(
                rangeOf(mention),
                mention.kind === 'jump' ? vscode.DocumentHighlightKind.Read : vscode.DocumentHighlightKind.Write,
              ),
          );
        },
      }),
    ),
  );
}
