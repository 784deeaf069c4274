/** Just enough address arithmetic for making test data, apart from the code under test: addresses as big numbers. */

export function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function toNumber(address: string): bigint {
  if (!address.includes(':')) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n);
}

/** Dotted, or eight groups with the longest run of zeros omitted, as inet_ntop writes it. */
function toText(value: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const runs = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?:$|:)/g)].sort((a, b) => b[0].length - a[0].length);
  const text = groups.join(':');
  const run = runs[0]?.[0];
  return run === undefined ? text : text.replace(run, '::');
}

/** The network of an address: `10.1.2.3`, 24 → `10.1.2.0/24`. */
export function network(address: string, prefix: number): string {
  const family = address.includes(':') ? 6 : 4;
  return `${toText(networkNumber(address, prefix), family)}/${prefix}`;
}

function networkNumber(address: string, prefix: number): bigint {
  const host = BigInt(bitsOf(address.includes(':') ? 6 : 4) - prefix);
  return (toNumber(address) >> host) << host;
}

export function inNetwork(address: string, of: string, prefix: number): boolean {
  return address.includes(':') === of.includes(':') && networkNumber(address, prefix) === networkNumber(of, prefix);
}

/** The address so many numbers after the first of the network. */
export function host(address: string, prefix: number, number: number): string {
  return toText(networkNumber(address, prefix) + BigInt(number), address.includes(':') ? 6 : 4);
}

export function broadcast(address: string, prefix: number): string {
  return toText(networkNumber(address, prefix) + (1n << BigInt(32 - prefix)) - 1n, 4);
}

/** Both in ascending order, joined by a dash. */
export function range(a: string, b: string): string {
  return toNumber(a) <= toNumber(b) ? `${a}-${b}` : `${b}-${a}`;
}
