import { addressFromBytes, formatAddress, prefixLengthOf, type Address } from '../../net/address';
import { PROTOCOL, type ExtensionHeader, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { option, type GivenOptions } from '../option';
import { missing } from '../shown';
import { bytesFrom, fitsPacket, findHeader } from '../values/extensionHeaders';
import { unsigned } from '../values/integer';
import { hostMask, sameUnderMask, type HostMask } from '../values/looseAddress';

interface SrhPart {
  readonly text: string;
  readonly inverted: boolean;
  readonly holds: (header: SegmentRouting) => boolean;
}

/** What the kernel reads of a segment routing header (RFC 8754, 2). */
interface SegmentRouting {
  readonly nextHeader: number;
  readonly length: number;
  readonly segmentsLeft: number;
  readonly lastEntry: number;
  readonly tag: number;
  /** The kernel reads on after the header where the list is shorter; undefined where the packet ends before. */
  segment(index: number): Address | undefined;
}

const byte = unsigned('value', 0, 255);
const invertible = { invertible: true };
const nextHeader = option('--srh-next-hdr', byte, 'The number of the protocol after the header.', invertible);
const tag = option(
  '--srh-tag',
  unsigned('tag', 0, 65535),
  'The tag, as the kernel reads it on little-endian machines: with its two bytes swapped.',
  invertible,
);
const previous = option('--srh-psid', hostMask, 'The segment before the present one.', invertible);
const next = option('--srh-nsid', hostMask, 'The segment after the present one.', invertible);
const last = option('--srh-lsid', hostMask, 'The last segment.', invertible);

/**
 * Numbers that can be compared in three ways; there is room for one value each, so that the last option given decides.
 * In the order of iptables-save.
 */
const COMPARED = [
  comparison('hdr-len', 'length', 'The length of the header in units of 8 bytes, without the first 8'),
  comparison('segs-left', 'segmentsLeft', 'The number of segments that are left'),
  comparison('last-entry', 'lastEntry', 'The index of the last element of the list'),
] as const;

function comparison(name: string, field: 'length' | 'segmentsLeft' | 'lastEntry', summary: string) {
  const make = (how: string, words: string) =>
    option(`--srh-${name}-${how}`, byte, `${summary} ${words} this.`, invertible);
  return {
    field,
    ways: [
      { option: make('eq', 'is'), compare: (own: number, value: number): boolean => own === value },
      { option: make('gt', 'is above'), compare: (own: number, value: number): boolean => own > value },
      { option: make('lt', 'is below'), compare: (own: number, value: number): boolean => own < value },
    ],
  };
}

/**
 * `-m srh`: the segment routing header of IPv6. Source: iptables-extensions(8) "srh", net/ipv6/netfilter/ip6t_srh.c.
 */
export const srh = defineMatch<{ readonly parts: readonly SrhPart[] }>({
  kind: 'match',
  name: 'srh',
  families: [6],
  options: [nextHeader, ...COMPARED.flatMap(({ ways }) => ways.map((way) => way.option)), tag, previous, next, last],
  documentation: {
    summary: 'Matches the segment routing header of IPv6 (routing header of type 4).',
    details:
      'Without such a header it does not match, negated or not. If one number is compared several times, all ' +
      'comparisons use the last value.',
    source: 'iptables-extensions(8), srh; net/ipv6/netfilter/ip6t_srh.c',
  },
  build: (options) => ({ parts: readParts(options) }),
  print: ({ parts }) => parts.map(({ text, inverted }) => `${inverted ? ' !' : ''} ${text}`).join(''),
  conditions: ({ parts }) => [
    condition('a segment routing header', false, () => true),
    ...parts.map(({ text, inverted, holds }) => condition(`${inverted ? '! ' : ''}${text}`, inverted, holds)),
  ],
});

function readParts(options: GivenOptions): readonly SrhPart[] {
  const parts: SrhPart[] = [];
  const header = options.get(nextHeader);
  if (header)
    parts.push({
      text: `--srh-next-hdr ${header.value}`,
      inverted: header.inverted,
      holds: (own) => own.nextHeader === header.value,
    });
  for (const { field, ways } of COMPARED) {
    const given = ways.flatMap((way) => {
      const each = options.get(way.option);
      return each === undefined ? [] : [{ ...way, given: each }];
    });
    const value =
      given.reduce(
        (latest, each) =>
          latest === undefined || each.given.optionWord.start > latest.optionWord.start ? each.given : latest,
        given[0]?.given,
      )?.value ?? 0;
    for (const {
      option: { name },
      compare,
      given: { inverted },
    } of given)
      parts.push({ text: `${name} ${value}`, inverted, holds: (own) => compare(own[field], value) });
  }
  const tagGiven = options.get(tag);
  if (tagGiven)
    parts.push({
      text: `--srh-tag ${tagGiven.value}`,
      inverted: tagGiven.inverted,
      holds: (own) => own.tag === tagGiven.value,
    });
  parts.push(
    ...segmentPart(options, previous, (own) =>
      own.segmentsLeft === own.lastEntry ? undefined : own.segment(own.segmentsLeft + 1),
    ),
  );
  parts.push(
    ...segmentPart(options, next, (own) => (own.segmentsLeft === 0 ? undefined : own.segment(own.segmentsLeft - 1))),
  );
  parts.push(...segmentPart(options, last, (own) => own.segment(0)));
  return parts;
}

/** Where there is no such segment the answer is no, negated or not. */
function segmentPart(
  options: GivenOptions,
  which: typeof previous,
  of: (header: SegmentRouting) => Address | undefined,
): readonly SrhPart[] {
  const given = options.get(which);
  if (given === undefined) return [];
  const { value, inverted } = given;
  return [
    {
      text: `${which.name} ${printHostMask(value)}`,
      inverted,
      holds(header) {
        const own = of(header);
        return own === undefined ? inverted : sameUnderMask(own, value);
      },
    },
  ];
}

function printHostMask({ address, mask }: HostMask): string {
  return `${formatAddress(address)}/${prefixLengthOf(mask) ?? 128}`;
}

function read(packet: Packet): SegmentRouting | undefined {
  const header: ExtensionHeader | undefined = findHeader(packet, PROTOCOL.IPV6_ROUTE);
  if (header === undefined || !fitsPacket(packet, header) || header.bytes[2] !== 4) return undefined;
  const { bytes } = header;
  const [segmentsLeft = 0, lastEntry = 0] = [bytes[3], bytes[4]];
  if (segmentsLeft > lastEntry) return undefined;
  return {
    nextHeader: bytes[0] ?? 0,
    length: bytes[1] ?? 0,
    segmentsLeft,
    lastEntry,
    tag: (bytes[6] ?? 0) | ((bytes[7] ?? 0) << 8),
    segment(index) {
      const own = bytesFrom(packet, header).slice(8 + index * 16, 24 + index * 16);
      return own.length === 16 ? addressFromBytes(own) : undefined;
    },
  };
}

function segmentsOf(header: SegmentRouting): string {
  const list = Array.from({ length: header.lastEntry + 1 }, (_, i) => header.segment(i)).filter(
    (each) => each !== undefined,
  );
  return list.map(formatAddress).join(', ') || 'no segments';
}

function condition(text: string, inverted: boolean, holds: (header: SegmentRouting) => boolean): Condition {
  return {
    text,
    test({ packet }) {
      const header = read(packet);
      return header !== undefined && holds(header) !== inverted;
    },
    actual({ packet }) {
      const header = read(packet);
      return header === undefined
        ? missing('no segment routing header')
        : `next header ${header.nextHeader}, length ${header.length}, ${header.segmentsLeft} of ` +
            `${header.lastEntry + 1} segments left, tag ${header.tag}, ${segmentsOf(header)}`;
    },
  };
}
