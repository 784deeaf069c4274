import { andAddress, parseAddress, parseBlock, sameAddress } from '../../net/address';
import type { Host, InterfaceAddress, Interface, PolicyRule, Route } from '../../net/host';
import { listenerAt, parseInterfaceAddress } from '../../net/hostFromTopology';
import type { IpSet } from '../../net/ipSet';
import { nextPreference, parsePolicyRule, parseRoute, sortedRules } from '../../net/ipRoute';
import { kernelRoutes } from '../../net/kernelRoutes';
import { isProblem, namedProtocol } from '../../net/packetRequest';
import { compileSet } from '../../net/setEntries';
import { memberKey, readMember } from '../../net/setMembers';
import { parseSets } from '../../net/sets';

/** A host after a change; a text says why it cannot be made, in the words of the program where that is known. */
export type ChangedHost = Host | string;

/**
 * `sysctl -w`. The kernel sets forwarding of every interface along with the one for all. Source:
 * Documentation/networking/ip-sysctl.rst.
 */
export function withSysctl(host: Host, name: string, value: number): Host {
  const sysctls = new Map(host.sysctls);
  const all =
    name === 'net.ipv4.ip_forward'
      ? /^net\.ipv4\.conf\..*\.forwarding$/
      : name === 'net.ipv6.conf.all.forwarding'
        ? /^net\.ipv6\.conf\..*\.forwarding$/
        : undefined;
  if (all) for (const each of sysctls.keys()) if (all.test(each)) sysctls.set(each, value);
  return { ...host, sysctls: sysctls.set(name, value) };
}

/** `ip route add|append|replace|change|del WORDS`. */
export function withRoute(host: Host, verb: string, words: string, family: 4 | 6): ChangedHost {
  const { routes, interfaces } = host;
  if (verb === 'del' || verb === 'delete') {
    const plain = /\b(?:dev|via|nexthop)\b|^(?:blackhole|unreachable|prohibit|throw)\b/.test(words);
    const read = parseRoute(plain ? words : `${words} dev lo`, routes, 'ip route', family);
    if (isProblem(read)) return read.message;
    const gone = routes.find(
      (each) =>
        sameDestination(each, read) &&
        each.table === read.table &&
        (!plain || each.type === read.type) &&
        (!/\bdev\b/.test(words) || each.device === read.device) &&
        (!read.gateway || (each.gateway !== undefined && sameAddress(each.gateway, read.gateway))) &&
        (!/\b(?:metric|priority|preference)\b/.test(words) || each.metric === read.metric),
    );
    return gone ? { ...host, routes: routes.filter((each) => each !== gone) } : 'RTNETLINK answers: No such process';
  }
  const route = parseRoute(words, routes, 'ip route', family);
  if (isProblem(route)) return route.message;
  if (family === 4 && hasHostBits(words)) return 'Error: Invalid prefix for given prefix length.';
  if (route.device !== undefined && !interfaces.some(({ name }) => name === route.device))
    return `Cannot find device "${route.device}"`;
  const same = routes.find(
    (each) =>
      sameDestination(each, route) &&
      each.table === route.table &&
      each.metric === route.metric &&
      each.tos === route.tos,
  );
  if (verb === 'replace' || verb === 'change') {
    if (!same && verb === 'change') return 'RTNETLINK answers: No such file or directory';
    return { ...host, routes: [...routes.filter((each) => each !== same), route] };
  }
  const twin = routes.some((each) => JSON.stringify(each) === JSON.stringify(route));
  if (same && (verb !== 'append' || twin)) return 'RTNETLINK answers: File exists';
  return { ...host, routes: [...routes, route] };
}

/** IPv6 masks the prefix instead. */
function hasHostBits(words: string): boolean {
  const written = /^(?:(?!\d)\S+\s+)?(\d[\d.]*\/\d+)/.exec(words)?.[1];
  const block = written === undefined ? undefined : parseBlock(written, 4);
  const own = written === undefined ? undefined : parseAddress(written.slice(0, written.indexOf('/')));
  return block !== undefined && own !== undefined && !sameAddress(andAddress(own, block.mask), own);
}

function sameDestination(a: Route, b: Route): boolean {
  return (
    a.family === b.family &&
    a.prefixLength === b.prefixLength &&
    sameAddress(a.destination.address, b.destination.address)
  );
}

/** `ip rule add|del WORDS`. */
export function withPolicyRule(host: Host, verb: string, words: string, family: 4 | 6): ChangedHost {
  const { policyRules } = host;
  const rule = parsePolicyRule(words, () => nextPreference(policyRules, family), 'ip rule', family);
  if (isProblem(rule)) return rule.message;
  const numbered = /\b(?:pref|preference|priority|order)\b/.test(words);
  const plain = ({ preference, ...rest }: PolicyRule): string => JSON.stringify(numbered ? [preference, rest] : rest);
  const same = policyRules.find((each) => plain(each) === plain(rule));
  if (verb === 'add')
    return same && numbered
      ? 'RTNETLINK answers: File exists'
      : { ...host, policyRules: sortedRules([...policyRules, rule]) };
  return same
    ? { ...host, policyRules: policyRules.filter((each) => each !== same) }
    : 'RTNETLINK answers: No such file or directory';
}

/** `ip addr add|del ADDRESS/LENGTH dev NAME`; the kernel's own routes come and go with the address. */
export function withAddress(host: Host, verb: string, text: string, device: string): ChangedHost {
  const address = parseInterfaceAddress(text.includes('/') ? text : `${text}${text.includes(':') ? '/128' : '/32'}`);
  if (!address) return `"${text}" is not an address such as 10.1.2.3/24`;
  const iface = host.interfaces.find(({ name }) => name === device);
  if (!iface) return `Cannot find device "${device}"`;
  const known = iface.addresses.find((each) => isSame(each, address));
  const [ip, Address] = address.address.family === 4 ? ['ipv4', 'Address'] : ['ipv6', 'address'];
  if (verb === 'add' && known) return `Error: ${ip}: ${Address} already assigned.`;
  if (verb !== 'add' && !known) return `Error: ${ip}: ${Address} not found.`;
  const addresses = known ? iface.addresses.filter((each) => each !== known) : [...iface.addresses, address];
  const interfaces = host.interfaces.map((each): Interface => (each === iface ? { ...each, addresses } : each));
  const forwarding = host.sysctls.get('net.ipv6.conf.all.forwarding') !== 0;
  const keyed = (list: readonly Interface[]): ReadonlyMap<string, Route> =>
    new Map(kernelRoutes(list, forwarding).map((route) => [JSON.stringify(route), route]));
  const before = keyed(host.interfaces);
  const after = keyed(interfaces);
  return {
    ...host,
    interfaces,
    routes: [
      ...host.routes.filter((route) => !before.has(JSON.stringify(route)) || after.has(JSON.stringify(route))),
      ...[...after].flatMap(([key, route]) => (before.has(key) ? [] : [route])),
    ],
  };
}

function isSame(a: InterfaceAddress, b: InterfaceAddress): boolean {
  return sameAddress(a.address, b.address) && a.prefixLength === b.prefixLength;
}

/** A line of ipset(8): `add NAME ENTRY`, `del`, `flush`, `create`, `destroy`. */
export function withSetLine(host: Host, text: string): ChangedHost {
  const { sets } = host;
  const written = text.split(/\s+/);
  const words = written.filter((word) => word !== '-exist' && word !== '-!');
  const [verb = '', name = ''] = words;
  if (!sets) return `the file does not list the sets of this host: add the output of "ipset save" to it`;
  if ((verb === 'create' || verb === '-N') && sets.has(name)) return `set "${name}" exists already`;
  const known = sets.get(name);
  if (!known && name !== '' && verb !== 'create' && verb !== '-N') return `there is no set "${name}"`;
  const entry = words[2] ?? '';
  const key = known && keyOf(known, entry);
  const isAdded = verb === 'add' || verb === '-A';
  if (known && key !== undefined && isAdded && words.length === written.length) {
    if (compileSet(known).exact.has(key)) return "Element cannot be added to the set: it's already added";
  }
  const listed =
    known && key !== undefined && (isAdded || verb === 'del' || verb === '-D')
      ? known.entries.find((each) => keyOf(known, each.split(' ')[0] ?? '') === key)
      : undefined;
  // With -exist a member that is there is replaced.
  const lines = [
    ...(listed === undefined ? [] : [`del ${name} ${listed.split(' ')[0] ?? ''}`]),
    ...(listed === undefined || isAdded ? [text] : []),
  ];
  // A set may be a list of others, so that all are read together.
  const texts = [...sets.values()].sort((a, b) => Number(a.type === 'list:set') - Number(b.type === 'list:set'));
  const saved = texts.map(savedText).join('');
  const before = saved.split('\n').length;
  const { sets: after, problems } = parseSets(`${saved}${lines.join('\n')}\n`);
  const problem = problems.find((each) => each.line >= before);
  if (problem) return problem.message;
  return { ...host, sets: after };
}

/**
 * What tells a member from others, however it is written; undefined where it stands for several values, or for none.
 */
function keyOf(set: IpSet, entry: string): string | undefined {
  const members = set.type === 'list:set' ? '' : readMember(entry, set, compileSet(set));
  const [only] = typeof members === 'string' ? [] : members;
  return only && members.length === 1 ? memberKey(only.parts, set.type) : undefined;
}

function savedText({ name, type, options, entries }: IpSet): string {
  const added = entries.map((entry) => `add ${name} ${entry}\n`);
  return `${['create', name, type, ...options].join(' ')}\n${added.join('')}`;
}

/** A program listens at `0.0.0.0:8080`, `:8080`, `[::]:8080`, or no longer does. */
export function withListener(
  host: Host,
  verb: 'add' | 'del',
  protocolWord: string,
  place: string,
  process?: string,
): ChangedHost {
  const protocol = namedProtocol(protocolWord);
  const [, address = '', portText = ''] = /^(.*?):?(\d{1,5})$/.exec(place) ?? [];
  const port = Number(portText);
  if (protocol === undefined || portText === '' || port > 65535)
    return `"${place}" is not a place to listen at, such as 0.0.0.0:8080`;
  const plain = address.replace(/^\[(.*)\]$/, '$1');
  const listener = listenerAt(protocol, plain === '' ? '*' : plain, port);
  if (!listener) return `"${plain}" is not an address`;
  const { listeners } = host;
  const same = listeners.filter(
    (each) => each.protocol === protocol && each.port === port && (plain === '' || each.text === listener.text),
  );
  if (verb === 'del')
    return same.length > 0
      ? { ...host, listeners: listeners.filter((each) => !same.includes(each)) }
      : `no listed socket listens at ${place}`;
  return same.some(({ text }) => text === listener.text)
    ? `somebody listens at ${listener.text} already`
    : { ...host, listeners: [...listeners, { ...listener, process }] };
}
