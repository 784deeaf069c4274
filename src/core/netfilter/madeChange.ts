import type { Packet } from '../net/packet';
import type { Rule } from '../ruleset/ruleSet';

/**
 * A change of the packet that no rule makes: the caller makes it before a rule is evaluated; `time` counts its
 * evaluations from 1. It is as if a rule before that one had rewritten the packet.
 */
export interface MadeChange {
  readonly rule: Rule;
  readonly time: number;
  readonly packet: Partial<Packet>;
}
