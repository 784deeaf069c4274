import { PROTOCOL } from '../../net/packet';
import { defineTarget } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { wholeNumber } from '../values/strtoul';
import { tcpOptionPlaces } from '../values/tcpOptions';

const NAMES: Readonly<Record<string, number>> = {
  wscale: 3,
  mss: 2,
  'sack-permitted': 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
};

const optionList: ValueType<readonly number[]> = {
  metavariable: 'option[,option…]',
  completions: Object.keys(NAMES),
  parse(text): readonly number[] | InvalidValue {
    const kinds: number[] = [];
    for (const word of text.split(',')) {
      const kind = Object.hasOwn(NAMES, word) ? NAMES[word] : Number(wholeNumber(word, 0n, 255n) ?? NaN);
      if (kind === undefined || Number.isNaN(kind))
        return invalid(
          `"${word}" is neither a TCP option number up to 255 nor one of ${Object.keys(NAMES).join(', ')}`,
        );
      if (kind < 2) return invalid('the TCP options 0 and 1 are padding and cannot be stripped');
      if (kinds.includes(kind)) return invalid(`the TCP option "${word}" is in the list twice`);
      kinds.push(kind);
    }
    return kinds.sort((a, b) => a - b);
  },
};

const stripOptions = option('--strip-options', optionList, 'Numbers or names of the TCP options to blank out.');

/**
 * `-j TCPOPTSTRIP`: overwrites TCP options with NOPs. Source: extensions/libxt_TCPOPTSTRIP.c,
 * net/netfilter/xt_TCPOPTSTRIP.c.
 */
export const TCPOPTSTRIP = defineTarget<{ readonly kinds: readonly number[] }>({
  kind: 'target',
  name: 'TCPOPTSTRIP',
  families: [4, 6],
  protocols: [PROTOCOL.TCP],
  tables: ['mangle'],
  options: [stripOptions],
  terminates: 'never',
  documentation: {
    summary: 'Blanks out options of the TCP header.',
    details: 'Each byte of a stripped option becomes a NOP, so the packet keeps its length.',
    source: 'iptables-extensions(8), TCPOPTSTRIP; net/netfilter/xt_TCPOPTSTRIP.c',
  },
  build: (options) => ({ kinds: options.get(stripOptions)?.value ?? [] }),
  print: ({ kinds }) => (kinds.length === 0 ? '' : ` --strip-options ${kinds.join(',')}`),
  describe: ({ kinds }) =>
    kinds.length === 0
      ? 'strips no TCP option'
      : 'blanks out the TCP options ' +
        `${kinds.map((kind) => Object.keys(NAMES).find((name) => NAMES[name] === kind) ?? kind).join(', ')}`,
  changes: () => [{ field: 'maximumSegment', kind: 'open' }],
  apply({ kinds }, { packet }) {
    if (packet.fragmentOffset > 0) return { kind: 'continue' };
    const bytes = packet.tcpOptions.slice();
    // The last byte of the header is never read.
    for (const at of tcpOptionPlaces(packet.tcpOptions).filter((place) => place < bytes.length - 1)) {
      const length = (bytes[at] as number) < 2 ? 1 : bytes[at + 1] || 1;
      if (at + length > bytes.length) break;
      if (kinds.includes(bytes[at] as number)) bytes.fill(1, at, at + length);
    }
    return { kind: 'continue', packet: { tcpOptions: bytes } };
  },
});
