import { lineWords } from '../../../core/syntax/typedLine';
import type { MadeChange } from '../../../core/netfilter/madeChange';
import type { Walked } from '../../../core/netfilter/events';
import type { Rule } from '../../../core/ruleset/ruleSet';
import { formatPacketExpression } from '../../../core/net/packetExpression';
import type { PacketRequest } from '../../../core/net/packetRequest';
import type { DebugThread } from '../debugThread';
import { traceOf, type Debuggee, type DebugTrace } from '../debuggee';
import { placeIn, Recording, sameCursor, type Cursor } from '../recording';
import { selectedPath, selectPath } from '../../traceReport/traceInput';
import { readNewValue } from './settable';

/** What is debugged after a change of the packet, and where it stands. */
export interface Changed {
  readonly debuggee: Debuggee;
  readonly changes: readonly MadeChange[];
  readonly trace: DebugTrace;
  /** The path that goes on from where the packet was changed, an index of the outcomes; and its place there. */
  readonly outcome: number;
  readonly cursor: Cursor;
  /** What was done, a sentence. */
  readonly said: string;
}

/**
 * Gives a field of the packet another value where a thread stands. Before the first rule the packet is sent anew with
 * that value. After it, the packet is traced again as if a rule had rewritten it just there: what happened before stays
 * as it was, its connection included. A string says why that cannot be done.
 */
export function changePacket(
  debuggee: Debuggee,
  trace: DebugTrace,
  changes: readonly MadeChange[],
  thread: DebugThread,
  field: string,
  text: string,
): Changed | string {
  const { recording, cursor } = thread;
  const { packet } = thread.moment();
  const value = readNewValue(field, text, packet);
  if (typeof value === 'string') return value;
  const isFirst = changes.length === 0 && sameCursor(cursor, recording.start) && !thread.atEnd;
  const short = field.slice(field.lastIndexOf('.') + 1);
  if (isFirst) return sentAnew(debuggee, trace, value.request, `The packet is sent with ${short} ${text.trim()}.`);
  const rule = recording.ruleAt(cursor);
  if (!rule || !value.patch)
    return 'The packet can be changed before a rule. Step back to the rule before which it is to change.';
  const time = timesMet(recording, rule, cursor);
  const same = changes.find((each) => each.rule === rule && each.time === time);
  const made: MadeChange = { rule, time, packet: { ...same?.packet, ...value.patch } };
  const all = [...changes.filter((each) => each !== same), made];
  const again = traceOf(debuggee, all);
  if (typeof again === 'string') return again;
  const found = pathOn(again, recording.walked, cursor, rule, time);
  if (!found) return 'The packet does not reach this rule in the same way with that value, so it stays as it was.';
  return {
    debuggee,
    changes: all,
    trace: again,
    ...found,
    said:
      `From here on the packet has ${short} ${text.trim()}, as if a rule before ${lineWords(rule.line)} had ` +
      'rewritten it. What came before stays as it was, its connection included.',
  };
}

function sentAnew(
  debuggee: Debuggee,
  { request }: DebugTrace,
  change: Partial<PacketRequest>,
  said: string,
): Changed | string {
  const { inner, extHeaders, fragTotal } = request;
  // What the packet language has no words for would be lost.
  if (inner || fragTotal !== undefined || extHeaders?.some(({ type }) => type !== 'frag'))
    return 'No packet expression describes this packet: start again with another packet.';
  const changed: Debuggee = { ...debuggee, packet: formatPacketExpression({ ...request, ...change }) };
  const trace = traceOf(changed);
  if (typeof trace === 'string') return trace;
  const { start } = new Recording(selectedPath(selectPath(trace.input, 0)));
  return { debuggee: changed, changes: [], trace, outcome: 0, cursor: start, said };
}

/** How many times a rule was evaluated up to a place, the one that is there included. */
function timesMet({ events }: Recording, rule: Rule, until: Cursor): number {
  let times = 0;
  for (let index = 0; index <= until.event && index < events.length; index++) {
    if (placeIn(events[index], index, rule)) times++;
  }
  return times;
}

/** The first path that comes to the rule as this one did, and the place there. */
function pathOn(
  { input }: DebugTrace,
  before: Walked,
  until: Cursor,
  rule: Rule,
  time: number,
): { readonly outcome: number; readonly cursor: Cursor } | undefined {
  const way = wayTo(before, until);
  for (const [outcome, walked] of input.traced.outcomes.entries()) {
    let times = 0;
    for (const [index, event] of walked.events.entries()) {
      const cursor = placeIn(event, index, rule);
      if (!cursor || ++times < time) continue;
      if (sameWay(way, wayTo(walked, cursor))) return { outcome, cursor };
      break;
    }
  }
  return undefined;
}

/** The chains that were entered and the rules that matched, in order. */
function wayTo({ events }: Walked, { event: until }: Cursor): readonly object[] {
  const way: object[] = [];
  for (let index = 0; index < until; index++) {
    const event = events[index];
    if (event?.kind === 'table-enter') way.push(event.chain);
    else if (event?.kind === 'rule' && event.matched) way.push(event.rule);
  }
  return way;
}

function sameWay(a: readonly object[], b: readonly object[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
