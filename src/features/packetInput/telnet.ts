import type { ExpressionProblem } from '../../core/net/packetExpression';
import { portOfService } from '../../core/net/services';
import { problemAt, wholeNumber, type FirstPacket, type Piece } from './firstPacket';
import { readOptions, setOf, type OptionSpec } from './options';

/** Source: telnet(1) of netkit and inetutils. */
const OPTIONS: OptionSpec = {
  program: 'telnet',
  withValue: 'beklnSX',
  flags: '468EFKLacdfrx',
  getopt: true,
  longWithValue: setOf(''),
  longFlags: setOf(''),
};

/** `telnet host 8080`, `telnet -6 host smtp`. */
export function readTelnet(words: readonly Piece[], program: Piece): FirstPacket | ExpressionProblem {
  const read = readOptions(words, OPTIONS);
  if ('message' in read) return read;
  const [to, portWord] = read.operands;
  if (!to) return problemAt(program, 'this telnet command names no host');
  const text = portWord?.text ?? '23';
  const port = wholeNumber(text, 1, 65535) ?? portOfService(text, undefined);
  if (port === undefined)
    return problemAt(portWord ?? to, `"${text}" is not a port from 1 to 65535 or the name of a service`);
  const given = new Set(read.options.map(({ name }) => name));
  const source = read.options.findLast(({ name }) => name === 'b')?.value;
  return {
    from: 'a telnet command',
    protocol: 'tcp',
    to,
    port,
    family: given.has('6') ? 6 : given.has('4') ? 4 : undefined,
    source: source && { address: source },
    notes: portWord ? [] : ['Without a port telnet uses 23.'],
  };
}
