import type { DebugProtocol } from '@vscode/debugprotocol';
import { visible } from '../../../core/text/visible';
import { filterLabel } from '../filters';
import type { Stop } from '../debugSession';

/** The event that says where and why the packet has stopped. */
export function stoppedBody({ thread, reason, text, filter, breakpoints }: Stop): DebugProtocol.StoppedEvent['body'] {
  const description = filterLabel(filter) ?? descriptionOf(reason);
  return {
    reason: reason === 'end' ? 'step' : reason,
    threadId: thread.id,
    allThreadsStopped: true,
    ...(description !== undefined && { description }),
    ...(text !== undefined && { text: visible(text) }),
    ...(breakpoints.length > 0 && { hitBreakpointIds: [...breakpoints] }),
    // The user keeps the focus for editing.
    ...(reason === 'restart' && { preserveFocusHint: true }),
  };
}

function descriptionOf(reason: Stop['reason']): string | undefined {
  switch (reason) {
    case 'end':
      return 'Paused at the end';
    case 'restart':
      return 'Sent again after an edit';
    default:
      return undefined;
  }
}
