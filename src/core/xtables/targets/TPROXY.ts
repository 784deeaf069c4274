import { anyAddress, formatAddress, isUnspecified, type Address } from '../../net/address';
import { PROTOCOL } from '../../net/packet';
import { defineTarget } from '../extension';
import { option } from '../option';
import { hostAddress } from '../values/hostAddress';
import { markValue, type MarkValue } from '../values/mark';
import { servicePort } from '../values/servicePort';

interface TproxyData {
  readonly port: number;
  readonly address: Address;
  readonly mark: MarkValue;
}

const onPort = option('--on-port', servicePort, "Port of the local socket; 0 is the packet's own destination port.", {
  required: true,
});
const onIp = option(
  '--on-ip',
  hostAddress,
  'Address of the local socket; without it the address of the incoming interface.',
);
const tproxyMark = option('--tproxy-mark', markValue, "Sets these bits of the packet's mark.");
const NO_MARK: MarkValue = { value: 0, mask: 0 };

/**
 * `-j TPROXY`: hands a packet to a local socket without rewriting it. Source: extensions/libxt_TPROXY.c,
 * net/netfilter/xt_TPROXY.c.
 */
export const TPROXY = defineTarget<TproxyData>({
  kind: 'target',
  name: 'TPROXY',
  families: [4, 6],
  protocols: [PROTOCOL.TCP, PROTOCOL.UDP],
  tables: ['mangle'],
  hooks: ['PREROUTING'],
  needsDefrag: true,
  options: [onPort, onIp, tproxyMark],
  terminates: 'always',
  documentation: {
    summary: 'Hands the packet to a local socket and leaves its addresses as they are.',
    details:
      'Needs a policy rule that routes the marked packet to this host, and a socket with IP_TRANSPARENT. Ends ' +
      'the table like ACCEPT; if no socket is found, the packet is dropped.',
    source: 'iptables-extensions(8), TPROXY; net/netfilter/xt_TPROXY.c',
  },
  build: (options, { family }) => ({
    port: options.get(onPort).value,
    address: options.get(onIp)?.value ?? anyAddress(family),
    mark: options.get(tproxyMark)?.value ?? NO_MARK,
  }),
  print: ({ port, address, mark }) =>
    ` --on-port ${port} --on-ip ${formatAddress(address)} --tproxy-mark ` +
    `0x${mark.value.toString(16)}/0x${mark.mask.toString(16)}`,
  describe({ port, address, mark }) {
    const at = isUnspecified(address) ? '' : formatAddress(address);
    const where =
      port === 0
        ? `its own destination port${at === '' ? '' : ` at ${at}`}`
        : `${at === '' ? '' : `${at} `}port ${port}`;
    const marked = mark.value === 0 && mark.mask === 0 ? '' : ` and marks it 0x${mark.value.toString(16)}`;
    return `hands the packet unchanged to the local socket on ${where}${marked}`;
  },
  changes: ({ mark }) => [{ field: 'mark', kind: 'masked', clear: mark.mask, flip: mark.value }],
  apply: ({ port, address, mark }, { packet }) => ({
    kind: 'tproxy',
    address: isUnspecified(address) ? undefined : address,
    port: port === 0 ? packet.destinationPort : port,
    mark: mark.value,
    markMask: mark.mask,
  }),
});
