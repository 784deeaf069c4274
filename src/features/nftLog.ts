import type { Rule } from '../core/ruleset/ruleSet';

/** Whether a rule of nft logs: the statement ends no rule, and is no target. False for a rule of iptables. */
export function nftLogs({ line, written }: Pick<Rule, 'line' | 'written'>): boolean {
  if (!written) return false;
  const text = line.text.slice(written.start, written.end);
  return /(?:^|\s)log\b/.test(text.replace(/"[^"]*"/g, '""'));
}
