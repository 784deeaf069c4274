import { parseAddress, type Address } from '../../net/address';
import type { PacketRequest } from '../../net/packetRequest';

/** What a packet expression states of the host. */
export interface SaidOfHost {
  readonly direction: 'in' | 'out' | undefined;
  /** Where it comes in, and where it leaves. */
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
  /**
   * Whether the destination is an address of this host, where that is said: by the word `own`, by `forward`, by `out
   * lo`, by a source that is the same.
   */
  readonly own: boolean | undefined;
}

export const NOTHING_SAID: SaidOfHost = {
  direction: undefined,
  inInterface: undefined,
  outInterface: undefined,
  source: undefined,
  destination: undefined,
  own: undefined,
};

export function saidBy(request: PacketRequest | undefined): SaidOfHost {
  if (!request) return NOTHING_SAID;
  const { dir, iface, oface, src, dst, uid, gid } = request;
  // As `completePacket` takes it.
  const direction = dir ?? (iface !== undefined ? 'in' : uid !== undefined || gid !== undefined ? 'out' : undefined);
  return {
    direction,
    inInterface: direction === 'out' ? undefined : iface,
    outInterface: oface,
    source: src === undefined ? undefined : parseAddress(src),
    destination: dst === undefined ? undefined : parseAddress(dst),
    own: request.own ?? impliesOwn(direction, request),
  };
}

function impliesOwn(
  direction: 'in' | 'out' | undefined,
  { iface, oface, src, dst }: PacketRequest,
): boolean | undefined {
  if (oface === 'lo' || iface === 'lo') return true;
  if (direction === 'out') return src !== undefined && src === dst ? true : undefined;
  return oface === undefined ? undefined : false;
}
