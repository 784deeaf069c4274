/** How many packets a limit lets through before it says no: `1 packet left`. */
export function packetsLeft(count: number | bigint): string {
  return `${count} ${Number(count) === 1 ? 'packet' : 'packets'} left`;
}
