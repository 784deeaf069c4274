import { formatAddress, parseAddress } from './address';
import { TCP_FLAGS } from './packet';
import { protocolNumber } from './protocols';
import { icmpTypeOf } from './icmpTypes';
import type { ConntrackState } from './conntrack';

/**
 * A packet as it is asked for, in the field names of the JSON contract; every part may be missing. Plain data, so that
 * it can be sent to a web page and back. `makePacket` gives what is missing the contract's defaults; `completePacket`
 * first chooses addresses, ports and interface that suit a host.
 */
export interface PacketRequest {
  /** `in` also for a packet that will be forwarded. */
  readonly dir?: 'in' | 'out';
  /** Where it arrives, for `in`. */
  readonly iface?: string;
  /**
   * Where it is expected to leave; routing decides, unless `bindOface` says that the sender bound its socket to this
   * device.
   */
  readonly oface?: string;
  readonly bindOface?: boolean;
  readonly src?: string;
  readonly dst?: string;
  readonly proto?: number;
  readonly sport?: number;
  readonly dport?: number;
  /** The TCP flags byte. */
  readonly flags?: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  readonly tcpOptionsHex?: string;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  readonly icmpSeq?: number;
  readonly icmpRest?: number;
  /** The packet that an ICMP error quotes. */
  readonly inner?: PacketRequest;
  /** The whole TOS or traffic class byte; `dscp` is read into it. */
  readonly tos?: number;
  readonly ttl?: number;
  /** The whole IP packet, in bytes. */
  readonly length?: number;
  readonly id?: number;
  readonly df?: boolean;
  readonly mf?: boolean;
  /** In units of 8 bytes. */
  readonly fragOffset?: number;
  /** Bytes of the transport header and data of the whole datagram that the fragment belongs to. */
  readonly fragTotal?: number;
  readonly ipOptionsHex?: string;
  readonly extHeaders?: readonly ExtensionHeaderRequest[];
  readonly payloadHex?: string;
  readonly spi?: number;
  readonly srcMac?: string;
  readonly dstMac?: string;
  readonly mark?: number;
  readonly priority?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  readonly ctstate?: ConntrackState;
  /** The caller says whether the destination is an address of this host; a topology that is given knows better. */
  readonly own?: boolean;
  /**
   * `CHAIN` or `TABLE/CHAIN`: the packet is put there in place of the built-in chain of its table, the first time that
   * this may be.
   */
  readonly at?: string;
  /** Of a host with rules of both back ends: whose tables were made later, and are asked first. */
  readonly newer?: 'nft' | 'legacy';
}

/** An IPv6 extension header as it is asked for. */
export interface ExtensionHeaderRequest {
  readonly type: 'hbh' | 'dst' | 'rt' | 'frag';
  readonly rtType?: number;
  readonly segLeft?: number;
  /** In units of 8 bytes. */
  readonly offset?: number;
  readonly mf?: boolean;
  /** Identification of the fragment header. */
  readonly fid?: number;
  /** The whole header, byte for byte; its first byte, the number of what follows, is filled in. */
  readonly hex?: string;
}

/**
 * Why a packet, a topology or another piece of input cannot be used. `field` names the part, `message` says what is
 * allowed.
 */
export interface InputProblem {
  readonly kind: 'problem';
  readonly field: string;
  readonly message: string;
}

export function problem(field: string, message: string): InputProblem {
  return { kind: 'problem', field, message: `${field}: ${message}` };
}

export function isProblem(value: unknown): value is InputProblem {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'problem';
}

/**
 * Reads the `packet` object of the JSON contract. Names and numbers are both accepted for protocols, flags and ICMP
 * types, numbers also as text (`"0x10"`). Fields that are not known are ignored, and so is a field that is null.
 */
export function readPacketRequest(json: unknown, field = 'packet', depth = 0): PacketRequest | InputProblem {
  if (depth > DEEPEST_QUOTE)
    return problem(field, `packets quote each other ${depth} deep; at most ${DEEPEST_QUOTE} are understood`);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return problem(field, `${shown(json)} is not an object`);
  const given = json as Readonly<Record<string, unknown>>;
  const read: Record<string, unknown> = {};
  for (const [name, reader] of READERS) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const result = reader(value, `${field}.${name}`, given, depth);
    if (isProblem(result)) return result;
    read[name === 'dscp' ? 'tos' : name] = result;
  }
  const request = read as PacketRequest;
  if (
    request.src !== undefined &&
    request.dst !== undefined &&
    request.src.includes(':') !== request.dst.includes(':')
  ) {
    return problem(`${field}.src`, `${request.src} and dst ${request.dst} are of different families`);
  }
  const [own, quoted] = [
    statedFamily({ src: request.src, dst: request.dst }),
    request.inner && statedFamily(request.inner),
  ];
  if (own !== undefined && quoted !== undefined && own !== quoted)
    return problem(`${field}.inner`, 'is of another family than the packet that quotes it');
  return request;
}

/** The family of the addresses of a request, else those of the packet that it quotes; undefined: neither. */
export function statedFamily({
  src,
  dst,
  inner,
}: {
  readonly src?: string | undefined;
  readonly dst?: string | undefined;
  readonly inner?: PacketRequest | undefined;
}): 4 | 6 | undefined {
  const address = dst ?? src;
  if (address === undefined) return inner && statedFamily(inner);
  return address.includes(':') ? 6 : 4;
}

/** `depth`: how many packets quote it, one within the other. */
type RequestFieldReader = (
  value: unknown,
  field: string,
  packet: Readonly<Record<string, unknown>>,
  depth?: number,
) => unknown;

/** An ICMP error quotes a packet, which may itself be one that quotes a packet. Deeper quotes add nothing. */
const DEEPEST_QUOTE = 4;

const U32 = 0xffffffff;

function number(min: number, max: number): RequestFieldReader {
  return (value, field) => {
    const read = typeof value === 'string' && /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(value) ? Number(value) : value;
    if (typeof read === 'number' && Number.isInteger(read) && read >= min && read <= max) return read;
    return problem(field, `${shown(value)} is not a whole number from ${min} to ${max}`);
  };
}

function boolean(value: unknown, field: string): boolean | InputProblem {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  return problem(field, `${shown(value)} is neither true nor false`);
}

function address(value: unknown, field: string): string | InputProblem {
  const read = typeof value === 'string' ? parseAddress(value) : undefined;
  return read ? formatAddress(read) : problem(field, `${shown(value)} is not an IPv4 or IPv6 address`);
}

function name(value: unknown, field: string): string | InputProblem {
  if (typeof value === 'string' && /^[^\s/]{1,15}$/.test(value)) return value;
  return problem(field, `${shown(value)} is not the name of an interface (1 to 15 characters, no blank, no slash)`);
}

function chainName(value: unknown, field: string): string | InputProblem {
  return typeof value === 'string' && /^[^\s]{1,60}$/.test(value)
    ? value
    : problem(field, `${shown(value)} is not the name of a chain, optionally preceded by its table and a slash`);
}

/** `most`: in bytes, as many as a packet has room for. */
function hex(most: number): RequestFieldReader {
  return (value, field) => {
    const digits = typeof value === 'string' ? value.replace(/[\s:]/g, '') : undefined;
    if (digits === undefined || digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits))
      return problem(field, `${shown(value)} is not a text of hexadecimal byte pairs`);
    return digits.length > most * 2
      ? problem(field, `these are ${digits.length / 2} bytes; at most ${most} fit`)
      : digits.toLowerCase();
  };
}

function mac(value: unknown, field: string): string | InputProblem {
  if (typeof value === 'string' && /^[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}$/.test(value)) {
    return value
      .split(/[:-]/)
      .map((part) => part.padStart(2, '0').toLowerCase())
      .join(':');
  }
  return problem(field, `${shown(value)} is not a link layer address such as 02:00:00:00:00:01`);
}

function protocol(value: unknown, field: string): number | InputProblem {
  const read = typeof value === 'number' ? value : typeof value === 'string' ? namedProtocol(value) : undefined;
  if (read !== undefined && Number.isInteger(read) && read >= 0 && read <= 255) return read;
  return problem(
    field,
    `${shown(value)} is not a protocol: a number from 0 to 255, or a name such as tcp, udp, icmp, icmpv6, sctp, esp`,
  );
}

/** As `-p` reads it, but `ipip` is what people call IP in IP (4), which /etc/protocols calls ipencap. */
export function namedProtocol(text: string): number | undefined {
  return text.toLowerCase() === 'ipip' ? 4 : protocolNumber(text);
}

function flags(value: unknown, field: string): number | InputProblem {
  if (typeof value === 'number') return number(0, 255)(value, field, {}) as number | InputProblem;
  const words: unknown = typeof value === 'string' ? value.split(/[\s,]+/).filter((word) => word !== '') : value;
  if (!Array.isArray(words)) return problem(field, `${shown(value)} is not a list of TCP flags`);
  let bits = 0;
  for (const word of words as unknown[]) {
    const upper = typeof word === 'string' ? word.toUpperCase() : '';
    if (upper === 'NONE') continue;
    if (!Object.hasOwn(TCP_FLAGS, upper))
      return problem(field, `${shown(word)} is not a TCP flag; there are ${Object.keys(TCP_FLAGS).join(', ')}`);
    bits |= TCP_FLAGS[upper as keyof typeof TCP_FLAGS];
  }
  return bits;
}

function icmpType(value: unknown, field: string, packet: Readonly<Record<string, unknown>>): number | InputProblem {
  if (typeof value === 'string' && !/^[0-9]/.test(value)) {
    const family = packet['proto'] === undefined ? undefined : protocol(packet['proto'], field) === 58 ? 6 : 4;
    const known = icmpTypeOf(
      value,
      family ?? (typeof packet['dst'] === 'string' && packet['dst'].includes(':') ? 6 : 4),
    );
    return known
      ? known.type
      : problem(field, `${shown(value)} is not an ICMP type: a number from 0 to 255 or a name such as echo-request`);
  }
  return number(0, 255)(value, field, packet) as number | InputProblem;
}

function list(item: RequestFieldReader, most: number): RequestFieldReader {
  return (value, field, packet) => {
    if (!Array.isArray(value)) return problem(field, `${shown(value)} is not a list`);
    if (value.length > most) return problem(field, `has ${value.length} entries; at most ${most} are allowed`);
    const read = (value as unknown[]).map((entry, i) => item(entry, `${field}[${i}]`, packet));
    return read.find(isProblem) ?? read;
  };
}

function extensionHeader(value: unknown, field: string): ExtensionHeaderRequest | InputProblem {
  const given = (typeof value === 'object' && value !== null ? value : { type: value }) as Readonly<
    Record<string, unknown>
  >;
  const type = given['type'];
  if (type !== 'hbh' && type !== 'dst' && type !== 'rt' && type !== 'frag') {
    return problem(field, `${shown(type)} is not an extension header; there are hbh, dst, rt and frag`);
  }
  const header: Record<string, unknown> = { type };
  const parts: readonly (readonly [string, RequestFieldReader])[] = [
    ['rtType', number(0, 255)],
    ['segLeft', number(0, 255)],
    ['offset', number(0, 8191)],
    ['mf', boolean],
    ['fid', number(0, U32)],
    ['hex', hex(2048)],
  ];
  for (const [key, reader] of parts) {
    if (given[key] === undefined || given[key] === null) continue;
    const read = reader(given[key], `${field}.${key}`, given);
    if (isProblem(read)) return read;
    header[key] = read;
  }
  return header as unknown as ExtensionHeaderRequest;
}

function oneOf(words: readonly string[]): RequestFieldReader {
  return (value, field) => {
    const word =
      typeof value === 'string'
        ? words.find((candidate) => candidate.toLowerCase() === value.toLowerCase())
        : undefined;
    return word ?? problem(field, `${shown(value)} is not one of ${words.join(', ')}`);
  };
}

function direction(value: unknown, field: string): string | InputProblem {
  if (value === 'in' || value === 'forward') return 'in';
  return value === 'out' ? 'out' : problem(field, `${shown(value)} is neither in nor out`);
}

/** A value of JSON in an error message: as it is written there where that is short, else its kind. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(JSON.stringify(value)).slice(0, 60);
}

const READERS: readonly (readonly [string, RequestFieldReader])[] = [
  ['dir', direction],
  ['iface', name],
  ['oface', name],
  ['bindOface', boolean],
  ['src', address],
  ['dst', address],
  ['proto', protocol],
  ['sport', number(0, 65535)],
  ['dport', number(0, 65535)],
  ['flags', flags],
  ['seq', number(0, U32)],
  ['ack', number(0, U32)],
  ['window', number(0, 65535)],
  ['tcpOptionsHex', hex(40)],
  ['icmpType', icmpType],
  ['icmpCode', number(0, 255)],
  ['icmpId', number(0, 65535)],
  ['icmpSeq', number(0, 65535)],
  ['icmpRest', number(0, U32)],
  ['inner', (value, field, _packet, depth = 0) => readPacketRequest(value, field, depth + 1)],
  // Before tos, so that a tos byte that is given wins.
  [
    'dscp',
    (value, field, packet) => {
      const read = number(0, 63)(value, field, packet);
      return typeof read === 'number' ? read << 2 : read;
    },
  ],
  ['tos', number(0, 255)],
  ['ttl', number(0, 255)],
  ['length', number(0, 65535)],
  ['id', number(0, 0xfffff)],
  ['df', boolean],
  ['mf', boolean],
  ['fragOffset', number(0, 8191)],
  ['fragTotal', number(0, 65535)],
  ['ipOptionsHex', hex(40)],
  ['extHeaders', list(extensionHeader, 64)],
  ['payloadHex', hex(65535)],
  ['spi', number(0, U32)],
  ['srcMac', mac],
  ['dstMac', mac],
  ['mark', number(0, U32)],
  ['priority', number(0, U32)],
  ['uid', number(0, U32)],
  ['gid', number(0, U32)],
  ['groups', list(number(0, U32), 65536)],
  ['newer', oneOf(['nft', 'legacy'])],
  ['at', chainName],
  ['ctstate', oneOf(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'])],
];
