import { defineTarget } from '../extension';
import { flag, option, problem } from '../option';
import { natChanges } from '../values/natChanges';
import { describePorts, natPorts, printNatPorts, type PortSpan } from '../values/natRange';

interface RedirectData {
  readonly ports: PortSpan | undefined;
  readonly random: boolean;
}

const toPorts = option(
  '--to-ports',
  natPorts,
  'Local port or range of ports to send the connection to; without it the port stays.',
);
const random = flag('--random', 'Picks the port at random within the range.');

/** `-j REDIRECT`: DNAT to this host. Source: extensions/libxt_NAT.c, net/netfilter/nf_nat_redirect.c. */
export const REDIRECT = defineTarget<RedirectData>({
  kind: 'target',
  name: 'REDIRECT',
  families: [4, 6],
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: [toPorts, random],
  terminates: 'always',
  needsConntrack: true,
  documentation: {
    summary: 'Sends a connection to a port of this host, whatever its destination was.',
    details:
      'In PREROUTING the new destination is the first address of the incoming interface, in OUTPUT it is ' +
      '127.0.0.1 or ::1. The program can ask for the original destination (SO_ORIGINAL_DST).',
    source: 'iptables-extensions(8), REDIRECT; net/netfilter/nf_nat_redirect.c',
  },
  build(options) {
    const ports = options.get(toPorts);
    if (ports?.value.base !== undefined)
      return problem('REDIRECT accepts a range of ports without a base port after "/"', ports);
    return { ports: ports?.value, random: options.has(random) };
  },
  print: ({ ports, random }) => `${ports ? ` --to-ports ${printNatPorts(ports)}` : ''}${random ? ' --random' : ''}`,
  describe: ({ ports }) =>
    ports
      ? `rewrites the destination to ${describePorts([ports.first, ports.last])} on this host`
      : 'rewrites the destination to this host, same port',
  changes: ({ ports }) => natChanges('destination', undefined, ports && [ports.first, ports.last]),
  apply: ({ ports, random }) => ({ kind: 'redirect', ports: ports && [ports.first, ports.last], random }),
});
