import {
  formatAddress,
  isLimitedBroadcast,
  isLinkGroup,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  type Address,
} from '../../net/address';
import type { Host, Route } from '../../net/host';
import { lookupRoute } from '../../net/routing';
import { defineMatch } from '../extension';
import { flag } from '../option';
import { missing, type Shown } from '../shown';
import type { PacketView } from '../view';

interface RpfilterData {
  readonly loose: boolean;
  readonly validMark: boolean;
  readonly acceptLocal: boolean;
  readonly invert: boolean;
}

const loose = flag('--loose', 'Any interface will do, as long as there is a route back.');
const validMark = flag('--validmark', "The packet's mark is used to look up the route back.");
const acceptLocal = flag('--accept-local', 'An address of this host as source is accepted as well.');
const invert = flag('--invert', 'Match the packets that fail the test.');

/**
 * `-m rpfilter`: would a reply leave where the packet came in? Source: iptables-extensions(8) "rpfilter",
 * net/ipv4/netfilter/ipt_rpfilter.c, net/ipv6/netfilter/ip6t_rpfilter.c.
 */
export const rpfilter = defineMatch<RpfilterData>({
  kind: 'match',
  name: 'rpfilter',
  families: [4, 6],
  tables: ['raw', 'mangle'],
  hooks: ['PREROUTING'],
  options: [loose, validMark, acceptLocal, invert],
  documentation: {
    summary: 'Matches if the route back to the source leaves by the interface of arrival.',
    details:
      'Packets on lo always pass, and so do the copies that a host receives of its own broadcasts and ' +
      'multicasts. Can be used in PREROUTING of raw and mangle.',
    source: 'iptables-extensions(8), rpfilter; net/ipv4/netfilter/ipt_rpfilter.c, net/ipv6/netfilter/ip6t_rpfilter.c',
  },
  build: (options) => ({
    loose: options.has(loose),
    validMark: options.has(validMark),
    acceptLocal: options.has(acceptLocal),
    invert: options.has(invert),
  }),
  print: (data) =>
    `${data.loose ? ' --loose' : ''}${data.validMark ? ' --validmark' : ''}` +
    `${data.acceptLocal ? ' --accept-local' : ''}${data.invert ? ' --invert' : ''}`,
  conditions: (data) => [
    {
      text: data.invert ? 'the route back fails the test (--invert)' : 'the route back passes the test',
      test: (view) => passes(data, view) !== data.invert,
      actual: (view) => describe(data, view),
    },
  ],
});

function describe(data: RpfilterData, view: PacketView): Shown {
  if (view.inInterface === 'lo') return 'came in on lo, which always passes';
  if (view.ownCopy) return 'a copy of what this host sends, which always passes';
  const route = routeBack(data, view);
  const source = formatAddress(view.packet.source);
  if (route === undefined) return missing(`no route back to ${source}`);
  return (
    `the route back to ${source} is ${route.type === 'unicast' ? '' : `${route.type} `}dev ` +
    `${route.device ?? 'none'}, it came in by ${view.inInterface}`
  );
}

function passes(data: RpfilterData, view: PacketView): boolean {
  const {
    packet: { source, destination, family },
    inInterface,
  } = view;
  if (inInterface === 'lo' || view.ownCopy) return true;
  if (family === 6 && isUnspecified(source)) return true;
  if (
    family === 4 &&
    (source.words[0] as number) >>> 24 === 0 &&
    (isLimitedBroadcast(destination) || isLinkGroup(destination))
  )
    return true;
  const route = routeBack(data, view);
  if (route === undefined) return false;
  if (route.type === 'local') return data.acceptLocal && (family === 6 || data.loose || route.device === inInterface);
  return (
    route.type === 'unicast' &&
    (data.loose || route.device === inInterface || (family === 6 && hasTwin(view.host, route, inInterface)))
  );
}

/** The route to the source; undefined where there is none or a policy rule refuses the packet. */
function routeBack({ validMark: useMark }: RpfilterData, { host, packet, inInterface }: PacketView): Route | undefined {
  const result = lookupRoute(host, {
    destination:
      packet.family === 4 && (isUnspecified(packet.source) || isLimitedBroadcast(packet.source))
        ? ZERO_NET
        : packet.source,
    tos: packet.family === 4 ? packet.tos : 0,
    mark: useMark ? packet.mark : 0,
    ...(packet.family === 6 ? { protocol: packet.extensionHeaders[0]?.protocol ?? packet.protocol } : {}),
    // With both ends given, a route to a multicast group would be that of a sender.
    ...(isSender(packet.destination) && !(packet.family === 4 && isMulticast(packet.source))
      ? { source: packet.destination }
      : {}),
    // A link-local address means nothing without its link.
    ...(packet.family === 6 && isLinkLocal(packet.source) ? { outInterface: inInterface } : {}),
  });
  return result.route;
}

/**
 * Only the default route matches 0.0.0.0 and 255.255.255.255, which as destinations would mean this host or everyone;
 * this address has the same routes.
 */
const ZERO_NET: Address = { family: 4, words: [1] };

/** IPv6 takes, of several routes to the same prefix, the one by the interface that is asked for. */
function hasTwin(host: Host, route: Route, device: string): boolean {
  return host.routes.some(
    (other) =>
      other.family === 6 &&
      other.table === route.table &&
      other.prefixLength === route.prefixLength &&
      other.device === device &&
      other.type === 'unicast' &&
      other.destination.address.words.every((word, i) => word === route.destination.address.words[i]),
  );
}

function isSender(address: Address): boolean {
  return (
    !isMulticast(address) &&
    !isLimitedBroadcast(address) &&
    !isUnspecified(address) &&
    !(address.family === 4 && (address.words[0] as number) >>> 24 === 0)
  );
}
