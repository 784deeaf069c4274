import { defineTarget } from '../extension';
import {
  applyPrefixTranslation,
  buildPrefixTranslation,
  checkPrefixes,
  prefixOptions,
  prefixText,
  printPrefixTranslation,
  type PrefixTranslation,
} from '../values/prefixTranslation';

const OPTIONS = prefixOptions();

/**
 * `-j DNPT`: replaces the prefix of the destination address without state. Source: extensions/libip6t_DNPT.c,
 * net/ipv6/netfilter/ip6t_NPT.c.
 */
export const DNPT = defineTarget<PrefixTranslation>({
  kind: 'target',
  name: 'DNPT',
  families: [6],
  tables: ['mangle'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: [OPTIONS.source, OPTIONS.destination],
  terminates: 'never',
  documentation: {
    summary: 'Replaces the prefix of the IPv6 destination address, without connection tracking.',
    details:
      'Needs an SNPT rule for the other direction. If the two prefixes differ in length, the longer length ' +
      "counts. The packet's own prefix is not compared: match on it in the rule.",
    source: 'iptables-extensions(8), DNPT; net/ipv6/netfilter/ip6t_NPT.c',
  },
  build: (options) => buildPrefixTranslation(options, OPTIONS),
  checkentry: (_data, options) => checkPrefixes(options, OPTIONS),
  print: printPrefixTranslation,
  describe: (data) => `replaces the prefix of the destination address with ${prefixText(data.destination)}`,
  changes: () => [{ field: 'destination', kind: 'open' }],
  apply: (data, view) => applyPrefixTranslation(data, view, 'destination'),
});
