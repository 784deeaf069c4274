import { lineWords } from '../syntax/typedLine';
import { endpoint } from '../net/endpoint';
import { formatAddress, isMulticast, sameAddress } from '../net/address';
import { hasPorts } from '../net/makePacket';
import { PROTOCOL, TCP_FLAGS, type Packet } from '../net/packet';
import type { PacketRequest } from '../net/packetRequest';
import { icmpReplyType } from '../net/icmpTypes';
import type { TraceEvent, Walked } from './events';
import { finding, type Finding } from './finding';
import { hairpinOf } from './hairpin';
import { tracePacket, type Traced, type TraceSetting } from './trace';
import { ttlOf } from './answerSettings';

/** What becomes of the reply to a packet. */
export type Reply =
  /** There is no reply: `why`, in words. */
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'traced';
      readonly request: PacketRequest;
      readonly traced: Traced;
      /** What it was traced with: the connections that the packet has left behind are in it. */
      readonly setting: TraceSetting;
      /** For each path, what a person has to know about it. */
      readonly findings: readonly ReplyFindings[];
      /** It does not come back through this host, so the trace is only what would happen here. Why, in words. */
      readonly pastThisHost: Finding | undefined;
    };

interface ReplyFindings {
  /** It reaches the sender, and looks like the reply to what was sent. */
  readonly comesBack: boolean;
  /**
   * The interface by which it leaves for the sender; undefined where it does not, or where the sender is on this host.
   */
  readonly outInterface: string | undefined;
  readonly words: readonly Finding[];
}

/** The owner of the program on this host that replies, where more is known than the host's list of sockets states. */
export type Answerer = Pick<PacketRequest, 'uid' | 'gid'>;

/**
 * Sends the reply to a packet back through the same connection table: the first packet that the receiver would send.
 */
export function traceReply(walked: Walked, setting: TraceSetting, answerer: Answerer = {}): Reply {
  const { events, after } = walked;
  const found = replyRequest(walked, setting);
  const placed = typeof found === 'string' || found.dir !== 'out' ? found : { ...found, ...answerer };
  const start = events.find((event) => event.kind === 'start');
  if (typeof placed === 'string') return { kind: 'none', why: placed };
  if (start === undefined || after === undefined) return { kind: 'none', why: NOT_FOLLOWED };
  const answers = new Map([
    ...(setting.answers ?? []),
    ...walked.assumptions.map(({ key, value }) => [key, value] as const),
  ]);
  const used: TraceSetting = { ...setting, answers, rawSockets: false, world: after };
  const traced = tracePacket(placed, used);
  const hairpin = hairpinOf(start, walked, setting.host);
  return {
    kind: 'traced',
    request: placed,
    traced,
    setting: used,
    findings: traced.outcomes.map((answer) => {
      const found = findings(start, walked, answer);
      return hairpin?.back !== undefined && found.comesBack
        ? { ...found, words: [hairpin.back, ...found.words] }
        : found;
    }),
    pastThisHost: hairpin?.past,
  };
}

const NOT_FOLLOWED = 'the packet was not followed';

/** The reply that the receiver of a packet sends, or, as a string, why there is none. Traces nothing. */
export function replyRequest({ end, events, after }: Walked, setting: TraceSetting): PacketRequest | string {
  if (after === undefined || !events.some(({ kind }) => kind === 'start')) return NOT_FOLLOWED;
  if (end.outcome !== 'LOCAL' && end.outcome !== 'SENT')
    return end.verdict === 'REJECT'
      ? 'it is rejected, and the rejection is all that the sender gets'
      : 'nobody receives the packet';
  if (events.findLast((event) => event.kind === 'route')?.type === 'broadcast')
    return 'it is a broadcast, and the file does not state who answers, nor from which address';
  const request = answerTo(end.packet, setting);
  if (typeof request === 'string') return request;
  if (end.outcome === 'LOCAL' && end.receiverKnown && !end.receiver && hasPorts(end.packet.protocol))
    return 'nobody listens there, so the sender gets a refusal';
  return end.outcome === 'SENT'
    ? { ...request, dir: 'in', ...(end.outInterface === undefined ? {} : { iface: end.outInterface }) }
    : { ...request, dir: 'out', uid: end.receiver?.uid ?? 0 };
}

function answerTo(packet: Packet, { host }: TraceSetting): PacketRequest | string {
  const {
    family,
    source,
    destination,
    protocol,
    sourcePort,
    destinationPort,
    tcpFlags,
    icmpType,
    icmpId,
    icmpSequence,
    tos,
    fragmentOffset,
  } = packet;
  if (isMulticast(destination)) return 'it goes to a group, and the file does not state which member replies';
  if (fragmentOffset > 0) return 'a fragment alone gets no reply';
  const request: PacketRequest = {
    src: formatAddress(destination),
    dst: formatAddress(source),
    proto: protocol,
    ttl: ttlOf(host, family),
  };
  if (protocol === PROTOCOL.TCP) {
    if (tcpFlags & TCP_FLAGS.RST) return 'a reset gets no reply';
    const opening = (tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK)) === TCP_FLAGS.SYN;
    return {
      ...request,
      sport: destinationPort,
      dport: sourcePort,
      flags: opening ? TCP_FLAGS.SYN | TCP_FLAGS.ACK : TCP_FLAGS.ACK,
      seq: 1,
      ack: (packet.tcpSequence + (opening ? 1 : 0)) >>> 0,
    };
  }
  if (hasPorts(protocol)) return { ...request, sport: destinationPort, dport: sourcePort };
  if (protocol !== PROTOCOL.ICMP && protocol !== PROTOCOL.ICMPV6) return request;
  const type = icmpReplyType(protocol, icmpType);
  return type === undefined
    ? 'this kind of ICMP message gets no reply'
    : {
        ...request,
        icmpType: type,
        icmpCode: 0,
        icmpId,
        // The reply to a query has the type of service of the query (RFC 1349, 5.1).
        ...(tos === 0 ? {} : { tos }),
        ...(icmpSequence === undefined ? {} : { icmpSeq: icmpSequence }),
      };
}

type Start = Extract<TraceEvent, { readonly kind: 'start' }>;

function findings(start: Start, asked: Walked, { end, events }: Walked): ReplyFindings {
  const words: Finding[] = [];
  const first = start.packet;
  const { packet } = end;
  const toSender = sameAddress(packet.destination, first.source) && packet.destinationPort === first.sourcePort;
  const fromAsked = sameAddress(packet.source, first.destination) && packet.sourcePort === first.destinationPort;
  const arrives =
    end.outcome === (start.direction === 'out' ? 'LOCAL' : 'SENT') ||
    (start.direction === 'in' && start.iface === 'lo' && end.outcome === 'LOCAL');
  const state = events.find((event) => event.kind === 'conntrack')?.view.state;
  if (state !== undefined && state !== 'ESTABLISHED' && asked.end.state !== 'UNTRACKED')
    words.push(finding('connection tracking does not take it for a reply', `: it is ${state}.`));
  if (end.outcome === 'DROPPED' || end.outcome === 'NONE') words.push(dropWords(end.dropBy));
  else if (!arrives)
    words.push(
      end.outcome === 'LOCAL'
        ? finding('it is delivered to this host, which did not send the packet')
        : finding(`it leaves by ${end.outInterface ?? 'no interface'}, although this host sent the packet`),
    );
  else if (!toSender)
    words.push(
      finding(
        `it is sent to ${formatAddress(packet.destination)}, not to ${formatAddress(first.source)}, which sent ` +
          'the packet',
        ': its destination is not translated back.',
      ),
    );
  else if (!fromAsked)
    words.push(
      finding(
        `it comes from ${endText(packet)}, but ${endText(first, true)} was addressed`,
        ': the source is not translated back, and the sender drops the reply.',
      ),
    );
  if (
    arrives &&
    fromAsked &&
    (!sameAddress(asked.end.packet.destination, first.destination) ||
      asked.end.packet.destinationPort !== first.destinationPort)
  )
    words.push(finding(`its source is translated back to ${endText(first, true)}`));
  if (arrives && toSender && !sameAddress(asked.end.packet.source, first.source))
    words.push(finding(`its destination is translated back to ${formatAddress(first.source)}`));
  const leaves = end.outcome === 'SENT' ? end.outInterface : undefined;
  if (start.direction === 'in' && leaves !== undefined && leaves !== start.iface)
    words.push(finding('asymmetric', `: the packet came in by ${start.iface}, and the reply leaves by ${leaves}.`));
  return { comesBack: arrives && toSender && fromAsked, outInterface: leaves, words };
}

function endText({ source, sourcePort, destination, destinationPort, protocol }: Packet, asked = false): string {
  const [address, port] = asked ? [destination, destinationPort] : [source, sourcePort];
  return endpoint(formatAddress(address), hasPorts(protocol) ? port : undefined);
}

function dropWords(by: Walked['end']['dropBy']): Finding {
  switch (by?.kind) {
    case 'rule':
      return finding(
        `it is dropped by ${lineWords(by.rule.line)} (${by.rule.chain.table} ${by.rule.chain.name} rule ` +
          `${by.rule.number})`,
      );
    case 'policy':
      return finding(`it is dropped by the policy of ${by.chain.table} ${by.chain.name}`);
    case 'kernel':
      return by.reason === 'reverse-path'
        ? finding('the reverse path filter drops it', `: ${by.detail}.`)
        : finding('the kernel drops it', `: ${by.detail}.`);
    case undefined:
      return finding('it does not come back');
  }
}
