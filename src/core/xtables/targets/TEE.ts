import { formatAddress, isUnspecified, type Address } from '../../net/address';
import { defineTarget } from '../extension';
import { option, problem } from '../option';
import { hostAddress } from '../values/hostAddress';
import { text } from '../values/savedString';

interface TeeData {
  readonly gateway: Address;
  readonly outInterface: string;
}

const gateway = option('--gateway', hostAddress, 'The neighbour that the copy is sent to.', { required: true });
const oif = option('--oif', text('interface', 15, 'interface'), 'The interface that the copy leaves by.');

/** `-j TEE`: sends a copy of the packet to a neighbour. Source: extensions/libxt_TEE.c, net/netfilter/xt_TEE.c. */
export const TEE = defineTarget<TeeData>({
  kind: 'target',
  name: 'TEE',
  families: [4, 6],
  options: [gateway, oif],
  terminates: 'never',
  documentation: {
    summary: 'Sends a copy of the packet to another machine on a local link and goes on.',
    details: 'The copy keeps its addresses; only the link layer sends it to the gateway.',
    source: 'iptables-extensions(8), TEE; net/netfilter/xt_TEE.c',
  },
  build(options) {
    const given = options.get(gateway);
    return { gateway: given.value, outInterface: options.get(oif)?.value ?? '' };
  },
  checkentry: (data, options) =>
    isUnspecified(data.gateway)
      ? problem(`${formatAddress(data.gateway)} is not a neighbour to send to`, options.get(gateway))
      : undefined,
  print: (data) =>
    ` --gateway ${formatAddress(data.gateway)}${data.outInterface === '' ? '' : ` --oif ${data.outInterface}`}`,
  describe: (data) => `sends a copy of the packet to ${formatAddress(data.gateway)}`,
  apply: (data) => ({ kind: 'continue', note: `a copy goes to ${formatAddress(data.gateway)}` }),
});
