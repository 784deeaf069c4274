import { HOOKS } from '../ruleset/ruleSet';
import type { ListedRule, TestedInterfaces } from './pack';

/** It tests no interface. */
export const NO_INTERFACE: TestedInterfaces = {};

/** `-i NAME`, or `! -i NAME`. */
export function inBy(value: string, inverted = false): TestedInterfaces {
  return { inInterface: { value, inverted } };
}

/** `-o NAME`, or `! -o NAME`. */
export function outBy(value: string, inverted = false): TestedInterfaces {
  return { outInterface: { value, inverted } };
}

/** Of a program that tests no interface in chains of this name, and none where a built-in chain jumps there. */
export function testsNone(rule: ListedRule, name: RegExp): TestedInterfaces | undefined {
  return name.test(rule.chain) || entersFromHook(rule, name) ? NO_INTERFACE : undefined;
}

/** A built-in chain jumps to a chain of this name. */
export function entersFromHook({ chain, shape }: ListedRule, name: RegExp): boolean {
  return (HOOKS as readonly string[]).includes(chain) && name.test(shape.target ?? '');
}
