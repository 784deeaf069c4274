import type { Walked } from '../../core/netfilter/events';
import type { Chain, Rule, RuleSet } from '../../core/ruleset/ruleSet';
import { ruleSetsFor, type Dump, type FileModel } from '../fileModel';
import { placeText, tablesOfBoth } from './passedRules';
import { isAssumed } from '../../core/syntax/typedLine';

/** A rule, or the policy of a built-in chain, with how often packets came to it. */
export interface CoveredRule {
  /** Of the file, 1-based. */
  readonly line: number;
  /** `filter/INPUT:4`, `policy of filter/INPUT`. */
  readonly place: string;
  /** On how many paths it was evaluated, and on how many of these it matched. */
  readonly evaluated: number;
  readonly matched: number;
  /** As it is written. */
  readonly text: string;
}

interface ChainCounts {
  /** The difference to the rule before, so that a run of rules costs two additions; index 0 is rule 1. */
  readonly steps: Int32Array;
  readonly matched: Map<number, number>;
  policy: number;
}

/** Counts which rules packets come to. */
export class RuleCoverage {
  private readonly chains = new Map<Chain, ChainCounts>();
  private readonly ruleSets = new Set<RuleSet>();
  private readonly dumps = new Set<Dump>();

  /** These rules are under test, also those that nothing comes to. */
  about(model: FileModel, dump: Dump): void {
    if (this.dumps.has(dump)) return;
    this.dumps.add(dump);
    const { v4, v6 } = ruleSetsFor(model, dump);
    for (const each of [v4, v6]) if (each) this.ruleSets.add(each);
  }

  add({ events }: Walked): void {
    for (const event of events) {
      if (event.kind === 'skipped') this.evaluated(event.chain, event.from, event.to);
      else if (event.kind === 'policy') this.of(event.chain).policy++;
      else if (event.kind === 'rule') {
        const { chain, number } = event.rule;
        this.evaluated(chain, number, number);
        const { matched } = this.of(chain);
        if (event.matched) matched.set(number, (matched.get(number) ?? 0) + 1);
      }
    }
  }

  /** Every rule under test and every policy that a line states, in the order of the file. */
  rules(): readonly CoveredRule[] {
    const found: CoveredRule[] = [];
    const seen = new Set<Chain>();
    for (const ruleSet of this.ruleSets)
      for (const table of tablesOfBoth(ruleSet))
        for (const chain of table.chains.values()) {
          if (seen.has(chain)) continue;
          seen.add(chain);
          this.addChain(chain, found);
        }
    return found.sort((a, b) => a.line - b.line);
  }

  private addChain(chain: Chain, found: CoveredRule[]): void {
    const counts = this.chains.get(chain);
    if (chain.hook !== undefined && chain.policy !== undefined && chain.line !== undefined)
      found.push({
        line: chain.line.index + 1,
        place: `policy of ${chain.table}/${chain.name}`,
        evaluated: counts?.policy ?? 0,
        matched: counts?.policy ?? 0,
        text: chain.line.text.trim(),
      });
    let evaluated = 0;
    chain.rules.forEach((rule: Rule, i) => {
      evaluated += counts?.steps[i] ?? 0;
      if (isAssumed(rule.line)) return;
      found.push({
        line: rule.line.index + 1,
        place: placeText(rule),
        evaluated,
        matched: counts?.matched.get(rule.number) ?? 0,
        text: rule.line.text.trim(),
      });
    });
  }

  private evaluated(chain: Chain, from: number, to: number): void {
    const { steps } = this.of(chain);
    steps[from - 1] = (steps[from - 1] ?? 0) + 1;
    if (to < steps.length) steps[to] = (steps[to] ?? 0) - 1;
  }

  private of(chain: Chain): ChainCounts {
    let counts = this.chains.get(chain);
    if (!counts) {
      counts = { steps: new Int32Array(chain.rules.length), matched: new Map(), policy: 0 };
      this.chains.set(chain, counts);
    }
    return counts;
  }
}

/** `24 of 33 rules matched, 5 only evaluated, 4 never reached`. */
export function coverageSummary(rules: readonly CoveredRule[]): string {
  const matched = rules.filter((each) => each.matched > 0).length;
  const evaluated = rules.filter((each) => each.matched === 0 && each.evaluated > 0).length;
  return (
    `${matched} of ${rules.length} rules and policies matched, ${evaluated} only evaluated, ` +
    `${rules.length - matched - evaluated} never reached`
  );
}
