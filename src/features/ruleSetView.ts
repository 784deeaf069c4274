import { chainIn, type ChainView, type JumpView, type RuleSetView, type RuleView } from '../core/knowledge/view';
import { printRule } from '../core/ruleset/printRule';
import { allTables, type Chain, type Rule, type RuleSet } from '../core/ruleset/ruleSet';

const views = new WeakMap<RuleSet, RuleSetView>();

/**
 * The rule set as the knowledge reads it. Texts of rules are made when asked for, so that a large dump costs little.
 */
export function ruleSetView(ruleSet: RuleSet): RuleSetView {
  let view = views.get(ruleSet);
  if (view === undefined) {
    view = makeView(ruleSet);
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

function makeView(ruleSet: RuleSet): RuleSetView {
  const chains: ChainView[] = [];
  for (const table of allTables(ruleSet)) {
    const jumps = new Map<string, JumpView[]>();
    for (const chain of table.chains.values()) {
      for (const rule of chain.rules) {
        // Not `target`, for which the words of every rule would be read.
        const { line, jump: to } = rule;
        if (to === undefined) continue;
        // Asked for anew each time: lines move when the file is edited elsewhere, and this view stays.
        const jump: JumpView = {
          chain: chain.name,
          get line() {
            return line.index;
          },
        };
        const list = jumps.get(to.chain);
        if (list) list.push(jump);
        else jumps.set(to.chain, [jump]);
      }
    }
    for (const chain of table.chains.values()) chains.push(new LazyChain(chain, jumps.get(chain.name) ?? []));
  }
  return { family: ruleSet.family, chains };
}

class LazyChain implements ChainView {
  private views: readonly RuleView[] | undefined;

  constructor(
    private readonly chain: Chain,
    readonly jumpedFrom: readonly JumpView[],
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
    return (this.views ??= this.chain.rules.map((rule) => new LazyRule(rule)));
  }
}

class LazyRule implements RuleView {
  private text: string | undefined;

  constructor(readonly bound: Rule) {}

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
        return target.name;
    }
  }
}
