import { formatAddress } from './address';
import type { Tuple } from './conntrack';
import { protocolName } from './protocols';

/** `10.0.0.1:80`, `[fd00::1]:80`, `:80`; what is undefined is omitted. */
export function endpoint(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return port === undefined ? '' : `:${port}`;
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `tcp 10.0.0.1:41522 → 10.0.0.2:80`, `icmp 10.0.0.1 → 10.0.0.2 id 7`. */
export function tupleText({ source, destination, sourcePort, destinationPort, protocol, icmp }: Tuple): string {
  const without = icmp !== undefined || (sourcePort === 0 && destinationPort === 0);
  const from = endpoint(formatAddress(source), without ? undefined : sourcePort);
  const to = endpoint(formatAddress(destination), without ? undefined : destinationPort);
  return `${protocolName(protocol)} ${from} → ${to}${icmp ? ` id ${icmp.id}` : ''}`;
}
