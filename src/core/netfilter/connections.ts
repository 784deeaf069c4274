import { parseAddress, type Address } from '../net/address';
import type { ConntrackEntry, Tuple } from '../net/conntrack';
import { PROTOCOL } from '../net/packet';
import { isProblem, namedProtocol, problem, type InputProblem } from '../net/packetRequest';
import { hasPorts, invertTuple, isIcmp } from '../net/tuple';
import { setUpNat } from './nat';
import type { World } from './world';

/** Seconds that a connection given from outside has left. */
const TIMEOUT = 600;

/**
 * Puts connections in the words of the contract (`{"orig":{"src","dst","proto","sport","dport"},"mark","tcpState","status","dnat","snat"}`)
 * into a world. They count as confirmed and, unless `status` says otherwise, as answered and assured.
 */
export function addConnections(json: unknown, world: World): InputProblem | undefined {
  if (json === undefined || json === null) return undefined;
  if (!Array.isArray(json)) return problem('conntrack', 'must be a list of connections');
  for (const [i, each] of json.entries()) {
    const entry = readConnection(each, `conntrack[${i}]`, world);
    if (isProblem(entry)) return entry;
    world.put(entry);
  }
  return undefined;
}

function readConnection(json: unknown, field: string, world: World): ConntrackEntry | InputProblem {
  if (!isRecord(json)) return problem(field, 'must be an object with "orig"');
  const original = readTuple(json.orig, `${field}.orig`);
  if (isProblem(original)) return original;
  const reply = json.reply === undefined || json.reply === null ? invertTuple(original) : readTuple(json.reply, `${field}.reply`);
  if (reply === undefined) return problem(field, 'nothing answers this ICMP type: give "reply"');
  if (isProblem(reply)) return reply;
  const status = readStatus(json.status, `${field}.status`);
  if (isProblem(status)) return status;
  const base: ConntrackEntry = {
    id: world.newId(), original, reply, seenReply: status.includes('SEEN_REPLY'), assured: status.includes('ASSURED'), confirmed: false,
    expected: status.includes('EXPECTED'), sourceNat: false, destinationNat: false, sourceNatDone: false, destinationNatDone: false,
    mark: typeof json.mark === 'number' ? json.mark : 0, zone: readZone(json.zone),
    tcpState: original.protocol === PROTOCOL.TCP ? (typeof json.tcpState === 'string' ? json.tcpState : 'ESTABLISHED') : undefined,
    helper: typeof json.helper === 'string' ? json.helper : undefined, labels: new Set(), secmark: undefined,
    counts: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } }, expires: TIMEOUT, master: undefined,
  };
  const translated = translateHalf(base, 'destination', json.dnat, `${field}.dnat`, world);
  if (isProblem(translated)) return translated;
  const complete = translateHalf(translated, 'source', json.snat, `${field}.snat`, world);
  return isProblem(complete) ? complete : { ...complete, confirmed: true };
}

function translateHalf(entry: ConntrackEntry, half: 'source' | 'destination', json: unknown, field: string, world: World): ConntrackEntry | InputProblem {
  if (json === undefined || json === null) return entry;
  const address = isRecord(json) && typeof json.ip === 'string' ? parseAddress(json.ip) : undefined;
  if (!isRecord(json) || !address) return problem(field, 'must be {"ip": address, "port"?: number}');
  const port = typeof json.port === 'number' ? json.port : undefined;
  const setup = setUpNat(entry, half, { addresses: [address, address], ports: port ? [port, port] : undefined, random: false, persistent: false }, world);
  return setup?.entry ?? entry;
}

function readTuple(json: unknown, field: string): Tuple | InputProblem {
  if (!isRecord(json)) return problem(field, 'must be {"src","dst","proto","sport","dport"}');
  const source = readAddress(json.src);
  const destination = readAddress(json.dst);
  if (!source || !destination) return problem(field, '"src" and "dst" must be addresses');
  const protocol = typeof json.proto === 'number' ? json.proto : typeof json.proto === 'string' ? namedProtocol(json.proto) : PROTOCOL.TCP;
  if (protocol === undefined) return problem(`${field}.proto`, 'is no protocol');
  const number = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
  const ports = hasPorts(protocol);
  return {
    source, destination, protocol,
    sourcePort: ports ? number(json.sport, 0) : 0, destinationPort: ports ? number(json.dport, 0) : 0,
    icmp: isIcmp(protocol) ? { type: number(json.icmpType, protocol === PROTOCOL.ICMP ? 8 : 128), code: number(json.icmpCode, 0), id: number(json.icmpId, DEFAULT_ICMP_ID) } : undefined,
  };
}

const DEFAULT_ICMP_ID = 0x1234;

function readStatus(json: unknown, field: string): readonly string[] | InputProblem {
  if (json === undefined || json === null) return ['SEEN_REPLY', 'ASSURED'];
  return Array.isArray(json) && json.every((each) => typeof each === 'string') ? json : problem(field, 'must be a list such as ["SEEN_REPLY","ASSURED"]');
}

function readZone(json: unknown): ConntrackEntry['zone'] {
  const zone = typeof json === 'number' ? json : 0;
  return { original: zone, reply: zone };
}

function readAddress(json: unknown): Address | undefined {
  return typeof json === 'string' ? parseAddress(json) : undefined;
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
