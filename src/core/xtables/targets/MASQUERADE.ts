import { defineTarget } from '../extension';
import { flag, option } from '../option';
import { natChanges } from '../values/natChanges';
import { describePorts, natPorts, printNatPorts, type PortSpan } from '../values/natRange';

interface MasqueradeData {
  readonly ports: PortSpan | undefined;
  readonly random: boolean;
  readonly randomFully: boolean;
}

const toPorts = option('--to-ports', natPorts, 'Source port or range of ports to use.');
const random = flag('--random', 'Picks the port by a hash of the connection with a random seed.');
const randomFully = flag('--random-fully', 'Picks the port at random.');

/**
 * `-j MASQUERADE`: SNAT to the address of the outgoing interface. Source: extensions/libxt_NAT.c,
 * net/netfilter/nf_nat_masquerade.c.
 */
export const MASQUERADE = defineTarget<MasqueradeData>({
  kind: 'target',
  name: 'MASQUERADE',
  families: [4, 6],
  tables: ['nat'],
  hooks: ['POSTROUTING'],
  options: [toPorts, random, randomFully],
  terminates: 'always',
  needsConntrack: true,
  documentation: {
    summary: 'Rewrites the source of a connection to the address of the interface that it leaves by.',
    details:
      'If the interface has several addresses, the one in the subnet of the next hop is used. The connections ' +
      'are deleted when the interface goes down. It works on lo as well.',
    source: 'iptables-extensions(8), MASQUERADE; net/netfilter/nf_nat_masquerade.c',
  },
  build(options) {
    const ports = options.get(toPorts)?.value;
    // The base port is lost on the way to the kernel, where it is 0 and has no effect.
    return {
      ports: ports?.base === undefined ? ports : { ...ports, base: 0 },
      random: options.has(random),
      randomFully: options.has(randomFully),
    };
  },
  print: ({ ports, random, randomFully }) =>
    `${ports ? ` --to-ports ${printNatPorts(ports)}` : ''}${random ? ' --random' : ''}` +
    `${randomFully ? ' --random-fully' : ''}`,
  describe: ({ ports }) =>
    'rewrites the source to the address of the outgoing ' +
    `interface${ports ? `, ${describePorts([ports.first, ports.last])}` : ''}`,
  changes: ({ ports }) => natChanges('source', undefined, ports && [ports.first, ports.last]),
  apply: ({ ports, random, randomFully }) => ({
    kind: 'masquerade',
    ports: ports && [ports.first, ports.last],
    random: random || randomFully,
  }),
});
