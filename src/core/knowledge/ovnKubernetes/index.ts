import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';

export const ovnKubernetes: ProgramPack = {
  id: 'ovnKubernetes',
  name: 'OVN-Kubernetes',
  prefixes: ['OVN-KUBE-'],
  always: [
    'mangle OUTPUT -j OVN-KUBE-ITP',
    ...['ETP', 'EXTERNALIP', 'NODEPORT'].map((name) => `nat PREROUTING -j OVN-KUBE-${name}`),
    ...['ITP', 'EXTERNALIP', 'NODEPORT'].map((name) => `nat OUTPUT -j OVN-KUBE-${name}`),
    'nat POSTROUTING -o ovn-k8s-mp+ -j OVN-KUBE-SNAT-MGMTPORT',
  ],
  interfaces: (rule) => testsNone(rule, /^OVN-KUBE-(?!SNAT-)/),
  families: [
    {
      family: 'OVN-Kubernetes',
      verified: true,
      sources: ['ovn-org/ovn-kubernetes:go-controller/pkg/node/gateway_iptables.go'],
      chains: [
        { name: 'OVN-KUBE-NODEPORT', title: 'Node ports: DNAT to the Service' },
        { name: 'OVN-KUBE-EXTERNALIP', title: 'External addresses: DNAT to the Service' },
        { name: 'OVN-KUBE-ETP', title: 'externalTrafficPolicy: Local, to endpoints of this node' },
        { name: 'OVN-KUBE-ITP', title: 'internalTrafficPolicy: Local, to endpoints of this node' },
        { name: 'OVN-KUBE-SNAT-MGMTPORT', title: 'Source of traffic that enters OVN by the management port' },
      ],
    },
  ],
};
