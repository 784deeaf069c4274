import { defineMatch } from '../extension';
import { option, problem } from '../option';
import { unsigned } from '../values/integer';
import { hopsCondition, hopsText, type HopsData } from '../values/hops';

const value = unsigned('value', 0, 255);
const equal = option('--ttl-eq', value, 'The TTL is this.', {
  aliases: ['--ttl'],
  invertible: true,
  excludes: ['--ttl-lt', '--ttl-gt'],
});
const less = option('--ttl-lt', value, 'The TTL is below this.', { excludes: ['--ttl-eq', '--ttl-gt'] });
const greater = option('--ttl-gt', value, 'The TTL is above this.', { excludes: ['--ttl-eq', '--ttl-lt'] });

/** `-m ttl`: the TTL. Source: iptables-extensions(8) "ttl", net/netfilter/xt_hl.c ttl_mt. */
export const ttl = defineMatch<HopsData>({
  kind: 'match',
  name: 'ttl',
  families: [4],
  options: [equal, less, greater],
  documentation: {
    summary: 'Compares the TTL of the packet.',
    source: 'iptables-extensions(8), ttl; net/netfilter/xt_hl.c ttl_mt',
  },
  build(options) {
    const given = options.get(equal) ?? options.get(less) ?? options.get(greater);
    if (given === undefined) return problem('ttl needs --ttl-eq, --ttl-lt or --ttl-gt');
    return {
      comparison: options.has(less) ? 'lt' : options.has(greater) ? 'gt' : 'eq',
      value: given.value,
      inverted: given.inverted,
    };
  },
  print: (data) => ` ${hopsText('ttl', data)}`,
  conditions: (data) => [hopsCondition('ttl', data)],
});
