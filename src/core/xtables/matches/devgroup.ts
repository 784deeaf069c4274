import { masked } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { defineMatch, type Condition } from '../extension';
import { option, problem } from '../option';
import { invertedText, keep, type Inverted } from '../values/inverted';
import type { MarkValue } from '../values/mark';
import { namedMask, printNamedMask } from '../values/namedMask';

interface DevgroupData {
  readonly source: Inverted<MarkValue> | undefined;
  readonly destination: Inverted<MarkValue> | undefined;
}

const NAMES: ReadonlyMap<string, number> = new Map([['default', 0]]);

const group = namedMask('value[/mask]|name', NAMES, '/etc/iproute2/group');
const sourceGroup = option('--src-group', group, 'The group of the incoming interface.', { invertible: true });
const destinationGroup = option('--dst-group', group, 'The group of the outgoing interface.', { invertible: true });

/**
 * `-m devgroup`: the groups of the interfaces. Source: iptables-extensions(8) "devgroup", net/netfilter/xt_devgroup.c.
 */
export const devgroup = defineMatch<DevgroupData>({
  kind: 'match',
  name: 'devgroup',
  families: [4, 6],
  options: [sourceGroup, destinationGroup],
  documentation: {
    summary: 'Compares the group of the incoming or outgoing interface (ip link set … group).',
    details: 'Interfaces are assumed to be in group 0 (default), where they are unless they were moved.',
    source: 'iptables-extensions(8), devgroup; net/netfilter/xt_devgroup.c',
  },
  build(options) {
    if (options.count === 0) return problem('devgroup needs --src-group or --dst-group');
    return { source: keep(options.get(sourceGroup)), destination: keep(options.get(destinationGroup)) };
  },
  check({ source, destination }, { hooks }) {
    const late = hooks.filter((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING');
    const early = hooks.filter((hook) => hook === 'PREROUTING' || hook === 'INPUT');
    return [
      ...(source && late.length > 0
        ? [problem(`--src-group does not work in ${late.join(' and ')}, where there is no incoming interface`)]
        : []),
      ...(destination && early.length > 0
        ? [problem(`--dst-group does not work in ${early.join(' and ')}, where there is no outgoing interface`)]
        : []),
    ];
  },
  print: ({ source, destination }) =>
    invertedText('--src-group', source, print) + invertedText('--dst-group', destination, print),
  conditions: ({ source, destination }) => [
    ...(source ? [groupCondition('--src-group', source)] : []),
    ...(destination ? [groupCondition('--dst-group', destination)] : []),
  ],
});

function print(value: MarkValue): string {
  return printNamedMask(value, NAMES);
}

function groupCondition(option: '--src-group' | '--dst-group', { value, inverted }: Inverted<MarkValue>): Condition {
  const field = option === '--src-group' ? 'inGroup' : 'outGroup';
  return fieldCondition(
    // The bits of the value outside of the mask do not count. Source: net/netfilter/xt_devgroup.c devgroup_mt.
    { field, values: masked(value.mask, (value.value & value.mask) >>> 0), negated: inverted },
    {
      option,
      wanted: print(value),
      shown: (view) => `${field === 'inGroup' ? view.inInterface : view.outInterface} is in the group 0`,
      denial: () => undefined,
      premises: () => ['deviceGroup'],
    },
  );
}
