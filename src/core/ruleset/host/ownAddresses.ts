import {
  addToAddress,
  inBlock,
  isLimitedBroadcast,
  isLoopback,
  isMulticast,
  isPrivate,
  isUnspecified,
  parseBlock,
  prefixBlock,
  sameAddress,
  type Address,
} from '../../net/address';
import type { Route } from '../../net/host';
import { own } from '../../text/own';
import type { InterfaceUse, RulesUse } from './assumptions';
import type { AddressesOfFile } from './fileAddresses';
import type { InterfaceOfFile, RouteOfFile } from './fileFacts';
import type { SaidOfHost } from './said';
import { SIDECAR_SOURCE, USUAL_NETWORKS } from './usual';

/** An address of this host that no list of addresses has. */
export interface OwnAddress {
  readonly address: Address;
  /** The interface that has it; undefined where that is not stated. */
  readonly iface: string | undefined;
  readonly prefixLength?: number | undefined;
  /**
   * `said`: by the caller; `file`: by the 0-based `line`; `rules`: by the rule there; `asked`: it is the answer to a
   * question.
   */
  readonly by: 'said' | 'file' | 'rules' | 'asked';
  readonly line?: number | undefined;
  /** What printed it, where the file states it: `hostname -I`. */
  readonly source?: string;
}

/** Whether the destination of a packet that comes in is an address of this host. */
export interface DestinationPlace {
  readonly address: Address;
  readonly own: boolean;
  /** Nothing states it: `own` is the likelier. */
  readonly open: boolean;
  readonly line: number | undefined;
}

/** What is known of a host whose addresses the file does not list. */
export interface PlaceSources {
  readonly said: SaidOfHost;
  readonly rules: RulesUse;
  /** Interfaces that the file lists, of which there may be others. */
  readonly listed: ReadonlyMap<string, InterfaceOfFile>;
  /** Of the main table. */
  readonly routes: readonly RouteOfFile[];
  /** Those that the file states without an interface. */
  readonly addresses: AddressesOfFile;
  /** The answer to the question whether the destination is an own address. */
  readonly answered: boolean | undefined;
}

/** The place of the destination that was asked about; undefined where there is none that could be in doubt. */
export function destinationPlace({
  said,
  rules,
  listed: interfaces,
  routes,
  addresses,
  answered,
}: PlaceSources): DestinationPlace | undefined {
  const { destination: address, direction, inInterface } = said;
  if (address === undefined || isSpecial(address)) return undefined;
  const place = (isOwn: boolean, line?: number, open = false): DestinationPlace => ({
    address,
    own: open ? (answered ?? isOwn) : isOwn,
    open,
    line,
  });
  const listed = addresses.own.find((each) => sameAddress(each.address, address));
  if (listed) return place(true, listed.line);
  const other = addresses.elsewhere.find((each) => sameAddress(each.address, address));
  if (other) return place(false, other.line);
  if (addresses.complete) return place(false);
  const byInterfaces = placeByInterfaces(address, interfaces);
  if (byInterfaces) return place(byInterfaces.own, byInterfaces.line);
  if (said.own !== undefined) return place(said.own);
  const source = sourcesOfRules(rules).find((each) => sameAddress(each.address, address));
  if (source) return place(true, source.line);
  const byRules = rules.placeOf?.(address);
  if (byRules) return place(byRules.own, byRules.line);
  const routed = placeByRoutes(address, routes, inInterface);
  if (routed !== undefined) return place(routed.own, routed.line);
  const bridge = (rules.interfaces ?? [])
    .map(firstOfBridge)
    .find((each) => each !== undefined && inBlock(address, each.block));
  if (bridge) return place(sameAddress(bridge.address, address));
  // A sender does not send to itself unless the packet says so. A sidecar calls the application of its pod from an
  // address of lo, or from one of its own.
  if (direction === 'out')
    return place(
      rules.pod === true &&
        said.source !== undefined &&
        (isLoopback(said.source) || sameAddress(said.source, SIDECAR_SOURCE)),
    );
  if (rules.pod === true) return place(true);
  // A gateway forwards what private addresses send to public ones.
  const through = said.source !== undefined && isPrivate(said.source) && !isPrivate(address);
  const behind =
    through ||
    (rules.interfaces ?? []).some(
      (iface) => iface.name !== inInterface && iface.behind?.some((block) => inBlock(address, block)),
    );
  return place(!behind && rules.forwarded?.some((block) => inBlock(address, block)) !== true, undefined, true);
}

/** Addresses that mean the same on every host. */
function isSpecial(address: Address): boolean {
  return isLoopback(address) || isMulticast(address) || isUnspecified(address) || isLimitedBroadcast(address);
}

/**
 * The address and the network of a bridge that its name or a rule ties to one: the host has the first address.
 * undefined for other interfaces.
 */
export function firstOfBridge({ name, network = own(USUAL_NETWORKS, name) }: InterfaceUse) {
  const block = network === undefined ? undefined : parseBlock(network, network.includes(':') ? 6 : 4);
  return block && { block, address: addToAddress(block.address, 1) };
}

/** An address of a listed interface is one of this host, and others of the network of that one are not. */
function placeByInterfaces(
  address: Address,
  listed: ReadonlyMap<string, InterfaceOfFile>,
): { readonly own: boolean; readonly line: number } | undefined {
  let neighbour: InterfaceOfFile | undefined;
  for (const iface of listed.values())
    for (const each of iface.addresses) {
      if (sameAddress(each.address, address)) return { own: true, line: iface.line };
      if (inBlock(address, prefixBlock(each.address, each.prefixLength))) neighbour ??= iface;
    }
  return neighbour && { own: false, line: neighbour.line };
}

/**
 * A destination beyond a next hop, or in a network in which this host is known to have another address, is not its own.
 * Where routes may be missing, a next hop shows that only for the one address of its route, as an interface of this
 * host may lie within the others; and a default route shows it for public addresses, unless they are asked for at the
 * very interface that leads there: what nobody lists are mostly bridges and tunnels, and further addresses of the
 * uplink.
 */
function placeByRoutes(
  address: Address,
  routes: readonly RouteOfFile[],
  inInterface: string | undefined,
): { readonly own: boolean; readonly line: number } | undefined {
  const source = routes.find(
    ({ route }) => route.preferredSource !== undefined && sameAddress(route.preferredSource, address),
  );
  if (source) return { own: true, line: source.line };
  let best: RouteOfFile | undefined;
  for (const each of routes)
    if (inBlock(address, each.route.destination) && each.route.prefixLength >= (best?.route.prefixLength ?? 0))
      best = each;
  if (!best) return undefined;
  if (best.route.type === 'local') return { own: true, line: best.line };
  const { gateway, destination, prefixLength, type, device } = best.route;
  const isDefault = prefixLength === 0;
  const beyond = isDefault
    ? !best.added || (device !== inInterface && !isPrivate(address))
    : best.added
      ? type === 'unicast' && prefixLength === (destination.address.family === 4 ? 32 : 128)
      : gateway !== undefined && !inBlock(gateway, destination);
  const elsewhere = beyond || (!isDefault && hasSource(best.route, routes));
  return elsewhere ? { own: false, line: best.line } : undefined;
}

function hasSource({ device, destination }: Route, routes: readonly RouteOfFile[]): boolean {
  return routes.some(
    ({ route }) =>
      route.device === device && route.preferredSource !== undefined && inBlock(route.preferredSource, destination),
  );
}

/**
 * The addresses that no list of interfaces has, the surest first. `interfacesKnown`: there is such a list, and only the
 * file may add to it.
 */
export function ownAddresses(
  said: SaidOfHost,
  rules: RulesUse,
  destination: DestinationPlace | undefined,
  { own: listed, complete }: AddressesOfFile,
  interfacesKnown: boolean,
): readonly OwnAddress[] {
  const found: OwnAddress[] = listed.map(({ address, prefixLength, line, source }) => ({
    address,
    prefixLength,
    iface: undefined,
    by: 'file',
    line,
    source,
  }));
  if (interfacesKnown || complete) return found;
  const add = (address: OwnAddress): void => {
    if (!found.some((each) => sameAddress(each.address, address.address))) found.push(address);
  };
  for (const { address, iface, line } of sourcesOfRules(rules)) add({ address, iface, by: 'rules', line });
  const { source, outInterface, inInterface, direction } = said;
  if (direction === 'out' && source && !isSpecial(source))
    add({ address: source, iface: outInterface === 'lo' ? undefined : outInterface, by: 'said' });
  if (destination?.own) {
    const by =
      said.own !== undefined || (rules.pod === true && destination.line === undefined)
        ? 'said'
        : destination.line === undefined
          ? 'asked'
          : 'rules';
    add({
      address: destination.address,
      iface: inInterface === 'lo' ? undefined : inInterface,
      by,
      line: destination.line,
    });
  }
  return found;
}

/**
 * At most this many addresses are taken from SNAT rules: a gateway of a provider may have a rule for each of its
 * customers.
 */
const MOST_SOURCES = 256;

function sourcesOfRules({
  interfaces = [],
}: RulesUse): readonly { readonly address: Address; readonly iface: string; readonly line: number }[] {
  return interfaces
    .flatMap(({ name, sources = [] }) => sources.map(({ address, line }) => ({ address, iface: name, line })))
    .slice(0, MOST_SOURCES);
}
