import type { ToView } from '../../shared/protocol';
import type { FileEdit } from '../remedies/fileEdits';
import type { FoundRemedy } from '../remedies/findRemedies';
import type { TraceInput } from '../traceReport/traceInput';
import { traceMarkdown, traceText } from '../traceReport/traceText';

/** What the editor has to do after a message. */
export type Effect =
  | { readonly kind: 'post'; readonly message: ToView }
  /** Show a line, 1-based. */
  | { readonly kind: 'reveal'; readonly line: number; readonly focus: boolean }
  /** `said`: what to tell the user then. */
  | { readonly kind: 'copy'; readonly text: string; readonly said: string }
  /**
   * What the user says of tables that the file does not name has changed: `tables` of the session. Whatever else reads
   * the file goes by it.
   */
  | { readonly kind: 'tables' }
  /** Change the file. The lines are those of the model that was set last. */
  | { readonly kind: 'edit'; readonly edits: readonly FileEdit[] }
  /** `marks` of the session has changed. */
  | { readonly kind: 'marks' };

export function copyRemedy(found: FoundRemedy | undefined): readonly Effect[] {
  const commands = found?.remedy.commands ?? [];
  return commands.length > 0 ? [{ kind: 'copy', text: commands.join('\n'), said: 'Copied' }] : [];
}

export function tryRemedy(found: FoundRemedy | undefined): readonly Effect[] {
  const edits = found?.edits ?? [];
  return edits.length > 0 ? [{ kind: 'edit', edits }] : [];
}

export function copyTrace(input: TraceInput | undefined, format: 'text' | 'markdown'): readonly Effect[] {
  return input
    ? [
        {
          kind: 'copy',
          text: format === 'markdown' ? traceMarkdown(input) : traceText(input),
          said: 'The trace is on the clipboard',
        },
      ]
    : [];
}
