import { defineTarget } from '../extension';
import { flag, problem } from '../option';

const save = flag('--save', 'Copies the label of the packet to a connection that has none.', {
  excludes: ['--restore'],
});
const restore = flag('--restore', 'Copies the label of the connection to a packet that has none.', {
  excludes: ['--save'],
});

/**
 * `-j CONNSECMARK`: SELinux labels between packet and connection. Source: extensions/libxt_CONNSECMARK.c,
 * net/netfilter/xt_CONNSECMARK.c.
 */
export const CONNSECMARK = defineTarget<{ readonly mode: 'save' | 'restore' }>({
  kind: 'target',
  name: 'CONNSECMARK',
  families: [4, 6],
  tables: ['mangle', 'security'],
  options: [save, restore],
  terminates: 'never',
  needsConntrack: true,
  documentation: {
    summary: 'Copies the SELinux label between the packet and its connection.',
    details: 'An existing label is never overwritten.',
    source: 'iptables-extensions(8), CONNSECMARK; net/netfilter/xt_CONNSECMARK.c',
  },
  build(options) {
    if (options.count === 0) return problem('CONNSECMARK needs --save or --restore');
    return { mode: options.has(save) ? 'save' : 'restore' };
  },
  print: ({ mode }) => ` --${mode}`,
  describe: ({ mode }) =>
    mode === 'save'
      ? 'copies the security label of the packet to the connection'
      : 'copies the security label of the connection to the packet',
  apply({ mode }, { packet, conntrack }) {
    const entry = conntrack?.entry;
    if (mode === 'save' && entry && packet.secmark !== undefined && entry.secmark === undefined)
      return { kind: 'continue', conntrack: { secmark: packet.secmark } };
    if (mode === 'restore' && entry?.secmark !== undefined && packet.secmark === undefined)
      return { kind: 'continue', packet: { secmark: entry.secmark } };
    return { kind: 'continue' };
  },
});
