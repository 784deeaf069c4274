import type { Address } from '../../net/address';
import type { FieldChange } from '../../net/fields/fieldChange';
import { span } from '../../net/fields/fieldTest';

/** What NAT of one half may make of the packet; undefined: that part is left to the kernel, or stays. */
export function natChanges(
  half: 'source' | 'destination',
  addresses: readonly [Address, Address] | undefined,
  ports: readonly [number, number] | undefined,
): readonly FieldChange[] {
  const port = half === 'source' ? 'sourcePort' : 'destinationPort';
  return [
    addresses
      ? { field: half, kind: 'among', values: { kind: 'addresses', spans: [addresses] } }
      : { field: half, kind: 'open' },
    // Where no ports are given, the kernel takes another one if two connections would be alike.
    ports ? { field: port, kind: 'among', values: span(...ports) } : { field: port, kind: 'open' },
    // The identifier of an echo takes the place of the port.
    { field: half === 'source' ? 'destinationPort' : 'sourcePort', kind: 'open' },
  ];
}
