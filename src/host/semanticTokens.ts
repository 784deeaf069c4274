import * as vscode from 'vscode';
import { semanticTokens } from '../features/semanticTokens';
import { TOKEN_TYPES } from '../features/tokenTypes';
import { LANGUAGES, type Documents } from './documents';
import type { ErrorEdge } from './edge';

/**
 * Colours rules in notes, logs, scripts and pastes, where no grammar knows them, and those of nftables in a rules file,
 * whose grammar is for iptables. Only what is on the screen is asked for, so that a log of 100,000 lines costs what a
 * page of it does.
 */
export function registerSemanticTokens(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  const legend = new vscode.SemanticTokensLegend([...TOKEN_TYPES]);
  const selector = LANGUAGES.map((language) => ({ language }));
  return vscode.languages.registerDocumentRangeSemanticTokensProvider(
    selector,
    edge.provider<vscode.DocumentRangeSemanticTokensProvider>('Colours', {
      provideDocumentRangeSemanticTokens(document, range, token) {
        const model = documents.modelOf(document);
        if (!model || token.isCancellationRequested) return undefined;
        const builder = new vscode.SemanticTokensBuilder(legend);
        for (const { line, start, end, type } of semanticTokens(
          model,
          range.start.line,
          range.end.line,
          document.languageId === 'iptables' ? 'nft' : 'all',
        ))
          builder.push(new vscode.Range(line, start, line, end), type);
        return builder.build();
      },
    }),
    legend,
  );
}
