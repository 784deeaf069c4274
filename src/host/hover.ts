import * as vscode from 'vscode';
import { blocksToMarkdown } from '../features/hover/blocks';
import { noteBlocks } from '../features/hover/noteBlocks';
import { hoverAt } from '../features/hover/hover';
import { SELECTOR, type Documents } from './documents';
import type { ErrorEdge } from './edge';
import { isEnabled } from './settings';
import type { TracePanels } from './tracePanels';
import { completeStep } from './walkthrough';

/** Explains what the mouse is over. */
export function registerHover(documents: Documents, panels: TracePanels, edge: ErrorEdge): vscode.Disposable {
  return vscode.languages.registerHoverProvider(
    SELECTOR,
    edge.provider<vscode.HoverProvider>('Hover', {
      provideHover(document, position, token) {
        if (!isEnabled('hover.enabled', document.uri)) return undefined;
        const model = documents.modelOf(document);
        if (!model || token.isCancellationRequested) return undefined;
        const hover = hoverAt(model, position.line, position.character);
        if (!hover) return undefined;
        completeStep('iptables.hovered');
        const [note] = panels.of(document.uri)?.session.notesIn(position.line + 1, position.line + 1) ?? [];
        const blocks = note ? [...noteBlocks(note), ...hover.blocks] : hover.blocks;
        // Text of a file is in it: no commands, no HTML.
        const markdown = new vscode.MarkdownString(blocksToMarkdown(blocks));
        return new vscode.Hover(
          markdown,
          new vscode.Range(position.line, hover.range.start, position.line, hover.range.end),
        );
      },
    }),
  );
}
