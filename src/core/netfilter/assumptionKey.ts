import type { Backend } from '../xtables/backend';
import type { AnyTableName } from '../xtables/view';

/** The question that an assumption answers: what is asked (`match`), and by which rule. */
interface AssumedQuestion {
  /** Whose rule it is, where both back ends have rules. */
  readonly backend?: Backend | undefined;
  readonly table: AnyTableName;
  readonly chain: string;
  readonly num: number;
  readonly match: string;
}

/**
 * Under this key the user may answer what is assumed: `filter/INPUT/4/-m set --match-set blocked src`, `nft/filter/…`
 * where both back ends have rules.
 */
export function assumptionKey({ backend, table, chain, num, match }: AssumedQuestion): string {
  return `${backend === undefined ? '' : `${backend}/`}${table}/${chain}/${num}/${match}`;
}
