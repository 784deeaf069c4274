/**
 * The prefix length of a netmask (`255.255.255.0`, `0xffffff00`): 0 … 32, or undefined where its bits are not
 * contiguous.
 */
export function prefixLength(mask: string): number | undefined {
  let bits: number;
  if (/^0x[0-9a-fA-F]{8}$/.test(mask)) {
    bits = Number(mask);
  } else {
    const parts = mask.split('.').map(Number);
    if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
    bits = parts.reduce((all, part) => all * 256 + part, 0);
  }
  const inverted = 0xffffffff - bits;
  // A mask is contiguous where its complement is one less than a power of two.
  const length = 32 - Math.log2(inverted + 1);
  return Number.isInteger(length) ? length : undefined;
}
