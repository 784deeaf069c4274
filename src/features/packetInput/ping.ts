import type { ExpressionProblem } from '../../core/net/packetExpression';
import { parseAddress } from '../../core/net/address';
import { problemAt, wholeNumber, type FirstPacket, type Piece } from './firstPacket';
import { readOptions, setOf, type GivenOption, type OptionSpec } from './options';

/** Source: ping(8) of iputils; BusyBox has some of these. */
const OPTIONS: OptionSpec = {
  program: 'ping',
  withValue: 'ceFgGiIlmMNpQsStTwW',
  flags: '346aAbBCdDfhHLnOqrRUvV',
  getopt: true,
  longWithValue: setOf(''),
  longFlags: setOf(''),
};

/** `ping -6 -c 3 -I eth0 -s 1400 -M do -t 5 host`: an echo request. */
export function readPing(words: readonly Piece[], program: Piece): FirstPacket | ExpressionProblem {
  const read = readOptions(words, OPTIONS);
  if ('message' in read) return read;
  const given = (name: string): GivenOption | undefined => read.options.findLast((each) => each.name === name);
  const to = read.operands.at(-1);
  if (!to) return problemAt(program, 'this ping command names no host');
  if (read.operands.length > 1)
    return problemAt(read.operands[0] as Piece, 'hops on the way are not traced: name the last host only');
  const family = given('6') || program.text === 'ping6' ? 6 : given('4') ? 4 : undefined;
  const six = family === 6 || (family === undefined && parseAddress(to.text)?.family === 6);
  const out = given('I')?.value;
  const extra: string[] = [];
  for (const [letter, most, wordsFor] of NUMBERS) {
    const value = given(letter)?.value;
    if (!value) continue;
    const read = /^0x[\da-f]{1,8}$/i.test(value.text) ? Number(value.text) : wholeNumber(value.text, 0, most);
    if (read === undefined || read > most) return problemAt(value, `"${value.text}" is not a number from 0 to ${most}`);
    extra.push(...wordsFor(read, six));
  }
  if (given('M')?.value?.text === 'do' && !six) extra.push('df');
  return {
    from: 'a ping command',
    protocol: 'icmp',
    to,
    port: undefined,
    family,
    source: out && (parseAddress(out.text) ? { address: out } : { iface: out.text }),
    words: extra,
    notes: [],
  };
}

/** By option: the largest value, and the words for it. The length has the headers of IP and ICMP. */
const NUMBERS: readonly (readonly [string, number, (value: number, six: boolean) => readonly string[]])[] = [
  ['t', 255, (value) => ['ttl', String(value)]],
  ['s', 65_507, (value, six) => ['length', String(value + 8 + (six ? 40 : 20))]],
  ['Q', 255, (value) => ['tos', `0x${value.toString(16)}`]],
  ['m', 0xffffffff, (value) => ['mark', `0x${value.toString(16)}`]],
];
