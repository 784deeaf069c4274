import { masked } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { defineMatch } from '../extension';
import { option } from '../option';
import { invertedText, type Inverted } from '../values/inverted';
import { printTosMask, tosMask, type TosMask } from '../values/tosMask';

const tosOption = option('--tos', tosMask(0x3f), 'The byte, ANDed with the mask, is the value.', {
  invertible: true,
  required: true,
});

/** `-m tos`: the TOS byte. Source: iptables-extensions(8) "tos", net/netfilter/xt_dscp.c tos_mt. */
export const tos = defineMatch<Inverted<TosMask>>({
  kind: 'match',
  name: 'tos',
  families: [4, 6],
  options: [tosOption],
  documentation: {
    summary: 'Compares the TOS byte of IPv4 or the traffic class of IPv6.',
    details:
      'A name stands for its bits with the mask 0x3f, a number for the whole byte. The byte is ANDed with the ' +
      'mask, the value is not.',
    source: 'iptables-extensions(8), tos; net/netfilter/xt_dscp.c',
  },
  build(options) {
    const { value, inverted } = options.get(tosOption);
    return { value, inverted };
  },
  print: (data) => invertedText('--tos', data, printTosMask),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'tos', values: masked(value.mask, value.value), negated: inverted },
      { option: '--tos', wanted: printTosMask(value), premises: () => ['service'] },
    ),
  ],
});
