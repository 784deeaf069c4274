import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';

export const flannel: ProgramPack = {
  id: 'flannel',
  name: 'flannel',
  nftTables: /^(?:ip flannel-ipv4|ip6 flannel-ipv6)$/,
  prefixes: ['FLANNEL-'],
  interfaces: (rule) => testsNone(rule, /^FLANNEL-/),
  always: ['nat POSTROUTING -j FLANNEL-POSTRTG # flanneld masq', 'filter FORWARD -j FLANNEL-FWD # flanneld forward'],
  families: [
    {
      family: 'flannel',
      verified: true,
      sources: ['flannel-io/flannel:pkg/trafficmngr/iptables/iptables.go'],
      chains: [
        {
          name: 'FLANNEL-POSTRTG',
          title: 'Masquerades pod traffic that leaves the cluster',
          details: ['Returns for what kube-proxy has marked 0x4000.'],
        },
        { name: 'FLANNEL-FWD', title: 'Accepts forwarding from and to pods' },
      ],
    },
  ],
};
