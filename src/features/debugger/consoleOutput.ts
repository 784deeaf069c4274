import type { TraceEvent } from '../../core/netfilter/events';
import { answerCard } from '../traceReport/card/answerCard';
import { badgeOf, textOfSpans, verdictOf } from '../traceReport/verdict';
import { stepDetail } from '../traceReport/stepDetail';
import { changeWords } from '../traceReport/packetWords';
import { selectedPath, type TraceInput } from '../traceReport/traceInput';
import type { Cursor } from './recording';

/** A line of the debug console. */
export interface Output {
  readonly text: string;
  /** 1-based, where the line of the file is known that it is about. */
  readonly line: number | undefined;
  /** It is shown even while the console is not visible. */
  readonly important: boolean;
}

/** What is written where it happens between the tables. */
const TOLD: ReadonlySet<TraceEvent['kind']> = new Set([
  'conntrack',
  'translate',
  'route',
  'ttl',
  'loopback',
  'copy',
  'copy-end',
  'kernel-drop',
]);

/** What happened to the packet between the tables, from one place up to another one. */
export function happenedBetween(
  input: TraceInput,
  from: Cursor,
  to: Cursor,
): readonly (Output & { readonly event: number })[] {
  const { events } = selectedPath(input);
  const said: (Output & { readonly event: number })[] = [];
  // The last one is said by how it ended.
  for (let event = Math.max(0, from.event); event < Math.min(to.event, events.length - 1); event++) {
    if (!TOLD.has((events[event] as TraceEvent).kind)) continue;
    const detail = stepDetail(input, { kind: 'event', event });
    if (!detail) continue;
    const changes = detail.changes.map(changeWords).join(', ');
    const words = [detail.happened, changes].filter((each) => each !== '').join(' ');
    said.push({ text: `${textOfSpans(detail.title)}: ${words}`, line: undefined, important: false, event });
  }
  return said;
}

/** How the path ended, in the words of the answer card. `name`: of the thread, where there are several. */
export function endOutput(input: TraceInput, name: string | undefined): readonly Output[] {
  const card = answerCard(input);
  const line = (text: string, at?: number): Output => ({ text, line: at, important: false });
  return [
    line(`${name ?? badgeOf(selectedPath(input)).text}: ${card.headline}.`),
    ...card.decided.map(({ word, line: at, place, target }) =>
      line(`  ${word} ${at === undefined ? '' : `line ${at}, `}${place}${target === '' ? '' : ` ${target}`}`, at),
    ),
    ...card.provided.map(({ what, reason }) => line(`  only if ${what} (${reason})`)),
    ...card.rows.map(({ label, parts }) =>
      line(
        `  ${label}: ${parts
          .map(({ text, assumed }) => `${text}${assumed ? ' (assumed)' : ''}`)
          .join('')
          .trim()
          // The card has room between its columns.
          .replace(/ {2,}/g, ', ')}`,
      ),
    ),
    ...(card.decided.length === 0 ? [line(`  ${textOfSpans(verdictOf(input))}`)] : []),
  ];
}
