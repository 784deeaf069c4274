import { defineTarget } from '../extension';

/** `-j NOTRACK`: the short form of CT --notrack. Source: extensions/libxt_CT.c, net/netfilter/xt_CT.c. */
export const NOTRACK = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'NOTRACK',
  families: [4, 6],
  tables: ['raw'],
  options: [],
  terminates: 'never',
  documentation: {
    summary: 'Keeps the packet out of connection tracking: it is UNTRACKED.',
    details: 'An untracked packet visits no nat chain and has no connection mark. The same as CT --notrack.',
    source: 'iptables-extensions(8), NOTRACK; net/netfilter/xt_CT.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'keeps the packet out of connection tracking',
  changes: () => [{ field: 'conntrackState', kind: 'open' }],
  apply: () => ({ kind: 'untrack' }),
});
