import { defineMatch } from '../extension';
import { option } from '../option';
import { printStates, stateList } from '../values/conntrackState';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { stateCondition } from '../values/stateCondition';

const stateOption = option('--state', stateList(false), 'The state of the packet in connection tracking.', {
  invertible: true,
  required: true,
});

/**
 * `-m state`: the older and smaller form of `-m conntrack --ctstate`. Source: iptables-extensions(8) "state",
 * net/netfilter/xt_state.c state_mt.
 */
export const state = defineMatch<Inverted<number>>({
  kind: 'match',
  name: 'state',
  families: [4, 6],
  options: [stateOption],
  needsConntrack: true,
  documentation: {
    summary: 'Matches the state that connection tracking gave the packet.',
    details:
      'An older form of -m conntrack --ctstate. A packet that connection tracking has not seen counts as INVALID.',
    source: 'iptables-extensions(8), state; net/netfilter/xt_state.c',
  },
  build: (options) => keep(options.get(stateOption)),
  print: (data) => invertedText('--state', data, printStates),
  conditions: (data) => [stateCondition('--state', data)],
});
