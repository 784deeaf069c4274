import type { PremiseId } from './premise';

/** The question cannot be answered from the packet, the host and the file. `reason` completes "unknown, because …". */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
  /** The chance of yes, 0–1, where the rule itself states one. */
  readonly probability?: number;
  /** The answer is there, but rests on this, which is in doubt. */
  readonly premise?: PremiseId;
  /** No is the likelier answer. */
  readonly unlikely?: true;
}

/** The answer of a match for a packet. */
export type Answer = true | false | Unknown;

export function unknown(reason: string, probability?: number): Unknown {
  return probability === undefined ? { kind: 'unknown', reason } : { kind: 'unknown', reason, probability };
}

/**
 * `!` before a condition. Some kernel matches do not negate plainly (a fragment has no port, negated or not):
 * those do it themselves.
 */
export function negate(answer: Answer): Answer {
  if (typeof answer === 'boolean') return !answer;
  return answer.probability === undefined ? answer : unknown(answer.reason, 1 - answer.probability);
}

/** How likely one of the two answers is, where the rule states the chance of yes. */
export function chanceOf({ probability }: Unknown, value: boolean): number | undefined {
  return probability === undefined ? undefined : value ? probability : 1 - probability;
}
