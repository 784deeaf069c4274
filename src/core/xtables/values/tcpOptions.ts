import type { Packet } from '../../net/packet';
import { supposedHeader } from './transport';

/**
 * The places of the options in a TCP option list, as the kernel steps through it: kinds 0 and 1 are one byte long,
 * others carry their length, and a length of 0 counts as 1. Source: net/netfilter/xt_tcpudp.c, xt_tcpmss.c.
 */
export function tcpOptionPlaces(bytes: Uint8Array): readonly number[] {
  const places: number[] = [];
  for (let i = 0; i < bytes.length;) {
    places.push(i);
    i += (bytes[i] as number) < 2 ? 1 : bytes[i + 1] || 1;
  }
  return places;
}

/** The maximum segment size that the options announce; undefined where they do not. */
export function announcedMss(bytes: Uint8Array): number | undefined {
  const at = tcpOptionPlaces(bytes).find(
    (place) => bytes[place] === 2 && bytes.length - place >= 4 && bytes[place + 1] === 4,
  );
  return at === undefined ? undefined : ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/**
 * The options of a TCP packet as xt_tcpmss reads them: of a later fragment as if it had a TCP header. undefined where
 * that does not hold together.
 */
export function tcpOptionBytes(packet: Packet): Uint8Array | undefined {
  if (packet.fragmentOffset === 0) return packet.tcpOptions;
  const bytes = supposedHeader(packet);
  const end = ((bytes[12] ?? 0) >> 4) * 4;
  return bytes.length < 20 || end < 20 || bytes.length < end ? undefined : bytes.subarray(20, end);
}
