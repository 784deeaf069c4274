import { defineTarget } from '../extension';

/** `-j RETURN`: leaves the chain. Source: iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c ipt_do_table. */
export const RETURN = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'RETURN',
  families: [4, 6],
  options: [],
  terminates: 'sometimes',
  documentation: {
    summary: 'Leaves this chain: continues after the rule that jumped to it.',
    details:
      'In a built-in chain, and in one that was reached from it by --goto only, the policy of the built-in ' +
      'chain decides.',
    source: 'iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'leaves the chain and continues after the jump to it; in a built-in chain the policy decides',
  apply: () => ({ kind: 'verdict', verdict: 'RETURN' }),
});
