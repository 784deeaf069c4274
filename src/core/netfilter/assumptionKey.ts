import type { Assumption } from './assumption';

/** Under this key the user may answer what is assumed: `filter/INPUT/4/-m set --match-set blocked src`. */
export function assumptionKey({ table, chain, num, match }: Pick<Assumption, 'table' | 'chain' | 'num' | 'match'>): string {
  return `${table}/${chain}/${num}/${match}`;
}
