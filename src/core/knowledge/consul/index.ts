import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';

export const consul: ProgramPack = {
  id: 'consul',
  name: 'Consul Connect',
  prefixes: ['CONSUL_'],
  always: [
    'nat CONSUL_PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    'nat PREROUTING -p tcp -j CONSUL_PROXY_INBOUND',
    ...['tcp', 'udp'].map((protocol) => `nat OUTPUT -p ${protocol} --dport 53 -j CONSUL_DNS_REDIRECT`),
    'nat OUTPUT -p tcp -j CONSUL_PROXY_OUTPUT',
  ],
  interfaces: (rule) => testsNone(rule, /^CONSUL_/),
  families: [
    {
      family: 'Consul Connect',
      verified: true,
      sources: ['hashicorp/consul:sdk/iptables'],
      common: ['The same design as Istio’s sidecar; the proxy’s user is excepted.'],
      chains: [
        { name: 'CONSUL_PROXY_INBOUND', title: 'Decides which arriving connections go to the proxy' },
        { name: 'CONSUL_PROXY_IN_REDIRECT', title: 'Sends TCP to the proxy’s inbound port' },
        { name: 'CONSUL_PROXY_OUTPUT', title: 'Decides which outbound connections go to the proxy' },
        { name: 'CONSUL_PROXY_REDIRECT', title: 'Sends TCP to the proxy’s outbound port, 15001' },
        { name: 'CONSUL_DNS_REDIRECT', title: 'Sends DNS to Consul', versions: 'since 1.11' },
      ],
    },
  ],
};
