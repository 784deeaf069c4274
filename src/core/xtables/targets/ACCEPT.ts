import { defineTarget } from '../extension';

/**
 * `-j ACCEPT`: lets the packet through this table. Source: iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c
 * ipt_do_table.
 */
export const ACCEPT = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'ACCEPT',
  families: [4, 6],
  options: [],
  terminates: 'always',
  documentation: {
    summary: 'Lets the packet through this table; later tables and hooks still see it.',
    details:
      'ACCEPT ends this table in this hook only: other tables of the same hook, and later hooks, still see the packet.',
    source: 'iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'lets the packet pass; the rules after it in this table are not evaluated',
  apply: () => ({ kind: 'verdict', verdict: 'ACCEPT' }),
});
