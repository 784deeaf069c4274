import type { Address } from '../net/address';
import type { ConntrackEntry, Tuple } from '../net/conntrack';
import {
  addressField,
  isRecord,
  portField,
  protocolField,
  readFields,
  textField,
  u32Field,
  wholeNumber,
} from '../net/jsonFields';
import { PROTOCOL } from '../net/packet';
import { isProblem, problem, shown, type InputProblem } from '../net/packetRequest';
import { hasPorts, invertTuple, isIcmp } from '../net/tuple';
import { setUpNat } from './nat';
import type { World } from './world';

/** Seconds that a connection given from outside has left. */
const TIMEOUT = 600;

/**
 * Puts connections in the words of the contract
 * (`{"orig":{"src","dst","proto","sport","dport"},"mark","tcpState","status","dnat","snat"}`) into a world. They count
 * as confirmed and, unless `status` says otherwise, as replied to and assured.
 */
export function addConnections(json: unknown, world: World): InputProblem | undefined {
  if (json === undefined || json === null) return undefined;
  if (!Array.isArray(json)) return problem('conntrack', `${shown(json)} is not a list of connections`);
  for (const [i, each] of (json as unknown[]).entries()) {
    const entry = readConnection(each, `conntrack[${i}]`, world);
    if (isProblem(entry)) return entry;
    world.put(entry);
  }
  return undefined;
}

function readConnection(json: unknown, field: string, world: World): ConntrackEntry | InputProblem {
  if (!isRecord(json)) return problem(field, `${shown(json)} is not an object with "orig"`);
  const own = readFields<{ mark: number; zone: number; tcpState: string; helper: string }>(json, field, {
    mark: u32Field,
    zone: portField,
    tcpState: tcpStateField,
    helper: textField,
  });
  if (isProblem(own)) return own;
  const original = readTuple(json.orig, `${field}.orig`);
  if (isProblem(original)) return original;
  const reply =
    json.reply === undefined || json.reply === null ? invertTuple(original) : readTuple(json.reply, `${field}.reply`);
  if (reply === undefined) return problem(field, 'this ICMP type has no reply: give "reply"');
  if (isProblem(reply)) return reply;
  if (reply.source.family !== original.source.family || reply.protocol !== original.protocol)
    return problem(`${field}.reply`, 'is of another family or protocol than "orig"');
  const status = readStatus(json.status, `${field}.status`);
  if (isProblem(status)) return status;
  const base: ConntrackEntry = {
    id: world.newId(),
    original,
    reply,
    seenReply: status.includes('SEEN_REPLY'),
    assured: status.includes('ASSURED'),
    confirmed: false,
    expected: status.includes('EXPECTED'),
    sourceNat: false,
    destinationNat: false,
    sourceNatDone: false,
    destinationNatDone: false,
    mark: own.mark ?? 0,
    zone: { original: own.zone ?? 0, reply: own.zone ?? 0 },
    tcpState: original.protocol === PROTOCOL.TCP ? (own.tcpState ?? 'ESTABLISHED') : undefined,
    helper: own.helper,
    labels: new Set(),
    secmark: undefined,
    counts: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } },
    expires: TIMEOUT,
    master: undefined,
  };
  const translated = translateHalf(base, 'destination', json.dnat, `${field}.dnat`, world);
  if (isProblem(translated)) return translated;
  const complete = translateHalf(translated, 'source', json.snat, `${field}.snat`, world);
  return isProblem(complete) ? complete : { ...complete, confirmed: true };
}

function translateHalf(
  entry: ConntrackEntry,
  half: 'source' | 'destination',
  json: unknown,
  field: string,
  world: World,
): ConntrackEntry | InputProblem {
  if (json === undefined || json === null) return entry;
  if (!isRecord(json)) return problem(field, `${shown(json)} is not {"ip": address, "port"?: number}`);
  const read = readFields<{ ip: Address; port: number }>(json, field, { ip: addressField, port: portField });
  if (isProblem(read)) return read;
  const { ip: address, port } = read;
  if (address?.family !== entry.original.source.family)
    return problem(`${field}.ip`, 'must be an address of the family of the connection');
  const setup = setUpNat(
    entry,
    half,
    { addresses: [address, address], ports: port ? [port, port] : undefined, random: false, persistent: false },
    world,
  );
  return setup?.entry ?? entry;
}

function readTuple(json: unknown, field: string): Tuple | InputProblem {
  if (!isRecord(json)) return problem(field, `${shown(json)} is not {"src","dst","proto","sport","dport"}`);
  const read = readFields<TupleFields>(json, field, TUPLE_FIELDS);
  if (isProblem(read)) return read;
  const {
    src: source,
    dst: destination,
    proto: protocol = PROTOCOL.TCP,
    sport = 0,
    dport = 0,
    icmpType,
    icmpCode = 0,
    icmpId = DEFAULT_ICMP_ID,
  } = read;
  if (!source || !destination) return problem(field, '"src" and "dst" must be addresses');
  if (source.family !== destination.family) return problem(field, '"src" and "dst" are of different families');
  const ports = hasPorts(protocol);
  return {
    source,
    destination,
    protocol,
    sourcePort: ports ? sport : 0,
    destinationPort: ports ? dport : 0,
    icmp: isIcmp(protocol)
      ? { type: icmpType ?? (protocol === PROTOCOL.ICMP ? 8 : 128), code: icmpCode, id: icmpId }
      : undefined,
  };
}

interface TupleFields {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly icmpId: number;
}

const byte = wholeNumber(0, 255);
const TUPLE_FIELDS = {
  src: addressField,
  dst: addressField,
  proto: protocolField,
  sport: portField,
  dport: portField,
  icmpType: byte,
  icmpCode: byte,
  icmpId: portField,
};

/** States of a TCP connection in the words of conntrack(8). */
const TCP_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];

function tcpStateField(value: unknown, field: string): string | InputProblem {
  return typeof value === 'string' && TCP_STATES.includes(value)
    ? value
    : problem(field, `${shown(value)} is not one of ${TCP_STATES.join(', ')}`);
}

const DEFAULT_ICMP_ID = 0x1234;

function readStatus(json: unknown, field: string): readonly string[] | InputProblem {
  if (json === undefined || json === null) return ['SEEN_REPLY', 'ASSURED'];
  return Array.isArray(json) && json.every((each) => typeof each === 'string')
    ? json
    : problem(field, 'is not a list such as ["SEEN_REPLY","ASSURED"]');
}
