import { anyAddress, parseAddress } from './address';
import { networkHeaderLength, packetBytes, transportHeaderLength } from './bytes';
import type { Host } from './host';
import { PROTOCOL, TCP_FLAGS, type ExtensionHeader, type Packet, type SocketOwner } from './packet';
import {
  statedFamily,
  problem,
  type ExtensionHeaderRequest,
  type InputProblem,
  type PacketRequest,
} from './packetRequest';

/** The link layer address that packets come from where the request does not say. */
const NEIGHBOUR_MAC = '02:00:00:00:99:99';
/** That of an interface whose own is not known. */
const INTERFACE_MAC = '02:00:00:00:00:01';

/**
 * The packet of a request, with the contract's defaults for what is missing: TCP from and to port 0 with SYN, TTL 64,
 * an echo request for ICMP, an INIT chunk for SCTP, and as long as its headers and data are. Addresses that are missing
 * are
 * 0.0.0.0 or ::. A `length` too small for the headers is raised to their length (`packetProblem` finds it).
 * `host` gives the link layer address of the interface that an inbound packet is sent to.
 */
export function makePacket(request: PacketRequest, host?: Host, family = familyOf(request)): Packet {
  const protocol = request.proto ?? PROTOCOL.TCP;
  const flags = request.flags ?? TCP_FLAGS.SYN;
  const error = request.inner !== undefined && (protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6);
  const extension = extensionHeaders(request, family, protocol);
  const base: Packet = {
    family,
    source: (request.src === undefined ? undefined : parseAddress(request.src)) ?? anyAddress(family),
    destination: (request.dst === undefined ? undefined : parseAddress(request.dst)) ?? anyAddress(family),
    protocol: extension.transport,
    tos: request.tos ?? 0,
    ttl: request.ttl ?? 64,
    length: 0,
    identification: request.id ?? 0x4f52,
    dontFragment: family === 4 && (request.df ?? false),
    moreFragments: family === 4 ? (request.mf ?? false) : extension.moreFragments,
    fragmentOffset: family === 4 ? (request.fragOffset ?? 0) : extension.fragmentOffset,
    ipOptions: family === 4 ? paddedHex(request.ipOptionsHex) : NOTHING,
    extensionHeaders: extension.headers,
    sourcePort: hasPorts(protocol) ? (request.sport ?? 0) : 0,
    destinationPort: hasPorts(protocol) ? (request.dport ?? 0) : 0,
    tcpFlags: protocol === PROTOCOL.TCP ? flags : 0,
    tcpSequence: request.seq ?? 1000,
    tcpAcknowledgement: request.ack ?? (flags & TCP_FLAGS.ACK ? 1 : 0),
    tcpWindow: request.window ?? 64240,
    tcpOptions: protocol === PROTOCOL.TCP ? paddedHex(request.tcpOptionsHex) : NOTHING,
    icmpType: request.icmpType ?? (protocol === PROTOCOL.ICMPV6 ? 128 : protocol === PROTOCOL.ICMP ? 8 : 0),
    icmpCode: request.icmpCode ?? 0,
    icmpId: request.icmpId ?? 0x1234,
    icmpSequence: request.icmpSeq ?? 1,
    icmpRest: request.icmpRest ?? 0,
    spi: request.spi ?? 0x100,
    payload: NOTHING,
    inner: error ? makePacket(request.inner, undefined, family) : undefined,
    mark: request.mark ?? 0,
    priority: request.priority ?? 0,
    secmark: undefined,
    ...linkLayer(request, host),
  };
  return withBody(base, request);
}

/**
 * Why the packet of a request cannot be built: its length is too small for its headers (a fragment may end within
 * them). undefined where it can.
 */
export function packetProblem(request: PacketRequest): InputProblem | undefined {
  const odd = (request.extHeaders ?? []).findIndex(liesAboutItsLength);
  // What follows such a header would be read from somewhere else, which this packet model cannot express.
  if (odd >= 0)
    return problem(`packet.extHeaders[${odd}].hex`, 'its second byte states a different length than it has');
  if (request.length === undefined) {
    const { family, length } = makePacket(request);
    return length > LONGEST[family]
      ? problem(
          'packet',
          `its headers and data are ${length} bytes; an IPv${family} packet has ${LONGEST[family]} at most`,
        )
      : undefined;
  }
  const packet = makePacket({ ...request, length: 65535 });
  const isSlice = packet.fragmentOffset > 0 || (packet.family === 4 && request.fragTotal !== undefined);
  const needed = networkHeaderLength(packet) + (isSlice ? 0 : transportHeaderLength(packet));
  return request.length < needed
    ? problem('packet.length', `${request.length} is too small, the headers take ${needed} bytes`)
    : undefined;
}

/** In bytes, with all headers. IPv6 does not count its own header. */
const LONGEST = { 4: 65535, 6: 65575 } as const;

/**
 * Who owns the socket that sends an outbound packet: root unless the request says otherwise; the group follows the
 * user.
 */
export function socketOwner(request: PacketRequest): SocketOwner {
  const uid = request.uid ?? 0;
  return { kind: 'process', uid, gid: request.gid ?? uid, groups: request.groups ?? [] };
}

/** The family of a request, by its addresses, else by its protocol, else IPv4. */
export function familyOf(request: PacketRequest): 4 | 6 {
  const stated = statedFamily(request);
  if (stated !== undefined) return stated;
  return request.proto === PROTOCOL.ICMPV6 || (request.extHeaders?.length ?? 0) > 0 ? 6 : 4;
}

/** True for the protocols whose header begins with two ports. */
export function hasPorts(protocol: number): boolean {
  return (
    protocol === PROTOCOL.TCP ||
    protocol === PROTOCOL.UDP ||
    protocol === PROTOCOL.UDPLITE ||
    protocol === PROTOCOL.SCTP ||
    protocol === PROTOCOL.DCCP
  );
}

const NOTHING = new Uint8Array(0);
/** An INIT chunk: initiate tag 0x1111, window 65535, one stream each way, first number 0x2222. */
const SCTP_INIT = hexBytes('010000140000' + '1111' + '0000ffff' + '00010001' + '00002222');

function withBody(packet: Packet, request: PacketRequest): Packet {
  const headers = networkHeaderLength(packet);
  const wanted = request.length === undefined ? undefined : Math.max(0, request.length - headers);
  const data = request.payloadHex ? hexBytes(request.payloadHex) : NOTHING;
  if (request.fragTotal !== undefined && packet.family === 4)
    return fragmentOf(packet, request, request.fragTotal, wanted);
  if (packet.fragmentOffset > 0) return { ...packet, length: headers + (wanted ?? 24) };
  const fixed = transportHeaderLength(packet);
  if (packet.inner) return { ...packet, length: headers + fixed + packet.inner.length };
  const { payload, bodyLength } = body(packet, data, wanted === undefined ? undefined : Math.max(0, wanted - fixed));
  return { ...packet, payload, length: headers + fixed + bodyLength };
}

/** What follows the transport header, and how long it is; `wanted` undefined: as long as the data. */
function body(
  packet: Packet,
  data: Uint8Array,
  wanted: number | undefined,
): { payload: Uint8Array; bodyLength: number } {
  const { protocol } = packet;
  const exactly = (payload: Uint8Array) => ({ payload, bodyLength: payload.length });
  // An SCTP or DCCP packet is as long as its chunks: padding would make it malformed, and conntrack would call it
  // INVALID.
  if (protocol === PROTOCOL.SCTP) return exactly(data.length > 0 ? data : SCTP_INIT);
  if (protocol === PROTOCOL.DCCP) return exactly(NOTHING);
  const bodyLength = wanted ?? data.length;
  if (bodyLength === 0) {
    if (protocol === PROTOCOL.ESP) return exactly(new Uint8Array(16));
    if (protocol === PROTOCOL.GRE && wanted === undefined) return exactly(new Uint8Array(20));
    if (!transportIsKnown(packet)) return exactly(new Uint8Array(8));
  }
  return { payload: data.subarray(0, bodyLength), bodyLength };
}

/** Nothing follows an authentication header that is itself what was asked for. */
function transportIsKnown({ protocol, extensionHeaders: headers }: Packet): boolean {
  return (
    transportHeaderLength({ protocol, tcpOptions: NOTHING }) > 0 ||
    (protocol === PROTOCOL.IPV6_NONE && headers.at(-1)?.protocol === PROTOCOL.AH)
  );
}

/** A slice of one datagram whose transport header and data are `total` bytes long. */
function fragmentOf(packet: Packet, request: PacketRequest, total: number, wanted: number | undefined): Packet {
  const whole = makePacket(
    { ...without(request, 'fragTotal', 'fragOffset', 'mf'), length: networkHeaderLength(packet) + total },
    undefined,
    packet.family,
  );
  const transport = packetBytes(whole).subarray(networkHeaderLength(whole));
  const start = packet.fragmentOffset * 8;
  const slice = transport.subarray(start, wanted === undefined ? undefined : start + wanted);
  const length = networkHeaderLength(packet) + slice.length;
  return packet.fragmentOffset > 0
    ? { ...packet, payload: slice, length }
    : { ...packet, payload: whole.payload, datagramLength: transport.length, length };
}

function without(request: PacketRequest, ...names: readonly (keyof PacketRequest)[]): PacketRequest {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name as keyof PacketRequest)));
}

function linkLayer(request: PacketRequest, host: Host | undefined): Pick<Packet, 'sourceMac' | 'destinationMac'> {
  if (request.dir === 'out' || request.iface === 'lo') return { sourceMac: undefined, destinationMac: undefined };
  const own = host?.interfaces.find(({ name }) => name === (request.iface ?? 'eth0'))?.mac;
  return { sourceMac: request.srcMac ?? NEIGHBOUR_MAC, destinationMac: request.dstMac ?? own ?? INTERFACE_MAC };
}

interface Extensions {
  readonly headers: readonly ExtensionHeader[];
  /** What follows them: AH is itself an extension header in IPv6 and has nothing after it here. */
  readonly transport: number;
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
}

const EXTENSION_NUMBER = { hbh: 0, dst: 60, rt: 43, frag: 44 } as const;

function extensionHeaders(request: PacketRequest, family: 4 | 6, protocol: number): Extensions {
  if (family === 4) return { headers: [], transport: protocol, fragmentOffset: 0, moreFragments: false };
  const asked = request.extHeaders ?? [];
  const fragment = asked.find(({ type }) => type === 'frag');
  const fragmentOffset = fragment?.offset ?? 0;
  const headers = asked.map((header, i): ExtensionHeader => {
    const next = asked[i + 1];
    return {
      protocol: EXTENSION_NUMBER[header.type],
      bytes: extensionBytes(header, next ? EXTENSION_NUMBER[next.type] : protocol),
    };
  });
  const moreFragments = fragment?.mf ?? false;
  if (protocol !== PROTOCOL.AH || fragmentOffset > 0)
    return { headers, transport: protocol, fragmentOffset, moreFragments };
  const spi = request.spi ?? 0x100;
  const ah = Uint8Array.of(
    PROTOCOL.IPV6_NONE,
    4,
    0,
    0,
    spi >>> 24,
    (spi >>> 16) & 255,
    (spi >>> 8) & 255,
    spi & 255,
    0,
    0,
    0,
    1,
    ...new Uint8Array(12),
  );
  return {
    headers: [...headers, { protocol: PROTOCOL.AH, bytes: ah }],
    transport: PROTOCOL.IPV6_NONE,
    fragmentOffset,
    moreFragments,
  };
}

function extensionBytes(header: ExtensionHeaderRequest, next: number): Uint8Array {
  if (header.hex !== undefined && header.hex.length >= 16)
    return Uint8Array.of(next, ...hexBytes(header.hex).subarray(1));
  switch (header.type) {
    case 'hbh':
    case 'dst':
      // One PadN option of six bytes.
      return Uint8Array.of(next, 0, 1, 4, 0, 0, 0, 0);
    case 'rt':
      return Uint8Array.of(next, 0, header.rtType ?? 2, header.segLeft ?? 0, 0, 0, 0, 0);
    case 'frag': {
      const bytes = new Uint8Array(8);
      const view = new DataView(bytes.buffer);
      bytes[0] = next;
      view.setUint16(2, ((header.offset ?? 0) << 3) | (header.mf ? 1 : 0));
      view.setUint32(4, header.fid ?? 7);
      return bytes;
    }
  }
}

/** The second byte counts units of 8 bytes after the first 8 (RFC 8200); a fragment header has none. */
function liesAboutItsLength({ type, hex }: ExtensionHeaderRequest): boolean {
  return (
    type !== 'frag' && hex !== undefined && hex.length >= 16 && (hexBytes(hex)[1] as number) * 8 + 8 !== hex.length / 2
  );
}

function paddedHex(text: string | undefined): Uint8Array {
  if (!text) return NOTHING;
  const bytes = hexBytes(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return padded;
}

function hexBytes(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(i * 2, i * 2 + 2), 16));
}
