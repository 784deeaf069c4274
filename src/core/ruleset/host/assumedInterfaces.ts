import { addToAddress, formatAddress, inBlock, isLinkLocal, isMulticast, parseAddress, parseBlock, prefixLengthOf, sameAddress, type Address } from '../../net/address';
import type { Interface, InterfaceAddress, Route } from '../../net/host';
import { loopbackInterface, parseInterfaceAddress } from '../../net/hostFromTopology';
import { own } from '../../text/own';
import type { Assumptions, RulesUse } from './assumptions';
import type { InterfaceOfFile, RouteOfFile } from './fileFacts';

/** What the interfaces of a host are made of. */
export interface InterfaceSources {
  /** Those that the file lists. */
  readonly listed: ReadonlyMap<string, InterfaceOfFile>;
  readonly routes: readonly RouteOfFile[];
  /** Those that rules name. */
  readonly named: NonNullable<RulesUse['interfaces']>;
  /** Of which families addresses are needed. */
  readonly families: readonly (4 | 6)[];
}

/** All interfaces of a host, `lo` first: as the file lists them, and what it leaves out as it most often is. */
export function assumeInterfaces({ listed, routes, named, families }: InterfaceSources, noted: Assumptions): readonly Interface[] {
  const found = new Map(listed);
  const loopback = loopbackInterface(found.get('lo')?.addresses);
  found.delete('lo');
  const addressesKnown = [...found.values()].some(({ addresses }) => addresses.length > 0);
  for (const { route: { device } } of routes) if (device !== undefined && device !== 'lo' && !found.has(device)) found.set(device, { mac: undefined, mtu: 1500, addresses: [] });
  if (found.size === 0) {
    const uplink = uplinkOf(named);
    found.set(uplink ?? 'eth0', { mac: undefined, mtu: 1500, addresses: [] });
    noted.assume('interface', uplink === undefined ? 'The file lists no interfaces: eth0 is assumed, beside lo.' : `The file lists no interfaces: ${uplink}, which rules name, is taken for the one that leads out.`);
  }
  const first = [...found.keys()][0];
  for (const [name, iface] of found) if (!addressesKnown) assumeAddresses(name, iface.addresses, name === first, { routes, families }, noted);
  for (const { name, network } of named) {
    if (name === 'lo' || found.has(name)) continue;
    found.set(name, { mac: undefined, mtu: 1500, addresses: namedInterface(name, network ?? own(USUAL_NETWORKS, name), noted) });
  }
  return [loopback, ...[...found].map(([name, iface], i): Interface => ({ name, index: i + 2, mac: iface.mac, mtu: iface.mtu, addresses: iface.addresses }))];
}

/** An interface that only rules speak of: the host has the first address of the network that is tied to it. */
function namedInterface(name: string, network: string | undefined, noted: Assumptions): InterfaceAddress[] {
  const block = network === undefined ? undefined : parseBlock(network, network.includes(':') ? 6 : 4);
  const length = block && prefixLengthOf(block.mask);
  if (block === undefined || length === undefined || length > (block.address.family === 4 ? 30 : 126)) {
    noted.assume('interface', `Rules name the interface ${name}: it is assumed to exist, without an address.`);
    return [];
  }
  const address = addToAddress(block.address, 1);
  noted.assume('interface', `Rules name the interface ${name}: it is assumed to exist, with the address ${formatAddress(address)}/${length}.`);
  return [{ address, prefixLength: length }];
}

/** The address of an interface: where routes tell one, that; else one within a network that they lead to by this interface. */
function assumeAddresses(name: string, addresses: InterfaceAddress[], first: boolean, { routes, families }: Pick<InterfaceSources, 'routes' | 'families'>, noted: Assumptions): void {
  const ofInterface = routes.filter(({ route }) => route.device === name);
  for (const family of families) {
    const ofFamily = ofInterface.filter(({ route }) => route.family === family);
    const told = ofFamily.find(({ route }) => route.preferredSource !== undefined);
    const network = ofFamily.find(({ route }) => isSubnet(route));
    if (told?.route.preferredSource) {
      const address = told.route.preferredSource;
      const subnet = ofFamily.find(({ route }) => isSubnet(route) && inBlock(address, route.destination));
      addresses.push({ address, prefixLength: subnet?.route.prefixLength ?? (family === 4 ? 32 : 128) });
      noted.assume('address', `The address of ${name} is taken from the route that sends from it: ${formatAddress(address)}.`, told.line);
    } else if (network) {
      const { destination, prefixLength } = network.route;
      const taken = routes.flatMap(({ route }) => [route.gateway, route.prefixLength >= 32 ? route.destination.address : undefined]);
      let address = addToAddress(destination.address, Math.min(USUAL_HOST_NUMBER, 2 ** Math.min(30, (family === 4 ? 32 : 128) - prefixLength) - 2));
      while (taken.some((other) => other !== undefined && sameAddress(other, address))) address = addToAddress(address, 1);
      addresses.push({ address, prefixLength });
      noted.assume('address', `The file does not tell the address of ${name}: ${formatAddress(address)} is assumed, a free one in ${formatAddress(destination.address)}/${prefixLength}, which is reached by ${name}.`, network.line);
    } else if (first) {
      const address = parseInterfaceAddress(USUAL_ADDRESS[family]) as InterfaceAddress;
      addresses.push(address);
      noted.assume('address', `The file does not tell the IPv${family} address of ${name}: ${USUAL_ADDRESS[family]} is assumed.`);
    }
  }
}

/** A pod's address and network as most clusters have them. */
const USUAL_ADDRESS = { 4: '10.244.1.5/24', 6: 'fd00:1::5/64' } as const;
/** The networks that come with the names of these interfaces unless someone configures others. */
const USUAL_NETWORKS: Readonly<Record<string, string>> = { docker0: '172.17.0.0/16', cni0: '10.244.0.0/24', virbr0: '192.168.122.0/24' };
/** Names that the kernel, systemd and routers give to ports that lead out of the host, and not to bridges, containers and tunnels. */
const PORT_NAME = /^(eth|en[a-z0-9]|wl|bond|venet|ppp|wan)/;
/** A host's number in its network, past the ones that routers and name servers like to have. */
const USUAL_HOST_NUMBER = 7;

/** Of the ports that rules name, the one whose packets they give another source, else the first. */
function uplinkOf(interfaces: NonNullable<RulesUse['interfaces']>): string | undefined {
  const ports = interfaces.filter(({ name, network }) => network === undefined && PORT_NAME.test(name));
  return (ports.find(({ translated }) => translated) ?? ports[0])?.name;
}

/** A route to a network that hosts live in: no default route, no single address, no multicast. */
function isSubnet({ type, destination, prefixLength }: Route): boolean {
  const most = destination.address.family === 4 ? 30 : 126;
  return type === 'unicast' && prefixLength >= 8 && prefixLength <= most && !isMulticast(destination.address) && !isLinkLocal(destination.address) && !sameAddress(destination.address, NOWHERE[destination.address.family]);
}

const NOWHERE: Readonly<Record<4 | 6, Address>> = { 4: parseAddress('0.0.0.0') as Address, 6: parseAddress('::') as Address };
