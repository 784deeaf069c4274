import { portOfService } from '../../net/services';
import { invalid, type InvalidValue, type ValueContext, type ValueType } from '../option';
import { readUnsigned } from './integer';

/** A port or service name; undefined where it is neither. */
export function readPort(text: string, context: ValueContext): number | undefined {
  return readUnsigned(text, 0, 65535) ?? portOfService(text, context.protocol);
}

/** A port from 0 to 65535 in digits (`ValueType.certain`). */
export const CERTAIN_PORT = '(?:0|[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3})';

export type PortRange = readonly [first: number, last: number];

/**
 * `port[:port]`; a missing first port is 0, a missing last one 65535. Service names are allowed: those of the match's
 * own protocol, wherever in the rule its -p stands.
 */
export const portRange = (protocol: number): ValueType<PortRange> => ({
  metavariable: 'port[:port]',
  names: 'port',
  certain: [CERTAIN_PORT],
  parse(text, { family, backend, table }): PortRange | InvalidValue {
    const context = { family, backend, table, protocol };
    const parts = text.split(':');
    if (parts.length > 2) return invalid(`"${text}" has more than one ":"`);
    const [first = '', last] = parts;
    const from = first === '' && last !== undefined ? 0 : readPort(first, context);
    const to = last === undefined ? from : last === '' ? 65535 : readPort(last, context);
    if (from === undefined || to === undefined) {
      return invalid(`"${from === undefined ? first : last}" is neither a port from 0 to 65535 nor a known service`);
    }
    if (from > to) return invalid(`the range ${text} is descending`);
    return [from, to];
  },
});

export function printPortRange([first, last]: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}
