import type { Packet } from '../net/packet';

/** What makes mangle OUTPUT route the packet again. Source: iptable_mangle.c ipt_mangle_out, ip6table_mangle.c. */
export function routingKeyChanged(a: Packet, b: Packet): boolean {
  if (a === b) return false;
  return (
    a.mark !== b.mark ||
    a.tos !== b.tos ||
    a.source !== b.source ||
    a.destination !== b.destination ||
    (a.family === 6 && a.ttl !== b.ttl)
  );
}

/** Whether nothing in two packets differs, addresses compared by value. */
export function samePacket(a: Packet, b: Packet): boolean {
  return (
    (Object.keys(a) as (keyof Packet)[]).every(
      (key) => a[key] === b[key] || key === 'source' || key === 'destination',
    ) &&
    a.source.words.join() === b.source.words.join() &&
    a.destination.words.join() === b.destination.words.join()
  );
}

/** What the kernel keeps of a packet beside its data. */
const BESIDE_DATA: ReadonlySet<string> = new Set(['mark', 'priority', 'sourceMac', 'destinationMac']);

/**
 * DSCP and TOS leave a packet alone that already has the value; the others make its data its own at once. Source:
 * net/netfilter/xt_DSCP.c.
 */
export function wasWritten(before: Packet, patch: Partial<Packet>): boolean {
  const keys = Object.keys(patch).filter((key) => !BESIDE_DATA.has(key));
  return keys.some((key) => key !== 'tos') || (keys.length > 0 && patch.tos !== before.tos);
}
