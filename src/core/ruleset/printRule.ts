import { printHeader } from './header';
import type { BoundTarget, Rule } from './ruleSet';

/**
 * The rule as iptables-save prints it after loading: `-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT`; one of nftables as
 * it is written.
 */
export function printRule(rule: Rule): string {
  if (rule.written) return rule.line.text.slice(rule.written.start, rule.written.end);
  return `-A ${rule.chain.name}${printRuleBody(rule, rule.family)}`;
}

/** The rule without its `-A CHAIN`, starting with a blank where it is not empty. */
export function printRuleBody(rule: Pick<Rule, 'header' | 'matches' | 'target'>, family: 4 | 6): string {
  let text = printHeader(rule.header);
  for (const match of rule.matches) {
    if (match.extension.name === '') text += match.extension.print(undefined, { family });
    else text += ` -m ${match.extension.name}${match.extension.print(match.data, { family })}`;
  }
  return text + printTarget(rule.target, family);
}

export function printTarget(target: BoundTarget, family: 4 | 6): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'jump':
      return ` ${target.goto ? '-g' : '-j'} ${target.chain}`;
    case 'extension':
      return ` -j ${target.extension.name}${target.extension.print(target.data, { family })}`;
    case 'unknown':
      return target.name === '' ? '' : ` -j ${target.name}${target.options}`;
  }
}
