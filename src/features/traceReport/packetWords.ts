import { formatAddress } from '../../core/net/address';
import { endpoint } from '../../core/net/endpoint';
import { PROTOCOL, tcpFlagNames, type Packet } from '../../core/net/packet';
import { protocolName } from '../../core/net/protocols';
import { hasPorts } from '../../core/net/tuple';
import type { PacketChange } from '../../shared/traceReport';

export function sourceOf(packet: Packet): string {
  return endpoint(formatAddress(packet.source), showsPorts(packet) ? packet.sourcePort : undefined);
}

export function destinationOf(packet: Packet): string {
  return endpoint(formatAddress(packet.destination), showsPorts(packet) ? packet.destinationPort : undefined);
}

/** `tcp 10.10.40.12:41522 → 10.10.38.7:15006 SYN mark 0x539`. */
export function packetWords(packet: Packet): string {
  const parts = [protocolName(packet.protocol), sourceOf(packet), '→', destinationOf(packet)];
  parts.push(flagNames(packet));
  if (packet.mark !== 0) parts.push(`mark ${hex(packet.mark)}`);
  return parts.filter((part) => part !== '').join(' ');
}

/** ` in 2 fragments (1276 and 144 bytes)`; nothing for what leaves whole. */
export function inFragments(lengths: readonly number[]): string {
  if (lengths.length < 2) return '';
  const shown = lengths.length > 4 ? [...lengths.slice(0, 2).map(String), '…'] : lengths.slice(0, -1).map(String);
  return ` in ${lengths.length} fragments (${shown.join(', ')} and ${lengths.at(-1)} bytes)`;
}

/**
 * What differs, each field with its value before and after. Address and port of one side are one field where the
 * address changed.
 */
export function packetChanges(before: Packet, after: Packet): readonly PacketChange[] {
  if (before === after) return [];
  const changes: PacketChange[] = [];
  const add = (field: string, old: string, now: string): void => {
    if (old !== now) changes.push({ field, before: old, after: now });
  };
  if (formatAddress(before.source) !== formatAddress(after.source)) add('src', sourceOf(before), sourceOf(after));
  else add('sport', String(before.sourcePort), String(after.sourcePort));
  if (formatAddress(before.destination) !== formatAddress(after.destination))
    add('dst', destinationOf(before), destinationOf(after));
  else add('dport', String(before.destinationPort), String(after.destinationPort));
  add('flags', flagNames(before) || 'none', flagNames(after) || 'none');
  add('mark', hex(before.mark), hex(after.mark));
  add(before.family === 4 ? 'ttl' : 'hop limit', String(before.ttl), String(after.ttl));
  add('tos', hex(before.tos), hex(after.tos));
  add('priority', hex(before.priority), hex(after.priority));
  add('icmp id', String(before.icmpId), String(after.icmpId));
  add('tcp options', bytes(before.tcpOptions), bytes(after.tcpOptions));
  add('length', String(before.length), String(after.length));
  add('secmark', before.secmark ?? 'none', after.secmark ?? 'none');
  return changes;
}

/** `dport 3000 → 15006`. */
export function changeWords({ field, before, after }: PacketChange): string {
  return `${field} ${before} → ${after}`;
}

/** `SYN,ACK`; empty for what has no flags. */
export function flagNames({ protocol, fragmentOffset, tcpFlags }: Packet): string {
  if (protocol !== PROTOCOL.TCP || fragmentOffset > 0) return '';
  return tcpFlagNames(tcpFlags).join(',');
}

export function showsPorts(packet: Packet): boolean {
  return (hasPorts(packet.protocol) || packet.protocol === PROTOCOL.DCCP) && packet.fragmentOffset === 0;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function bytes(list: Uint8Array): string {
  return list.length === 0 ? 'none' : Array.from(list, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
