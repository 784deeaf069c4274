import type { ProgramPack } from '../pack';

export const ovnKubernetes: ProgramPack = {
  id: 'ovnKubernetes',
  name: 'OVN-Kubernetes',
  prefixes: ['OVN-KUBE-'],
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
