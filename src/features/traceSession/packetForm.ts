import type { FilledField } from '../../core/net/completePacket';
import { CONNTRACK_STATES } from '../../core/net/conntrack';
import type { Host } from '../../core/net/host';
import { icmpTypeName, icmpTypeOf } from '../../core/net/icmpTypes';
import { formatAddress, isLoopback } from '../../core/net/address';
import { familyOf, hasPorts } from '../../core/net/makePacket';
import { PROTOCOL, TCP_FLAGS } from '../../core/net/packet';
import { isProblem, readPacketRequest, statedFamily, type PacketRequest } from '../../core/net/packetRequest';
import { protocolName } from '../../core/net/protocols';
import type { PacketField } from '../../shared/protocol';

/** What a form is made from. */
export interface FormInput {
  /** As the expression gives it. */
  readonly given: PacketRequest;
  /** With everything filled in. */
  readonly request: PacketRequest;
  readonly filled: readonly FilledField[];
  readonly host: Host;
  /** Users that mean something here, such as the proxy's. */
  readonly users: readonly string[];
}

/**
 * The inputs for the packet, in the order in which they are shown; those that the protocol does not have are omitted.
 */
export function packetFields(input: FormInput): readonly Omit<PacketField, 'problem'>[] {
  return SPECS.filter(({ shown }) => shown(input.request)).map((spec) => {
    const { name, label, group, closed = false } = spec;
    const given = input.given[name] !== undefined;
    const value = input.request[name];
    const filled = input.filled.find(({ field }) => field === name);
    return {
      name,
      label,
      group,
      closed,
      given,
      value: value === undefined ? '' : textOf(name, input.request),
      why: given ? '' : (filled?.why ?? spec.absent ?? ''),
      choices: spec.choices?.(input) ?? [],
    };
  });
}

/**
 * The packet with one field changed; an empty value gives the field back to the defaults. A string says what is wrong
 * with the value.
 */
export function withField(given: PacketRequest, name: string, value: string): PacketRequest | string {
  const text = value.trim();
  const spec = SPECS.find((each) => each.name === name);
  if (spec === undefined) return `there is no field ${name}`;
  const next: Record<string, unknown> = { ...given };
  delete next[name];
  if (name === 'icmpType') delete next['icmpCode'];
  if (text !== '') {
    const read = readField(spec.name, text, familyOf(given));
    if (typeof read === 'string') return read;
    Object.assign(next, read);
  }
  return consistent(next, given, spec.name);
}

function readField(name: keyof PacketRequest, text: string, family: 4 | 6): Partial<PacketRequest> | string {
  if (name === 'icmpType') {
    const named = icmpTypeOf(text, family);
    if (named) return { icmpType: named.type, ...(named.code === undefined ? {} : { icmpCode: named.code }) };
  }
  const read = readPacketRequest({ [name]: text });
  return isProblem(read) ? read.message.replace(/^packet\.[\w[\]]+: /, '') : read;
}

/** Drops what no longer agrees with the field that was changed, so that it is filled in anew. */
function consistent(next: PacketRequest, before: PacketRequest, name: keyof PacketRequest): PacketRequest {
  const drop = new Set<string>();
  if (next.dir !== before.dir)
    for (const field of ['iface', 'oface', 'src', 'dst', 'uid', 'gid', 'groups']) drop.add(field);
  // It was said of the destination before.
  if (name === 'dst') drop.add('own');
  const other = name === 'src' ? 'dst' : name === 'dst' ? 'src' : undefined;
  if (
    other !== undefined &&
    next[name] !== undefined &&
    next[other] !== undefined &&
    isIpv6(textOf(name, next)) !== isIpv6(textOf(other, next))
  )
    drop.add(other);
  const left = without(next, drop);
  return withoutOthers(name === 'src' || name === 'dst' || name === 'proto' ? withOwnIcmp(left, before) : left);
}

function without(request: PacketRequest, drop: ReadonlySet<string>): PacketRequest {
  return Object.fromEntries(Object.entries(request).filter(([field]) => !drop.has(field)));
}

/** Each family has an ICMP of its own, with messages of the same names. */
function withOwnIcmp(request: PacketRequest, before: PacketRequest): PacketRequest {
  const { proto, icmpType, icmpCode, ...rest } = request;
  const family = statedFamily(request);
  const own = family === 6 ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP;
  if (family === undefined || !icmp(request) || proto === own) return request;
  const name = icmpType === undefined ? undefined : icmpTypeName(icmpType, icmpCode, familyOf(before));
  const same = name === undefined ? undefined : icmpTypeOf(name, family);
  return {
    ...rest,
    proto: own,
    ...(same && { icmpType: same.type, ...(same.code === undefined ? {} : { icmpCode: same.code }) }),
  };
}

/** Without what the protocol does not have. */
function withoutOthers(request: PacketRequest): PacketRequest {
  const protocol = request.proto ?? PROTOCOL.TCP;
  return without(
    request,
    new Set([
      ...(hasPorts(protocol) ? [] : ['sport', 'dport']),
      ...(protocol === PROTOCOL.TCP ? [] : ['flags', 'seq', 'ack', 'window', 'tcpOptionsHex']),
      ...(icmp(request) ? [] : ['icmpType', 'icmpCode', 'icmpId', 'icmpSeq', 'icmpRest']),
      ...(protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH ? [] : ['spi']),
    ]),
  );
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** The value of a field as people write it, and as `withField` reads it back. */
export function textOf(name: keyof PacketRequest, request: PacketRequest): string {
  const value = request[name];
  if (typeof value === 'number') {
    switch (name) {
      case 'proto':
        return protocolName(value);
      case 'flags':
        return flagWords(value);
      case 'mark':
      case 'tos':
        return `0x${value.toString(16)}`;
      case 'icmpType':
        return icmpTypeName(value, request.icmpCode, familyOf(request)) ?? String(value);
      default:
        return String(value);
    }
  }
  return typeof value === 'string' ? value : '';
}

function flagWords(bits: number): string {
  const words = FLAG_ORDER.filter((name) => bits & TCP_FLAGS[name]);
  return words.length === 0 ? 'NONE' : words.join(' ');
}

const FLAG_ORDER = ['SYN', 'ACK', 'FIN', 'RST', 'PSH', 'URG', 'ECE', 'CWR'] as const;

interface FieldSpec {
  readonly name: keyof PacketRequest;
  readonly label: string;
  readonly group: PacketField['group'];
  readonly shown: (request: PacketRequest) => boolean;
  readonly choices?: (input: FormInput) => readonly string[];
  readonly closed?: boolean;
  /** What an empty field means. */
  readonly absent?: string;
}

const always = (): boolean => true;
const outbound = ({ dir }: PacketRequest): boolean => dir === 'out';
const inbound = ({ dir }: PacketRequest): boolean => dir !== 'out';
const ports = ({ proto, fragOffset }: PacketRequest): boolean => hasPorts(proto ?? PROTOCOL.TCP) && !fragOffset;
const tcp = (request: PacketRequest): boolean => ports(request) && (request.proto ?? PROTOCOL.TCP) === PROTOCOL.TCP;
const icmp = ({ proto }: PacketRequest): boolean => proto === PROTOCOL.ICMP || proto === PROTOCOL.ICMPV6;

const SPECS: readonly FieldSpec[] = [
  { name: 'dir', label: 'Direction', group: 'packet', shown: always, choices: () => ['in', 'out'], closed: true },
  {
    name: 'iface',
    label: 'Arrives at',
    group: 'packet',
    shown: inbound,
    choices: ({ host }) => host.interfaces.map(({ name }) => name),
  },
  {
    name: 'oface',
    label: 'Leaves by',
    group: 'packet',
    shown: ({ oface }) => oface !== undefined,
    choices: ({ host }) => host.interfaces.map(({ name }) => name),
  },
  {
    name: 'proto',
    label: 'Protocol',
    group: 'packet',
    shown: always,
    choices: ({ request }) =>
      familyOf(request) === 6 ? ['tcp', 'udp', 'ipv6-icmp', 'sctp'] : ['tcp', 'udp', 'icmp', 'sctp'],
  },
  {
    name: 'src',
    label: 'Source',
    group: 'packet',
    shown: always,
    choices: ({ host, request }) => (request.dir === 'out' ? ownAddresses(host, familyOf(request)) : []),
  },
  {
    name: 'dst',
    label: 'Destination',
    group: 'packet',
    shown: always,
    choices: ({ host, request }) => ownAddresses(host, familyOf(request)),
  },
  { name: 'sport', label: 'Source port', group: 'transport', shown: ports },
  {
    name: 'dport',
    label: 'Destination port',
    group: 'transport',
    shown: ports,
    choices: ({ host, request }) => listeningPorts(host, request.proto ?? PROTOCOL.TCP),
  },
  {
    name: 'flags',
    label: 'TCP flags',
    group: 'transport',
    shown: tcp,
    choices: () => ['SYN', 'SYN ACK', 'ACK', 'FIN ACK', 'RST'],
  },
  {
    name: 'icmpType',
    label: 'ICMP type',
    group: 'transport',
    shown: icmp,
    choices: ({ request }) =>
      familyOf(request) === 6
        ? ['echo-request', 'echo-reply', 'packet-too-big']
        : ['echo-request', 'echo-reply', 'port-unreachable', 'fragmentation-needed'],
  },
  { name: 'ttl', label: 'TTL', group: 'packet', shown: always, absent: '64, as Linux sends' },
  {
    name: 'uid',
    label: 'User of the sender (uid)',
    group: 'sender',
    shown: outbound,
    choices: ({ users }) => [...new Set(['0', '1000', ...users])],
  },
  {
    name: 'gid',
    label: 'Group of the sender (gid)',
    group: 'sender',
    shown: outbound,
    choices: ({ users }) => [...new Set(['0', '1000', ...users])],
    absent: 'the same number as the user',
  },
  {
    name: 'ctstate',
    label: 'Connection',
    group: 'tracking',
    shown: always,
    choices: () => CONNTRACK_STATES,
    closed: true,
    absent: 'as connection tracking finds it: no connection exists yet',
  },
  { name: 'mark', label: 'Mark', group: 'tracking', shown: always, absent: '0x0: nothing has marked it yet' },
];

function ownAddresses(host: Host, family: 4 | 6): readonly string[] {
  const all = host.interfaces.flatMap(({ addresses }) =>
    addresses.map(({ address }) => address).filter((address) => address.family === family),
  );
  return [...all.filter((address) => !isLoopback(address)), ...all.filter(isLoopback)].slice(0, 12).map(formatAddress);
}

function listeningPorts(host: Host, protocol: number): readonly string[] {
  const own = host.listeners.filter((listener) => listener.protocol === protocol).map(({ port }) => port);
  return [...new Set(own)]
    .sort((a, b) => a - b)
    .slice(0, 40)
    .map(String);
}
