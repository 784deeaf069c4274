import type { CapturedFrame } from '../../core/net/capture/captureReader';
import { addressAt, macAt, readIpPacket, requestOf, type IpPacket } from '../../core/net/capture/ipPacket';
import { isKnownLink, linkHeader, type LinkHeader } from '../../core/net/capture/linkLayer';
import { u32 } from '../../core/net/capture/networkOrder';
import { icmpRequestType, isIcmpErrorPacket } from '../../core/net/icmpTypes';
import { PROTOCOL, TCP_FLAGS } from '../../core/net/packet';
import type { PacketRequest } from '../../core/net/packetRequest';
import { isIcmp } from '../../core/net/tuple';

/** Packets of one conversation: in the direction of the first that was seen, and back. */
export interface Flow {
  /** Number of its first packet in the capture, from 1. */
  readonly first: number;
  /** Its first packet, without a direction where the capture has none. */
  readonly request: PacketRequest;
  /** pcapng: where it was captured. */
  readonly iface: string | undefined;
  packets: number;
  replies: number;
  bytes: number;
}

/** What else was in a capture. */
export interface CaptureCounts {
  packets: number;
  /** ARP, LLDP and the like. */
  notIp: number;
  /** IP packets that end within their headers. */
  cut: number;
  /** Of link layers that are not read, by LINKTYPE_ number. */
  readonly otherLinks: Map<number, number>;
  /** Packets of flows beyond those that are kept. */
  beyond: number;
}

/** A capture of a scan has as many flows as packets. */
const MOST_FLOWS = 100_000;
/** First fragments of which later ones are looked for. */
const MOST_FRAGMENTED = 10_000;

/**
 * Sorts the packets of a capture into flows: those with the same protocol, addresses and ports, in both directions. An
 * ICMP error is a flow of its own, and a later fragment counts with the first one.
 */
export class Flows {
  readonly flows: Flow[] = [];
  readonly counts: CaptureCounts = { packets: 0, notIp: 0, cut: 0, otherLinks: new Map(), beyond: 0 };
  private readonly byKey = new Map<string, Flow>();
  private readonly fragmented = new Map<string, Flow>();

  take(frame: CapturedFrame): void {
    const { counts } = this;
    counts.packets++;
    if (!isKnownLink(frame.linkType)) {
      counts.otherLinks.set(frame.linkType, (counts.otherLinks.get(frame.linkType) ?? 0) + 1);
      return;
    }
    const link = linkHeader(frame);
    if (!link) {
      counts.notIp++;
      return;
    }
    const packet = readIpPacket(frame.bytes, link.at, link.family);
    if (!packet) counts.cut++;
    else this.sort(frame, link, packet);
  }

  /** A packet that a line of text shows. */
  takeRequest(request: PacketRequest, number: number): void {
    this.counts.packets++;
    const { proto, src, dst, sport, dport, icmpType, icmpId, inner } = request;
    const forth = `${proto} ${src} ${sport ?? ''} ${dst} ${dport ?? ''}`;
    const rest = inner ? ` error ${number}` : icmpType === undefined ? '' : ` ${icmpId ?? ''}`;
    this.count(
      forth + rest,
      `${proto} ${dst} ${dport ?? ''} ${src} ${sport ?? ''}${rest}`,
      request.length ?? 0,
      () => ({ first: number, request, iface: undefined, ...NOTHING_COUNTED }),
    );
  }

  private sort(frame: CapturedFrame, link: LinkHeader, packet: IpPacket): void {
    const { bytes } = frame;
    const [from, to] = [keyAt(bytes, packet.source, packet.family), keyAt(bytes, packet.destination, packet.family)];
    const begin = (): Flow => beginFlow(frame, link, packet);
    if (packet.fragmentOffset > 0) {
      const whole = this.fragmented.get(`${from} ${to} ${packet.protocol} ${packet.identification}`);
      if (whole) {
        whole.packets++;
        whole.bytes += packet.length;
        return;
      }
    }
    const [one, other] = [`${from} ${packet.sourcePort}`, `${to} ${packet.destinationPort}`];
    const kind = !isIcmp(packet.protocol)
      ? packet.fragmentOffset > 0
        ? `fragment ${packet.protocol} ${packet.identification}`
        : String(packet.protocol)
      : isIcmpErrorPacket(packet)
        ? `error ${quotedKey(bytes, packet)}`
        : `icmp ${queryOf(packet)} ${packet.icmpId}`;
    const flow = this.count(`${kind} ${one} ${other}`, `${kind} ${other} ${one}`, packet.length, begin);
    if (flow && packet.moreFragments && packet.fragmentOffset === 0 && this.fragmented.size < MOST_FRAGMENTED)
      this.fragmented.set(`${from} ${to} ${packet.protocol} ${packet.identification}`, flow);
  }

  private count(forth: string, back: string, bytes: number, begin: () => Flow): Flow | undefined {
    let flow = this.byKey.get(forth);
    let reply = false;
    if (!flow) {
      flow = this.byKey.get(back);
      reply = flow !== undefined && forth !== back;
    }
    if (!flow) {
      if (this.flows.length >= MOST_FLOWS) {
        this.counts.beyond++;
        return undefined;
      }
      flow = begin();
      this.flows.push(flow);
      this.byKey.set(forth, flow);
    }
    if (reply) flow.replies++;
    else flow.packets++;
    flow.bytes += bytes;
    return flow;
  }
}

const NOTHING_COUNTED = { packets: 0, replies: 0, bytes: 0 };

function beginFlow({ bytes, number, iface, direction }: CapturedFrame, link: LinkHeader, packet: IpPacket): Flow {
  const dir = direction ?? link.direction;
  return {
    first: number,
    request: {
      ...(dir === undefined ? {} : { dir }),
      ...whole(requestOf(bytes, packet)),
      ...(link.sourceMac === undefined || dir === 'out' ? {} : { srcMac: macAt(bytes, link.sourceMac) }),
    },
    iface,
    ...NOTHING_COUNTED,
  };
}

/** A first fragment stands for its packet: the others are in the capture too, and connection tracking joins them. */
function whole({ mf, id, extHeaders, ...request }: PacketRequest): PacketRequest {
  if (request.fragOffset !== undefined)
    return { ...request, ...(mf === undefined ? {} : { mf }), ...(id === undefined ? {} : { id }) };
  const kept = extHeaders?.filter(({ type, offset }) => type !== 'frag' || offset !== 0);
  return kept && kept.length > 0 ? { ...request, extHeaders: kept } : request;
}

/** The number of an address, with a sign (of 32 bits, such integers are the fast ones), or its text. */
function keyAt(bytes: Uint8Array, at: number, family: 4 | 6): number | string {
  return family === 4 ? u32(bytes, at) | 0 : addressAt(bytes, at, family);
}

/** A reply is keyed by the type of its request. */
function queryOf({ protocol, icmpType }: IpPacket): number {
  return icmpRequestType(protocol, icmpType) ?? icmpType;
}

function quotedKey(bytes: Uint8Array, { family, transport = 0, icmpType, icmpCode }: IpPacket): string {
  const quoted = readIpPacket(bytes, transport + 8, family);
  const ends = quoted
    ? `${quoted.protocol} ${keyAt(bytes, quoted.source, family)} ${quoted.sourcePort} ` +
      `${keyAt(bytes, quoted.destination, family)} ${quoted.destinationPort}`
    : '';
  return `${icmpType} ${icmpCode} ${ends}`;
}

/** Its first packet is a reply to one that the capture does not have. */
export function beginsWithAnswer({ request: { proto, flags = 0, icmpType } }: Flow): boolean {
  if (proto === PROTOCOL.TCP) return (flags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK)) !== TCP_FLAGS.SYN;
  return proto !== undefined && icmpType !== undefined && icmpRequestType(proto, icmpType) !== undefined;
}
