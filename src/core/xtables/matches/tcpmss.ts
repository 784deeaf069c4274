import { PROTOCOL, type Packet } from '../../net/packet';
import { defineMatch } from '../extension';
import { option, problem, type Given } from '../option';
import { missing } from '../shown';
import { invertedText, type Inverted } from '../values/inverted';
import type { NumberRange } from '../values/number32';
import { announcedMss } from '../values/tcpOptions';
import { cutShort, malformed, supposedHeader } from '../values/transport';
import { inRange, printRange, unsignedRange } from '../values/unsignedRange';

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
    details: 'A packet without the option fits no range; the negated form is true for it.',
    source: 'iptables-extensions(8), tcpmss; net/netfilter/xt_tcpmss.c',
  },
  build(options) {
    const given = options.get(mss) as Given<NumberRange<number>>;
    if (given.value[0] > given.value[1]) return problem(`the range ${printRange(given.value)} runs backwards`, given);
    return { value: given.value, inverted: given.inverted };
  },
  print: (data) => invertedText('--mss', data, printRange),
  conditions: (data) => [
    {
      text: invertedText('--mss', data, printRange).trim(),
      test({ packet }) {
        const options = optionBytes(packet);
        if (options === undefined) return false;
        const size = announcedMss(options);
        return (size !== undefined && inRange(size, data.value)) !== data.inverted;
      },
      actual({ packet }) {
        const options = optionBytes(packet);
        const size = options && announcedMss(options);
        return size === undefined ? missing('no MSS option') : `mss ${size}`;
      },
    },
  ],
  drops: (_data, { packet }) =>
    cutShort(packet, 20 + packet.tcpOptions.length, 'TCP') ??
    (optionBytes(packet) === undefined
      ? malformed('it is a later fragment, and its bytes make no sense as the TCP header that they are taken for')
      : undefined),
  suggest: () => ({ protocol: 'tcp', tcpFlags: ['SYN'] }),
});

/** The kernel reads a later fragment as if it had a TCP header. undefined where that does not hold together. */
function optionBytes(packet: Packet): Uint8Array | undefined {
  if (packet.fragmentOffset === 0) return packet.tcpOptions;
  const bytes = supposedHeader(packet);
  const end = ((bytes[12] ?? 0) >> 4) * 4;
  return bytes.length < 20 || end < 20 || bytes.length < end ? undefined : bytes.subarray(20, end);
}
