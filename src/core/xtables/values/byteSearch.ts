/** The first place of `wanted` in `bytes` at or after `from`; undefined where it is not there. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number | undefined {
  const first = wanted[0];
  if (first === undefined) return undefined;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + wanted.length > bytes.length) return undefined;
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return undefined;
}

/** Small letters made capital as the kernel's toupper does: ASCII and Latin-1. Source: lib/ctype.c. */
export function foldCase(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0xdf && byte !== 0xf7) ? byte - 0x20 : byte));
}
