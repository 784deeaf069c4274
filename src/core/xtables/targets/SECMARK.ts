import { defineTarget } from '../extension';
import { option } from '../option';
import { text } from '../values/savedString';

const selctx = option('--selctx', text('context', 255), 'The SELinux context of the packet.', { required: true });

/** `-j SECMARK`: labels the packet for SELinux. Source: extensions/libxt_SECMARK.c, net/netfilter/xt_SECMARK.c. */
export const SECMARK = defineTarget<{ readonly context: string }>({
  kind: 'target',
  name: 'SECMARK',
  families: [4, 6],
  tables: ['mangle', 'security'],
  options: [selctx],
  terminates: 'never',
  documentation: {
    summary: 'Labels the packet with an SELinux context.',
    details: 'Loads only where SELinux is on and its policy knows the context.',
    source: 'iptables-extensions(8), SECMARK; net/netfilter/xt_SECMARK.c',
  },
  build: (options) => ({ context: options.get(selctx).value }),
  print: ({ context }) => ` --selctx ${context}`,
  describe: ({ context }) => `labels the packet ${context}`,
  apply: ({ context }) => ({ kind: 'continue', packet: { secmark: context } }),
});
