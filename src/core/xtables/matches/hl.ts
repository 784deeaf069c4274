import { defineMatch } from '../extension';
import { option, problem } from '../option';
import { unsigned } from '../values/integer';
import { hopsCondition, hopsText, type HopsData } from '../values/hops';

const value = unsigned('value', 0, 255);
const equal = option('--hl-eq', value, 'The hop limit is this.', {
  aliases: ['--hl'],
  invertible: true,
  excludes: ['--hl-lt', '--hl-gt'],
});
const less = option('--hl-lt', value, 'The hop limit is below this.', { excludes: ['--hl-eq', '--hl-gt'] });
const greater = option('--hl-gt', value, 'The hop limit is above this.', { excludes: ['--hl-eq', '--hl-lt'] });

/** `-m hl`: the hop limit. Source: iptables-extensions(8) "hl", net/netfilter/xt_hl.c hl_mt6. */
export const hl = defineMatch<HopsData>({
  kind: 'match',
  name: 'hl',
  families: [6],
  options: [equal, less, greater],
  documentation: {
    summary: 'Compares the hop limit of the packet.',
    source: 'iptables-extensions(8), hl; net/netfilter/xt_hl.c hl_mt6',
  },
  build(options) {
    const given = options.get(equal) ?? options.get(less) ?? options.get(greater);
    if (given === undefined) return problem('hl needs --hl-eq, --hl-lt or --hl-gt');
    return {
      comparison: options.has(less) ? 'lt' : options.has(greater) ? 'gt' : 'eq',
      value: given.value,
      inverted: given.inverted,
    };
  },
  print: (data) => ` ${hopsText('hl', data)}`,
  conditions: (data) => [hopsCondition('hl', data)],
});
