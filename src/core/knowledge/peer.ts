import { shapeOf, valueOf } from './shape';
import type { RuleView } from './view';

/** Whom a packet was sent to, by the rule that it matched: `Service shop/web:http`, one of whose endpoints gets it. */
export interface Peer {
  /** What it is: `Service`, `Published port`. */
  readonly noun: string;
  /** `shop/web:http`; empty where the rules do not name it. */
  readonly name: string;
  /** Who gets the packet in its place, where this rule shows it, and how many there are to choose from. */
  readonly behind?: { readonly noun: string; readonly count: number };
}

/** A port that a rule with DNAT publishes for a container or a pod. */
export function publishedPort(rule: RuleView, noun: string): Peer | undefined {
  if (rule.table !== 'nat' || rule.target !== 'DNAT') return undefined;
  return { noun: 'Published port', name: valueOf(shapeOf(rule), 'dport') ?? '', behind: { noun, count: 1 } };
}
