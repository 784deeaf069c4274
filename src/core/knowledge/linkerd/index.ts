import type { ProgramPack } from '../pack';
import { outBy, testsNone } from '../tested';

/** Comments of the rules for what the pod sends to itself. */
const LOOPBACK = /^proxy-init\/(?:ignore-loopback|redirect-non-loopback-local-traffic)/;

export const linkerd: ProgramPack = {
  id: 'linkerd',
  name: 'Linkerd',
  prefixes: ['PROXY_INIT_'],
  processes: ['linkerd2-proxy'],
  always: [
    'nat PREROUTING -j PROXY_INIT_REDIRECT # proxy-init/install-proxy-init-prerouting',
    'nat OUTPUT -j PROXY_INIT_OUTPUT # proxy-init/install-proxy-init-output',
  ],
  interfaces: (rule) => (LOOPBACK.test(rule.shape.comment ?? '') ? outBy('lo') : testsNone(rule, /^PROXY_INIT_/)),
  families: [
    {
      family: 'Linkerd',
      verified: true,
      sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
      common: ['Comments `proxy-init/…`. The proxy runs as user 2102; ports 4190 and 4191 are left alone.'],
      chains: [
        { name: 'PROXY_INIT_REDIRECT', title: 'Sends arriving TCP to Linkerd’s inbound port, 4143' },
        {
          name: 'PROXY_INIT_OUTPUT',
          title: 'Sends outbound TCP to Linkerd’s outbound port, 4140; the proxy’s own leaves',
        },
      ],
    },
  ],
  chainTables: [[/^PROXY_INIT_(?:REDIRECT|OUTPUT)$/, ['nat']]],
  ports: [
    { port: 4140, title: 'Linkerd’s outbound port', sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'] },
    { port: 4143, title: 'Linkerd’s inbound port', sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'] },
    {
      port: 4190,
      title: 'Linkerd’s tap and control port',
      sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
      onlyInItsChains: true,
    },
    {
      port: 4191,
      title: 'Linkerd’s metrics and probes',
      sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
      onlyInItsChains: true,
    },
  ],
  ids: {
    '2102': {
      title: 'user and group of Linkerd’s proxy',
      details: ['What it sends is not captured by PROXY_INIT_OUTPUT.'],
      sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
    },
  },
};
