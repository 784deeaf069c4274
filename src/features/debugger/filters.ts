import type { TraceEvent } from '../../core/netfilter/events';
import { changeWords, packetChanges } from '../traceReport/packetWords';
import { explainKernelDrop } from '../traceReport/explainKernelDrop';
import { ruleChanges } from '../traceReport/ruleChanges';
import { labelOf } from '../traceReport/questions';
import type { Expression } from './language/parse';
import { holds } from './language/values';
import type { Moment } from './moment';
import type { Cursor, Recording } from './recording';

/** Events at which a packet can be stopped, as "exception breakpoints" of the editor. */
export type ExceptionFilter = 'dropped' | 'rewritten' | 'assumed';

export const FILTERS: readonly {
  readonly filter: ExceptionFilter;
  readonly label: string;
  readonly description: string;
}[] = [
  {
    filter: 'dropped',
    label: 'Packet Is Dropped',
    description: 'Stops before a rule, a policy or the kernel drops it.',
  },
  {
    filter: 'rewritten',
    label: 'Packet Is Rewritten',
    description: 'Stops before NAT or a target such as MARK or TOS changes the packet.',
  },
  {
    filter: 'assumed',
    label: 'An Assumption Decides',
    description: 'Stops before a rule whose match the file does not decide.',
  },
];

/** `Packet Is Dropped`. */
export function filterLabel(filter: ExceptionFilter | undefined): string | undefined {
  return FILTERS.find((each) => each.filter === filter)?.label;
}

export interface FilterUse {
  readonly filter: ExceptionFilter;
  readonly condition: Expression | undefined;
}

interface FilteredPlace {
  readonly cursor: Cursor;
  readonly filter: ExceptionFilter;
  /** `Dropped by the policy of INPUT`. */
  readonly text: string;
}

export function* filteredPlaces(
  recording: Recording,
  filters: readonly FilterUse[],
  momentAt: (cursor: Cursor) => Moment,
): Iterable<FilteredPlace> {
  if (filters.length === 0) return;
  const assumed = assumedAt(recording);
  for (const [index, event] of recording.events.entries()) {
    for (const { filter, condition } of filters) {
      const text =
        filter === 'dropped'
          ? dropText(recording, event, index)
          : filter === 'rewritten'
            ? changeText(recording, event, index)
            : assumed(event);
      if (text === undefined) continue;
      const cursor = recording.firstFrom(index);
      if (!condition || holds(condition.value(momentAt(cursor)))) yield { cursor, filter, text };
    }
  }
}

function dropText({ events }: Recording, event: TraceEvent, index: number): string | undefined {
  switch (event.kind) {
    case 'rule': {
      const next = events[index + 1];
      if (event.broken !== undefined) return `Dropped by the kernel: ${event.broken}`;
      if (next?.kind !== 'table-leave' || next.verdict === 'ACCEPT') return undefined;
      return (
        `${next.verdict === 'REJECT' ? 'Rejected' : 'Dropped'} by ${event.rule.chain.name} rule ` +
        `${event.rule.number}`
      );
    }
    case 'policy':
      return event.verdict === 'DROP' ? `Dropped by the policy of ${event.chain.name}` : undefined;
    case 'kernel-drop': {
      const before = events[index - 1];
      return before?.kind === 'rule' && before.broken !== undefined
        ? undefined
        : `Dropped by the kernel: ${explainKernelDrop(event.reason)}`;
    }
    default:
      return undefined;
  }
}

function changeText({ events }: Recording, event: TraceEvent, index: number): string | undefined {
  if (event.kind === 'translate' && event.established)
    return `Rewritten: ${packetChanges(event.before, event.after).map(changeWords).join(', ')}`;
  if (event.kind !== 'rule' || !event.matched) return undefined;
  const changes = ruleChanges(events, index, event);
  return changes.length === 0 ? undefined : `Rewritten: ${changes.map(changeWords).join(', ')}`;
}

/** What a rule's event rests on that is open and was taken for so on this path. */
function assumedAt({ walked: { assumptions } }: Recording): (event: TraceEvent) => string | undefined {
  const open = new Map<object, string>();
  for (const each of assumptions) if (!each.settled && !open.has(each.rule)) open.set(each.rule, labelOf(each));
  return (event) => {
    const label = event.kind === 'rule' ? open.get(event.rule) : undefined;
    return label === undefined ? undefined : `Assumed: ${label}`;
  };
}
