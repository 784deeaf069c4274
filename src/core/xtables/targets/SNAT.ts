import { defineTarget } from '../extension';
import { flag, option } from '../option';
import { natChanges } from '../values/natChanges';
import { describeNatPlace, natPlace, natRange, printNatPlace, type NatPlace } from '../values/natRange';

interface SnatData {
  readonly to: NatPlace;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

const toSource = option('--to-source', natPlace, 'Address, range of addresses and ports to send the connection from.', {
  required: true,
});
const random = flag('--random', 'Picks the port by a hash of the connection with a random seed.');
const randomFully = flag('--random-fully', 'Picks the port at random.');
const persistent = flag('--persistent', 'Gives the same client the same address of the range each time.');

/** `-j SNAT`: rewrites where a connection comes from. Source: extensions/libxt_NAT.c, net/netfilter/xt_nat.c. */
export const SNAT = defineTarget<SnatData>({
  kind: 'target',
  name: 'SNAT',
  families: [4, 6],
  tables: ['nat'],
  hooks: ['POSTROUTING', 'INPUT'],
  options: [toSource, random, randomFully, persistent],
  terminates: 'always',
  needsConntrack: true,
  documentation: {
    summary: 'Rewrites the source of a connection; replies are rewritten back.',
    details:
      'Only the first packet of a connection reaches this rule; its translation applies to all others. The ' +
      'port is kept if it is free. In INPUT, nat comes last, so filter INPUT still sees the old source.',
    source: 'iptables-extensions(8), SNAT; net/netfilter/xt_nat.c',
  },
  build(options) {
    const to = options.get(toSource).value;
    return {
      // The structure that SNAT hands to the kernel has no room for a base port: it arrives as 0.
      to: to.ports?.base === undefined ? to : { ...to, ports: { ...to.ports, base: 0 } },
      random: options.has(random),
      randomFully: options.has(randomFully),
      persistent: options.has(persistent),
    };
  },
  print: (data) =>
    ` --to-source ${printNatPlace(data.to)}${data.random ? ' --random' : ''}` +
    `${data.randomFully ? ' --random-fully' : ''}${data.persistent ? ' --persistent' : ''}`,
  describe: ({ to }) => `rewrites the source to ${describeNatPlace(to)}`,
  changes: ({ to }) => natChanges('source', to.addresses, to.ports && [to.ports.first, to.ports.last]),
  apply: ({ to, random, randomFully, persistent }) => ({
    kind: 'nat',
    half: 'source',
    range: natRange(to, { random: random || randomFully, persistent }),
  }),
});
