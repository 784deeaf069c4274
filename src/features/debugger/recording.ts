import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import { lineNumber } from '../../core/syntax/typedLine';
import { framesOf, type Frame } from './frames';

/**
 * A place to stand at: an event of the path and, within a run of rules that did not match, one of its rules by its
 * number in the chain (else 0). What is there is about to be evaluated.
 */
export interface Cursor {
  readonly event: number;
  readonly rule: number;
}

export function compareCursors(a: Cursor, b: Cursor): number {
  return a.event - b.event || a.rule - b.rule;
}

export function sameCursor(a: Cursor, b: Cursor): boolean {
  return compareCursors(a, b) === 0;
}

/** Where a rule is evaluated within an event, the one at an index of the path; undefined where it is not. */
export function placeIn(event: TraceEvent | undefined, index: number, rule: Rule): Cursor | undefined {
  if (event?.kind === 'rule') return event.rule === rule ? { event: index, rule: 0 } : undefined;
  return event?.kind === 'skipped' &&
    event.chain === rule.chain &&
    rule.number >= event.from &&
    rule.number <= event.to &&
    event.rules[rule.number - 1] === rule
    ? { event: index, rule: rule.number }
    : undefined;
}

/**
 * The events of one path as places to stand at, one for each rule and policy that was evaluated, and the end. Forward
 * and back are the same, and nothing is evaluated. A place is computed when it is asked for: a run of 100,000 rules
 * that did not match is one event.
 */
export class Recording {
  readonly events: readonly TraceEvent[];
  readonly end: Cursor;
  private readonly frames: readonly (Frame | undefined)[];

  constructor(readonly walked: Walked) {
    this.events = walked.events;
    this.end = { event: walked.events.length, rule: 0 };
    this.frames = framesOf(walked.events);
  }

  /** The first place that stepping stops at; the end, where there is none. */
  get start(): Cursor {
    let first = this.firstFrom(0);
    while (this.isQuiet(first)) first = this.next(first);
    return first;
  }

  next(cursor: Cursor): Cursor {
    const event = this.events[cursor.event];
    if (event === undefined) return this.end;
    return event.kind === 'skipped' && cursor.rule < event.to
      ? { event: cursor.event, rule: cursor.rule + 1 }
      : this.firstFrom(cursor.event + 1);
  }

  /** undefined before the first place. */
  previous(cursor: Cursor): Cursor | undefined {
    const event = this.events[cursor.event];
    if (event?.kind === 'skipped' && cursor.rule > event.from) return { event: cursor.event, rule: cursor.rule - 1 };
    for (let index = cursor.event - 1; index >= 0; index--) {
      const before = this.events[index] as TraceEvent;
      if (this.isPlace(index)) return { event: index, rule: before.kind === 'skipped' ? before.to : 0 };
    }
    return undefined;
  }

  /** The first place at an event or after it. */
  firstFrom(index: number): Cursor {
    for (let at = index; at < this.events.length; at++) {
      const event = this.events[at] as TraceEvent;
      if (this.isPlace(at)) return { event: at, rule: event.kind === 'skipped' ? event.from : 0 };
    }
    return this.end;
  }

  isEnd({ event }: Cursor): boolean {
    return event >= this.events.length;
  }

  eventAt({ event }: Cursor): TraceEvent | undefined {
    return this.events[event];
  }

  ruleAt(cursor: Cursor): Rule | undefined {
    const event = this.events[cursor.event];
    if (event?.kind === 'rule') return event.rule;
    return event?.kind === 'skipped' ? event.rules[cursor.rule - 1] : undefined;
  }

  /** The line of what is there, 1-based; undefined where it is nowhere in the file. */
  lineAt(cursor: Cursor): number | undefined {
    const event = this.events[cursor.event];
    return event?.kind === 'policy' ? lineNumber(event.chain.line) : lineNumber(this.ruleAt(cursor)?.line);
  }

  /** The chain in which it stands, with the chains that jumped to it; undefined between the tables and at the end. */
  frameAt({ event }: Cursor): Frame | undefined {
    return this.frames[event];
  }

  /** A policy that lets pass what came to a chain without rules: stepping goes over it, breakpoints do not. */
  isQuiet({ event: index }: Cursor): boolean {
    const event = this.events[index];
    return event?.kind === 'policy' && event.verdict === 'ACCEPT' && event.chain.rules.length === 0;
  }

  /** The first place in a chain each time that it was entered, in order. A chain without a place is not among them. */
  *entries(): Iterable<{ readonly chain: Chain; readonly cursor: Cursor }> {
    let highest = 0;
    for (let index = 0; index < this.events.length; index++) {
      const frame = this.frames[index];
      if (!frame || frame.entered <= highest || !this.isPlace(index)) continue;
      highest = frame.entered;
      yield { chain: frame.chain, cursor: this.firstFrom(index) };
    }
  }

  private isPlace(index: number): boolean {
    switch (this.events[index]?.kind) {
      case 'rule':
      case 'skipped':
      case 'policy':
        return true;
      // The last one is the end itself.
      case 'kernel-drop':
        return index < this.events.length - 1;
      case 'translate':
        return this.events[index].established;
      default:
        return false;
    }
  }
}
