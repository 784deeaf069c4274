import { defineTarget } from '../extension';

/**
 * `-j QUEUE`: the old name of NFQUEUE with queue 0. Source: iptables(8), TARGETS; net/ipv4/netfilter/ip_tables.c,
 * net/netfilter/nf_queue.c.
 */
export const QUEUE = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'QUEUE',
  families: [4, 6],
  options: [],
  nftRefuses: 'nf_tables has no QUEUE verdict; write -j NFQUEUE --queue-num 0',
  terminates: 'always',
  documentation: {
    summary: 'Hands the packet to a program that listens to queue 0.',
    details: 'The program decides on the packet. If none listens, the packet is dropped.',
    source: 'iptables-extensions(8), NFQUEUE; net/netfilter/nf_queue.c',
  },
  build: () => ({}),
  print: () => '',
  describe: () => 'hands the packet to the program that listens to queue 0',
  apply: () => ({ kind: 'queue', numbers: [0, 0], bypass: false }),
});
