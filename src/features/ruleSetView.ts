import { chainIn, type ChainView, type JumpView, type RuleSetView, type RuleView } from '../core/knowledge/view';
import { printRule } from '../core/ruleset/printRule';
import type { NftTableName } from '../core/xtables/view';
import { allTables, type Chain, type NftTable, type Rule, type RuleSet, type Table } from '../core/ruleset/ruleSet';

const views = new WeakMap<RuleSet, RuleSetView>();

/**
 * The rule set as the knowledge reads it. A chain is read when it is needed, and so is what jumps to it and the text of
 * a rule: a hover in a dump of 20,000 chains needs a few of them.
 */
export function ruleSetView(ruleSet: RuleSet): RuleSetView {
  let view = views.get(ruleSet);
  if (view === undefined) {
    view = new LazyRuleSet(ruleSet);
    views.set(ruleSet, view);
  }
  return view;
}

/** The view of one rule, the same object that its chain's view holds. */
export function ruleView(ruleSet: RuleSet, rule: Rule): RuleView | undefined {
  const { beside } = ruleSet;
  const other =
    beside &&
    allTables(beside)
      .find(({ name }) => name === rule.chain.table)
      ?.chains.get(rule.chain.name) === rule.chain;
  return chainIn(ruleSetView(other && beside ? beside : ruleSet), rule.chain.table, rule.chain.name)?.rules[
    rule.number - 1
  ];
}

class LazyRuleSet implements RuleSetView {
  private readonly tables: readonly LazyTable[];
  private all: readonly ChainView[] | undefined;

  constructor(private readonly ruleSet: RuleSet) {
    this.tables = allTables(ruleSet).map((table) => new LazyTable(table));
  }

  get family(): 4 | 6 {
    return this.ruleSet.family;
  }
  get chains(): readonly ChainView[] {
    return (this.all ??= this.tables.flatMap((table) => table.chains()));
  }
  chain(table: string, name: string): ChainView | undefined {
    return this.tables.findLast((each) => each.name === table)?.chain(name);
  }
  setElements(table: string, set: string): readonly string[] {
    const found = this.ruleSet.native?.tables.get(table as NftTableName)?.sets.get(set);
    return (found?.elements ?? []).flatMap(({ line, start, end, removed }) =>
      removed ? [] : [line.text.slice(start, end)],
    );
  }
  hasChain(name: string): boolean {
    return this.tables.some((table) => table.has(name));
  }
  someChain(test: (table: string, name: string) => boolean): boolean {
    return this.tables.some((table) => table.someChain(test));
  }
}

/** Not by the target, for which the words of every rule would be read. */
function leadsTo(table: Table | NftTable, rule: Rule): readonly string[] {
  if ('leadsTo' in table) return table.leadsTo(rule);
  return rule.jump === undefined ? [] : [rule.jump.chain];
}

const NO_JUMPS: readonly JumpView[] = [];
/** At most this many chains are asked for what jumps to them before all jumps of the table are put in order. */
const MOST_LOOKS = 8;

class LazyTable {
  private readonly views = new Map<Chain, LazyChain>();
  private looks = 0;
  private jumps: ReadonlyMap<string, readonly JumpView[]> | undefined;

  constructor(readonly table: Table | NftTable) {}

  /** Rules of nftables may continue with several chains, by a map of verdicts. */
  private get hasMaps(): boolean {
    return 'leadsTo' in this.table;
  }

  get name(): string {
    return this.table.name;
  }
  has(name: string): boolean {
    return this.table.chains.has(name);
  }
  someChain(test: (table: string, name: string) => boolean): boolean {
    for (const { table, name, hook } of this.table.chains.values())
      if (hook === undefined && test(table, name)) return true;
    return false;
  }
  chain(name: string): ChainView | undefined {
    const chain = this.table.chains.get(name);
    return chain && this.viewOf(chain);
  }
  chains(): readonly ChainView[] {
    return Array.from(this.table.chains.values(), (chain) => this.viewOf(chain));
  }

  /** The jumps to a chain in the order of the rules: one pass over the rules, which costs less than an index of all. */
  jumpsTo(name: string): readonly JumpView[] {
    if (this.jumps === undefined && this.looks++ < MOST_LOOKS) {
      const found: JumpView[] = [];
      for (const chain of this.table.chains.values())
        for (const rule of chain.rules)
          // A list for each of 100,000 rules would cost more than the search.
          if (rule.jump?.chain === name || (this.hasMaps && leadsTo(this.table, rule).includes(name)))
            found.push(new LazyJump(chain, rule));
      return found;
    }
    return (this.jumps ??= this.allJumps()).get(name) ?? NO_JUMPS;
  }

  private allJumps(): ReadonlyMap<string, readonly JumpView[]> {
    const jumps = new Map<string, JumpView[]>();
    for (const chain of this.table.chains.values()) {
      for (const rule of chain.rules) {
        for (const each of leadsTo(this.table, rule)) {
          const list = jumps.get(each);
          if (list) list.push(new LazyJump(chain, rule));
          else jumps.set(each, [new LazyJump(chain, rule)]);
        }
      }
    }
    return jumps;
  }

  private viewOf(chain: Chain): LazyChain {
    let view = this.views.get(chain);
    if (view === undefined) {
      view = new LazyChain(chain, this);
      this.views.set(chain, view);
    }
    return view;
  }
}

class LazyJump implements JumpView {
  constructor(
    private readonly from: Chain,
    private readonly rule: Rule,
  ) {}

  get chain(): string {
    return this.from.name;
  }
  /** Asked for anew each time: lines move when the file is edited elsewhere, and this view stays. */
  get line(): number {
    return this.rule.line.index;
  }
}

class LazyChain implements ChainView {
  private views: readonly RuleView[] | undefined;
  private jumps: readonly JumpView[] | undefined;

  constructor(
    private readonly chain: Chain,
    private readonly of: LazyTable,
  ) {}

  get table(): string {
    return this.chain.table;
  }
  get name(): string {
    return this.chain.name;
  }
  get builtin(): boolean {
    return this.chain.hook !== undefined;
  }
  get policy(): string | undefined {
    return this.chain.policy;
  }
  get rules(): readonly RuleView[] {
    return (this.views ??= this.chain.rules.map((rule) => new LazyRule(rule, this.of.table)));
  }
  get jumpedFrom(): readonly JumpView[] {
    return (this.jumps ??= this.of.jumpsTo(this.chain.name));
  }
}

class LazyRule implements RuleView {
  private text: string | undefined;

  constructor(
    readonly bound: Rule,
    private readonly of: Table | NftTable,
  ) {}

  get table(): string {
    return this.bound.chain.table;
  }
  get chain(): string {
    return this.bound.chain.name;
  }
  get number(): number {
    return this.bound.number;
  }
  get line(): number {
    return this.bound.line.index;
  }
  get written(): string {
    return this.bound.line.text;
  }
  get saved(): string {
    return (this.text ??= printRule(this.bound));
  }
  get leadsTo(): readonly string[] {
    return leadsTo(this.of, this.bound);
  }
  get target(): string | undefined {
    const { target } = this.bound;
    switch (target.kind) {
      case 'none':
        return undefined;
      case 'jump':
        return target.chain;
      case 'extension':
        return target.extension.name;
      case 'unknown':
        return target.name || undefined;
    }
  }
}
