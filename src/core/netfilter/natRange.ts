import { parseAddress, type Address } from '../net/address';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import type { RouteResult } from '../net/routing';
import { masqueradeAddress, redirectAddressOf } from '../net/sourceAddress';
import type { Effect, NatRange } from '../xtables/extension';
import type { Hook } from '../xtables/view';

type NatEffect = Extract<Effect, { kind: 'nat' | 'redirect' | 'masquerade' }>;

/** Where a NAT target's hook and packet stand. */
export interface NatContext {
  readonly packet: Packet;
  readonly hook: Hook;
  readonly inInterface: string;
  readonly outInterface: string;
  readonly route: RouteResult | undefined;
  readonly host: Host;
}

/** The addresses and ports that a NAT target asks for; undefined where the interface has no address to use. */
export function rangeOf(effect: NatEffect, place: NatContext): NatRange | undefined {
  if (effect.kind === 'nat')
    return effect.range.netmap
      ? mapped(effect.range, effect.half === 'source' ? place.packet.source : place.packet.destination)
      : effect.range;
  const address = effect.kind === 'redirect' ? redirectAddress(place) : sourceAddress(place);
  return address && { addresses: [address, address], ports: effect.ports, random: effect.random, persistent: false };
}

/** Source: net/netfilter/nf_nat_redirect.c. */
function redirectAddress({ packet, hook, inInterface, host }: NatContext): Address | undefined {
  if (hook === 'OUTPUT') return parseAddress(packet.family === 4 ? '127.0.0.1' : '::1');
  const iface = host.interfaces.find(({ name }) => name === inInterface);
  return iface && redirectAddressOf(iface, packet.destination);
}

/** Source: net/netfilter/nf_nat_masquerade.c. */
function sourceAddress({ packet, outInterface, host, route }: NatContext): Address | undefined {
  return route && masqueradeAddress(host, outInterface, route, packet.destination);
}

/**
 * NETMAP keeps the host part of the address that the packet has now and swaps the network part. Source:
 * net/netfilter/xt_NETMAP.c.
 */
function mapped(range: NatRange, { family, words }: Address): NatRange {
  const { network, mask } = range.netmap as NonNullable<NatRange['netmap']>;
  const swap = (word: number, i: number): number =>
    ((word & ~(mask.words[i] as number)) | ((network.words[i] as number) & (mask.words[i] as number))) >>> 0;
  const address: Address = { family, words: words.map(swap) };
  return { addresses: [address, address], ports: range.ports, random: range.random, persistent: range.persistent };
}
