import { isLoopback, parseAddress } from '../../core/net/address';
import { isOwn } from '../../core/net/completePacket';
import type { Host } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Flow } from './flows';

/** Where the first packet of a flow meets the host, and what was assumed of that. */
export interface PlacedPacket {
  readonly request: PacketRequest;
  readonly assumed: readonly string[];
}

const ARRIVES =
  'The capture does not say which way packets went, and the file does not list the addresses of this host: ' +
  'packets are assumed to arrive.';
const BY_ADDRESSES = 'The capture does not say which way packets went: the addresses of this host decide.';
const ALREADY_OUT = 'Packets that leave are captured after the rules: their addresses may be those that NAT gave them.';
const FORWARDED =
  'Packets that leave whose source is not an address of this host were forwarded, and captured after the rules: ' +
  'they are traced as if they arrived so.';

/** Decides for packets of a capture by which direction and interface they come. */
export class Placing {
  private readonly own = new Map<string, boolean | undefined>();

  /** `iface`: where it was captured, as the caller says. */
  constructor(
    private readonly host: Host,
    private readonly addressesKnown: Readonly<Record<4 | 6, boolean>>,
    private readonly iface: string | undefined,
  ) {}

  place(flow: Flow): PlacedPacket {
    const { request } = flow;
    const iface = this.iface ?? (flow.iface === 'any' ? undefined : flow.iface) ?? request.iface ?? request.oface;
    const src = request.src ?? '';
    const fromHere = this.isOwn(src);
    const [dir, assumed]: readonly ['in' | 'out', readonly string[]] =
      request.dir === 'out'
        ? fromHere === false
          ? ['in', [FORWARDED]]
          : ['out', [ALREADY_OUT]]
        : request.dir === 'in'
          ? ['in', []]
          : fromHere === undefined
            ? ['in', [ARRIVES]]
            : fromHere
              ? ['out', [BY_ADDRESSES, ALREADY_OUT]]
              : ['in', [BY_ADDRESSES]];
    const { iface: arrival, oface, srcMac, ...rest } = request;
    const left = request.dir === 'out' && dir === 'in';
    const named = left ? undefined : iface;
    return {
      request: {
        ...rest,
        dir,
        ...(dir === 'in'
          ? {
              ...(named === undefined ? {} : { iface: named }),
              ...(oface !== undefined && arrival !== undefined ? { oface } : {}),
              ...(srcMac === undefined ? {} : { srcMac }),
            }
          : named === undefined || named === 'lo'
            ? {}
            : { oface: named }),
      },
      assumed,
    };
  }

  /** undefined: nothing states it. */
  private isOwn(address: string): boolean | undefined {
    if (this.own.has(address)) return this.own.get(address);
    const parsed = parseAddress(address);
    const isKnown = parsed !== undefined && this.addressesKnown[parsed.family];
    const known = parsed && isLoopback(parsed) ? true : isKnown ? isOwn(this.host, address) : undefined;
    this.own.set(address, known);
    return known;
  }
}
