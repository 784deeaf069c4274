import { unknown } from '../answer';
import { defineMatch } from '../extension';
import { option } from '../option';
import { unsigned } from '../values/integer';
import { invertedText, type Inverted } from '../values/inverted';

const cpuOption = option('--cpu', unsigned('number', 0, 0xffffffff), 'The number of the processor, from 0.', {
  invertible: true,
  required: true,
});

/** `-m cpu`: the processor at work. Source: iptables-extensions(8) "cpu", net/netfilter/xt_cpu.c. */
export const cpu = defineMatch<Inverted<number>>({
  kind: 'match',
  name: 'cpu',
  families: [4, 6],
  options: [cpuOption],
  documentation: {
    summary: 'Matches the processor that handles the packet.',
    source: 'iptables-extensions(8), cpu; net/netfilter/xt_cpu.c',
  },
  build(options) {
    const { value, inverted } = options.get(cpuOption);
    return { value, inverted };
  },
  print: (data) => invertedText('--cpu', data, String),
  conditions: (data) => [
    {
      text: invertedText('--cpu', data, String).trim(),
      test: () => unknown('which processor handles the packet cannot be known in advance'),
      actual: () => 'some processor',
    },
  ],
});
