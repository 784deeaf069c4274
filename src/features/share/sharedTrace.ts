import type { CardDecision } from '../../shared/traceReport';
import { outcomeTabs } from '../traceReport/outcomeTabs';
import type { TraceInput } from '../traceReport/traceInput';

/** A trace with what its reader needs to know besides: there is no view that shows it. */
export interface SharedTrace {
  readonly input: TraceInput;
  /** What neither the file nor the packet states, a sentence each. */
  readonly assumed: readonly string[];
  readonly file: string;
  /** The whole exchange that the packet is part of; without legs there is none. */
  readonly journey: SharedJourney;
}

export interface SharedJourney {
  /** The way there, in the order of time. */
  readonly legs: readonly SharedLeg[];
  readonly replies: readonly {
    readonly id: string;
    readonly label: string;
    /** As that of the leg that it replies to. */
    readonly when: string | undefined;
    readonly text: string;
  }[];
  /** Why it ends, and remarks on the rules; a sentence each. */
  readonly remarks: readonly string[];
}

interface SharedLeg {
  readonly id: string;
  /** `client → proxy :15006`. */
  readonly label: string;
  /** Why a proxy sends it. */
  readonly note: string | undefined;
  /** There is this leg only if. */
  readonly when: string | undefined;
  readonly input: TraceInput;
  readonly assumed: readonly string[];
}

export const ALONE: SharedJourney = { legs: [], replies: [], remarks: [] };

/** Assumptions of the packet and of each leg, each once, in that order. */
export function allAssumed({ assumed, journey }: Pick<SharedTrace, 'assumed' | 'journey'>): readonly string[] {
  return [...new Set([...assumed, ...journey.legs.flatMap((leg) => leg.assumed)])];
}

/** `one of 2 possible outcomes: ACCEPT, DROP`; empty where there is one. */
export function otherOutcomes(input: TraceInput): string {
  const tabs = outcomeTabs(input);
  return tabs.length > 1
    ? `one of ${tabs.length} possible outcomes: ${tabs.map(({ badge }) => badge.text).join(', ')}`
    : '';
}

/** `line 7, INPUT rule 2 ACCEPT`. */
export function decisionPlace({ line, place, target }: CardDecision): string {
  return `${line === undefined ? '' : `line ${line}, `}${place} ${target}`.trimEnd();
}
