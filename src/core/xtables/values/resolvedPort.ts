import { portOfService } from '../../net/services';
import { invalid, type InvalidValue, type ValueType } from '../option';
import { CERTAIN_PORT, type PortRange } from './port';
import { UINT64_MAX } from './strtoul';

/**
 * A port as getaddrinfo(3) reads a service: a decimal number, of which the lowest 16 bits count (65616 is 80), or a
 * service name of any protocol. undefined where it is neither.
 */
export function resolvePort(text: string): number | undefined {
  const number = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/.exec(text);
  const magnitude = number === null ? -1n : BigInt(number[2] as string);
  // A number too big for 64 bits becomes the biggest one; what is below 0 in 32 bits is taken for a name.
  const value = BigInt.asIntN(32, magnitude > UINT64_MAX ? -1n : number?.[1] === '-' ? -magnitude : magnitude);
  return value < 0n ? portOfService(text, undefined) : Number(value & 0xffffn);
}

/**
 * `port[:port]` of the options that iptables reads with XTTYPE_PORTRC; what is missing is 0 or 65535. A range may run
 * backwards: it then matches no port.
 */
export const resolvedPortRange: ValueType<PortRange> = {
  metavariable: 'port[:port]',
  names: 'port',
  certain: [CERTAIN_PORT],
  parse(text): PortRange | InvalidValue {
    const parts = text.split(':');
    if (parts.length > 2) return invalid(`"${text}" has more than one ":"`);
    const ports: number[] = [];
    for (const [i, part] of parts.entries()) {
      const port = part === '' ? (i === 0 ? 0 : 65535) : resolvePort(part);
      if (port === undefined) return invalid(`"${part}" is neither a port number nor a known service`);
      ports.push(port);
    }
    const [first = 0, last = first] = ports;
    return [first, last];
  },
};

/** As iptables-save prints such a range: a last port of 0 is omitted. */
export function printResolvedRange([first, last]: PortRange): string {
  return last === 0 || first === last ? String(first) : `${first}:${last}`;
}
