import { addressBytes, formatAddress, sameAddress, type Address } from '../net/address';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import { addressType } from '../net/addressType';
import { lookupRoute } from '../net/routing';
import { sourceAddressFor } from '../net/sourceAddress';
import { routeInput, type InputRoute } from './inputRoute';
import type { Passage } from './passage';
import { packetTypeOf } from './standingView';

/** Types of IPv4 options, with the copied bit. Source: include/uapi/linux/ip.h. */
const OPTION = {
  END: 0,
  NOP: 1,
  RECORD_ROUTE: 7,
  TIMESTAMP: 68,
  LOOSE_ROUTE: 131,
  CIPSO: 134,
  STRICT_ROUTE: 137,
  ROUTER_ALERT: 148,
} as const;
/** Kinds of time stamps. */
const STAMP = { ONLY: 0, WITH_ADDRESS: 1, PRESPECIFIED: 3 } as const;

/**
 * What the host makes of IPv4 options, after the routing decision: malformed ones and, unless accept_source_route is
 * on, source routes are dropped, record route and time stamps filled in. Gives back where the packet goes. Source:
 * net/ipv4/ip_input.c ip_rcv_options, net/ipv4/ip_options.c __ip_options_compile, ip_options_rcv_srr.
 */
export function withOptions(passage: Passage, route: InputRoute, iface: string): InputRoute {
  const { packet } = passage.at;
  if (
    packet.family === 6 ||
    packet.ipOptions.length === 0 ||
    (route.kind === 'drop' && !BEHIND_OPTIONS.has(route.reason))
  )
    return route;
  const { host } = passage.context;
  const read = compile(packet, host);
  if (typeof read === 'string') return { kind: 'drop', reason: 'bad-options', detail: read };
  if (read.stamped)
    passage.note(
      'the time stamp that this host writes into the IP options comes from its clock, which is not known: it ' +
        'is assumed to be 0',
    );
  if (read.bytes !== packet.ipOptions) writeInto(passage, { ipOptions: read.bytes });
  return read.sourceRoute === undefined
    ? route
    : alongSourceRoute(passage, route, iface, read.sourceRoute, read.bytes[read.sourceRoute] === OPTION.STRICT_ROUTE);
}

/** The checksum of the header becomes right again only where the packet is handed on (ip_forward_options). */
function writeInto(passage: Passage, changes: Partial<Packet>): void {
  passage.change(changes);
  passage.move({ checksum: { ...passage.at.checksum, error: 1 } });
}

/**
 * After FORWARD the host writes the address that the packet leaves by where it has written another one as it came in,
 * and goes one step along a source route. In a time stamp it does the first only together with the second. Source:
 * net/ipv4/ip_options.c ip_forward_options.
 */
export function forwardOptions(passage: Passage): void {
  const { packet, sourceRouted } = passage.at;
  const arrived = passage.arrival.packet.ipOptions;
  if (packet.family === 6 || packet.ipOptions.length === 0) return;
  const { host } = passage.context;
  passage.move({ checksum: { ...passage.at.checksum, error: 0 } });
  const route = lookupRoute(host, {
    destination: packet.destination,
    source: packet.source,
    mark: packet.mark,
    tos: packet.tos,
    inInterface: passage.at.inInterface,
  });
  const address = sourceAddressFor(host, route, packet.destination);
  const bytes = Uint8Array.from(packet.ipOptions);
  for (
    let at = 0;
    address && at < bytes.length && bytes[at] !== OPTION.END;
    at += bytes[at] === OPTION.NOP ? 1 : (bytes[at + 1] as number)
  ) {
    const kind = bytes[at];
    const pointer = bytes[at + 2] as number;
    const filled = pointer !== arrived[at + 2];
    if (kind === OPTION.RECORD_ROUTE && filled) bytes.set(addressBytes(address), at + pointer - 5);
    if (!sourceRouted) continue;
    if (kind === OPTION.TIMESTAMP && filled && ((bytes[at + 3] as number) & 15) === STAMP.WITH_ADDRESS)
      bytes.set(addressBytes(address), at + pointer - 9);
    if (kind !== OPTION.LOOSE_ROUTE && kind !== OPTION.STRICT_ROUTE) continue;
    for (let next = pointer; next + 3 <= (bytes[at + 1] as number); next += 4) {
      if (!sameAddress(addressAt(bytes, at + next - 1), packet.destination)) continue;
      bytes.set(addressBytes(address), at + next - 1);
      bytes[at + 2] = next + 4;
      break;
    }
  }
  if (bytes.some((byte, i) => byte !== packet.ipOptions[i])) passage.change({ ipOptions: bytes });
}

/** These show only where the packet is passed on, after its options. */
const BEHIND_OPTIONS: ReadonlySet<string> = new Set([
  'no-route',
  'blackhole',
  'unreachable',
  'prohibited',
  'forwarding-off',
]);

interface Compiled {
  readonly bytes: Uint8Array;
  /** Where a source route stands. */
  readonly sourceRoute: number | undefined;
  /** A time stamp was filled in. */
  readonly stamped: boolean;
}

/** The options as they are after it, or what is wrong with them. */
function compile(packet: Packet, host: Host): Compiled | string {
  const bytes = Uint8Array.from(packet.ipOptions);
  const seen = new Set<string>();
  let sourceRoute: number | undefined;
  let stamped = false;
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at] as number;
    if (kind === OPTION.END) {
      bytes.fill(OPTION.END, at);
      break;
    }
    if (kind === OPTION.NOP) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length)
      return `option ${kind} has the length ${length}, which does not fit into the header`;
    const option = bytes.subarray(at, at + length);
    const name =
      kind === OPTION.LOOSE_ROUTE || kind === OPTION.STRICT_ROUTE
        ? 'source route'
        : kind === OPTION.RECORD_ROUTE
          ? 'record route'
          : kind === OPTION.TIMESTAMP
            ? 'time stamp'
            : kind === OPTION.ROUTER_ALERT
              ? 'router alert'
              : kind === OPTION.CIPSO
                ? 'CIPSO'
                : undefined;
    if (name === undefined) {
      // A raw socket may not send others, but they may come in.
      at += length;
      continue;
    }
    if (name !== 'router alert' && seen.has(name)) return `it has two ${name} options`;
    seen.add(name);
    const wrong =
      name === 'router alert'
        ? length < 4
          ? 'too short'
          : undefined
        : name === 'CIPSO'
          ? 'no domain of interpretation is configured on this host (NetLabel)'
          : name === 'source route'
            ? routeProblem(option)
            : name === 'record route'
              ? recordRoute(option, packet, host)
              : undefined;
    if (wrong !== undefined) return `the ${name} option is not accepted: ${wrong}`;
    if (name === 'source route') sourceRoute = at;
    if (name === 'time stamp') {
      const done = timeStamp(option, packet, host);
      if (typeof done === 'string') return `the ${name} option is malformed: ${done}`;
      stamped ||= done;
    }
    at += length;
  }
  return {
    bytes: bytes.some((byte, i) => byte !== packet.ipOptions[i]) ? bytes : packet.ipOptions,
    sourceRoute,
    stamped,
  };
}

const POINTER = 'its pointer does not fit';

function routeProblem(option: Uint8Array): string | undefined {
  return option.length < 3 ? 'too short' : (option[2] as number) < 4 ? POINTER : undefined;
}

function recordRoute(option: Uint8Array, packet: Packet, host: Host): string | undefined {
  const bad = routeProblem(option);
  if (bad !== undefined) return bad;
  const pointer = option[2] as number;
  if (pointer > option.length) return undefined;
  if (pointer + 3 > option.length) return POINTER;
  option.set(answeringAddress(packet, host), pointer - 1);
  option[2] = pointer + 4;
  return undefined;
}

/** Whether this host has stamped the packet. */
function timeStamp(option: Uint8Array, packet: Packet, host: Host): boolean | string {
  if (option.length < 4) return 'too short';
  const pointer = option[2] as number;
  const flags = (option[3] as number) & 15;
  if (pointer < 5) return POINTER;
  if (pointer > option.length) {
    if (flags === STAMP.PRESPECIFIED) return false;
    if ((option[3] as number) >>> 4 === 15) return 'too many hosts had no room in it';
    option[3] = (option[3] as number) + 16;
    return false;
  }
  if (pointer + 3 > option.length) return POINTER;
  const stamp = (at: number): true => {
    option.fill(0, at, at + 4);
    return true;
  };
  switch (flags) {
    case STAMP.ONLY:
      option[2] = pointer + 4;
      return stamp(pointer - 1);
    case STAMP.WITH_ADDRESS:
      if (pointer + 7 > option.length) return POINTER;
      option[2] = pointer + 8;
      option.set(answeringAddress(packet, host), pointer - 1);
      return stamp(pointer + 3);
    case STAMP.PRESPECIFIED:
      if (pointer + 7 > option.length) return POINTER;
      if (addressType(host, addressAt(option, pointer - 1)) === 'unicast') return false;
      option[2] = pointer + 8;
      return stamp(pointer + 3);
    default:
      // A raw socket may not send it, but it may come in.
      return false;
  }
}

/** The address that this host would reply from. Source: net/ipv4/fib_frontend.c fib_compute_spec_dst. */
function answeringAddress({ source, destination }: Packet, host: Host): Uint8Array {
  const own = lookupRoute(host, { destination }).type === 'local';
  const back = lookupRoute(host, { destination: source });
  return addressBytes(own ? destination : (sourceAddressFor(host, back, source) ?? destination));
}

function addressAt(bytes: Uint8Array, at: number): Address {
  return { family: 4, words: [new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)] };
}

function alongSourceRoute(passage: Passage, route: InputRoute, iface: string, at: number, strict: boolean): InputRoute {
  const { host } = passage.context;
  if (!acceptsSourceRoutes(host, iface))
    return {
      kind: 'drop',
      reason: 'source-route',
      detail: `the sender chose the route of the packet, and accept_source_route is off on ${iface}`,
    };
  if (route.kind === 'drop') return route;
  if (packetTypeOf(passage.at) !== 'unicast')
    return {
      kind: 'drop',
      reason: 'source-route',
      detail: 'a broadcast or multicast frame may not have a source route',
    };
  if (route.kind === 'forward')
    return strict
      ? { kind: 'drop', reason: 'bad-options', detail: 'its strict source route does not pass through this host' }
      : route;
  if (route.type !== 'local')
    return {
      kind: 'drop',
      reason: 'source-route',
      detail: 'a broadcast or multicast address may not have a source route',
    };
  const option = passage.at.packet.ipOptions.subarray(at);
  const length = option[1] as number;
  for (let pointer = option[2] as number; pointer <= length; pointer += 4) {
    if (pointer + 3 > length)
      return { kind: 'drop', reason: 'bad-options', detail: 'its source route ends within an address' };
    const next = addressAt(option, pointer - 1);
    const to = routeInput({ ...passage.at.packet, destination: next }, iface, host);
    if (to.kind === 'drop' || (to.kind === 'local' && to.type !== 'local'))
      return {
        kind: 'drop',
        reason: 'source-route',
        detail: `its source route leads to ${formatAddress(next)}, where no packet may go`,
      };
    if (!sameAddress(next, passage.at.packet.destination)) writeInto(passage, { destination: next });
    if (to.kind === 'forward') {
      passage.move({ sourceRouted: true });
      return to;
    }
  }
  return route;
}

/**
 * Both "all" and the interface have to say so; interfaces do unless configured otherwise. Source:
 * include/linux/inetdevice.h IN_DEV_SOURCE_ROUTE.
 */
function acceptsSourceRoutes(host: Host, iface: string): boolean {
  const all = host.sysctls.get('net.ipv4.conf.all.accept_source_route') ?? 0;
  const own =
    host.sysctls.get(`net.ipv4.conf.${iface}.accept_source_route`) ??
    host.sysctls.get('net.ipv4.conf.default.accept_source_route') ??
    0;
  return all !== 0 && own !== 0;
}
