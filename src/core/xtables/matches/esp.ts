import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { option } from '../option';
import { keep, type Inverted } from '../values/inverted';
import { spiCondition, spiRange, spiText, type SpiRange } from '../values/spi';
import { cutShort } from '../values/transport';

const espspi = option('--espspi', spiRange, 'The security parameter index or range of them.', { invertible: true });

/** `-m esp`: the index of IPsec ESP. Source: iptables-extensions(8) "esp", net/netfilter/xt_esp.c. */
export const esp = defineMatch<{ readonly spi: Inverted<SpiRange> | undefined }>({
  kind: 'match',
  name: 'esp',
  families: [4, 6],
  protocols: [PROTOCOL.ESP],
  options: [espspi],
  documentation: {
    summary: 'Matches the security parameter index of an IPsec ESP packet.',
    details: 'Does not match later fragments, negated or not.',
    source: 'iptables-extensions(8), esp; net/netfilter/xt_esp.c',
  },
  build: (options) => ({ spi: keep(options.get(espspi)) }),
  print: ({ spi }) => spiText('--espspi', spi),
  conditions: ({ spi }) => [spiCondition('--espspi', spi, 'spi')],
  drops: (_data, { packet }) => cutShort(packet, 8, 'ESP'),
});
