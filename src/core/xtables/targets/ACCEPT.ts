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
      'ACCEPT ends the walk through this table in this hook only: other tables of the same hook, and later hooks, look at the packet as well.',
    source: 'iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'lets the packet pass; the rules behind it in this table are not looked at',
  apply: () => ({ kind: 'verdict', verdict: 'ACCEPT' }),
});
