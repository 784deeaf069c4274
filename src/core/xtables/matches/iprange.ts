import { formatAddress, ipv4, parseAddress, type Address } from '../../net/address';
import { defineMatch, type Condition } from '../extension';
import { fieldCondition } from '../fieldCondition';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { readUnsigned } from '../values/integer';
import { invertedText, keep, type Inverted } from '../values/inverted';

type Range = readonly [first: Address, last: Address];

interface IprangeData {
  readonly source: Inverted<Range> | undefined;
  readonly destination: Inverted<Range> | undefined;
}

/**
 * `first[-last]`. IPv4 addresses may omit numbers at the end (`10.1` is 10.1.0.0). A range that is descending holds no
 * address.
 */
const addressRange: ValueType<Range> = {
  metavariable: 'from[-to]',
  parse(text, { family }): Range | InvalidValue {
    const dash = text.indexOf('-');
    const firstText = dash < 0 ? text : text.slice(0, dash);
    const lastText = dash < 0 ? text : text.slice(dash + 1);
    const first = readAddress(firstText, family);
    const last = readAddress(lastText, family);
    if (first === undefined || last === undefined)
      return invalid(
        `"${first === undefined ? firstText : lastText}" is not an IPv${family} address; a range is first-last`,
      );
    return [first, last];
  },
};

function readAddress(text: string, family: 4 | 6): Address | undefined {
  if (family === 6) {
    const address = parseAddress(text);
    return address?.family === 6 ? address : undefined;
  }
  const bytes = text.split('.').map((part) => readUnsigned(part, 0, 255));
  return bytes.length > 4 || bytes.includes(undefined)
    ? undefined
    : ipv4(bytes.reduce<number>((word, byte, i) => word + (byte as number) * 2 ** (24 - 8 * i), 0));
}

const sourceRange = option('--src-range', addressRange, 'The source address lies in this range.', { invertible: true });
const destinationRange = option('--dst-range', addressRange, 'The destination address lies in this range.', {
  invertible: true,
});

/** `-m iprange`: any range of addresses. Source: iptables-extensions(8) "iprange", net/netfilter/xt_iprange.c. */
export const iprange = defineMatch<IprangeData>({
  kind: 'match',
  name: 'iprange',
  families: [4, 6],
  options: [sourceRange, destinationRange],
  documentation: {
    summary: 'Matches addresses in a range from one address to another, both included.',
    source: 'iptables-extensions(8), iprange; net/netfilter/xt_iprange.c',
  },
  build(options) {
    const source = options.get(sourceRange);
    const destination = options.get(destinationRange);
    if (source === undefined && destination === undefined) return problem('iprange needs --src-range or --dst-range');
    return { source: keep(source), destination: keep(destination) };
  },
  print: ({ source, destination }) =>
    invertedText('--src-range', source, printRange) + invertedText('--dst-range', destination, printRange),
  conditions: ({ source, destination }) => [
    ...(source ? [rangeCondition('source', source)] : []),
    ...(destination ? [rangeCondition('destination', destination)] : []),
  ],
});

function printRange([first, last]: Range): string {
  return `${formatAddress(first)}-${formatAddress(last)}`;
}

function rangeCondition(field: 'source' | 'destination', { value, inverted }: Inverted<Range>): Condition {
  return fieldCondition(
    { field, values: { kind: 'addresses', spans: [value] }, negated: inverted },
    { option: field === 'source' ? '--src-range' : '--dst-range', wanted: printRange(value) },
  );
}
