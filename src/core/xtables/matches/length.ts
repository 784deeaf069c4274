import { span } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { defineMatch } from '../extension';
import { option } from '../option';
import { invertedText, type Inverted } from '../values/inverted';
import type { NumberRange } from '../values/number32';
import { printRange, unsignedRange } from '../values/unsignedRange';

const lengthOption = option(
  '--length',
  unsignedRange('length[:length]', 65535),
  'The length or range of lengths in bytes.',
  { invertible: true, required: true },
);

/** `-m length`: the length of the IP packet. Source: iptables-extensions(8) "length", net/netfilter/xt_length.c. */
export const length = defineMatch<Inverted<NumberRange<number>>>({
  kind: 'match',
  name: 'length',
  families: [4, 6],
  options: [lengthOption],
  documentation: {
    summary: 'Compares the length of the whole IP packet, headers included, in bytes.',
    source: 'iptables-extensions(8), length; net/netfilter/xt_length.c',
  },
  build(options) {
    const { value, inverted } = options.get(lengthOption);
    return { value, inverted };
  },
  print: (data) => invertedText('--length', data, printRange),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'length', values: span(...value), negated: inverted },
      {
        option: '--length',
        wanted: printRange(value),
        shown: ({ packet }) => `${packet.length} bytes`,
        premises: () => ['size'],
      },
    ),
  ],
});
