import { parseAddress } from '../../../core/net/address';
import { TCP_FLAGS, type Packet } from '../../../core/net/packet';
import { hasPorts } from '../../../core/net/tuple';
import type { PacketRequest } from '../../../core/net/packetRequest';
import { own } from '../../../core/text/own';

/** A new value of a field, as it changes a packet on its way and as it is asked for of a packet to be sent. */
export interface FieldValueSet {
  /** undefined: nothing on the way of a packet can change it. */
  readonly patch: Partial<Packet> | undefined;
  readonly request: Partial<PacketRequest>;
}

type ReadValue = (text: string, packet: Packet) => FieldValueSet | string;

/** Whether a variable can be changed where the packet has it. */
export function isSettable(name: string): boolean {
  return Object.hasOwn(SETTERS, name);
}

/** Reads a new value of a field, `packet.dport`. A string says what is wrong. */
export function readNewValue(name: string, text: string, packet: Packet): FieldValueSet | string {
  const read = own(SETTERS, name);
  return read ? read(text.trim(), packet) : `${name} cannot be changed`;
}

function number(most: number, make: (value: number, packet: Packet) => FieldValueSet | string): ReadValue {
  return (text, packet) => {
    const value = /^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : NaN;
    return value <= most ? make(value, packet) : `"${text}" is not a number from 0 to ${most}`;
  };
}

function address(
  make: (text: string, value: NonNullable<ReturnType<typeof parseAddress>>) => FieldValueSet,
): ReadValue {
  return (text, { family }) => {
    const value = parseAddress(text);
    if (!value) return `"${text}" is not an address`;
    return value.family === family ? make(text, value) : `"${text}" is not an IPv${family} address`;
  };
}

function port(side: 'sourcePort' | 'destinationPort', field: 'sport' | 'dport'): ReadValue {
  return number(65535, (value, { protocol }) =>
    hasPorts(protocol) ? { patch: { [side]: value }, request: { [field]: value } } : 'the packet has no ports',
  );
}

function flags(text: string): FieldValueSet | string {
  let bits = 0;
  for (const word of text.split(/[\s,|]+/).filter((each) => each !== '')) {
    if (/^none$/i.test(word)) continue;
    const bit = /^(?:0x[0-9a-f]{1,2}|\d{1,3})$/i.test(word) ? Number(word) : own(TCP_FLAGS, word.toUpperCase());
    if (bit === undefined || bit > 255) return `"${word}" is not a TCP flag: ${Object.keys(TCP_FLAGS).join(', ')}`;
    bits |= bit;
  }
  return { patch: { tcpFlags: bits }, request: { flags: bits } };
}

const SETTERS: Readonly<Record<string, ReadValue>> = {
  'packet.src': address((src, source) => ({ patch: { source }, request: { src } })),
  'packet.dst': address((dst, destination) => ({ patch: { destination }, request: { dst } })),
  'packet.sport': port('sourcePort', 'sport'),
  'packet.dport': port('destinationPort', 'dport'),
  'packet.flags': flags,
  'packet.mark': number(0xffffffff, (mark) => ({ patch: { mark }, request: { mark } })),
  'packet.ttl': number(255, (ttl) => ({ patch: { ttl }, request: { ttl } })),
  'packet.tos': number(255, (tos) => ({ patch: { tos }, request: { tos } })),
  'packet.dscp': number(63, (value, { tos }) => {
    const changed = (value << 2) | (tos & 3);
    return { patch: { tos: changed }, request: { tos: changed } };
  }),
  'packet.priority': number(0xffffffff, (priority) => ({ patch: { priority }, request: { priority } })),
};
