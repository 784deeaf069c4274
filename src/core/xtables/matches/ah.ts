import { PROTOCOL, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { flag, option, problem, type BuildProblem } from '../option';
import { missing } from '../shown';
import { findHeader, word } from '../values/extensionHeaders';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { number32 } from '../values/number32';
import { spiCondition, spiRange, spiText, type SpiRange } from '../values/spi';
import { cutShort, transportBytes } from '../values/transport';
import { inRange } from '../values/unsignedRange';

interface AhData {
  readonly spi: Inverted<SpiRange> | undefined;
  readonly length: Inverted<number> | undefined;
  readonly reserved: boolean;
}

const ahspi = option('--ahspi', spiRange, 'The security parameter index or range of them.', { invertible: true });

const ahlen = option('--ahlen', number32('length'), 'The length of the header in bytes.', {
  invertible: true,
  family: 6,
});
const ahres = flag('--ahres', 'The reserved field is zero.', { family: 6 });

/**
 * `-m ah`: the authentication header of IPsec. For IPv4 it needs -p ah and knows --ahspi alone; for IPv6 it is an
 * extension header, and needs no -p. Source: iptables-extensions(8) "ah", net/ipv4/netfilter/ipt_ah.c,
 * net/ipv6/netfilter/ip6t_ah.c.
 */
export const ah = defineMatch<AhData>({
  kind: 'match',
  name: 'ah',
  families: [4, 6],
  options: [ahspi, ahlen, ahres],
  documentation: {
    summary: 'Matches the authentication header of IPsec.',
    details:
      'For IPv6, without an option it matches where there is such a header. For IPv4 it does not match later ' +
      'fragments, negated or not.',
    source: 'iptables-extensions(8), ah; net/ipv4/netfilter/ipt_ah.c, net/ipv6/netfilter/ip6t_ah.c',
  },
  build(options, { family }): AhData | BuildProblem {
    const alien = options.get<unknown>(ahlen) ?? options.get<unknown>(ahres);
    if (family === 4 && alien) return problem(`${alien.optionWord.text} exists for IPv6 only`, alien);
    return { spi: keep(options.get(ahspi)), length: keep(options.get(ahlen)), reserved: options.has(ahres) };
  },
  checkentry: (_data, _options, { family, protocol }) =>
    family === 4 && protocol !== PROTOCOL.AH ? problem('ah needs -p ah, not negated') : undefined,
  print: ({ spi, length, reserved }) =>
    spiText('--ahspi', spi) +
    (length?.value || length?.inverted ? invertedText('--ahlen', length, String) : '') +
    (reserved ? ' --ahres' : ''),
  conditions: (data, _self, { family }) =>
    family === 4 ? [spiCondition('--ahspi', data.spi, 'spi')] : conditions6(data),
  drops: (_data, { packet }) => (packet.family === 4 ? cutShort(packet, 12, 'AH') : undefined),
});

function conditions6({ spi, length, reserved }: AhData): readonly Condition[] {
  return [
    condition('an authentication header', () => true),
    ...(spi
      ? [
          condition(
            spiText('--ahspi', spi).trim() || '--ahspi',
            (bytes) => inRange(word(bytes, 4), spi.value) !== spi.inverted,
          ),
        ]
      : []),
    ...(length && length.value !== 0
      ? [
          condition(
            invertedText('--ahlen', length, String).trim(),
            (bytes) => (lengthOf(bytes) === length.value) !== length.inverted,
          ),
        ]
      : []),
    ...(reserved ? [condition('--ahres', (bytes) => bytes[2] === 0 && bytes[3] === 0)] : []),
  ];
}

function condition(text: string, holds: (bytes: Uint8Array) => boolean): Condition {
  return {
    text,
    test({ packet }) {
      const bytes = headerOf(packet);
      return bytes !== undefined && holds(bytes);
    },
    actual({ packet }) {
      const bytes = headerOf(packet);
      return bytes === undefined
        ? missing('no authentication header')
        : `spi ${word(bytes, 4)}, ${lengthOf(bytes)} bytes`;
    },
  };
}

/** Among the extension headers, or as the last header where nothing known follows. */
function headerOf(packet: Packet): Uint8Array | undefined {
  const header = findHeader(packet, PROTOCOL.AH);
  if (header !== undefined) return header.bytes;
  return packet.protocol === PROTOCOL.AH && packet.fragmentOffset === 0 ? transportBytes(packet) : undefined;
}

/** Counted in words of 4 bytes less two. */
function lengthOf(bytes: Uint8Array): number {
  return ((bytes[1] ?? 0) + 2) * 4;
}
