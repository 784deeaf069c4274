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
 * `-j SNPT`: replaces the prefix of the source address without state. Source: extensions/libip6t_SNPT.c,
 * net/ipv6/netfilter/ip6t_NPT.c.
 */
export const SNPT = defineTarget<PrefixTranslation>({
  kind: 'target',
  name: 'SNPT',
  families: [6],
  tables: ['mangle'],
  hooks: ['INPUT', 'POSTROUTING'],
  options: [OPTIONS.source, OPTIONS.destination],
  terminates: 'never',
  documentation: {
    summary: 'Replaces the prefix of the IPv6 source address, without connection tracking.',
    details:
      'Needs a DNPT rule for the other direction. If the two prefixes differ in length, the longer length ' +
      "counts. The packet's own prefix is not compared: match on it in the rule.",
    source: 'iptables-extensions(8), SNPT; net/ipv6/netfilter/ip6t_NPT.c',
  },
  build: (options) => buildPrefixTranslation(options, OPTIONS),
  checkentry: (_data, options) => checkPrefixes(options, OPTIONS),
  print: printPrefixTranslation,
  describe: (data) => `replaces the prefix of the source address with ${prefixText(data.destination)}`,
  changes: () => [{ field: 'source', kind: 'open' }],
  apply: (data, view) => applyPrefixTranslation(data, view, 'source'),
});
