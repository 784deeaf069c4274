import { defineMatch } from '../extension';
import { option } from '../option';
import { missing } from '../shown';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { markDenial, markValue, printMark, type MarkValue } from '../values/mark';

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
    summary: 'Looks at the mark of the connection, which CONNMARK sets and every packet of it shares.',
    details: 'False, negated or not, for packets without a connection (INVALID, UNTRACKED, and the raw table).',
    source: 'iptables-extensions(8), connmark; net/netfilter/xt_connmark.c',
  },
  build: (options) => keep(options.get(mark)) as Inverted<MarkValue>,
  print: (data) => invertedText('--mark', data, printMark),
  conditions: (data) => [
    {
      text: invertedText('--mark', data, printMark).trim(),
      test({ conntrack }) {
        const entry = conntrack?.entry;
        return entry !== undefined && ((entry.mark & data.value.mask) >>> 0 === data.value.value) !== data.inverted;
      },
      actual: ({ conntrack }) =>
        conntrack?.entry ? `connection mark 0x${conntrack.entry.mark.toString(16)}` : missing('no connection'),
      denial: ({ conntrack }) => markDenial('connection mark', conntrack?.entry?.mark ?? 0, data),
    },
  ],
});
