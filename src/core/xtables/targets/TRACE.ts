import { defineTarget } from '../extension';

/**
 * `-j TRACE`: from here on the kernel logs each rule that the packet matches. Source: extensions/libxt_TRACE.c,
 * net/netfilter/xt_TRACE.c.
 */
export const TRACE = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'TRACE',
  families: [4, 6],
  tables: ['raw'],
  translated: () => true,
  options: [],
  terminates: 'never',
  documentation: {
    summary: 'Makes the kernel log every rule that this packet matches from here on.',
    details:
      'Read it with "xtables-monitor --trace" (nft back end) or in the kernel log (legacy, which has it in ' +
      'table raw only). The packet is not changed.',
    source: 'iptables-extensions(8), TRACE; net/netfilter/xt_TRACE.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'makes the kernel log each rule that the packet matches',
  apply: () => ({ kind: 'continue', note: 'traced by the kernel from here on' }),
});
