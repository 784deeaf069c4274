import type { Condition } from '../extension';
import { fieldCondition } from '../fieldCondition';
import { actualStates, printStates, statesDenial } from './conntrackState';
import type { Inverted } from './inverted';

/** One of these states, of `--state` and `--ctstate`. */
export function stateCondition(option: string, states: Inverted<number>): Condition {
  return fieldCondition(
    { field: 'conntrackState', values: { kind: 'bits', bits: states.value }, negated: states.inverted },
    {
      option,
      wanted: printStates(states.value),
      shown: ({ conntrack }) => actualStates(conntrack),
      denial: ({ conntrack }) => statesDenial(conntrack, states),
    },
  );
}
