import { utf8Bytes } from '../../text/utf8';
import { packetBytes } from '../../net/bytes';
import { defineMatch } from '../extension';
import { flag, invalid, option, problem, type BuildProblem, type InvalidValue, type ValueType } from '../option';
import { openFor } from '../premise';
import { missing } from '../shown';
import { unsigned } from '../values/integer';
import { foldCase, indexOfBytes } from '../values/byteSearch';

interface StringData {
  readonly pattern: Uint8Array;
  readonly inverted: boolean;
  readonly algorithm: string;
  readonly from: number;
  readonly to: number;
  readonly ignoreCase: boolean;
}

/** What the kernel has room for (XT_STRING_MAX_PATTERN_SIZE). */
const MAX_PATTERN = 128;

const plain: ValueType<Uint8Array> = {
  metavariable: 'pattern',
  parse(text): Uint8Array | InvalidValue {
    const bytes = utf8Bytes(text);
    return bytes.length > MAX_PATTERN
      ? invalid(`the pattern has ${bytes.length} bytes; the kernel accepts up to ${MAX_PATTERN}`)
      : bytes;
  },
};

/** Text with hexadecimal bytes between bars: `GET |20 2f|`; `\` before a character takes it as it is. */
const withHex: ValueType<Uint8Array> = { metavariable: 'pattern', parse: readHexString };

const from = option(
  '--from',
  unsigned('offset', 0, 65535),
  'Where the search begins, in bytes from the start of the IP header; 0 if omitted.',
);
const to = option(
  '--to',
  unsigned('offset', 0, 65535),
  'Where the pattern has to end at the latest; the end of the packet if omitted.',
);
const algo = option(
  '--algo',
  { metavariable: 'bm|kmp', single: true, completions: ['bm', 'kmp'], parse: (text: string) => text },
  'The search algorithm: Boyer-Moore or Knuth-Morris-Pratt. The result is the same.',
  { required: true },
);
const pattern = option('--string', plain, 'The text to find.', { invertible: true, excludes: ['--hex-string'] });
const hexPattern = option('--hex-string', withHex, 'The bytes to find, hexadecimal ones between bars: |0d 0a|.', {
  invertible: true,
  excludes: ['--string'],
});
const icase = flag('--icase', 'Upper and lower case count as the same.');

/**
 * `-m string`: a pattern anywhere in the packet. Source: iptables-extensions(8) "string", net/netfilter/xt_string.c.
 */
export const string = defineMatch<StringData>({
  kind: 'match',
  name: 'string',
  families: [4, 6],
  options: [from, to, algo, pattern, hexPattern, icase],
  documentation: {
    summary: 'Looks for a pattern of bytes in the packet, headers included.',
    details:
      'Offsets count from the start of the IP header, not of the data. A pattern that is split across two ' +
      'packets is not found.',
    source: 'iptables-extensions(8), string; net/netfilter/xt_string.c, net/core/skbuff.c skb_find_text',
  },
  build(options): StringData | BuildProblem {
    const given = options.get(pattern) ?? options.get(hexPattern);
    if (given === undefined) return problem('string needs --string or --hex-string');
    return {
      from: options.get(from)?.value ?? 0,
      to: options.get(to)?.value ?? 65535,
      pattern: given.value,
      inverted: given.inverted,
      algorithm: options.get(algo).value,
      ignoreCase: options.has(icase),
    };
  },
  checkentry(data, options) {
    if (data.pattern.length === 0)
      return problem('the pattern is empty', options.get<unknown>(pattern) ?? options.get<unknown>(hexPattern));
    if (data.algorithm !== 'bm' && data.algorithm !== 'kmp')
      return problem(`"${data.algorithm}" is not a search algorithm; the algorithms are bm and kmp`, options.get(algo));
    return data.from > data.to
      ? problem(`--from ${data.from} is after --to ${data.to}`, options.get(to) ?? options.get(from))
      : undefined;
  },
  print(data) {
    const offsets = `${data.from === 0 ? '' : ` --from ${data.from}`}${data.to === 65535 ? '' : ` --to ${data.to}`}`;
    return ` ${patternText(data)} --algo ${data.algorithm}${offsets}${data.ignoreCase ? ' --icase' : ''}`;
  },
  conditions: (data) => [
    {
      text: patternText(data),
      test: ({ packet }) => (find(data, packetBytes(packet)) !== undefined) !== data.inverted,
      actual({ packet }) {
        const at = find(data, packetBytes(packet));
        return at === undefined ? missing('not in the packet') : `found at byte ${at}`;
      },
      premises: (view) => openFor(view, 'data'),
    },
  ],
});

/** The first place of the pattern counts; where it ends after `to`, nothing is found. */
function find(
  { pattern: wanted, from: start, to: end, ignoreCase }: StringData,
  bytes: Uint8Array,
): number | undefined {
  const at = ignoreCase ? indexOfBytes(foldCase(bytes), foldCase(wanted), start) : indexOfBytes(bytes, wanted, start);
  return at === undefined || at + wanted.length > end ? undefined : at;
}

/** iptables-save writes hexadecimal where a byte is not printable ASCII or the last one is a backslash. */
function patternText({ pattern: bytes, inverted }: StringData): string {
  const hex = bytes.some((byte) => byte < 0x20 || byte > 0x7e) || bytes[bytes.length - 1] === 0x5c;
  const text = hex
    ? `|${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}|`
    : String.fromCharCode(...bytes).replace(/["\\]/g, '\\$&');
  return `${inverted ? '! ' : ''}--${hex ? 'hex-string' : 'string'} "${text}"`;
}

/**
 * Reads as libxt_string.c parse_hex_string does, with its peculiarities: a closing bar takes the character after it
 * along as text.
 */
function readHexString(text: string): Uint8Array | InvalidValue {
  const s = utf8Bytes(text);
  const [BAR, BACKSLASH, BLANK] = [0x7c, 0x5c, 0x20];
  const bytes: number[] = [];
  if (s.length === 0) return invalid('the pattern must have at least one character');
  let hex = false;
  for (let i = 0; i < s.length;) {
    let literal = false;
    if (s[i] === BACKSLASH) {
      if (hex) return invalid('"\\" cannot be between the bars of hexadecimal bytes');
      literal = true;
    } else if (s[i] === BAR) {
      if (!hex) while (s[i + 1] === BLANK) i++;
      hex = !hex;
      if (i + 1 >= s.length) {
        // A bar at the end counts as one byte more, and then does not.
        if (bytes.length === MAX_PATTERN)
          return invalid(`the pattern has too many bytes: ${MAX_PATTERN - 1} at most where it ends with "|"`);
        break;
      }
      i++;
    }
    if (literal) {
      if (i + 1 >= s.length) return invalid('a "\\" at the end escapes nothing');
      bytes.push(s[i + 1] as number);
      i += 2;
    } else if (hex) {
      const digits = String.fromCharCode(...s.subarray(i, i + 2));
      if (i + 1 >= s.length) return invalid('there is an odd number of hexadecimal digits');
      if (i + 2 >= s.length) return invalid('hexadecimal bytes must end with "|"');
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) return invalid(`"${digits}" is not two hexadecimal digits`);
      bytes.push(parseInt(digits, 16));
      i += s[i + 2] === BLANK ? 3 : 2;
    } else {
      bytes.push(s[i] as number);
      i++;
    }
    if (bytes.length > MAX_PATTERN) return invalid(`the pattern has more than ${MAX_PATTERN} bytes`);
  }
  return Uint8Array.from(bytes);
}
