import { span } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { option, problem } from '../option';
import { invertedText, type Inverted } from '../values/inverted';
import type { NumberRange } from '../values/number32';
import { tcpOptionBytes } from '../values/tcpOptions';
import { cutShort, malformed } from '../values/transport';
import { printRange, unsignedRange } from '../values/unsignedRange';

const mss = option('--mss', unsignedRange('size[:size]', 65535), 'The announced size or range of sizes in bytes.', {
  invertible: true,
  required: true,
});

/** `-m tcpmss`: the MSS option of TCP. Source: iptables-extensions(8) "tcpmss", net/netfilter/xt_tcpmss.c. */
export const tcpmss = defineMatch<Inverted<NumberRange<number>>>({
  kind: 'match',
  name: 'tcpmss',
  families: [4, 6],
  protocols: [PROTOCOL.TCP],
  options: [mss],
  documentation: {
    summary: 'Compares the maximum segment size that a TCP packet announces, which SYN packets do.',
    details: 'A packet without the option matches no range; the negated form matches it.',
    source: 'iptables-extensions(8), tcpmss; net/netfilter/xt_tcpmss.c',
  },
  build(options) {
    const given = options.get(mss);
    if (given.value[0] > given.value[1]) return problem(`the range ${printRange(given.value)} is descending`, given);
    return { value: given.value, inverted: given.inverted };
  },
  print: (data) => invertedText('--mss', data, printRange),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      // A packet without the option is in no range. One whose options cannot be read was dropped before.
      { field: 'maximumSegment', values: span(...value), negated: inverted, lacking: inverted },
      { option: '--mss', wanted: printRange(value) },
    ),
  ],
  drops: (_data, { packet }) =>
    cutShort(packet, 20 + packet.tcpOptions.length, 'TCP') ??
    (tcpOptionBytes(packet) === undefined
      ? malformed('it is a later fragment, and its bytes are not valid as the TCP header that they are taken for')
      : undefined),
});
