import { TCP_FLAGS, PROTOCOL } from '../../net/packet';
import { unknown } from '../answer';
import { defineMatch } from '../extension';
import { option } from '../option';
import { missing } from '../shown';
import { unsigned } from '../values/integer';
import type { Inverted } from '../values/inverted';
import { text } from '../values/savedString';

interface OsfData {
  readonly genre: Inverted<string>;
  readonly ttl: number | undefined;
  readonly log: number | undefined;
}

const genre = option('--genre', text('genre', 31), 'The operating system, by its name in the fingerprint file.', {
  invertible: true,
  required: true,
});
const ttl = option(
  '--ttl',
  unsigned('level', 0, 2),
  'How to judge the TTL: 0 for a local network, 1 not above the fingerprint, 2 not at all.',
);
const log = option(
  '--log',
  unsigned('level', 0, 2),
  'What to log: 0 all matches, 1 the first, 2 all known and unknown ones.',
);

/** `-m osf`: the operating system of the sender. Source: iptables-extensions(8) "osf", net/netfilter/xt_osf.c. */
export const osf = defineMatch<OsfData>({
  kind: 'match',
  name: 'osf',
  families: [4],
  protocols: [PROTOCOL.TCP],
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: [genre, ttl, log],
  documentation: {
    summary: 'Guesses the operating system of the sender from its TCP SYN packet.',
    details:
      'Compares with fingerprints that nfnl_osf loaded into the kernel. Only packets with the SYN flag can match.',
    source: 'iptables-extensions(8), osf; net/netfilter/xt_osf.c, nfnetlink_osf.c',
  },
  build(options) {
    const { value, inverted } = options.get(genre);
    return { genre: { value, inverted }, ttl: options.get(ttl)?.value, log: options.get(log)?.value };
  },
  print: (data) =>
    ` ${genreText(data)}${data.ttl === undefined ? '' : ` --ttl ${data.ttl}`}` +
    `${data.log === undefined ? '' : ` --log ${data.log}`}`,
  conditions: (data) => [
    {
      text: genreText(data),
      test: ({ packet }) =>
        (packet.tcpFlags & TCP_FLAGS.SYN) === 0
          ? false
          : unknown('the fingerprints of operating systems that are loaded (nfnl_osf) are not in this file'),
      actual: ({ packet }) => ((packet.tcpFlags & TCP_FLAGS.SYN) === 0 ? missing('no SYN packet') : 'a SYN packet'),
    },
  ],
});

function genreText({ genre: { value, inverted } }: OsfData): string {
  return `${inverted ? '! ' : ''}--genre ${value}`;
}
