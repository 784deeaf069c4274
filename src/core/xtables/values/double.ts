/**
 * The whole of `text` as strtod(3) reads it: decimal or hexadecimal, `inf` and `nan`; undefined where it is not a
 * number.
 */
export function readDouble(text: string): number | undefined {
  const found = /^[ \t\n\v\f\r]*([+-]?)([^ \t\n\v\f\r].*)/s.exec(text);
  if (found === null) return undefined;
  const size = readMagnitude((found[2] as string).toLowerCase());
  return size === undefined ? undefined : found[1] === '-' ? -size : size;
}

function readMagnitude(text: string): number | undefined {
  if (text === 'inf' || text === 'infinity') return Infinity;
  if (/^nan(\([a-z0-9_]*\))?$/.test(text)) return NaN;
  if (/^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?$/.test(text)) return Number(text);
  const hex = /^0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/.exec(text);
  if (hex === null) return undefined;
  const whole = hex[1] ?? '';
  const fraction = hex[2] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const digits = whole + fraction;
  return Number(BigInt(`0x${digits}`)) * 2 ** (Number(hex[3] ?? 0) - 4 * fraction.length);
}
