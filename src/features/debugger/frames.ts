import type { TraceEvent } from '../../core/netfilter/events';
import type { AnyTableName, Hook } from '../../core/xtables/view';
import type { Chain } from '../../core/ruleset/ruleSet';
import type { RuleEvent } from '../traceReport/traceInput';

/** A chain that is being evaluated, as an entry of the call stack. */
export interface Frame {
  readonly chain: Chain;
  readonly table: AnyTableName;
  readonly hook: Hook;
  /** The event of the rule that jumped here; undefined for a built-in chain. A goto has that of the chain it left. */
  readonly call: number | undefined;
  /** The frame that a RETURN goes back to. */
  readonly up: Frame | undefined;
  /** 1 for a built-in chain. */
  readonly depth: number;
  /** The number of its table on the path, from 1. */
  readonly visit: number;
  /** The number of the chain on the path, from 1: a chain that is entered twice has two frames. */
  readonly entered: number;
}

/** The frame of each event within a table, by its index. */
export function framesOf(events: readonly TraceEvent[]): readonly (Frame | undefined)[] {
  const frames: (Frame | undefined)[] = [];
  let frame: Frame | undefined;
  let visit = 0;
  let entered = 0;
  for (const [index, event] of events.entries()) {
    switch (event.kind) {
      case 'table-enter':
        frame = {
          chain: event.chain,
          table: event.table,
          hook: event.hook,
          call: undefined,
          up: undefined,
          depth: 1,
          visit: ++visit,
          entered: ++entered,
        };
        break;
      case 'rule':
      case 'skipped':
        // A packet that the caller puts into a chain begins in another one than the table does.
        if (frame) frame = inChain(frame, event.kind === 'rule' ? event.rule.chain : event.chain);
        break;
      case 'policy':
        if (frame) frame = inChain(frame, event.chain);
        break;
      default:
        break;
    }
    frames.push(event.kind === 'table-enter' ? undefined : frame);
    if (!frame) continue;
    if (event.kind === 'return') frame = frame.up ?? inChain(frame, event.to);
    else if (event.kind === 'table-leave' || event.kind === 'kernel-drop' || event.kind === 'copy-end')
      frame = undefined;
    else if (event.kind === 'rule') {
      const to = enteredChain(event, events[index + 1]);
      if (to)
        frame = goesTo(event)
          ? { ...frame, chain: to, entered: ++entered }
          : { ...frame, chain: to, call: index, up: frame, depth: frame.depth + 1, entered: ++entered };
    }
  }
  return frames;
}

function inChain(frame: Frame, chain: Chain): Frame {
  return frame.chain === chain ? frame : { ...frame, chain };
}

/** The chain that a rule led to: what comes after it happens one level deeper. */
function enteredChain({ matched, depth }: RuleEvent, next: TraceEvent | undefined): Chain | undefined {
  if (!matched || !next) return undefined;
  switch (next.kind) {
    case 'rule':
      return next.depth > depth ? next.rule.chain : undefined;
    case 'skipped':
    case 'return':
      return next.depth > depth ? next.chain : undefined;
    default:
      return undefined;
  }
}

function goesTo({ rule: { target }, effect }: RuleEvent): boolean {
  if (target.kind === 'jump') return target.goto;
  return effect?.kind === 'jump' && effect.goto;
}
