import { andAddress, formatAddress, prefixMask, type Address } from '../../net/address';
import type { IpSet } from '../../net/host';
import { PROTOCOL } from '../../net/packet';
import { protocolName } from '../../net/protocols';
import { compileSet, type CompiledSet } from '../../net/setEntries';
import type { SetDirection, SetView } from '../../net/testSet';

/**
 * What a packet is as a member of a set, in the words of `ipset save`: `10.0.0.1,tcp:80`. undefined where it cannot be one: too few
 * directions, the other family, a later fragment. Networks get the length of the most specific member there is.
 * Source: net/netfilter/ipset/ip_set_hash_*.c, the *_kadt functions.
 */
export function setEntry(set: IpSet, view: SetView, directions: readonly SetDirection[]): string | undefined {
  const compiled = compileSet(set);
  if (set.type === 'list:set' || directions.length < compiled.shape.length) return undefined;
  const parts: string[] = [];
  let networks = 0;
  for (const [i, kind] of compiled.shape.entries()) {
    const length = kind === 'net' ? compiled.lengths[0]?.[networks++] : undefined;
    const part = partText(kind, set, view, directions[i] as SetDirection, compiled, length);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.join(',');
}

function partText(kind: CompiledSet['shape'][number], set: IpSet, view: SetView, direction: SetDirection, compiled: CompiledSet, length: number | undefined): string | undefined {
  const { packet } = view;
  const source = direction === 'src';
  switch (kind) {
    case 'ip':
    case 'net': {
      if (set.family !== packet.family) return undefined;
      const address = masked(source ? packet.source : packet.destination, compiled.addressMask);
      if (kind === 'ip') return formatAddress(address);
      const bits = length ?? (packet.family === 4 ? 32 : 128);
      return `${formatAddress(andAddress(address, prefixMask(packet.family, bits)))}/${bits}`;
    }
    case 'port':
      return portText(set, view, source);
    case 'mac':
      return source ? packet.sourceMac : packet.destinationMac;
    case 'mark':
      return `0x${((packet.mark & compiled.markMask) >>> 0).toString(16)}`;
    case 'iface':
      return (source ? view.inInterface : view.outInterface) || undefined;
  }
}

function masked(address: Address, mask: Address | undefined): Address {
  return mask?.family === address.family ? andAddress(address, mask) : address;
}

function portText(set: IpSet, { packet }: SetView, source: boolean): string | undefined {
  if (packet.fragmentOffset > 0) return undefined;
  const port = source ? packet.sourcePort : packet.destinationPort;
  if (set.type === 'bitmap:port') return packet.protocol === PROTOCOL.TCP || packet.protocol === PROTOCOL.UDP ? String(port) : undefined;
  if (packet.protocol === PROTOCOL.ICMP || packet.protocol === PROTOCOL.ICMPV6) return `${protocolName(packet.protocol)}:${packet.icmpType}/${packet.icmpCode}`;
  return `${protocolName(packet.protocol)}:${port}`;
}
