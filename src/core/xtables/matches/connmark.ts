import { masked } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { defineMatch } from '../extension';
import { option } from '../option';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { markValue, printMark, type MarkValue } from '../values/mark';

const mark = option('--mark', markValue, 'The mark of the connection, ANDed with the mask, equals the value.', {
  invertible: true,
  required: true,
});

/**
 * `-m connmark`: the mark that a connection carries. Source: iptables-extensions(8) "connmark",
 * net/netfilter/xt_connmark.c connmark_mt.
 */
export const connmark = defineMatch<Inverted<MarkValue>>({
  kind: 'match',
  name: 'connmark',
  families: [4, 6],
  options: [mark],
  needsConntrack: true,
  documentation: {
    summary: 'Matches the mark of the connection, which CONNMARK sets and all its packets share.',
    details: 'Does not match, negated or not, packets without a connection (INVALID, UNTRACKED, and the raw table).',
    source: 'iptables-extensions(8), connmark; net/netfilter/xt_connmark.c',
  },
  build: (options) => keep(options.get(mark)),
  print: (data) => invertedText('--mark', data, printMark),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'conntrackMark', values: masked(value.mask, value.value), negated: inverted },
      { option: '--mark', wanted: printMark(value) },
    ),
  ],
});
