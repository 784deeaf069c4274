import { natChanges } from '../values/natChanges';
import { andAddress, formatAddress, prefixLengthOf } from '../../net/address';
import { defineTarget } from '../extension';
import { option } from '../option';
import { hostMask, type HostMask } from '../values/looseAddress';

const to = option('--to', hostMask, 'The network to map to; the bits outside its mask are kept.', { required: true });

/**
 * `-j NETMAP`: maps a whole network one to one onto another. Source: extensions/libipt_NETMAP.c, libip6t_NETMAP.c,
 * net/netfilter/xt_NETMAP.c.
 */
export const NETMAP = defineTarget<HostMask>({
  kind: 'target',
  name: 'NETMAP',
  families: [4, 6],
  tables: ['nat'],
  hooks: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  options: [to],
  terminates: 'always',
  needsConntrack: true,
  documentation: {
    summary: 'Replaces the network part of an address and keeps the rest.',
    details: 'In PREROUTING and OUTPUT the destination is mapped, in POSTROUTING and INPUT the source.',
    source: 'iptables-extensions(8), NETMAP; net/netfilter/xt_NETMAP.c',
  },
  build(options) {
    const { address, mask } = options.get(to).value;
    return { address: andAddress(address, mask), mask };
  },
  print: (data) => ` --to ${networkText(data)}`,
  describe: (data) => `maps the address into ${networkText(data)}, keeping the bits outside the mask`,
  // The hook decides which.
  changes: () => [...natChanges('source', undefined, undefined), ...natChanges('destination', undefined, undefined)],
  apply: ({ address, mask }, { hook }) => ({
    kind: 'nat',
    half: hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source',
    range: {
      addresses: undefined,
      ports: undefined,
      random: false,
      persistent: false,
      netmap: { network: address, mask },
    },
  }),
});

function networkText({ address, mask }: HostMask): string {
  return `${formatAddress(address)}/${prefixLengthOf(mask) ?? formatAddress(mask)}`;
}
