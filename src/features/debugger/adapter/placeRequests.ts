import type { DebugProtocol } from '@vscode/debugprotocol';
import { visible } from '../../../core/text/visible';
import type { DebugThread } from '../debugThread';
import type { Frame } from '../frames';
import { FIELDS } from '../language/fields';
import { compareCursors, type Cursor } from '../recording';

/** At most this many visits of a line are offered. */
const MOST_TARGETS = 50;

/** The visits of a line on the path of a thread, from where it is on: those before come last. */
export function gotoTargets(thread: DebugThread, line: number): readonly DebugProtocol.GotoTarget[] {
  const all = visitsOf(thread, line);
  const next = all.findIndex((cursor) => compareCursors(cursor, thread.cursor) > 0);
  const order = all.map((_, index) => index);
  return [...order.slice(Math.max(0, next)), ...order.slice(0, Math.max(0, next))]
    .slice(0, MOST_TARGETS)
    .map((index) => {
      const cursor = all[index] as Cursor;
      const rule = thread.recording.ruleAt(cursor);
      const frame = thread.recording.frameAt(cursor) as Frame;
      const at = rule ? `rule ${rule.number}` : 'policy';
      const place = `${frame.chain.name} ${at}, table ${frame.table} in ${frame.hook}`;
      const time = all.length > 1 ? `, visit ${index + 1} of ${all.length}` : '';
      return { id: line * MOST_VISITS + index, label: visible(place + time), line };
    });
}

/** Up to this many visits of a line are distinguished. */
const MOST_VISITS = 10_000;

/** The place that a target stands for; undefined where the thread does not come there. */
export function targetOf(thread: DebugThread, id: number): Cursor | undefined {
  return visitsOf(thread, Math.floor(id / MOST_VISITS))[id % MOST_VISITS];
}

function visitsOf({ recording }: DebugThread, line: number): readonly Cursor[] {
  const visits: Cursor[] = [];
  for (const [index, event] of recording.events.entries()) {
    if (visits.length === MOST_VISITS) break;
    if (event.kind === 'rule' || event.kind === 'policy') {
      const cursor = { event: index, rule: 0 };
      if (recording.lineAt(cursor) === line) visits.push(cursor);
    } else if (event.kind === 'skipped') {
      for (let number = event.from; number <= event.to; number++)
        if ((event.rules[number - 1]?.line.index ?? -1) + 1 === line) visits.push({ event: index, rule: number });
    }
  }
  return visits;
}

/** Names that fit where something is being typed; `column`: 1-based, after what was typed. */
export function completions(text: string, column: number): readonly DebugProtocol.CompletionItem[] {
  const before = text.slice(0, Math.max(0, column - 1));
  const start = before.search(/[A-Za-z_.]*$/);
  const typed = before.slice(start);
  const names = [...FIELDS.map(({ name }) => name), 'packet', 'connection', 'rule', 'memories', 'host', 'assumed'];
  return names
    .filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()))
    .map((label) => ({ label, type: 'field', start, length: typed.length }));
}
