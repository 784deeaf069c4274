import { defineTarget } from '../extension';
import { flag } from '../option';

const fill = flag('--checksum-fill', 'Computes the checksum now instead of leaving it to the network card.', {
  required: true,
});

/**
 * `-j CHECKSUM`: for programs that read packets before the network card fills in the checksum. Source:
 * libxt_CHECKSUM.c, net/netfilter/xt_CHECKSUM.c.
 */
export const CHECKSUM = defineTarget<Record<string, never>>({
  kind: 'target',
  name: 'CHECKSUM',
  families: [4, 6],
  tables: ['mangle'],
  options: [fill],
  terminates: 'never',
  documentation: {
    summary: 'Fills in a checksum that would be left to the network card.',
    details: 'Meant for old DHCP clients in virtual machines. Nothing else about the packet changes.',
    source: 'iptables-extensions(8), CHECKSUM; net/netfilter/xt_CHECKSUM.c',
  },
  build: () => ({}),
  print: () => ' --checksum-fill',
  describe: () => 'fills in the checksum of the packet',
  apply: () => ({ kind: 'continue', note: 'checksum filled in' }),
});
