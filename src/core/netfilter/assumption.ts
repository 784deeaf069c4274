import type { Rule } from '../ruleset/ruleSet';
import type { Backend } from '../xtables/backend';
import type { PremiseId } from '../xtables/premise';
import type { AnyTableName } from '../xtables/view';
import { assumptionKey } from './assumptionKey';

/**
 * Something that had to be assumed to get an outcome. Its fields are those of the JSON contract, and what else is known
 * of it is not a field: outcomes that part late share hundreds of assumptions, and copies for each would be large.
 */
export class Assumption {
  /** Whose rule it is, where both back ends have rules. */
  declare readonly backend?: Backend;
  readonly table: AnyTableName;
  readonly chain: string;
  readonly num: number;
  /** The condition or the choice in words. */
  readonly match: string;
  readonly value: boolean;
  /** From 0 to 1; not there where nothing states it. */
  declare readonly probability?: number;
  readonly reason: string;
  readonly #rule: Rule;
  readonly #choice: boolean;
  readonly #premise: PremiseId | undefined;
  readonly #settled: boolean;

  constructor(
    rule: Rule,
    match: string,
    value: boolean,
    choice: boolean,
    probability: number | undefined,
    reason: string,
    backend?: Backend,
    premise?: PremiseId,
    settled = false,
  ) {
    if (backend !== undefined) this.backend = backend;
    this.table = rule.chain.table;
    this.chain = rule.chain.name;
    this.num = rule.number;
    this.match = match;
    this.value = value;
    if (probability !== undefined) this.probability = probability;
    this.reason = reason;
    this.#rule = rule;
    this.#choice = choice;
    this.#premise = premise;
    this.#settled = settled;
  }

  get rule(): Rule {
    return this.#rule;
  }

  /**
   * Both answers lead to the same end, or the usual one is not in doubt: the premise behind it is listed, and the
   * question is not asked.
   */
  get settled(): boolean {
    return this.#settled;
  }

  /** It is open only because this is in doubt; undefined: nothing answers it. */
  get premise(): PremiseId | undefined {
    return this.#premise;
  }

  /** It is one of several things that the target may do; otherwise a condition. */
  get choice(): boolean {
    return this.#choice;
  }

  /** `table/chain/num/match`, after `backend/` where there are two: under this key the user may answer the question. */
  get key(): string {
    return assumptionKey(this);
  }
}
