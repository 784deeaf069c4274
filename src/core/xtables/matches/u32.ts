import { lacksData, networkHeaderLength, packetBytes, transportHeaderLength } from '../../net/bytes';
import type { Packet } from '../../net/packet';
import { defineMatch } from '../extension';
import { option, problem } from '../option';
import { invertedText, type Inverted } from '../values/inverted';
import { printU32, u32Tests, type U32Step, type U32Test } from '../values/u32Tests';

const u32Option = option('--u32', u32Tests, 'Tests of 32-bit words in the packet, joined by &&.', {
  invertible: true,
  required: true,
});

/** `-m u32`: tests of words anywhere in the packet. Source: iptables-extensions(8) "u32", net/netfilter/xt_u32.c. */
export const u32 = defineMatch<Inverted<readonly U32Test[]>>({
  kind: 'match',
  name: 'u32',
  families: [4, 6],
  options: [u32Option],
  documentation: {
    summary: 'Extracts 32-bit words from the packet, masks and shifts them, and compares the results.',
    details:
      'Offsets count in bytes from the IP header; "@" moves the start by the value read so far. A test beyond ' +
      'the end of the packet fails.',
    source: 'iptables-extensions(8), u32; net/netfilter/xt_u32.c',
  },
  build(options) {
    const { value, inverted } = options.get(u32Option);
    return { value, inverted };
  },
  checkentry({ value }, options) {
    const shift = value
      .flatMap(({ location }) => location)
      .find(({ operator, number }) => (operator === '<<' || operator === '>>') && number > 31);
    return (
      shift &&
      problem(
        `the kernel refuses the shift ${shift.operator}${shift.number}: a word has 32 bits`,
        options.get(u32Option),
      )
    );
  },
  print: (data) => invertedText('--u32', data, printU32),
  conditions: (data) => [
    {
      text: invertedText('--u32', data, printU32).trim(),
      test({ packet }) {
        const bytes = packetBytes(packet);
        return data.value.every((test) => holds(test, bytes)) !== data.inverted;
      },
      actual({ packet }) {
        const bytes = packetBytes(packet);
        const failed = data.value.find((test) => !holds(test, bytes));
        if (failed === undefined) return 'each test holds';
        const value = locate(failed.location, bytes);
        return value === undefined ? 'beyond the end of the packet' : `0x${value.toString(16)}`;
      },
      premises: ({ packet }) => (readsData(data.value, packet) ? ['data'] : []),
    },
  ],
});

/**
 * Whether a test reads data that was not given: each word that it reads counts, up to the one that leaves the packet.
 */
function readsData(tests: readonly U32Test[], packet: Packet): boolean {
  if (!lacksData(packet)) return false;
  const bytes = packetBytes(packet);
  const given = networkHeaderLength(packet) + transportHeaderLength(packet) + packet.payload.length;
  return tests.some(({ location }) => {
    let furthest = 0;
    locate(location, bytes, (end) => (furthest = Math.max(furthest, end)));
    return furthest > given;
  });
}

function holds({ location, ranges }: U32Test, bytes: Uint8Array): boolean {
  const value = locate(location, bytes);
  return value !== undefined && ranges.some(([min, max]) => value >= min && value <= max);
}

/**
 * The value at a location; undefined where it leaves the packet. Arithmetic is that of unsigned 32-bit words. `looks`
 * gets the end of each word that it reads.
 */
function locate(
  [first, ...rest]: U32Test['location'],
  bytes: Uint8Array,
  looks?: (end: number) => void,
): number | undefined {
  let start = 0;
  looks?.(first.number + 4);
  let value = word(bytes, first.number);
  for (const { operator, number } of rest) {
    if (value === undefined) return undefined;
    if (operator === '@') {
      start += value;
      looks?.(start + number + 4);
      value = start > 0xffffffff ? undefined : word(bytes, start + number);
    } else value = compute(value, operator, number);
  }
  return value;
}

function compute(value: number, operator: U32Step['operator'], number: number): number {
  return (operator === '&' ? value & number : operator === '<<' ? value << number : value >>> number) >>> 0;
}

function word(bytes: Uint8Array, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
