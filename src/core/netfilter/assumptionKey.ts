import type { Backend } from '../xtables/backend';
import type { Assumption } from './assumption';

/**
 * Under this key the user may answer what is assumed: `filter/INPUT/4/-m set --match-set blocked src`, `nft/filter/…`
 * where both back ends have rules.
 */
export function assumptionKey({
  backend,
  table,
  chain,
  num,
  match,
}: Pick<Assumption, 'table' | 'chain' | 'num' | 'match'> & { readonly backend?: Backend | undefined }): string {
  return `${backend === undefined ? '' : `${backend}/`}${table}/${chain}/${num}/${match}`;
}
