import type { ToEditor, ToView } from '../../shared/protocol';
import { completePacket } from '../packetInput/completePacket';
import type { FileEdit } from '../whatIf/fileEdit';
import { shownRemedy, type FoundRemedy } from '../remedies/findRemedies';
import { findSteps } from '../traceReport/findSteps';
import { runPage } from '../traceReport/makeReport';
import { traceMarkdown, traceText } from '../traceReport/traceText';
import { assumedOf } from './shareOf';
import { currentOf, inputOf, remediesOf, type SessionTrace } from './sessionTrace';
import { visibleMessage } from './visibleMessage';

/** What the editor has to do after a message. */
export type EditorEffect =
  | { readonly kind: 'post'; readonly message: ToView }
  /** Show a line, 1-based. */
  | { readonly kind: 'reveal'; readonly line: number; readonly focus: boolean }
  /** `said`: the message to the user after it. */
  | { readonly kind: 'copy'; readonly text: string; readonly said: string }
  /**
   * What the user says of tables that the file does not name has changed: `tables` of the session. Whatever else reads
   * the file goes by it.
   */
  | { readonly kind: 'tables' }
  /** Change the file. The lines are those of the model that was set last. */
  | { readonly kind: 'edit'; readonly edits: readonly FileEdit[] }
  /** Write down what is shown as an expectation: `traced` of the session. */
  | { readonly kind: 'expect' }
  /** Ask in which form to copy or save what is shown: `shared` of the session. */
  | { readonly kind: 'share' }
  /** Give the file this text again: it is as it was before it was edited. */
  | { readonly kind: 'restore'; readonly text: string }
  /** The packets that were traced last have changed: these, the newest first. */
  | { readonly kind: 'recent'; readonly packets: readonly string[] }
  /** The packets that the user keeps have changed: these. */
  | { readonly kind: 'pinned'; readonly packets: readonly string[] }
  /** `marks` of the session has changed. */
  | { readonly kind: 'marks' };

/** Text of the file goes to the view with its invisible characters escaped. */
export function post(message: ToView): EditorEffect {
  return { kind: 'post', message: visibleMessage(message) };
}

/**
 * What the editor does for a message that leaves the trace as it is. Nothing where the message is about another
 * `revision`.
 */
export function answerTo(message: ToEditor, trace: SessionTrace, revision: number): readonly EditorEffect[] {
  if ('revision' in message && message.revision !== revision) return [];
  switch (message.type) {
    case 'open-line':
      return [{ kind: 'reveal', line: message.line, focus: true }];
    case 'expand': {
      const input = inputOf(trace);
      const page = input && runPage(input, message.run, message.from, message.count);
      return page ? [post({ type: 'page', revision, page })] : [];
    }
    case 'find': {
      const input = inputOf(trace);
      const outcome = trace.report?.outcome;
      if (!input || !outcome) return [];
      return [post({ type: 'found', revision, text: message.text, ...findSteps(input, outcome, message.text) })];
    }
    case 'complete':
      return completionsFor(message, trace);
    case 'ask-remedies':
      return [post({ type: 'remedies', revision, remedies: remediesOf(trace).map(shownRemedy) })];
    case 'copy-remedy':
      return copyRemedy(remediesOf(trace)[message.index]);
    case 'try-remedy':
      return tryRemedy(remediesOf(trace)[message.index]);
    case 'add-expectation':
      return inputOf(trace) ? [{ kind: 'expect' }] : [];
    case 'share':
      return inputOf(trace) ? [{ kind: 'share' }] : [];
    case 'copy':
      return copyTrace(trace, message.format);
    default:
      return [];
  }
}

function completionsFor(
  { id, ...place }: Extract<ToEditor, { readonly type: 'complete' }>,
  { of }: SessionTrace,
): readonly EditorEffect[] {
  if (!of?.model || !of.dump) return [];
  return [post({ type: 'completions', id, completions: completePacket(of.model, of.dump, place) })];
}

function copyRemedy(found: FoundRemedy | undefined): readonly EditorEffect[] {
  const commands = found?.remedy.commands ?? [];
  return commands.length > 0 ? [{ kind: 'copy', text: commands.join('\n'), said: 'Copied' }] : [];
}

function tryRemedy(found: FoundRemedy | undefined): readonly EditorEffect[] {
  const edits = found?.edits() ?? [];
  return edits.length > 0 ? [{ kind: 'edit', edits }] : [];
}

function copyTrace(trace: SessionTrace, format: 'text' | 'markdown'): readonly EditorEffect[] {
  const evaluation = currentOf(trace);
  const input = evaluation?.input;
  const assumed = evaluation ? assumedOf(evaluation) : [];
  return input
    ? [
        {
          kind: 'copy',
          text: format === 'markdown' ? traceMarkdown(input, assumed) : traceText(input, assumed),
          said: 'The trace is on the clipboard',
        },
      ]
    : [];
}
