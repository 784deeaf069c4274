import { addressFromBytes, formatAddress } from '../net/address';
import { protocolName } from '../net/protocols';
import type { PacketView } from '../xtables/view';
import { numberOf, type DataType } from './dataTypes';
import type { Operand } from './operands';

const STATES: readonly (readonly [number, string])[] = [
  [1, 'invalid'],
  [2, 'established'],
  [4, 'related'],
  [8, 'new'],
  [64, 'untracked'],
];
const STATUSES: readonly (readonly [number, string])[] = [
  [1, 'expected'],
  [2, 'seen-reply'],
  [4, 'assured'],
  [8, 'confirmed'],
  [16, 'snat'],
  [32, 'dnat'],
];
const FLAGS: readonly (readonly [number, string])[] = [
  [1, 'fin'],
  [2, 'syn'],
  [4, 'rst'],
  [8, 'psh'],
  [16, 'ack'],
  [32, 'urg'],
  [64, 'ecn'],
  [128, 'cwr'],
];
const ADDRESS_TYPES = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
];

/** A value as a person reads it. */
function formatValue(value: string, { name }: DataType): string {
  switch (name) {
    case 'ipv4_addr':
    case 'ipv6_addr':
      return formatAddress(addressFromBytes(bytesOf(value)));
    case 'ether_addr':
      return value.replace(/..(?=.)/g, '$&:');
    case 'ifname': {
      const text = String.fromCharCode(...bytesOf(value)).replace(/\0+$/, '');
      return text === '' ? 'none' : text;
    }
    case 'inet_proto':
      return protocolName(numberOf(value));
    case 'mark':
      return `0x${numberOf(value).toString(16)}`;
    case 'ct_state':
      return bits(value, STATES);
    case 'ct_status':
      return bits(value, STATUSES);
    case 'tcp_flag':
      return bits(value, FLAGS);
    case 'ct_dir':
      return numberOf(value) === 1 ? 'reply' : 'original';
    case 'nf_proto':
      return numberOf(value) === 2 ? 'ipv4' : 'ipv6';
    case 'pkt_type':
      return ['host', 'broadcast', 'multicast', 'other'][numberOf(value)] ?? value;
    case 'fib_addrtype':
      return ADDRESS_TYPES[numberOf(value)] ?? value;
    default:
      return BigInt(`0x${value}`).toString();
  }
}

/** What an operand is for the packet: `10.0.0.1 . tcp . 80`; `none`: the packet has no such thing. */
export function operandWords(operand: Operand, view: PacketView): string {
  if (operand.chance) return operand.chance.reason;
  const read = operand.read(view);
  if (read === undefined) return 'none';
  if (typeof read !== 'string') return 'unknown';
  let at = 0;
  return operand.types.map((type) => formatValue(read.slice(at, (at += type.bytes * 2)), type)).join(' . ');
}

/** Whether the packet has no such thing as the operand; an interface that is not there is an empty name. */
export function lacksOperand(operand: Operand, view: PacketView): boolean {
  if (operand.chance) return false;
  const read = operand.read(view);
  const [type, second] = operand.types;
  return read === undefined || (typeof read === 'string' && !second && type?.name === 'ifname' && /^0*$/.test(read));
}

function bytesOf(value: string): Uint8Array {
  return Uint8Array.from({ length: value.length / 2 }, (_, i) => parseInt(value.slice(i * 2, i * 2 + 2), 16));
}

function bits(value: string, names: readonly (readonly [number, string])[]): string {
  const number = numberOf(value);
  const found = names.filter(([bit]) => number & bit).map(([, name]) => name);
  return found.length === 0 ? 'none' : found.join(',');
}
