import { masked } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { defineMatch } from '../extension';
import { option } from '../option';
import { openFor } from '../premise';
import { invertedText, type Inverted } from '../values/inverted';
import { markValue, printMark, type MarkValue } from '../values/mark';

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
    const { value, inverted } = options.get(markOption);
    return { value, inverted };
  },
  print: (data) => invertedText('--mark', data, printMark),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'mark', values: masked(value.mask, value.value), negated: inverted },
      { option: '--mark', wanted: printMark(value), premises: (view) => openFor(view, 'socketMark') },
    ),
  ],
});
