import * as vscode from 'vscode';
import { blocksToMarkdown } from '../features/hover/blocks';
import { hoverAt } from '../features/hover/hover';
import { SELECTOR, type Documents } from './documents';
import type { ErrorEdge } from './edge';
import { isEnabled } from './settings';

/** Explains what the mouse is over. */
export function registerHover(documents: Documents, edge: ErrorEdge): vscode.Disposable {
  return vscode.languages.registerHoverProvider(
    SELECTOR,
    edge.provider<vscode.HoverProvider>('Hover', {
      provideHover(document, position, token) {
        if (!isEnabled('hover.enabled', document.uri)) return undefined;
        const model = documents.modelOf(document);
        if (!model || token.isCancellationRequested) return undefined;
        const hover = hoverAt(model, position.line, position.character);
        if (!hover) return undefined;
        // Text of a file stands in it: no commands, no HTML.
        const markdown = new vscode.MarkdownString(blocksToMarkdown(hover.blocks));
        return new vscode.Hover(
          markdown,
          new vscode.Range(position.line, hover.range.start, position.line, hover.range.end),
        );
      },
    }),
  );
}
