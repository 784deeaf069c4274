import { changedNumber, type FieldChange } from '../../core/net/fields/fieldChange';
import type { FieldName } from '../../core/net/fields/fields';
import { testHolds, type FieldTest } from '../../core/net/fields/fieldTest';
import type { Box } from '../../core/net/fields/packetSet';
import { pickValue } from '../../core/net/fields/pick';
import type { Host } from '../../core/net/host';
import { allTables, type Rule, type RuleSet } from '../../core/ruleset/ruleSet';
import type { Hook } from '../../core/xtables/view';
import { boxesOf, isEmpty, MOST_BOXES } from './boxes';
import { waysTo } from './waysTo';

/** What a packet has to be, and at which hook, to be matched by a rule. */
interface Wanted {
  readonly hook: Hook;
  readonly box: Box;
}

const MOST_SETTERS = 32;
/** Each rule that is considered is read. */
const MOST_LOOKED = 20_000;

/**
 * The same tries for packets that another rule changes on their way so that they match: one that gives them the
 * required mark, as a packet has none of its own, or one that translates them to the required destination.
 */
export function changedOnTheWay<Try extends Wanted>(
  direct: readonly Try[],
  { chain: { table } }: Rule,
  ruleSet: RuleSet,
  host: Host,
): { readonly marked: readonly Try[]; readonly sent: readonly Try[] } {
  const marked = direct.filter(({ box }) => !box.filter(asksMark).every((test) => testHolds(test, 0)));
  const sent = direct.filter(({ hook, box }) => comesAfterNat(hook, table) && box.some(asksDestination));
  return {
    marked: changed(marked, asksMark, ruleSet, host, ({ changes }, wanted) => setsMark(changes, wanted)),
    sent: changed(sent, asksDestination, ruleSet, host, translatesTo),
  };
}

function changed<Try extends Wanted>(
  tries: readonly Try[],
  asks: (test: FieldTest) => boolean,
  ruleSet: RuleSet,
  host: Host,
  fits: (setter: Setter, wanted: readonly FieldTest[]) => boolean,
): readonly Try[] {
  const [first] = tries;
  if (!first) return [];
  const wanted = first.box.filter(asks);
  return settersOf(ruleSet, (setter) => fits(setter, wanted))
    .flatMap(({ rule, changes }) => {
      const settled = new Set(changes.filter(({ kind }) => kind !== 'open').map(({ field }) => field));
      if (settled.has('destinationPort')) settled.add('destinationPortRead');
      const setting = waysTo(ruleSet, rule).flatMap(({ jumps }) => boxesOf([...jumps, rule], host).slice(0, 2));
      return setting.flatMap((box) =>
        tries.map((each): Try => ({ ...each, box: [...each.box.filter(({ field }) => !settled.has(field)), ...box] })),
      );
    })
    .filter(({ box }) => !isEmpty(box, ruleSet.family))
    .slice(0, MOST_BOXES);
}

/** A rule that changes packets. */
interface Setter {
  readonly rule: Rule;
  readonly changes: readonly FieldChange[];
}

function settersOf(ruleSet: RuleSet, fits: (setter: Setter) => boolean): readonly Setter[] {
  const setters: Setter[] = [];
  let looked = 0;
  for (const table of allTables(ruleSet)) {
    for (const chain of table.chains.values()) {
      for (const rule of chain.rules) {
        if (++looked > MOST_LOOKED || setters.length >= MOST_SETTERS) return setters;
        if (rule.jump || rule.target.kind !== 'extension') continue;
        const setter = { rule, changes: rule.target.extension.changes?.(rule.target.data) ?? [] };
        if (setter.changes.length > 0 && fits(setter)) setters.push(setter);
      }
    }
  }
  return setters;
}

function asksMark({ field }: FieldTest): boolean {
  return field === 'mark';
}

/** A packet without a mark has one after it that passes these tests. */
function setsMark(changes: readonly FieldChange[], wanted: readonly FieldTest[]): boolean {
  return changes.some(
    (change) =>
      change.field === 'mark' &&
      change.kind === 'masked' &&
      wanted.every((test) => testHolds(test, changedNumber(change, 0))),
  );
}

/** Rules may read the port from the bytes of the packet, which is another field with the same value. */
const DESTINATION: ReadonlySet<FieldName> = new Set(['destination', 'destinationPort', 'destinationPortRead']);

function asksDestination({ field }: FieldTest): boolean {
  return DESTINATION.has(field);
}

/** Here a packet has the destination that NAT gave it. */
function comesAfterNat(hook: Hook, table: string): boolean {
  return hook === 'OUTPUT' ? table === 'filter' || table === 'security' : hook !== 'PREROUTING';
}

/**
 * It gives packets another address or port as their destination that passes these tests; what it leaves open of the two
 * is kept, or is not known.
 */
function translatesTo({ rule: { family }, changes }: Setter, wanted: readonly FieldTest[]): boolean {
  const settled = wanted.flatMap((test) => {
    const field = test.field === 'destinationPortRead' ? 'destinationPort' : test.field;
    const change = changes.find((each) => each.field === field);
    return change?.kind === 'among' ? [[{ field: test.field, values: change.values, negated: false }, test]] : [];
  });
  return settled.length > 0 && settled.every((tests) => pickValue(tests, family).kind === 'value');
}
