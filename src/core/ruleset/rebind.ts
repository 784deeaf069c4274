import type { AppendLine } from '../syntax/appendLine';
import type { RulesEdit } from '../syntax/rulesEdit';
import type { RulesSection } from '../syntax/sourceFile';
import type { Line } from '../syntax/tree';
import { countFirst } from '../text/bisect';
import { boundOf, rememberBound, type AppendedTable, type Bound, type ProblemRange } from './boundTables';
import { checkLimits, checkPlaces, reachedRules } from './checkPlaces';
import { LineBinder, type BoundLine } from './lineBinder';
import type { LineRule } from './lineRule';
import { anyNeeds, linkJump, linkTable } from './linkTable';
import type { OpenChain, OpenTable } from './openTable';
import { BUILTIN_CHAINS, hookBits, type LineProblem, type RuleSet } from './ruleSet';

/**
 * The rule set of a section that differs from the one that `ruleSet` was bound of only in rules of one table: what
 * `bindRules(to)` would give. The tables are taken over and changed in place, so that a rule costs no more among
 * 100,000 others than among ten; `ruleSet` itself must not be used any more. undefined, with nothing changed, where the
 * section has to be bound, because more may depend on the change.
 */
export function rebindRules(
  ruleSet: RuleSet,
  to: RulesSection,
  edit: Omit<RulesEdit, 'from' | 'to'>,
): RuleSet | undefined {
  const { removed, inserted } = edit;
  const bound = boundOf(ruleSet);
  const place = bound?.tables.find(({ line }) => line === edit.table);
  if (!bound?.asWritten || !place) return undefined;
  const gone = new Set<Line>(removed);
  const stale = ruleSet.problems.flatMap(({ line }, i) => (gone.has(line) ? [i] : []));
  if (stale.some((i) => i < place.read.from || i >= place.read.to)) return undefined;
  // A problem may name the number of another line.
  if (removed.length !== inserted.length && ruleSet.problems.some(({ message }) => /\blines? \d/.test(message)))
    return undefined;

  const binder = new LineBinder(to, place.table);
  const read: BoundLine[] = [];
  for (const line of inserted) {
    const found = binder.read(line);
    if (!found) return undefined;
    read.push(found);
  }
  const exchanges = exchangesIn(place.table, removed, gone, read);
  if (!exchanges || exchanges.some(({ lost, made }) => [...lost, ...made].some(sharesName))) return undefined;

  const steady = exchanges.every(leadsAlike) && !ruleSet.problems.some(({ code }) => code === 'loop');
  for (const each of exchanges) exchange(each, place.table);
  let now: State = exchangeRead({ problems: ruleSet.problems, bound }, place, stale, edit, read);
  if (!steady || !fitTheirPlaces(exchanges, binder)) now = checkedAgain(now, binder);
  const after: RuleSet = { ...ruleSet, section: to, ...needsOf(ruleSet, exchanges), problems: now.problems };
  rememberBound(after, now.bound);
  return after;
}

/** Rules of a chain that go, and those that come in their place. */
interface Exchange {
  readonly chain: OpenChain;
  readonly at: number;
  readonly lost: readonly LineRule[];
  readonly made: readonly LineRule[];
}

/** undefined where a removed line is of a chain that is not there. */
function exchangesIn(
  { chains }: OpenTable,
  removed: readonly AppendLine[],
  gone: ReadonlySet<Line>,
  read: readonly BoundLine[],
): readonly Exchange[] | undefined {
  const made = new Map<OpenChain, LineRule[]>();
  for (const { node } of removed) {
    const chain = node.chain && chains.get(node.chain.text);
    if (!chain) return undefined;
    made.set(chain, []);
  }
  for (const { chain, rules } of read) {
    const list = made.get(chain);
    if (list) list.push(...rules);
    else made.set(chain, [...rules]);
  }
  const first = removed[0]?.index ?? 0;
  return Array.from(made, ([chain, list]) => {
    const { rules } = chain;
    const at = countFirst(rules.length, (i) => (rules[i] as LineRule).line.index < first);
    let end = at;
    while (end < rules.length && gone.has((rules[end] as LineRule).line)) end++;
    return { chain, at, lost: rules.slice(at, end), made: list };
  });
}

function sharesName({ traits }: LineRule): boolean {
  return traits.limits.some(({ extension }) => extension.kind === 'target' && extension.shares !== undefined);
}

/** The same chains are reached through the new rules as through the old ones. */
function leadsAlike({ lost, made }: Exchange): boolean {
  if ([...lost, ...made].some(({ endsChain }) => endsChain)) return false;
  const before = new Set(lost.map(({ jump }) => jump?.chain));
  const after = new Set(made.map(({ jump }) => jump?.chain));
  before.delete(undefined);
  after.delete(undefined);
  return before.size === after.size && [...before].every((name) => after.has(name));
}

/** The list of a chain is made anew: iterations over the old one are not disturbed. */
function exchange({ chain, at, lost, made }: Exchange, table: OpenTable): void {
  const before = chain.rules;
  chain.rules = before.slice(0, at).concat(made, before.slice(at + lost.length));
  chain.byText = undefined;
  const end = lost.length === made.length ? at + made.length : chain.rules.length;
  for (let i = at; i < end; i++) (chain.rules[i] as LineRule).number = i + 1;
  for (const rule of made) linkJump(rule, table);
}

/** The problems of a rule set, with the place of each table's problems among them. */
interface State {
  readonly problems: readonly LineProblem[];
  readonly bound: Bound;
}

/** The problems of the removed lines go, and those of the new ones come. */
function exchangeRead(
  { problems, bound }: State,
  place: AppendedTable,
  stale: readonly number[],
  { removed }: Pick<RulesEdit, 'removed'>,
  read: readonly BoundLine[],
): State {
  const added = read.flatMap((each) => each.problems);
  if (stale.length === 0 && added.length === 0) return { problems, bound };
  const old = new Set(stale);
  const kept = problems.filter((_, i) => !old.has(i));
  const { from, to } = place.read;
  const first = removed[0]?.index ?? 0;
  const at = from + countFirst(to - old.size - from, (i) => (kept[from + i] as LineProblem).line.index < first);
  const by = added.length - old.size;
  const behind = bound.tables.indexOf(place);
  return {
    problems: [...kept.slice(0, at), ...added, ...kept.slice(at)],
    bound: {
      ...bound,
      tables: bound.tables.map((each, i) =>
        i < behind ? each : { ...each, read: i === behind ? { from, to: to + by } : moved(each.read, by) },
      ),
      finished: bound.finished.map((each) => ({ ...each, problems: moved(each.problems, by) })),
    },
  };
}

function moved({ from, to }: ProblemRange, by: number): ProblemRange {
  return { from: from + by, to: to + by };
}

/** Whether the kernel accepts the new rules in their places, as far as that is known without reading the table. */
function fitTheirPlaces(exchanges: readonly Exchange[], binder: LineBinder): boolean {
  const all = hookBits(BUILTIN_CHAINS[binder.table.name]);
  return exchanges.every(({ chain, made }) => {
    const limited = made.filter(({ traits }) => traits.limits.length > 0);
    if (limited.length === 0) return true;
    // nf_tables also checks what comes after rules that let no packet through.
    if (binder.backend === 'nft' && limited.some(({ traits }) => traits.limits.some(({ hooks }) => all & ~hooks)))
      return false;
    const end = reachedRules(chain);
    const found = binder.problemsFrom((report) => {
      for (const rule of limited) checkLimits(rule, rule.number <= end ? chain.reach : 0, 0, binder.backend, report);
    });
    return found.length === 0;
  });
}

/** The table is gone through as if it had been read just now; the words of its rules are not. */
function checkedAgain({ problems, bound }: State, binder: LineBinder): State {
  const { table } = binder;
  const place = bound.finished.findIndex((each) => each.table === table);
  const { limited } = linkTable(table);
  const found = binder.problemsFrom((report) =>
    checkPlaces([...table.chains.values()], limited, binder.backend, report),
  );
  const { from, to } = bound.finished[place]?.problems ?? { from: problems.length, to: problems.length };
  const by = found.length - (to - from);
  return {
    problems:
      found.length === 0 && to === from ? problems : [...problems.slice(0, from), ...found, ...problems.slice(to)],
    bound: {
      ...bound,
      finished: bound.finished.map((each, i) =>
        i < place ? each : { ...each, problems: i === place ? { from, to: to + by } : moved(each.problems, by) },
      ),
    },
  };
}

type Needs = Pick<RuleSet, 'needsConntrack' | 'needsDefrag'>;

/** All rules are asked only where one goes that may have been the only one. */
function needsOf(ruleSet: RuleSet, exchanges: readonly Exchange[]): Needs {
  const lost = exchanges.flatMap((each) => each.lost);
  const made = exchanges.flatMap((each) => each.made);
  const needs = (which: keyof Needs): boolean =>
    made.some(({ traits }) => traits[which]) ||
    (ruleSet[which] && (!lost.some(({ traits }) => traits[which]) || anyNeeds(ruleSet.tables.values(), which)));
  return { needsConntrack: needs('needsConntrack'), needsDefrag: needs('needsDefrag') };
}
