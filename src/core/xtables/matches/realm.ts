import { lookupRoute } from '../../net/routing';
import { defineMatch } from '../extension';
import { option, type Given } from '../option';
import { invertedText, type Inverted } from '../values/inverted';
import type { MarkValue } from '../values/mark';
import { namedMask, printNamedMask } from '../values/namedMask';
import type { PacketView } from '../view';

const NAMES: ReadonlyMap<string, number> = new Map([['cosmos', 0]]);
const realmOption = option(
  '--realm',
  namedMask('value[/mask]|name', NAMES, '/etc/iproute2/rt_realms'),
  'The realm, ANDed with the mask, is the value.',
  { invertible: true, required: true },
);

/** `-m realm`: the realm of the route. Source: iptables-extensions(8) "realm", net/netfilter/xt_realm.c. */
export const realm = defineMatch<Inverted<MarkValue>>({
  kind: 'match',
  name: 'realm',
  families: [4],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  options: [realmOption],
  documentation: {
    summary: 'Compares the realm of the route that the packet takes (ip route … realm).',
    details:
      'The realm of the route to the destination is in the lower 16 bits, that of the route to the source in the upper ones; a route without one has 0.',
    source: 'iptables-extensions(8), realm; net/netfilter/xt_realm.c',
  },
  build(options) {
    const { value, inverted } = options.get(realmOption) as Given<MarkValue>;
    return { value, inverted };
  },
  print: (data) => invertedText('--realm', data, print),
  conditions: (data) => [
    {
      text: invertedText('--realm', data, print).trim(),
      test: (view) => ((realmOf(view) & data.value.mask) >>> 0 === data.value.value) !== data.inverted,
      actual: (view) => `realm 0x${realmOf(view).toString(16)}`,
    },
  ],
});

function print(value: MarkValue): string {
  return printNamedMask(value, NAMES);
}

/**
 * The realm of the route to the destination in the lower half; in the upper half the source realm of that route or
 * else, for what came in, the realm of the route back to the source. Source: net/ipv4/route.c set_class_tag,
 * fib_frontend.c fib_combine_itag; seen on Linux 6.18.
 */
function realmOf({ host, packet, routedAs = packet, inInterface }: PacketView): number {
  const { source, destination, mark, tos } = routedAs;
  if (host.routes.every((route) => route.realm === 0)) return 0;
  const { realm: own } = lookupRoute(host, {
    destination,
    source,
    mark,
    tos,
    ...(inInterface === '' ? {} : { inInterface }),
  });
  if (inInterface === '' || own >>> 16 !== 0) return own;
  const back = lookupRoute(host, { destination: source, source: destination, mark, tos }).realm;
  return (own | (back << 16)) >>> 0;
}
