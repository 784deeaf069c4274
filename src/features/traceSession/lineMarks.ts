import { selectedPath, type RuleEvent, type TraceInput } from '../traceReport/traceInput';
import type { StepId, Tone } from '../../shared/traceReport';
import { lineOfStep } from '../traceReport/makeReport';
import { badgeOf, decisiveEvent } from '../traceReport/verdict';

/**
 * How a line of the file took part in the trace; the later ones in this list win where a line took part more than once.
 */
export const MARK_KINDS = [
  'off',
  'matched',
  'jumped',
  'changed',
  'unknown',
  'decisive',
  'sent',
  'redirected',
  'dropped',
] as const;

export type MarkKind = (typeof MARK_KINDS)[number];

/** A line of the file that the packet left a trace on. */
interface LineMark {
  /** 1-based. */
  readonly line: number;
  readonly kind: MarkKind;
  /** Shown after the line: what it came to. Empty for all but the line that decided. */
  readonly text: string;
}

export interface LineMarks {
  readonly marks: readonly LineMark[];
  /** The line of the selected step, 1-based. */
  readonly selected: number | undefined;
}

export const NO_MARKS: LineMarks = { marks: [], selected: undefined };

/**
 * The lines that matched in the path that is shown, each once, in the order of the file. `whose` comes before
 * what it came to. `gone`: lines, 1-based, whose rules are not there in what is tried.
 */
export function lineMarks(
  input: TraceInput,
  step: StepId | undefined,
  whose: string,
  gone: readonly number[],
): LineMarks {
  const walked = selectedPath(input);
  const decisive = decisiveEvent(walked);
  const badge = badgeOf(walked);
  const byLine = new Map<number, LineMark>();
  const put = (mark: LineMark): void => {
    if (mark.line < 1) return;
    const before = byLine.get(mark.line);
    if (before === undefined || MARK_KINDS.indexOf(mark.kind) > MARK_KINDS.indexOf(before.kind))
      byLine.set(mark.line, mark);
  };
  for (const line of gone) put({ line, kind: 'off', text: 'what if: off' });
  const endKind = END_KINDS[badge.tone];
  walked.events.forEach((event, index) => {
    if (event.kind === 'rule') {
      const kind = index === decisive && decides(event) ? endKind : kindOf(event);
      if (kind !== undefined)
        put({
          line: event.rule.line.index + 1,
          kind,
          text: index === decisive && kind === endKind ? `${whose}→ ${badge.text}` : '',
        });
    } else if (event.kind === 'policy' && index === decisive && event.chain.line) {
      put({ line: event.chain.line.index + 1, kind: endKind, text: `${whose}→ ${badge.text} by policy` });
    }
  });
  const marks = [...byLine.values()].sort((a, b) => a.line - b.line);
  return { marks, selected: step === undefined ? undefined : lineOfStep(input, step) };
}

/** The line that decided has the colour of the verdict in the trace view. */
const END_KINDS: Readonly<Record<Tone, MarkKind>> = {
  accept: 'decisive',
  sent: 'sent',
  redirect: 'redirected',
  unknown: 'unknown',
  drop: 'dropped',
  reject: 'dropped',
};

function kindOf({ matched, rule, effect }: RuleEvent): MarkKind | undefined {
  if (!matched) return undefined;
  if (rule.target.kind === 'jump') return 'jumped';
  if (rule.target.kind === 'unknown') return 'unknown';
  if (effect?.kind === 'reject' || (effect?.kind === 'verdict' && effect.verdict === 'DROP')) return 'dropped';
  return changes(effect) ? 'changed' : 'matched';
}

/** NAT, a mark, a TTL: the packet or its connection is not what it was. */
function changes(effect: RuleEvent['effect']): boolean {
  switch (effect?.kind) {
    case 'nat':
    case 'redirect':
    case 'masquerade':
    case 'tproxy':
      return true;
    case 'continue':
    case 'verdict':
      return effect.packet !== undefined || effect.conntrack !== undefined;
    default:
      return false;
  }
}

/** A rule that only jumps or counts was the last to match where nothing decided; it is no more than that. */
function decides({ rule, effect }: RuleEvent): boolean {
  return rule.target.kind === 'extension' && effect?.kind !== 'continue';
}
