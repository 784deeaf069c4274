import { invalid, type InvalidValue, type ValueType } from '../option';
import { readDouble } from './double';

const UNITS: readonly (readonly [string, number])[] = [
  ['bit', 1],
  ['kibit', 1024],
  ['kbit', 1e3],
  ['mibit', 1024 ** 2],
  ['mbit', 1e6],
  ['gibit', 1024 ** 3],
  ['gbit', 1e9],
  ['tibit', 1024 ** 4],
  ['tbit', 1e12],
  ['bps', 8],
  ['kibps', 8 * 1024],
  ['kbps', 8e3],
  ['mibps', 8 * 1024 ** 2],
  ['mbps', 8e6],
  ['gibps', 8 * 1024 ** 3],
  ['gbps', 8e9],
  ['tibps', 8 * 1024 ** 4],
  ['tbps', 8e12],
];

/**
 * A rate in bits a second or with a unit of tc(8), `1mbit`, `100kbps`; read as whole bytes a second, of which the lower
 * 32 bits count.
 */
export const bitRate: ValueType<number> = {
  metavariable: 'rate',
  parse(text): number | InvalidValue {
    const number =
      /^[ \t]*[+-]?(0x[0-9a-f]*\.?[0-9a-f]*(p[+-]?[0-9]+)?|[0-9]*\.?[0-9]*(e[+-]?[0-9]+)?)/i.exec(text)?.[0] ?? '';
    const value = readDouble(number);
    const unit = text.slice(number.length).toLowerCase();
    const scale = unit === '' ? 1 : UNITS.find(([name]) => name === unit)?.[1];
    if (value === undefined || scale === undefined) return invalid(`"${text}" is not a rate such as 1mbit or 100kbps`);
    return Number(BigInt.asUintN(32, BigInt(Math.trunc((value * scale) / 8))));
  },
};

/**
 * Bytes a second in bits, as iptables-save prints them: rounded to whole Kbit from 1000 Kbit on and to Mbit from 1000
 * Mbit on.
 */
export function printBitRate(bytes: number): string {
  const bits = bytes * 8;
  if (bits >= 1e9) return `${roundEven(bits, 1e6)}Mbit`;
  return bits >= 1e6 ? `${roundEven(bits, 1e3)}Kbit` : `${bits}bit`;
}

/** `number / unit` to the nearest whole number, halves to the even one, as printf(3) rounds. */
function roundEven(number: number, unit: number): number {
  const whole = Math.floor(number / unit);
  const rest = number - whole * unit;
  return rest * 2 > unit || (rest * 2 === unit && whole % 2 === 1) ? whole + 1 : whole;
}
