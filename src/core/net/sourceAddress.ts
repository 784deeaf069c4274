import {
  addressBytes,
  inBlock,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  multicastScope,
  parseBlock,
  prefixBlock,
  sameAddress,
  type Address,
  type AddressBlock,
} from './address';
import type { Host, Interface, InterfaceAddress } from './host';
import { secondaryAddresses } from './kernelRoutes';
import type { RouteResult } from './routing';

/**
 * The source address that the kernel gives a packet without one: that of the route (`src`), else one of the outgoing
 * interface: for IPv4 the first primary address, in the gateway's subnet where there is such, for IPv6 by RFC 6724;
 * else one of another interface. A packet to this host itself has its destination as source. undefined where the host
 * has none. Source: net/ipv4/devinet.c inet_select_addr, net/ipv6/addrconf.c ipv6_dev_get_saddr.
 */
export function sourceAddressFor(host: Host, result: RouteResult, destination: Address): Address | undefined {
  if (result.preferredSource) return result.preferredSource;
  const device = result.route?.device ?? result.device;
  if (destination.family === 6) return selectIpv6(host, device, destination);
  if (result.type === 'local') return result.route ? destination : LOOPBACK;
  // A route with a gateway needs an address of universal scope, one without accepts link scope; both exclude 127/8.
  return selectIpv4(host, device, result.route?.gateway ?? result.gateway);
}

/**
 * The address that MASQUERADE writes into a packet that leaves by `device`: an address of it in the subnet of the next
 * hop, else its first, else one of another interface. undefined: none, and the packet is dropped. Source:
 * net/netfilter/nf_nat_masquerade.c.
 */
export function masqueradeAddress(
  host: Host,
  device: string,
  route: RouteResult,
  destination: Address,
): Address | undefined {
  return destination.family === 6
    ? selectIpv6(host, device, destination)
    : selectIpv4(host, device, route.gateway ?? destination);
}

/**
 * The address that REDIRECT sends a packet to which came in by `iface`: for IPv4 the first primary one, for IPv6 the
 * one that was added last, of the kind that the destination is where that is not a global address. undefined: none, and
 * the packet is dropped. Source: net/netfilter/nf_nat_redirect.c nf_nat_redirect_ipv6_usable.
 */
export function redirectAddressOf(iface: Interface, destination: Address): Address | undefined {
  if (destination.family === 4) return primaryAddress(iface, 4);
  const kind = narrowKind(destination);
  const addresses = iface.addresses
    .map(({ address }) => address)
    .filter((address) => address.family === 6 && (kind === undefined || narrowKind(address) === kind));
  return kernelOrder(addresses)[0];
}

/** The first primary address of an interface, of IPv6 the one that was added last. */
export function primaryAddress(iface: Interface, family: 4 | 6): Address | undefined {
  const addresses = iface.addresses.map(({ address }) => address).filter((address) => address.family === family);
  return family === 4 ? addresses[0] : kernelOrder(addresses)[0];
}

const SITE_LOCAL = parseBlock('fec0::/10', 6) as AddressBlock;
const COMPATIBLE = parseBlock('::/96', 6) as AddressBlock;
/** Multicast scopes that Linux counts among the kinds of addresses. */
const SCOPE_KINDS: Readonly<Record<number, AddressScope>> = { 1: 'loopback', 2: 'link', 5: 'site' };
type AddressScope = 'loopback' | 'link' | 'site' | 'compatible';

/**
 * The kind of an IPv6 address of less than global scope, and of one that stands for an IPv4 address (`::10.0.0.1`).
 * Source: net/ipv6/addrconf_core.c __ipv6_addr_type.
 */
function narrowKind(address: Address): AddressScope | undefined {
  if (isMulticast(address)) return SCOPE_KINDS[multicastScope(address)];
  if (isLinkLocal(address)) return 'link';
  if (inBlock(address, SITE_LOCAL)) return 'site';
  if (isLoopback(address)) return 'loopback';
  return inBlock(address, COMPATIBLE) && !isUnspecified(address) ? 'compatible' : undefined;
}

const LOOPBACK: Address = { family: 4, words: [0x7f000001] };

/** Host scope (127/8) is never chosen for another destination. A secondary address is not among them. */
function selectIpv4(host: Host, device: string | undefined, nextHop: Address | undefined): Address | undefined {
  const primaries = (iface: Interface): InterfaceAddress[] => {
    const secondary = secondaryAddresses(iface);
    return iface.addresses.filter((own) => own.address.family === 4 && !isLoopback(own.address) && !secondary.has(own));
  };
  const iface = host.interfaces.find(({ name }) => name === device);
  const own = iface ? primaries(iface) : [];
  const inSubnet = ({ address, prefixLength }: InterfaceAddress): boolean =>
    nextHop !== undefined && inBlock(nextHop, prefixBlock(address, prefixLength));
  return (own.find(inSubnet) ?? own[0] ?? host.interfaces.flatMap(primaries)[0])?.address;
}

/** The kernel keeps IPv6 addresses with the newest first, but wider scopes before narrower ones. */
function kernelOrder(addresses: readonly Address[]): Address[] {
  return [...addresses].reverse().sort((a, b) => scopeOf(b) - scopeOf(a));
}

function selectIpv6(host: Host, device: string | undefined, destination: Address): Address | undefined {
  // `::` has no scope at all, so that the narrowest address of the device wins (net/ipv6/addrconf.c
  // ipv6_get_saddr_eval).
  const scope = isUnspecified(destination) ? -1 : scopeOf(destination);
  const onlyDevice = isMulticast(destination) || scope <= 2;
  let best: { readonly address: Address; readonly score: readonly number[] } | undefined;
  for (const iface of host.interfaces) {
    if (onlyDevice && iface.name !== device) continue;
    const own = iface.addresses.filter(({ address }) => address.family === 6);
    for (const address of kernelOrder(own.map((entry) => entry.address))) {
      const prefixLength = own.find((entry) => entry.address === address)?.prefixLength ?? 128;
      const candidateScope = scopeOf(address);
      const score = [
        sameAddress(address, destination) ? 1 : 0,
        candidateScope >= scope ? -candidateScope : candidateScope - 128,
        iface.name === device ? 1 : 0,
        labelOf(address) === labelOf(destination) ? 1 : 0,
        Math.min(commonBits(address, destination), prefixLength),
      ];
      if (best === undefined || isHigher(score, best.score)) best = { address, score };
    }
  }
  return best?.address;
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i >= 0 && (a[i] as number) > (b[i] as number);
}

/** Scope as RFC 4007 numbers it; ::1 counts as link-local (RFC 6724, 3.1). */
function scopeOf(address: Address): number {
  if (isMulticast(address)) return multicastScope(address);
  if (isLinkLocal(address) || isLoopback(address)) return 2;
  return (address.words[0] as number) >>> 22 === 0x3fb ? 5 : 14;
}

/** The kernel's default policy table (net/ipv6/addrlabel.c), longest prefix first. */
const LABELS: readonly (readonly [AddressBlock, number])[] = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['2002::/16', 2],
    ['3ffe::/16', 12],
    ['fec0::/10', 11],
    ['fc00::/7', 5],
    ['::/0', 1],
  ] as const
).map(([text, label]) => [parseBlock(text, 6) as AddressBlock, label]);

function labelOf(address: Address): number | undefined {
  return LABELS.find(([block]) => inBlock(address, block))?.[1];
}

function commonBits(a: Address, b: Address): number {
  const [x, y] = [addressBytes(a), addressBytes(b)];
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] as number) ^ (y[i] as number);
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return x.length * 8;
}
