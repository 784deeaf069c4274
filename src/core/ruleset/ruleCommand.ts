import type { AnyTableName, NftTableName } from '../xtables/view';
import { isTableName, type Rule } from './ruleSet';

/** One command of iptables or of nft about a rule. */
export interface RuleCommand {
  readonly table: AnyTableName;
  readonly chain: string;
  readonly operation: 'I' | 'A' | 'D' | 'R';
  /** Counted from 1. `I` without it is at 1; `A` has none; `D` and `R` need it. */
  readonly position?: number;
  /** Matches and target, as iptables-save or nft write them; empty for `D`. */
  readonly rule: string;
  /** What `D` and `R` are about: nft knows it by its handle, and not by its position. */
  readonly of?: Rule;
}

/**
 * `iptables -I INPUT 4 -p tcp -m tcp --dport 22 -j ACCEPT`; the table filter need not be named. A rule of nft has the
 * handle HANDLE where the file does not show it.
 */
export function ruleCommandText(command: RuleCommand, family: 4 | 6): string {
  const { table, chain, operation, position, rule } = command;
  if (!isTableName(table)) return nftCommandText(command, table);
  const words = [
    family === 4 ? 'iptables' : 'ip6tables',
    table === 'filter' ? '' : `-t ${table}`,
    `-${operation} ${chain}`,
    position === undefined ? '' : String(position),
    rule,
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** Source: nft(8), RULES. An index is counted from 0. */
function nftCommandText({ chain, operation, position = 1, rule, of }: RuleCommand, table: NftTableName): string {
  const place = `${table} ${chain}`;
  const handle = `handle ${of?.handle ?? 'HANDLE'}`;
  switch (operation) {
    case 'A':
      return `nft add rule ${place} ${rule}`;
    case 'I':
      return `nft insert rule ${place} ${position === 1 ? '' : `index ${position - 1} `}${rule}`;
    case 'D':
      return `nft delete rule ${place} ${handle}`;
    case 'R':
      return `nft replace rule ${place} ${handle} ${rule}`;
  }
}
