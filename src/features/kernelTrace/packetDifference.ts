import { formatAddress } from '../../core/net/address';
import type { SteppedLine } from '../../core/net/kernelTrace/kernelPackets';
import type { TraceWriter } from '../../core/net/kernelTrace/traceLine';
import { packetsOfLine } from '../../core/net/packetLine/packetsOfLine';
import type { TraceEvent } from '../../core/netfilter/events';

/** What a packet has at a step: `dst 10.0.0.8`. */
export interface PacketDifference {
  readonly kernel: string;
  readonly here: string;
}

/**
 * Where the kernel shows another packet at a step than the path has: another address or port, or another interface. The
 * log shows the mark of the step as well, nftables that of the chain. undefined: the same, as far as both show it.
 */
export function packetDifference(
  { shown }: SteppedLine,
  writer: TraceWriter,
  event: TraceEvent | undefined,
): PacketDifference | undefined {
  if (!shown || event?.kind !== 'rule') return undefined;
  const request = packetsOfLine(shown.text)[0]?.request;
  if (!request || request.inner) return undefined;
  const { packet, outInterface, inInterface } = event.view;
  const asShown: Compared = { ...request, iface: request.dir === 'out' ? undefined : request.iface };
  const asHere: Compared = {
    src: formatAddress(packet.source),
    dst: formatAddress(packet.destination),
    ...(packet.fragmentOffset === 0 && { sport: packet.sourcePort, dport: packet.destinationPort }),
    ...(writer === 'TRACE' && { mark: packet.mark }),
    iface: inInterface === '' ? undefined : inInterface,
    oface: outInterface === '' ? undefined : outInterface,
  };
  for (const [field, name] of FIELDS) {
    const [kernel, here] = [asShown[field], asHere[field]];
    if (kernel === undefined || here === undefined || kernel === here) continue;
    return { kernel: `${name} ${words(field, kernel)}`, here: `${name} ${words(field, here)}` };
  }
  return undefined;
}

interface Compared {
  readonly src?: string | undefined;
  readonly dst?: string | undefined;
  readonly sport?: number | undefined;
  readonly dport?: number | undefined;
  readonly mark?: number | undefined;
  readonly iface?: string | undefined;
  readonly oface?: string | undefined;
}

const FIELDS: readonly (readonly [keyof Compared, string])[] = [
  ['src', 'source'],
  ['dst', 'destination'],
  ['sport', 'source port'],
  ['dport', 'destination port'],
  ['iface', 'in'],
  ['oface', 'out'],
  ['mark', 'mark'],
];

function words(field: keyof Compared, value: string | number): string {
  return field === 'mark' ? `0x${value.toString(16)}` : String(value);
}
