import { formatAddress } from '../../core/net/address';
import { parseInterfaceAddress } from '../../core/net/hostFromTopology';
import type { Host, Interface, Listener } from '../../core/net/host';
import { namedProtocol } from '../../core/net/packetRequest';
import { protocolName } from '../../core/net/protocols';
import type { PacketField } from '../../shared/protocol';
import type { Section, SourceFile } from '../../core/syntax/sourceFile';

/** What the user has changed of the host, by field name, as typed. */
export type HostChanges = Readonly<Record<string, string>>;

/** What is wrong with a value is known where it was used. */
type HostField = Omit<PacketField, 'problem'>;

/** A host with very many addresses is described by its file, not by a form. */
const MOST_INTERFACES = 6;

/** The inputs for the host: what the trace relies on and the file may not state. */
export function hostFields({ sections }: SourceFile, host: Host, changes: HostChanges): readonly HostField[] {
  const field = (
    name: string,
    label: string,
    value: string,
    why: string,
    choices: readonly string[] = [],
  ): HostField => {
    const given = changes[name] !== undefined;
    return {
      name,
      label,
      group: 'host',
      value: given ? (changes[name] ?? '') : value,
      given,
      why: given ? '' : why,
      choices,
      closed: choices.length > 0,
    };
  };
  return [
    ...others(host)
      .slice(0, MOST_INTERFACES)
      .map((iface) =>
        field(
          addressField(iface.name),
          `Addresses of ${iface.name}`,
          addressesOf(iface),
          addressesWhy(iface, sections),
        ),
      ),
    field(
      'host.routes',
      'Routes',
      routesOf(sections, host),
      routeLines(sections).length > 0 ? 'as the file lists them' : 'assumed: what a host with one uplink has',
    ),
    field(
      'host.listeners',
      'Listening sockets',
      listenersOf(host),
      host.listenersKnown ? 'as the file lists them' : 'not known: the file has no output of ss or netstat -l',
    ),
    ...SETTINGS.map(({ name, label, sysctls: [sysctl], values, usual, why }) => {
      const stated = host.sysctls.get(sysctl);
      const value = stated === undefined ? usual : (values[stated] ?? String(stated));
      return field(name, label, value, stated === undefined ? why : 'as the file states it', values);
    }),
  ];
}

interface Setting {
  readonly name: string;
  readonly label: string;
  /** The sysctls that it sets, the one first that is shown. */
  readonly sysctls: readonly [string, ...string[]];
  /** By the number that the kernel has for them. */
  readonly values: readonly string[];
  /** What is assumed where the file does not state it, and why. */
  readonly usual: string;
  readonly why: string;
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'host.forwarding',
    label: 'Forwarding',
    sysctls: ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'],
    values: ['off', 'on'],
    usual: 'on',
    why: 'as on a router, a host of containers or a node',
  },
  {
    name: 'host.rp_filter',
    label: 'Reverse path filter',
    sysctls: ['net.ipv4.conf.all.rp_filter'],
    values: ['off', 'strict', 'loose'],
    usual: 'off',
    why: 'so that the rules alone decide',
  },
  {
    name: 'host.route_localnet',
    label: 'route_localnet',
    sysctls: ['net.ipv4.conf.all.route_localnet'],
    values: ['off', 'on'],
    usual: 'off',
    why: 'the default of Linux',
  },
];

/** The object that `hostFromSourceFile` takes, and what is wrong with the values, by field. */
export function hostOverrides(
  { sections }: SourceFile,
  host: Host,
  changes: HostChanges,
): { readonly overrides: unknown; readonly problems: ReadonlyMap<string, string> } {
  const problems = new Map<string, string>();
  const overrides: Record<string, unknown> = {};
  const sysctls: Record<string, number> = {};
  const addresses = Object.entries(changes).filter(([name]) => name.startsWith(ADDRESS));
  if (addresses.length > 0) {
    const wrong = addresses.flatMap(([name, text]) =>
      splitList(text)
        .filter((each) => !parseInterfaceAddress(each))
        .map((each) => [name, each] as const),
    );
    for (const [name, each] of wrong) problems.set(name, `"${each}" is not an address such as 10.244.1.5/24`);
    const changed = new Map(addresses.map(([name, text]) => [name.slice(ADDRESS.length), splitList(text)]));
    overrides['ifaces'] = others(host).map((iface) => ({
      name: iface.name,
      ...(iface.mac === undefined ? {} : { mac: iface.mac }),
      mtu: iface.mtu,
      addrs: changed.get(iface.name) ?? splitList(addressesOf(iface)),
    }));
    // Interfaces that are given take the file's routes with them; they still hold.
    if (routeLines(sections).length > 0) overrides['routes'] = routeLines(sections);
  }
  const { 'host.routes': routes, 'host.listeners': listeners } = changes;
  if (routes !== undefined)
    overrides['routes'] = routes
      .split(/[;\n]/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  if (listeners !== undefined) {
    const read = splitList(listeners).map(readListener);
    const bad = read.find((each) => typeof each === 'string');
    if (bad !== undefined) problems.set('host.listeners', bad);
    else overrides['listeners'] = read;
  }
  for (const { name, label, sysctls: names, values } of SETTINGS) {
    const wanted = changes[name];
    if (wanted === undefined) continue;
    const value = values.indexOf(wanted);
    if (value < 0) problems.set(name, `"${wanted}" is not a value of ${label}: ${values.join(', ')}`);
    else for (const sysctl of names) sysctls[sysctl] = value;
  }
  // What is given takes the place of all that the file states, and the rest of that still holds.
  if (Object.keys(sysctls).length > 0) overrides['sysctls'] = { ...Object.fromEntries(host.sysctls), ...sysctls };
  return { overrides: Object.keys(overrides).length === 0 ? undefined : overrides, problems };
}

/** The field that a problem of `hostFromSourceFile` is about, recognised by the words that it begins with. */
export function fieldOfProblem(message: string): string | undefined {
  if (/^(topology\.)?routes/.test(message)) return 'host.routes';
  if (message.startsWith('listeners')) return 'host.listeners';
  return undefined;
}

export function isHostField(name: string): boolean {
  return name.startsWith('host.');
}

export function addressField(iface: string): string {
  return `${ADDRESS}${iface}`;
}

const ADDRESS = 'host.address.';

function others({ interfaces }: Host): readonly Interface[] {
  return interfaces.filter(({ name }) => name !== 'lo');
}

function addressesOf({ addresses }: Interface): string {
  return addresses.map(({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`).join(', ');
}

/** An interface that the file lists may have addresses of one family there, and one that is assumed of the other. */
function addressesWhy({ name, addresses }: Interface, sections: readonly Section[]): string {
  const listed = sections.flatMap((section) => (section.kind === 'interfaces' ? section.interfaces : []));
  const stated = listed.filter((each) => each.name === name).flatMap((each) => each.addresses);
  const families = new Set(stated.map((text) => (text.includes(':') ? 6 : 4)));
  const assumed = addresses.filter(({ address }) => !families.has(address.family));
  if (listed.length === 0 || (assumed.length > 0 && families.size === 0))
    return 'assumed, as the file does not state them';
  const [first] = assumed;
  return first ? `as the file lists them; that of IPv${first.address.family} is assumed` : 'as the file lists them';
}

function routeLines(sections: readonly Section[]): readonly string[] {
  return sections.flatMap((section) =>
    section.kind === 'routes' ? section.routes.map(({ family, words }) => `${family === 6 ? '-6 ' : ''}${words}`) : [],
  );
}

/** What the file lists, else the default route that was assumed. */
function routesOf(sections: readonly Section[], host: Host): string {
  const lines = routeLines(sections);
  if (lines.length > 0) return lines.join('; ');
  return host.routes
    .filter(({ prefixLength, type }) => prefixLength === 0 && type === 'unicast')
    .map(
      ({ family, gateway, device }) =>
        `${family === 6 ? '-6 ' : ''}default${gateway ? ` via ${formatAddress(gateway)}` : ''}` +
        `${device === undefined ? '' : ` dev ${device}`}`,
    )
    .join('; ');
}

/** `0.0.0.0:15006 proxy, udp 127.0.0.1:15053 agent`; a program that listens several times is listed once. */
function listenersOf({ listeners }: Host): string {
  return [...new Set(listeners.map(listenerText))].join(', ');
}

function listenerText({ protocol, text, process }: Listener): string {
  const name = protocolName(protocol);
  return `${name === 'tcp' ? '' : `${name} `}${text}${process === undefined ? '' : ` ${process}`}`;
}

function readListener(text: string): Readonly<Record<string, unknown>> | string {
  const words = text.split(/\s+/);
  const protocol =
    /^[a-z]+$/.test(words[0] ?? '') && namedProtocol(words[0] ?? '') !== undefined ? words.shift() : 'tcp';
  const [place = '', process] = words;
  const found = /^(.*):(\d{1,5})$/.exec(place);
  const addr = (found?.[1] ?? '').replace(/^\[(.*)\]$/, '$1');
  const port = Number(found?.[2]);
  if (!found || port > 65535) return `"${text}" is not a socket such as 0.0.0.0:8080 java`;
  return { proto: protocol, addr: addr === '' ? '*' : addr, port, ...(process === undefined ? {} : { process }) };
}

function splitList(text: string): readonly string[] {
  return text
    .split(/[,;\n]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
