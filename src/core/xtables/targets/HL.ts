import { applyChanges } from '../applyChanges';
import { defineTarget } from '../extension';
import { buildHopChange, hopsChange, describeHopChange, hopOptions, type HopChange } from '../values/hopChange';

const OPTIONS = hopOptions('hl');

/** `-j HL`: changes the hop limit of the packet. Source: extensions/libip6t_HL.c, net/netfilter/xt_HL.c. */
export const HL = defineTarget<HopChange>({
  kind: 'target',
  name: 'HL',
  families: [6],
  tables: ['mangle'],
  options: [OPTIONS.set, OPTIONS.dec, OPTIONS.inc],
  terminates: 'never',
  documentation: {
    summary: 'Sets, lowers or raises the hop limit of the packet.',
    details:
      'The value stays within 0 and 255. A packet to be forwarded that has 1 or 0 after PREROUTING goes no ' +
      'further; its sender gets "time exceeded".',
    source: 'iptables-extensions(8), HL; net/netfilter/xt_HL.c',
  },
  build: (options) => buildHopChange(options, OPTIONS),
  print: ({ mode, value }) => ` --hl-${mode} ${value}`,
  describe: (data) => describeHopChange('hop limit', data),
  changes: (data) => [hopsChange(data)],
  apply: (data, view) => applyChanges([hopsChange(data)], view),
});
