import {
  addToAddress,
  formatAddress,
  inBlock,
  isLinkLocal,
  isMulticast,
  parseAddress,
  prefixBlock,
  prefixLengthOf,
  sameAddress,
  type Address,
  type AddressBlock,
} from '../../net/address';
import type { Interface, InterfaceAddress, Route } from '../../net/host';
import { loopbackInterface, parseInterfaceAddress } from '../../net/hostFromTopology';
import type { Assumptions, InterfaceUse } from './assumptions';
import type { InterfaceOfFile, RouteOfFile } from './fileFacts';
import { firstOfBridge, type OwnAddress } from './ownAddresses';
import type { SaidOfHost } from './said';
import { INNER_NAME, MADE_UP, MOST_MADE_UP, PORT_NAME, TUNNEL_NAME, USUAL_HOST_NUMBER } from './usual';

/** What the interfaces of a host are made of. */
export interface InterfaceSources {
  /** Those that the file lists. */
  readonly listed: ReadonlyMap<string, InterfaceOfFile>;
  /** Of which families it lists all addresses. */
  readonly listedFamilies: ReadonlySet<4 | 6>;
  readonly routes: readonly RouteOfFile[];
  /** Those that rules name. */
  readonly named: readonly InterfaceUse[];
  readonly said: SaidOfHost;
  /** Addresses that are known without a list. */
  readonly own: readonly OwnAddress[];
  /** Of which families addresses are needed. */
  readonly families: readonly (4 | 6)[];
  /** Whether the file or the rules name addresses there, so that none may be made up. */
  readonly speaksOf: (block: AddressBlock) => boolean;
}

interface OpenInterface {
  readonly mac: string | undefined;
  readonly mtu: number;
  readonly addresses: InterfaceAddress[];
}

/**
 * All interfaces of a host, `lo` first: as the file lists them, and what it omits as it usually is. `uplink`: the one
 * towards other networks.
 */
export function assumeInterfaces(
  sources: InterfaceSources,
  noted: Assumptions,
): { readonly interfaces: readonly Interface[]; readonly uplink: string } {
  const { listed, listedFamilies, routes, named, said } = sources;
  const found = new Map<string, OpenInterface>(
    [...listed].map(([name, iface]) => [name, { ...iface, addresses: [...iface.addresses] }]),
  );
  const loopback = loopbackInterface(found.get('lo')?.addresses);
  found.delete('lo');
  const exist = (name: string | undefined): void => {
    if (name !== undefined && name !== 'lo' && !found.has(name))
      found.set(name, { mac: undefined, mtu: 1500, addresses: [] });
  };
  for (const { route } of routes) exist(route.device);
  const uplink = listedUplink(found, sources) ?? assumeUplink(named, said, found.size > 0, noted);
  exist(uplink);
  const present = new Set(found.keys());
  for (const name of [said.inInterface, said.outInterface]) exist(name);
  for (const { name } of named) {
    if (
      name === 'lo' ||
      present.has(name) ||
      name === said.inInterface ||
      name === said.outInterface ||
      name === uplink
    )
      continue;
    exist(name);
    noted.assume({
      code: 'interface',
      what: `interface ${name}`,
      value: 'exists',
      message: `Rules name the interface ${name}: it is assumed to exist.`,
      use: { kind: 'interface', name },
    });
  }
  const uses = new Map(named.map((use) => [use.name, use]));
  const isOpen = (name: string, { addresses }: OpenInterface, family: 4 | 6): boolean => {
    // A list of addresses is complete for the interfaces that are in it.
    if (listedFamilies.has(family)) return !listed.has(name) && !present.has(name);
    // Of the other family it says which interfaces there are, and nothing of their addresses.
    if (listedFamilies.size > 0) return name === uplink || name === said.inInterface || name === said.outInterface;
    return addresses.length === 0;
  };
  const open = [...found].flatMap(([name, iface]) => {
    const families = sources.families.filter((family) => isOpen(name, iface, family));
    return families.length === 0 ? [] : [{ name, iface, families }];
  });
  for (const own of sources.own) place(own, found, uplink, sources, noted);
  open.forEach(({ name, iface, families }, i) => {
    for (const family of families)
      if (!iface.addresses.some(({ address }) => address.family === family))
        assumeAddress(
          name,
          iface.addresses,
          {
            ...sources,
            use: uses.get(name),
            family,
            number: i + 1,
            outer: name === uplink && !listedFamilies.has(family),
          },
          noted,
        );
  });
  return {
    interfaces: [
      loopback,
      ...[...found].map(([name, iface], i): Interface => ({
        name,
        index: i + 2,
        mac: iface.mac,
        mtu: iface.mtu,
        addresses: iface.addresses,
      })),
    ],
    uplink,
  };
}

/** A tunnel, or a bridge of containers: it leads to them, and not to other networks. */
function isInner(use: InterfaceUse): boolean {
  return TUNNEL_NAME.test(use.name) || INNER_NAME.test(use.name) || firstOfBridge(use) !== undefined;
}

/**
 * The first interface; where the file may list only some, that of a default route, or else the first that is no tunnel
 * and no bridge of containers.
 */
function listedUplink(
  found: ReadonlyMap<string, OpenInterface>,
  { listed, listedFamilies, routes, named }: InterfaceSources,
): string | undefined {
  const names = [...found.keys()];
  if (listed.size === 0 || listedFamilies.size > 0) return names[0];
  const uses = new Map(named.map((use) => [use.name, use]));
  return (
    routes.find(({ route }) => route.prefixLength === 0 && route.device !== undefined)?.route.device ??
    names.find((name) => !isInner(uses.get(name) ?? { name }))
  );
}

/**
 * The interface that leads out, where the file lists none: one that rules name, else the one that the packet leaves by,
 * or comes in by where that is no tunnel and no bridge of containers; else eth0.
 */
function assumeUplink(
  named: readonly InterfaceUse[],
  said: SaidOfHost,
  listsOthers: boolean,
  noted: Assumptions,
): string {
  const ofRules = uplinkOf(named);
  const leadsIn = (name: string | undefined): boolean =>
    name === undefined || isInner(named.find((use) => use.name === name) ?? { name });
  const ofPacket = [said.outInterface, leadsIn(said.inInterface) ? undefined : said.inInterface].find(
    (name) => name !== undefined && name !== 'lo',
  );
  const uplink = ofRules ?? ofPacket ?? 'eth0';
  const lists = listsOthers ? 'The file lists no interface that leads out' : 'The file lists no interfaces';
  if (ofRules !== undefined)
    noted.assume({
      code: 'interface',
      what: 'interface that leads out',
      value: uplink,
      message: `${lists}: ${uplink}, which rules name, is assumed to be the uplink.`,
      use: { kind: 'interface', name: uplink },
    });
  else if (ofPacket === undefined)
    noted.assume({
      code: 'interface',
      what: 'interface that leads out',
      value: uplink,
      message: `${lists}: eth0 is assumed in addition${listsOthers ? '' : ' to lo'}.`,
      use: { kind: 'interface', name: uplink },
    });
  return uplink;
}

/** Of the interfaces that rules name, one whose packets they give another source, else a port. */
function uplinkOf(interfaces: readonly InterfaceUse[]): string | undefined {
  const others = interfaces.filter(
    (iface) => iface.name !== 'lo' && firstOfBridge(iface) === undefined && !TUNNEL_NAME.test(iface.name),
  );
  const ports = others.filter(({ name }) => PORT_NAME.test(name));
  return (
    ports.find(({ translated }) => translated) ??
    others.find(({ translated, sources = [] }) => translated && sources.length === 0) ??
    ports[0]
  )?.name;
}

/**
 * Gives an address of this host to the interface that is said to have it, or that a route names with it, or whose
 * network it lies in; else to the one that leads out.
 */
function place(
  own: OwnAddress,
  found: ReadonlyMap<string, OpenInterface>,
  uplink: string,
  { named, routes }: InterfaceSources,
  noted: Assumptions,
): void {
  const { address, iface, prefixLength, by, line, source = '' } = own;
  if ([...found.values()].some(({ addresses }) => addresses.some((each) => sameAddress(each.address, address)))) return;
  const network = routes.find(({ route }) =>
    route.preferredSource
      ? sameAddress(route.preferredSource, address)
      : isSubnet(route) && inBlock(address, route.destination),
  )?.route;
  const neighbour = [...found].find(([, { addresses }]) =>
    addresses.some((each) => inBlock(address, prefixBlock(each.address, each.prefixLength))),
  )?.[0];
  const tied = named.find((use) =>
    [...(use.behind ?? []), firstOfBridge(use)?.block].some((block) => block !== undefined && inBlock(address, block)),
  )?.name;
  const device = [network?.device, iface, neighbour, tied].find((each) => each !== undefined && found.has(each));
  const length =
    prefixLength ??
    (network && inBlock(address, network.destination) ? network.prefixLength : address.family === 4 ? 32 : 128);
  found.get(device ?? uplink)?.addresses.push({ address, prefixLength: length });
  if (by !== 'file' || device !== undefined) return;
  const text = formatAddress(address);
  const message =
    `${text} is an address of this host (${source}); the file does not state on which interface: ${uplink} is ` +
    'assumed.';
  noted.assume({
    code: 'address',
    what: `interface of ${text}`,
    value: uplink,
    message,
    ...(line === undefined ? {} : { line }),
    use: { kind: 'address', address, madeUp: false },
  });
}

interface AddressSources extends InterfaceSources {
  readonly use: InterfaceUse | undefined;
  readonly family: 4 | 6;
  /** Counts the interfaces whose addresses are made up. */
  readonly number: number;
  /** It leads out of the host. */
  readonly outer: boolean;
}

/**
 * The address of an interface: where routes state one, that; else one within a network that they reach by this
 * interface; else one that is made up.
 */
function assumeAddress(name: string, addresses: InterfaceAddress[], sources: AddressSources, noted: Assumptions): void {
  const { routes, use, family } = sources;
  const add = (entry: InterfaceAddress, message: string, line?: number, stated?: Address): void => {
    addresses.push(entry);
    noted.assume({
      code: 'address',
      what: `address of ${name}`,
      value: `${formatAddress(entry.address)}/${entry.prefixLength}`,
      message,
      ...(line === undefined ? {} : { line }),
      use: { kind: 'address', address: entry.address, madeUp: stated === undefined },
    });
  };
  const ofFamily = routes.filter(({ route }) => route.device === name && route.family === family);
  const sending = ofFamily.find(({ route }) => route.preferredSource !== undefined);
  const network = ofFamily.find(({ route }) => isSubnet(route));
  const bridge = firstOfBridge(use ?? { name });
  const length = bridge?.block.address.family === family ? prefixLengthOf(bridge.block.mask) : undefined;
  if (sending?.route.preferredSource) {
    const address = sending.route.preferredSource;
    const subnet = ofFamily.find(({ route }) => isSubnet(route) && inBlock(address, route.destination));
    add(
      { address, prefixLength: subnet?.route.prefixLength ?? (family === 4 ? 32 : 128) },
      `The address of ${name} is taken from a route that has it as source: ${formatAddress(address)}.`,
      sending.line,
      address,
    );
  } else if (network) {
    const { destination, prefixLength } = network.route;
    const address = freeAddress(network.route, sources);
    add(
      { address, prefixLength },
      `The file does not state the address of ${name}: ${formatAddress(address)} is assumed, a free one in ` +
        `${formatAddress(destination.address)}/${prefixLength}, which is reached by ${name}.`,
      network.line,
    );
  } else if (bridge && length !== undefined && length <= (family === 4 ? 30 : 126)) {
    add(
      { address: bridge.address, prefixLength: length },
      `The file does not state the address of ${name}: ${formatAddress(bridge.address)}/${length} is assumed, ` +
        'the first of its network.',
    );
  } else {
    const entry = madeUp(sources);
    if (entry)
      add(
        entry,
        `The file does not state the IPv${family} address of ${name}: ` +
          `${formatAddress(entry.address)}/${entry.prefixLength} is assumed.`,
      );
  }
}

/** An address in a network that no host is known to have. */
function freeAddress({ destination, prefixLength }: Route, { routes, said, family }: AddressSources): Address {
  const taken = new Set(
    [
      ...routes.flatMap(({ route }) => [
        route.gateway,
        route.prefixLength >= 32 ? route.destination.address : undefined,
      ]),
      said.source,
      said.destination,
    ].map((each) => each && formatAddress(each)),
  );
  let address = addToAddress(
    destination.address,
    Math.min(USUAL_HOST_NUMBER, 2 ** Math.min(30, (family === 4 ? 32 : 128) - prefixLength) - 2),
  );
  while (taken.has(formatAddress(address))) address = addToAddress(address, 1);
  return address;
}

/** The first of the made-up addresses in whose network no host is known to be; undefined where all are in use. */
function madeUp({ family, number, outer, speaksOf, own, said }: AddressSources): InterfaceAddress | undefined {
  const { outer: first, inner } = MADE_UP[family];
  if (number > MOST_MADE_UP) return undefined;
  for (const [text, blockLength] of outer ? first : inner) {
    const entry = parseInterfaceAddress(text.replace('N', String(number)));
    if (!entry) continue;
    const block = prefixBlock(entry.address, blockLength);
    const asked = [said.source, said.destination].some(
      (address) => address !== undefined && sameAddress(address, entry.address),
    );
    if (!asked && !own.some(({ address }) => inBlock(address, block)) && !speaksOf(block)) return entry;
  }
  return undefined;
}

/**
 * A route to a network that hosts live in: no default route, no single address, no multicast. Clouds have one whose own
 * router is the next hop.
 */
function isSubnet({ type, destination, prefixLength, gateway }: Route): boolean {
  const most = destination.address.family === 4 ? 30 : 126;
  return (
    type === 'unicast' &&
    (gateway === undefined || inBlock(gateway, destination)) &&
    prefixLength >= 8 &&
    prefixLength <= most &&
    !isMulticast(destination.address) &&
    !isLinkLocal(destination.address) &&
    !sameAddress(destination.address, NOWHERE[destination.address.family])
  );
}

const NOWHERE: Readonly<Record<4 | 6, Address>> = {
  4: parseAddress('0.0.0.0') as Address,
  6: parseAddress('::') as Address,
};
