import { answerLine } from '../../src/cli/batch';
import type { Outcome } from '../../src/core/netfilter/outcome';

/** A packet that comes in, as the command `batch` takes it. */
export const IN = {
  dir: 'in',
  iface: 'eth0',
  src: '10.244.2.9',
  dst: '10.244.1.5',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  flags: ['SYN'],
};

/** A filter table with these rules, each without `-A`; their chains are declared. */
export function filter(...rules: readonly string[]): string {
  const chains = [...new Set(rules.map((rule) => rule.split(' ')[0] as string))].filter((chain) => chain !== 'INPUT');
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${chains.map((chain) => `:${chain} - [0:0]\n`).join('')}${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;
}

/** The outcomes of `IN`, or of what else is asked, under these rules. */
export function outcomes(rules: string, more: object = {}): readonly Outcome[] {
  const result = answerLine(JSON.stringify({ id: 1, rules, packet: IN, ...more })) as { outcomes: readonly Outcome[] };
  return result.outcomes;
}
