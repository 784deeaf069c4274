import { defineTarget } from '../extension';
import { flag, option } from '../option';
import { natChanges } from '../values/natChanges';
import { describeNatPlace, natPlace, natRange, printNatPlace, type NatPlace } from '../values/natRange';

interface DnatData {
  readonly to: NatPlace;
  readonly random: boolean;
  readonly persistent: boolean;
}

const toDestination = option(
  '--to-destination',
  natPlace,
  'Address, range of addresses and ports to send the connection to.',
  { required: true },
);
const random = flag('--random', 'Picks the port at random within the range.');
const persistent = flag('--persistent', 'Gives the same client the same address of the range each time.');

/** `-j DNAT`: rewrites where a connection goes. Source: extensions/libxt_NAT.c, net/netfilter/xt_nat.c. */
export const DNAT = defineTarget<DnatData>({
  kind: 'target',
  name: 'DNAT',
  families: [4, 6],
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: [toDestination, random, persistent],
  terminates: 'always',
  needsConntrack: true,
  documentation: {
    summary: 'Rewrites the destination of a connection; replies are rewritten back.',
    details:
      'Only the first packet of a connection reaches this rule; its translation applies to all others. The ' +
      'packet is routed by its new destination. In OUTPUT a packet keeps its source address.',
    source: 'iptables-extensions(8), DNAT; net/netfilter/xt_nat.c',
  },
  build: (options) => ({
    to: options.get(toDestination).value,
    random: options.has(random),
    persistent: options.has(persistent),
  }),
  print: (data) =>
    ` --to-destination ${printNatPlace(data.to)}${data.random ? ' --random' : ''}` +
    `${data.persistent ? ' --persistent' : ''}`,
  describe: ({ to }) => `rewrites the destination to ${describeNatPlace(to)}`,
  changes: ({ to }) => natChanges('destination', to.addresses, to.ports && [to.ports.first, to.ports.last]),
  apply: ({ to, random, persistent }) => ({
    kind: 'nat',
    half: 'destination',
    range: natRange(to, { random, persistent }),
  }),
});
