import {
  andAddress,
  notAddress,
  prefixLengthOf,
  sameAddress,
  type Address,
  type AddressBlock,
} from '../core/net/address';
import type { FieldName } from '../core/net/fields/fields';
import type { Values } from '../core/net/fields/fieldTest';
import { NO_HOST } from '../core/net/host';
import { conditionsOf, type Rule } from '../core/ruleset/ruleSet';
import type { RuleHeader } from '../core/ruleset/header';
import type { Condition } from '../core/xtables/extension';

/** What a rule tests of interfaces and addresses. */
export type RuleTests = Pick<RuleHeader, 'source' | 'destination' | 'inInterface' | 'outInterface'>;

/**
 * What a rule of iptables or nftables tests of interfaces and addresses: several where it lists several values
 * (`iifname { "lan0", "lan1" }`), as many as iptables would have rules.
 */
export function testsOf(rule: Rule): readonly RuleTests[] {
  if (rule.written === undefined) return [rule.header];
  const conditions = rule.matches.flatMap((match) => conditionsOf(match, rule.family));
  const [sources, destinations] = (['source', 'destination'] as const).map((field) =>
    conditions.flatMap((condition) => alternatives(condition, field, blocksOf)),
  ) as [Tested<AddressBlock>[], Tested<AddressBlock>[]];
  const [ins, outs] = (['inInterface', 'outInterface'] as const).map((field) => [
    ...conditions.flatMap((condition) => alternatives(condition, field, namesOf)),
    ...namesInMap(rule, field),
  ]) as [Tested<string>[], Tested<string>[]];
  return orNone(ins).flatMap((inInterface) =>
    orNone(outs).flatMap((outInterface) =>
      orNone(sources).flatMap((source) =>
        orNone(destinations).map((destination) => ({ inInterface, outInterface, source, destination })),
      ),
    ),
  );
}

interface Tested<T> {
  readonly value: T;
  readonly inverted: boolean;
}

/** A rule that lists more than these counts by the first ones. */
const MOST_VALUES = 16;

function orNone<T>(all: readonly T[]): readonly (T | undefined)[] {
  return all.length === 0 ? [undefined] : all.slice(0, MOST_VALUES);
}

/** The values of a field that a condition takes, whatever else it asks. */
function alternatives<T>(
  condition: Condition,
  field: FieldName,
  read: (values: Values) => readonly T[],
): readonly Tested<T>[] {
  const boxes = condition.bounds?.(NO_HOST).over ?? [];
  return boxes
    .slice(0, MOST_VALUES)
    .flatMap((box) => box.filter((test) => test.field === field))
    .flatMap(({ values, negated }) => read(values).map((value) => ({ value, inverted: negated })));
}

function namesOf(values: Values): readonly string[] {
  return values.kind === 'name' ? [values.pattern] : [];
}

function blocksOf(values: Values): readonly AddressBlock[] {
  if (values.kind === 'block') return [values.block];
  if (values.kind !== 'addresses') return [];
  return values.spans.slice(0, MOST_VALUES).flatMap(([first, last]) => blockBetween(first, last) ?? []);
}

/** The block that holds just these addresses; undefined where they are no block. */
function blockBetween(first: Address, last: Address): AddressBlock | undefined {
  const differs: Address = { ...first, words: first.words.map((word, i) => (word ^ (last.words[i] ?? 0)) >>> 0) };
  const mask = notAddress(differs);
  return prefixLengthOf(mask) !== undefined && sameAddress(andAddress(first, mask), first)
    ? { address: first, mask }
    : undefined;
}

/** `iifname vmap { "wan0" : jump outside, … }` names interfaces as well. */
function namesInMap(rule: Rule, field: 'inInterface' | 'outInterface'): readonly Tested<string>[] {
  const { written, line } = rule;
  const text = written ? line.text.slice(written.start, written.end) : '';
  const map = (field === 'inInterface' ? IN_MAP : OUT_MAP).exec(text)?.[1];
  return [...(map ?? '').matchAll(KEY)].map(([, name = '']) => ({ value: name, inverted: false }));
}

const IN_MAP = /\biif(?:name)? vmap \{([^{}]*)\}/;
const OUT_MAP = /\boif(?:name)? vmap \{([^{}]*)\}/;
const KEY = /(?:^|,)\s*"?([^\s",:]{1,15})"?\s*:/g;
