import type { TableName } from '../xtables/view';

/** One command of iptables about a rule. */
export interface RuleCommand {
  readonly table: TableName;
  readonly chain: string;
  readonly operation: 'I' | 'A' | 'D' | 'R';
  /** Counted from 1. `I` without it is at 1; `A` has none; `D` and `R` need it. */
  readonly position?: number;
  /** Matches and target, as iptables-save writes them; empty for `D`. */
  readonly rule: string;
}

/** `iptables -I INPUT 4 -p tcp -m tcp --dport 22 -j ACCEPT`; the table filter need not be named. */
export function ruleCommandText({ table, chain, operation, position, rule }: RuleCommand, family: 4 | 6): string {
  const words = [
    family === 4 ? 'iptables' : 'ip6tables',
    table === 'filter' ? '' : `-t ${table}`,
    `-${operation} ${chain}`,
    position === undefined ? '' : String(position),
    rule,
  ];
  return words.filter((word) => word !== '').join(' ');
}
