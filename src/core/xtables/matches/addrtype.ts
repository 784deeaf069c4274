import { formatAddress, parseAddress, parseBlock, type Address, type AddressBlock } from '../../net/address';
import { addressType, ipv6AddressTypes } from '../../net/addressType';
import type { Host } from '../../net/host';
import {
  EVERY_PACKET,
  inverseBounds,
  NO_PACKET,
  type Box,
  type PacketBounds,
  type PacketSet,
} from '../../net/fields/packetSet';
import { defineMatch, type Condition } from '../extension';
import { flag, invalid, option, problem, type BuildProblem, type InvalidValue, type ValueType } from '../option';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { noneOf } from '../values/denials';
import type { PacketView } from '../view';

/** In the kernel's order; the place is the bit. */
const NAMES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
] as const;
type TypeName = (typeof NAMES)[number];

interface AddrtypeData {
  readonly source: Inverted<readonly TypeName[]> | undefined;
  readonly destination: Inverted<readonly TypeName[]> | undefined;
  /** The interface that LOCAL and the like have to belong to. */
  readonly limit: 'in' | 'out' | undefined;
}

/** Types separated by commas, each the beginning of a name in any case. */
const typeList: ValueType<readonly TypeName[]> = {
  metavariable: 'type[,type]…',
  completions: NAMES,
  parse(text): readonly TypeName[] | InvalidValue {
    const given = new Set<TypeName>();
    for (const word of text.split(',')) {
      const name = word === '' ? undefined : NAMES.find((each) => each.startsWith(word.toUpperCase()));
      if (name === undefined) return invalid(`"${word}" is not an address type; the types are ${NAMES.join(', ')}`);
      given.add(name);
    }
    return NAMES.filter((name) => given.has(name));
  },
};

const sourceType = option('--src-type', typeList, 'The source address is of one of these types.', { invertible: true });
const destinationType = option('--dst-type', typeList, 'The destination address is of one of these types.', {
  invertible: true,
});
const limitIn = flag('--limit-iface-in', 'Only addresses of the incoming interface count.', {
  excludes: ['--limit-iface-out'],
});
const limitOut = flag('--limit-iface-out', 'Only addresses of the outgoing interface count.', {
  excludes: ['--limit-iface-in'],
});
/** What the kernel refuses for IPv6. */
const IPV4_ONLY: readonly TypeName[] = ['BROADCAST', 'BLACKHOLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE'];

/**
 * `-m addrtype`: what an address is to this host. Source: iptables-extensions(8) "addrtype",
 * net/netfilter/xt_addrtype.c.
 */
export const addrtype = defineMatch<AddrtypeData>({
  kind: 'match',
  name: 'addrtype',
  families: [4, 6],
  options: [sourceType, destinationType, limitIn, limitOut],
  documentation: {
    summary: 'Matches by the type of an address to this host: LOCAL, BROADCAST, MULTICAST …',
    details:
      'For IPv4 only the table "local" is looked up: an address that is neither local, broadcast, anycast nor ' +
      'multicast is UNICAST. For IPv6 every address but multicast and :: is UNICAST, LOCAL included, and of a ' +
      'list all of UNICAST, MULTICAST and UNSPEC that it names have to hold.',
    source: 'iptables-extensions(8), addrtype; net/netfilter/xt_addrtype.c, net/ipv4/fib_frontend.c',
  },
  build(options): AddrtypeData | BuildProblem {
    const source = options.get(sourceType);
    const destination = options.get(destinationType);
    if (source === undefined && destination === undefined) return problem('addrtype needs --src-type or --dst-type');
    return {
      source: keep(source),
      destination: keep(destination),
      limit: options.has(limitIn) ? 'in' : options.has(limitOut) ? 'out' : undefined,
    };
  },
  checkentry(_data, options, { family }) {
    for (const given of family === 6 ? [options.get(sourceType), options.get(destinationType)] : []) {
      const bad = given?.value.find((name) => IPV4_ONLY.includes(name));
      if (bad !== undefined) return problem(`the kernel does not know the address type ${bad} for IPv6`, given);
    }
    return undefined;
  },
  check({ limit }, { hooks }) {
    if (limit === undefined) return [];
    const wrong = hooks.filter((hook) =>
      limit === 'in' ? hook === 'OUTPUT' || hook === 'POSTROUTING' : hook === 'PREROUTING' || hook === 'INPUT',
    );
    return wrong.length === 0
      ? []
      : [
          problem(
            `--limit-iface-${limit} cannot be used in ${wrong.join(' and ')}, where there is no ` +
              `${limit === 'in' ? 'incoming' : 'outgoing'} interface`,
          ),
        ];
  },
  print: ({ source, destination, limit }) =>
    invertedText('--src-type', source, printTypes) +
    invertedText('--dst-type', destination, printTypes) +
    (limit === undefined ? '' : ` --limit-iface-${limit}`),
  conditions: ({ source, destination, limit }) => [
    ...(source ? [typeCondition('source', source, limit)] : []),
    ...(destination ? [typeCondition('destination', destination, limit)] : []),
  ],
});

function printTypes(names: readonly TypeName[]): string {
  return names.join(',');
}

function typeCondition(
  side: 'source' | 'destination',
  types: Inverted<readonly TypeName[]>,
  limit: AddrtypeData['limit'],
): Condition {
  const deviceOf = (view: PacketView): string | undefined =>
    limit === undefined ? undefined : limit === 'in' ? view.inInterface : view.outInterface;
  const actual = (view: PacketView): string =>
    `${side} ${formatAddress(view.packet[side])} is ` +
    `${typesOf(view.host, view.packet[side], deviceOf(view)).join(', ')}`;
  return {
    text: invertedText(side === 'source' ? '--src-type' : '--dst-type', types, printTypes).trim(),
    test: (view) => isOneOf(view.host, view.packet[side], types.value, deviceOf(view)) !== types.inverted,
    actual,
    denial: (view) =>
      types.inverted
        ? actual(view)
        : noneOf(actual(view), lacked(view.host, view.packet[side], types.value, deviceOf(view))),
    bounds(host) {
      const { over, under } = typeBounds(side, types.value, host);
      // An address of another interface than the named one is not of that type.
      const bounds: PacketBounds = { over, under: limit === undefined ? under : NO_PACKET };
      return types.inverted ? inverseBounds(bounds) : bounds;
    },
  };
}

const BROADCAST = parseAddress('255.255.255.255') as Address;
const IPV4_MULTICAST = parseBlock('224.0.0.0/4', 4) as AddressBlock;

/** The addresses that are sure to be of one of these types on any host, and the own ones of this host. IPv4 only. */
function typeBounds(side: 'source' | 'destination', names: readonly TypeName[], host: Host): PacketBounds {
  const among = (...addresses: readonly Address[]): Box => [
    { field: side, values: { kind: 'addresses', spans: addresses.map((each) => [each, each]) }, negated: false },
  ];
  const multicast: Box = [{ field: side, values: { kind: 'block', block: IPV4_MULTICAST }, negated: false }];
  const own = host.interfaces
    .flatMap(({ addresses }) => addresses.map(({ address }) => address))
    .filter(({ family }) => family === 4);
  const under = names.flatMap((name): PacketSet => {
    if (name === 'MULTICAST') return [multicast];
    if (name === 'BROADCAST') return [among(BROADCAST)];
    return name === 'LOCAL' && own.length > 0 ? [among(...own)] : [];
  });
  return { over: EVERY_PACKET, under };
}

const FORMS: readonly TypeName[] = ['MULTICAST', 'UNICAST', 'UNSPEC'];
const ROUTED: readonly TypeName[] = ['LOCAL', 'ANYCAST', 'UNREACHABLE'];

function isOneOf(host: Host, address: Address, names: readonly TypeName[], device: string | undefined): boolean {
  return lacked(host, address, names, device).length === 0;
}

/**
 * Those of the names of which an address would have to be one; none where it is one. IPv6 asks in two steps: the form
 * of the address has to match each of MULTICAST, UNICAST and UNSPEC that is named; then a route is looked up for the
 * others.
 */
function lacked(
  host: Host,
  address: Address,
  names: readonly TypeName[],
  device: string | undefined,
): readonly TypeName[] {
  const types = typesOf(host, address, device);
  const lacks = (among: readonly TypeName[]): readonly TypeName[] =>
    among.some((name) => types.includes(name)) ? [] : among;
  if (address.family === 4) return lacks(names);
  const form = names.filter((name) => FORMS.includes(name) && !types.includes(name));
  return form.length > 0 ? form : lacks(names.filter((name) => ROUTED.includes(name)));
}

function typesOf(host: Host, address: Address, device: string | undefined): readonly TypeName[] {
  if (address.family === 4) {
    const name = addressType(host, address, device).toUpperCase();
    return NAMES.filter((each) => each === name);
  }
  const types = ipv6AddressTypes(host, address, device);
  const names: readonly (readonly [boolean, TypeName])[] = [
    [types.unspecified, 'UNSPEC'],
    [types.unicast, 'UNICAST'],
    [types.local, 'LOCAL'],
    [types.anycast, 'ANYCAST'],
    [types.multicast, 'MULTICAST'],
    [types.unreachable, 'UNREACHABLE'],
  ];
  return names.flatMap(([holds, name]) => (holds ? [name] : []));
}
