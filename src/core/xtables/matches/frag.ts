import { PROTOCOL, type ExtensionHeader, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { flag, option } from '../option';
import { missing } from '../shown';
import { findHeader, word } from '../values/extensionHeaders';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { number32, type NumberRange } from '../values/number32';
import { inRange, printRange, unsignedRange } from '../values/unsignedRange';

type Flag = '--fragres' | '--fragfirst' | '--fragmore' | '--fraglast';

interface FragData {
  readonly id: Inverted<NumberRange<number>> | undefined;
  readonly length: Inverted<number> | undefined;
  readonly flags: readonly Flag[];
}

const fragid = option(
  '--fragid',
  unsignedRange('id[:id]', 0xffffffff),
  'The identification of the packet that was fragmented, or a range.',
  { invertible: true },
);
const fraglen = option(
  '--fraglen',
  number32('length'),
  'Accepted, but ignored by the kernel: all fragment headers have 8 bytes.',
  { invertible: true },
);
const fragres = flag('--fragres', 'The reserved bits are clear.');
const fragfirst = flag('--fragfirst', 'The first fragment.');
const fragmore = flag('--fragmore', 'More fragments follow.', { excludes: ['--fraglast'] });
const fraglast = flag('--fraglast', 'The last fragment.', { excludes: ['--fragmore'] });
/** In the order of iptables-save. */
const FLAGS = [fragres, fragfirst, fragmore, fraglast];

/** `-m frag`: the fragment header of IPv6. Source: iptables-extensions(8) "frag", net/ipv6/netfilter/ip6t_frag.c. */
export const frag = defineMatch<FragData>({
  kind: 'match',
  name: 'frag',
  families: [6],
  options: [fragid, fraglen, ...FLAGS],
  documentation: {
    summary: 'Matches the fragment header of IPv6.',
    details:
      'Without an option it matches where there is such a header. Connection tracking reassembles fragments ' +
      'before any rule sees them.',
    source: 'iptables-extensions(8), frag; net/ipv6/netfilter/ip6t_frag.c',
  },
  build: (options) => ({
    id: keep(options.get(fragid)),
    length: keep(options.get(fraglen)),
    flags: FLAGS.filter((each) => options.has(each)).map(({ name }) => name as Flag),
  }),
  // The range of all identifications is omitted, negated or not.
  print: ({ id, length, flags }) =>
    (isEverything(id) ? '' : invertedText('--fragid', id, printRange)) +
    invertedText('--fraglen', length, String) +
    flags.map((name) => ` ${name}`).join(''),
  conditions: ({ id, flags }) => [
    condition('a fragment header', () => true),
    ...(id
      ? [
          condition(
            invertedText('--fragid', id, printRange).trim(),
            ({ bytes }) => inRange(word(bytes, 4), id.value) !== id.inverted,
          ),
        ]
      : []),
    ...flags.map((name) => condition(name, HOLDS[name])),
  ],
});

/** Byte 1 and two bits of byte 3 are reserved; bit 0 of byte 3 says that more fragments follow. */
const HOLDS: Readonly<Record<Flag, (header: ExtensionHeader) => boolean>> = {
  '--fragres': ({ bytes }) => bytes[1] === 0 && (lowByte(bytes) & 6) === 0,
  '--fragfirst': (header) => offsetOf(header) === 0,
  '--fragmore': ({ bytes }) => (lowByte(bytes) & 1) !== 0,
  '--fraglast': ({ bytes }) => (lowByte(bytes) & 1) === 0,
};

function lowByte(bytes: Uint8Array): number {
  return bytes[3] ?? 0;
}

function isEverything(id: FragData['id']): boolean {
  return id?.value[0] === 0 && id.value[1] === 0xffffffff;
}

/** In units of 8 bytes. */
function offsetOf({ bytes }: ExtensionHeader): number {
  return (((bytes[2] as number) << 8) | (bytes[3] as number)) >> 3;
}

function headerOf(packet: Packet): ExtensionHeader | undefined {
  return findHeader(packet, PROTOCOL.IPV6_FRAGMENT);
}

function condition(text: string, holds: (header: ExtensionHeader) => boolean): Condition {
  return {
    text,
    test({ packet }) {
      const header = headerOf(packet);
      return header !== undefined && holds(header);
    },
    actual({ packet }) {
      const header = headerOf(packet);
      if (header === undefined) return missing('no fragment header');
      return (
        `fragment ${word(header.bytes, 4)} at ${offsetOf(header) * 8}, ` +
        `${HOLDS['--fragmore'](header) ? 'more follow' : 'the last'}`
      );
    },
  };
}
