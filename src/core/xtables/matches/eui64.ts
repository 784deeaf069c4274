import type { Packet } from '../../net/packet';
import { defineMatch } from '../extension';
import { openFor } from '../premise';

/**
 * `-m eui64`: does the source address hold the MAC address? Source: iptables-extensions(8) "eui64",
 * net/ipv6/netfilter/ip6t_eui64.c.
 */
export const eui64 = defineMatch<Record<never, never>>({
  kind: 'match',
  name: 'eui64',
  families: [6],
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: [],
  documentation: {
    summary: "Matches if the IPv6 source address was made from the sender's Ethernet address.",
    details:
      'RFC 4291: the lower half of the address is the MAC address with ff:fe in its middle and the second ' +
      'lowest bit of its first byte inverted. Drops the copy that a host receives of a multicast that it ' +
      'sends: it has no Ethernet header.',
    source: 'iptables-extensions(8), eui64; net/ipv6/netfilter/ip6t_eui64.c',
  },
  build: () => ({}),
  print: () => '',
  drops: (_data, { ownCopy }) =>
    ownCopy
      ? { reason: 'a copy of what this host sends has no Ethernet header, which eui64 needs', matches: false }
      : undefined,
  conditions: () => [
    {
      text: 'the source address is made from the MAC address (eui64)',
      test: ({ packet }) => {
        const [, , third, fourth] = packet.source.words;
        const [high, low] = interfaceId(packet);
        return third === high && fourth === low;
      },
      actual: ({ packet }) => {
        const [, , third = 0, fourth = 0] = packet.source.words;
        return `interface identifier ${hex(third)}${hex(fourth)}, MAC address ${packet.sourceMac ?? 'none'}`;
      },
      premises: (view) => openFor(view, 'neighbour'),
    },
  ],
});

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** On lo the Ethernet header is all zeros. */
function interfaceId({ sourceMac }: Packet): readonly [number, number] {
  const mac = (sourceMac ?? '0:0:0:0:0:0').split(':').map((byte) => parseInt(byte, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
  return [(((a ^ 2) << 24) | (b << 16) | (c << 8) | 0xff) >>> 0, ((0xfe << 24) | (d << 16) | (e << 8) | f) >>> 0];
}
