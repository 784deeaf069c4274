import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import type { Breakpoint } from './breakpoints';
import type { ExceptionFilter, FilterUse } from './filters';
import { filteredPlaces } from './filters';
import { holds } from './language/values';
import type { Moment } from './moment';
import { compareCursors, placeIn, type Cursor, type Recording } from './recording';

/** A place of a path where a breakpoint or a filter stops, or a logpoint writes. */
export interface Pause {
  readonly cursor: Cursor;
  /** Ids of the breakpoints that stop there. */
  readonly breakpoints: readonly number[];
  /** What a filter stopped for. */
  readonly exception: { readonly filter: ExceptionFilter; readonly text: string } | undefined;
  readonly logs: readonly { readonly text: string; readonly line: number }[];
}

export function isStop({ breakpoints, exception }: Pause): boolean {
  return breakpoints.length > 0 || exception !== undefined;
}

/**
 * All pauses of a path in order. They follow from the path alone, hit counts included, so that going back over them
 * stops at the same places.
 */
export function pausesOf(
  recording: Recording,
  breakpoints: readonly Breakpoint[],
  filters: readonly FilterUse[],
  momentAt: (cursor: Cursor) => Moment,
): readonly Pause[] {
  const found = new Map<
    string,
    { cursor: Cursor; breakpoints: number[]; exception: Pause['exception']; logs: Log[] }
  >();
  const at = (cursor: Cursor) => {
    const key = `${cursor.event}/${cursor.rule}`;
    let pause = found.get(key);
    if (!pause) found.set(key, (pause = { cursor, breakpoints: [], exception: undefined, logs: [] }));
    return pause;
  };
  const places = placesOf(recording, breakpoints);
  for (const breakpoint of breakpoints) {
    let hits = 0;
    for (const cursor of places.get(breakpoint) ?? []) {
      const moment = momentAt(cursor);
      if (breakpoint.condition && !holds(breakpoint.condition.value(moment))) continue;
      if (breakpoint.hit && !breakpoint.hit(++hits)) continue;
      if (breakpoint.log) at(cursor).logs.push({ text: breakpoint.log(moment), line: breakpoint.line });
      else at(cursor).breakpoints.push(breakpoint.id);
    }
  }
  for (const { cursor, filter, text } of filteredPlaces(recording, filters, momentAt))
    at(cursor).exception ??= { filter, text };
  return [...found.values()].sort((a, b) => compareCursors(a.cursor, b.cursor));
}

type Log = Pause['logs'][number];

/** Where each breakpoint is met, whatever its condition. The events are read once. */
function placesOf(
  recording: Recording,
  breakpoints: readonly Breakpoint[],
): ReadonlyMap<Breakpoint, readonly Cursor[]> {
  const ofRule = new Map<Rule, Breakpoint[]>();
  const ofChain = new Map<Chain, Breakpoint[]>();
  const rulesOf = new Map<Chain, Rule[]>();
  for (const breakpoint of breakpoints) {
    for (const rule of breakpoint.place?.rules ?? []) {
      if (!ofRule.has(rule)) push(rulesOf, rule.chain, rule);
      push(ofRule, rule, breakpoint);
    }
    for (const chain of breakpoint.place?.chains ?? []) push(ofChain, chain, breakpoint);
  }
  const places = new Map<Breakpoint, Map<string, Cursor>>();
  const meet = (of: readonly Breakpoint[] = [], cursor: Cursor): void => {
    for (const breakpoint of of) {
      const known = places.get(breakpoint) ?? new Map<string, Cursor>();
      places.set(breakpoint, known.set(`${cursor.event}/${cursor.rule}`, cursor));
    }
  };
  for (const [index, event] of recording.events.entries()) {
    if (event.kind === 'rule') meet(ofRule.get(event.rule), { event: index, rule: 0 });
    else if (event.kind === 'policy') meet(ofChain.get(event.chain), { event: index, rule: 0 });
    else if (event.kind === 'skipped')
      for (const rule of rulesOf.get(event.chain) ?? []) {
        const cursor = placeIn(event, index, rule);
        if (cursor) meet(ofRule.get(rule), cursor);
      }
  }
  if (ofChain.size > 0) for (const { chain, cursor } of recording.entries()) meet(ofChain.get(chain), cursor);
  return new Map([...places].map(([breakpoint, known]) => [breakpoint, [...known.values()].sort(compareCursors)]));
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
