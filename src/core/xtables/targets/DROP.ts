import { defineTarget } from '../extension';

/** `-j DROP`: discards the packet. Source: iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c ipt_do_table. */
export const DROP = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'DROP',
  families: [4, 6],
  tables: ['raw', 'mangle', 'filter', 'security'],
  tablesOfProgram: true,
  options: [],
  terminates: 'always',
  documentation: {
    summary: 'Discards the packet without telling the sender.',
    details:
      'Locally sent packets that are dropped make the sending call fail with EPERM. iptables refuses DROP in ' +
      'the nat table, which only the first packet of a connection visits.',
    source: 'iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'discards the packet silently',
  apply: () => ({ kind: 'verdict', verdict: 'DROP' }),
});
