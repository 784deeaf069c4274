import { defineMatch } from '../extension';
import { option, type Given } from '../option';
import { openFor } from '../premise';
import { invertedText, type Inverted } from '../values/inverted';
import { markDenial, markValue, printMark, type MarkValue } from '../values/mark';

const markOption = option('--mark', markValue, 'The mark, ANDed with the mask, is the value.', {
  invertible: true,
  required: true,
});

/**
 * `-m mark`: the netfilter mark of the packet. Source: iptables-extensions(8) "mark", net/netfilter/xt_mark.c mark_mt.
 */
export const mark = defineMatch<Inverted<MarkValue>>({
  kind: 'match',
  name: 'mark',
  families: [4, 6],
  options: [markOption],
  documentation: {
    summary: 'Compares the mark that a MARK target or a socket (SO_MARK) gave to the packet.',
    details: 'The mark is ANDed with the mask, the value is not: a value with bits outside the mask never matches.',
    source: 'iptables-extensions(8), mark; net/netfilter/xt_mark.c',
  },
  build(options) {
    const { value, inverted } = options.get(markOption) as Given<MarkValue>;
    return { value, inverted };
  },
  print: (data) => invertedText('--mark', data, printMark),
  conditions: (data) => [
    {
      text: invertedText('--mark', data, printMark).trim(),
      test: ({ packet }) => ((packet.mark & data.value.mask) >>> 0 === data.value.value) !== data.inverted,
      premises: (view) => openFor(view, 'socketMark'),
      actual: ({ packet }) => `mark 0x${packet.mark.toString(16)}`,
      denial: ({ packet }) => markDenial('mark', packet.mark, data),
    },
  ],
  suggest: ({ value, inverted }) => (inverted ? {} : { mark: value.value }),
});
