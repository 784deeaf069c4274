import { formatAddress } from '../../../core/net/address';
import { PROTOCOL, tcpFlagNames } from '../../../core/net/packet';
import { protocolName } from '../../../core/net/protocols';
import { isIcmp } from '../../../core/net/tuple';
import { protocolAsked } from '../../../core/xtables/protocolAsked';
import { targetName } from '../../targetName';
import { showsPorts } from '../../traceReport/packetWords';
import type { Moment } from '../moment';
import { CONNECTION_FIELDS } from './connectionFields';
import { field, hex, type Field } from './field';
import type { Value } from './values';

function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/** `SYN,ACK`; `none`. */
function showFlags(bits: number): string {
  return tcpFlagNames(bits).join(',') || 'none';
}

type Read = Field['read'];

/** Of the transport header, which later fragments lack. */
function ofProtocol(protocols: (protocol: number) => boolean, read: (moment: Moment) => Value): Read {
  return (moment) =>
    moment.packet.fragmentOffset === 0 && protocols(moment.packet.protocol) ? read(moment) : undefined;
}

function tcp(read: (moment: Moment) => Value): Read {
  return ofProtocol((protocol) => protocol === PROTOCOL.TCP, read);
}

/** The packet, in the order in which a debugger lists it. */
export const PACKET_FIELDS: readonly Field[] = [
  field('packet.src', 'source saddr', 'address', ({ packet }) => packet.source),
  field('packet.dst', 'destination daddr', 'address', ({ packet }) => packet.destination),
  field(
    'packet.proto',
    'protocol',
    'protocol',
    ({ packet, view }) => (view ? protocolAsked(view) : packet.protocol),
    protocolName,
  ),
  field('packet.sport', '', 'number', ({ packet }) => (showsPorts(packet) ? packet.sourcePort : undefined)),
  field('packet.dport', '', 'number', ({ packet }) => (showsPorts(packet) ? packet.destinationPort : undefined)),
  field(
    'packet.flags',
    '',
    'flags',
    tcp(({ packet }) => packet.tcpFlags),
    showFlags,
  ),
  field(
    'packet.icmpType',
    '',
    'number',
    ofProtocol(isIcmp, ({ packet }) => packet.icmpType),
  ),
  field(
    'packet.icmpCode',
    '',
    'number',
    ofProtocol(isIcmp, ({ packet }) => packet.icmpCode),
  ),
  field(
    'packet.icmpId',
    '',
    'number',
    ofProtocol(isIcmp, ({ packet }) => packet.icmpId),
  ),
  field(
    'packet.spi',
    '',
    'number',
    ofProtocol(
      (protocol) => protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH,
      ({ packet }) => packet.spi,
    ),
    hex,
  ),
  field('packet.iif', 'iface', 'text', ({ inInterface }) => inInterface || undefined),
  field('packet.oif', 'oface', 'text', ({ outInterface }) => outInterface || undefined),
  field('packet.mark', 'nfmark', 'number', ({ packet }) => packet.mark, hex),
  field('packet.ttl', 'hoplimit hl', 'number', ({ packet }) => packet.ttl),
  field('packet.tos', '', 'number', ({ packet }) => packet.tos, hexByte),
  field('packet.dscp', '', 'number', ({ packet }) => packet.tos >> 2, hexByte),
  field('packet.length', '', 'number', ({ packet }) => packet.length),
  field('packet.id', '', 'number', ({ packet }) => (packet.family === 4 ? packet.identification : undefined)),
  field('packet.df', '', 'boolean', ({ packet }) => (packet.family === 4 ? packet.dontFragment : undefined)),
  field('packet.mf', '', 'boolean', ({ packet }) => packet.moreFragments),
  field('packet.fragOffset', '', 'number', ({ packet }) => packet.fragmentOffset),
  field(
    'packet.seq',
    '',
    'number',
    tcp(({ packet }) => packet.tcpSequence),
  ),
  field(
    'packet.ack',
    '',
    'number',
    tcp(({ packet }) => packet.tcpAcknowledgement),
  ),
  field(
    'packet.window',
    '',
    'number',
    tcp(({ packet }) => packet.tcpWindow),
  ),
  field('packet.priority', '', 'number', ({ packet }) => packet.priority, hex),
  field('packet.srcMac', 'mac', 'text', ({ packet }) => packet.sourceMac),
  field('packet.dstMac', '', 'text', ({ packet }) => packet.destinationMac),
  field('packet.pkttype', '', 'text', ({ view }) => view?.packetType),
  field('packet.uid', '', 'number', ({ socket }) => (socket?.kind === 'kernel' ? undefined : socket?.uid)),
  field('packet.gid', '', 'number', ({ socket }) => (socket?.kind === 'kernel' ? undefined : socket?.gid)),
];

/** Where it stands. */
const PLACE_FIELDS: readonly Field[] = [
  field('rule.matched', 'matched', 'boolean', ({ matched }) => matched),
  field('rule.number', 'number', 'number', ({ rule }) => rule?.number),
  field('rule.line', 'line', 'number', ({ line }) => line),
  field('rule.target', 'target', 'text', ({ rule }) => (rule && targetName(rule)) || undefined),
  field('rule.chain', 'chain', 'text', ({ chain }) => chain),
  field('rule.table', 'table', 'text', ({ table }) => table),
  field('rule.hook', 'hook', 'text', ({ hook }) => hook),
];

export const FIELDS: readonly Field[] = [...PACKET_FIELDS, ...CONNECTION_FIELDS, ...PLACE_FIELDS];

/** By name and by alias, in lower case: nobody types a debugger's names with care. */
const BY_NAME: ReadonlyMap<string, Field> = new Map(
  // The first one that claims an alias has it.
  FIELDS.flatMap((each) => [each.name, ...each.aliases].map((name) => [name.toLowerCase(), each] as const)).reverse(),
);

export function fieldNamed(name: string): Field | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function fieldNames(): readonly string[] {
  return [...BY_NAME.keys()];
}

/** A value as the debugger shows it. */
export function showValue(value: Value, show?: (value: number) => string): string {
  if (value === undefined) return 'none';
  if (typeof value === 'object') return formatAddress(value);
  return typeof value === 'number' && show ? show(value) : String(value);
}
