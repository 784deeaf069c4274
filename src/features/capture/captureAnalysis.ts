import { familyOf, makePacket } from '../../core/net/makePacket';
import { PROTOCOL, TCP_FLAGS } from '../../core/net/packet';
import type { PacketRequest } from '../../core/net/packetRequest';
import { tupleKey, tupleOf } from '../../core/net/tuple';
import type { Dump, FileModel } from '../fileModel';
import { settingOf, traceInFile } from '../fileTrace';
import { askedByRouting, askedFields, type AskedOfPackets, type OwnField } from './askedFields';
import { beginsWithAnswer, type Flow } from './flows';
import type { Badge } from '../../shared/traceReport';
import { endsOf, type LikelyEnd } from './ends';
import { Placing } from './placed';

/** What becomes of packets that are alike in all that the rules ask. */
export interface TracedKind {
  /** One of them, as it was traced. */
  readonly request: PacketRequest;
  /** What becomes of it, each end once; of the paths only what a table shows is kept. */
  readonly badges: readonly Badge[];
  /** How many paths it may take; 0: it cannot be traced. */
  readonly paths: number;
  /** The likeliest path. */
  readonly likeliest: LikelyEnd | undefined;
  /** Why it cannot be traced; empty: it can. */
  readonly problem: string;
}

/** A flow with what becomes of its first packet. */
export interface TracedFlow {
  readonly flow: Flow;
  /** The packet as it is traced, direction and interface included. */
  readonly request: PacketRequest;
  readonly kind: TracedKind;
}

export interface CaptureOptions {
  readonly overrides?: unknown;
  /** Where the capture was made. */
  readonly iface?: string | undefined;
}

const ANSWERS =
  'Flows whose first packet is a reply, or not a SYN, began before the capture: they are traced with the ' +
  'connections that the file lists.';
const REMEMBERS =
  'Some rules remember earlier packets (limit, recent, hashlimit and the like): each flow is traced as if it ' +
  'were the first.';

/**
 * Traces the first packet of each flow. Flows whose packets differ in nothing that a rule asks are traced once. Work is
 * done flow by flow, so that a caller may pause in between.
 */
export class CaptureAnalysis {
  readonly assumed = new Set<string>();
  private readonly kinds = new Map<string, TracedKind>();
  private readonly placing: Placing;
  private readonly asked: Readonly<Record<4 | 6, AskedOfPackets | undefined>>;
  private readonly askedByRouting: ReadonlySet<OwnField>;
  private readonly short: number;
  /** Both directions of the connections that the file lists. */
  private readonly listed: ReadonlySet<string>;

  constructor(
    private readonly model: FileModel,
    private readonly dump: Dump,
    private readonly options: CaptureOptions = {},
  ) {
    const { addressesKnown, setting } = settingOf(model, dump, { overrides: options.overrides });
    const { host, world, ruleSets } = setting;
    this.placing = new Placing(host, addressesKnown, options.iface);
    const { v4, v6 } = ruleSets;
    this.asked = { 4: v4 && askedFields(v4), 6: v6 && askedFields(v6) };
    this.askedByRouting = askedByRouting(host);
    this.short = Math.min(...host.interfaces.map(({ mtu }) => mtu));
    this.listed = new Set(
      (world?.connections() ?? []).flatMap(({ original, reply }) => [tupleKey(original), tupleKey(reply)]),
    );
  }

  /** How many packets were traced. */
  get traced(): number {
    return this.kinds.size;
  }

  trace(flow: Flow): TracedFlow {
    const { request, assumed } = this.placing.place(flow);
    for (const each of assumed) this.assumed.add(each);
    if (beginsWithAnswer(flow)) this.assumed.add(ANSWERS);
    const asked = this.asked[familyOf(request)];
    if (asked?.remembers) this.assumed.add(REMEMBERS);
    const key = keyOf(request, {
      asked: (field) => asked?.fields.has(field) === true || this.askedByRouting.has(field),
      short: this.short,
      listed: this.isListed(request),
    });
    let kind = this.kinds.get(key);
    if (!kind) this.kinds.set(key, (kind = this.traceKind(request)));
    return { flow, request, kind };
  }

  private isListed(request: PacketRequest): boolean {
    return this.listed.size > 0 && this.listed.has(tupleKey(tupleOf(makePacket(request))));
  }

  private traceKind(request: PacketRequest): TracedKind {
    const { model, dump, options } = this;
    const setting = settingOf(model, dump, {
      overrides: options.overrides,
      family: familyOf(request),
      packet: request,
    });
    const result = traceInFile(request, setting);
    return typeof result === 'string'
      ? { request, badges: [], paths: 0, likeliest: undefined, problem: result }
      : { request: result.request, ...endsOf(result.traced.outcomes), problem: '' };
  }
}

/** What sets packets apart, besides their protocol, addresses and the port that they are sent to. */
interface Apart {
  readonly asked: (field: OwnField) => boolean;
  /** The length up to which it goes out by every interface. */
  readonly short: number;
  /** It belongs to a connection that the file lists. */
  readonly listed: boolean;
}

/** What routing, connection tracking and the rules read of a packet: packets with the same are traced once. */
function keyOf(request: PacketRequest, { asked, short, listed }: Apart): string {
  if (asked('everything')) return JSON.stringify(request);
  const { proto, flags = 0, length = 0, ttl = 64 } = request;
  const connecting = TCP_FLAGS.SYN | TCP_FLAGS.ACK | TCP_FLAGS.RST | TCP_FLAGS.FIN;
  return JSON.stringify([
    request.dir,
    request.iface,
    request.oface,
    proto,
    request.src,
    request.dst,
    request.dport,
    request.icmpType,
    request.icmpCode,
    proto === PROTOCOL.TCP && (asked('tcpFlags') ? flags : flags & connecting),
    request.fragOffset ?? request.mf,
    (asked('hops') || ttl <= 1) && ttl,
    (asked('length') || length > short) && length,
    length > short && request.df,
    asked('tos') && request.tos,
    (asked('sourcePort') || listed) && request.sport,
    listed && request.icmpId,
    asked('sourceMac') && request.srcMac,
    request.spi,
    request.mark,
    request.uid,
    request.gid,
    request.ctstate,
    request.extHeaders,
    request.inner,
  ]);
}
