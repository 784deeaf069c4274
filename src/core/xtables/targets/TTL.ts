import { applyChanges } from '../applyChanges';
import { defineTarget } from '../extension';
import { buildHopChange, hopsChange, describeHopChange, hopOptions, type HopChange } from '../values/hopChange';

const OPTIONS = hopOptions('ttl');

/** `-j TTL`: changes the time to live of the packet. Source: extensions/libipt_TTL.c, net/netfilter/xt_HL.c. */
export const TTL = defineTarget<HopChange>({
  kind: 'target',
  name: 'TTL',
  families: [4],
  tables: ['mangle'],
  options: [OPTIONS.set, OPTIONS.dec, OPTIONS.inc],
  terminates: 'never',
  documentation: {
    summary: 'Sets, lowers or raises the time to live of the packet.',
    details:
      'The value stays within 0 and 255. A packet to be forwarded that has 1 or 0 after PREROUTING goes no ' +
      'further; its sender gets "time exceeded".',
    source: 'iptables-extensions(8), TTL; net/netfilter/xt_HL.c',
  },
  build: (options) => buildHopChange(options, OPTIONS),
  print: ({ mode, value }) => ` --ttl-${mode} ${value}`,
  describe: (data) => describeHopChange('TTL', data),
  changes: (data) => [hopsChange(data)],
  apply: (data, view) => applyChanges([hopsChange(data)], view),
});
