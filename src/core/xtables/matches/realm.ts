import { masked } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { defineMatch } from '../extension';
import { option } from '../option';
import { invertedText, type Inverted } from '../values/inverted';
import type { MarkValue } from '../values/mark';
import { namedMask, printNamedMask } from '../values/namedMask';

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
    summary: 'Compares the realm of the route of the packet (ip route … realm).',
    details:
      'The realm of the route to the destination is in the lower 16 bits, that of the route to the source in ' +
      'the upper ones; a route without a realm has 0.',
    source: 'iptables-extensions(8), realm; net/netfilter/xt_realm.c',
  },
  build(options) {
    const { value, inverted } = options.get(realmOption);
    return { value, inverted };
  },
  print: (data) => invertedText('--realm', data, print),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'realm', values: masked(value.mask, value.value), negated: inverted },
      { option: '--realm', wanted: print(value) },
    ),
  ],
});

function print(value: MarkValue): string {
  return printNamedMask(value, NAMES);
}
