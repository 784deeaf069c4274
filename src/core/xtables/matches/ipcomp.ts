import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { flag, option } from '../option';
import { keep, type Inverted } from '../values/inverted';
import { spiCondition, spiRange, spiText, type SpiRange } from '../values/spi';
import { cutShort } from '../values/transport';

interface IpcompData {
  readonly index: Inverted<SpiRange>;
  readonly reserved: boolean;
}

const ipcompspi = option('--ipcompspi', spiRange, 'The compression parameter index or range of them; 0 if omitted.', {
  invertible: true,
});
const compres = flag('--compres', 'Accepted, but the kernel ignores the reserved field.');

/** `-m ipcomp`: the index of IP compression. Source: iptables-extensions(8) "ipcomp", net/netfilter/xt_ipcomp.c. */
export const ipcomp = defineMatch<IpcompData>({
  kind: 'match',
  name: 'ipcomp',
  families: [4, 6],
  protocols: [PROTOCOL.IPCOMP],
  options: [ipcompspi, compres],
  documentation: {
    summary: 'Matches the compression parameter index of an IPComp packet.',
    details:
      'The index has 16 bits in the packet. Without --ipcompspi only the index 0 matches. Does not match later ' +
      'fragments, negated or not.',
    source: 'iptables-extensions(8), ipcomp; net/netfilter/xt_ipcomp.c',
  },
  build: (options) => ({
    index: keep(options.get(ipcompspi)) ?? { value: [0, 0], inverted: false },
    reserved: options.has(compres),
  }),
  print: ({ index, reserved }) => spiText('--ipcompspi', index) + (reserved ? ' --compres' : ''),
  conditions: ({ index }) => [spiCondition('--ipcompspi', index, 'cpi')],
  drops: (_data, { packet }) => cutShort(packet, 4, 'IPComp'),
});
