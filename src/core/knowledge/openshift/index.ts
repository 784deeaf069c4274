import type { ProgramPack } from '../pack';

export const openshift: ProgramPack = {
  id: 'openshift',
  name: 'OpenShift SDN',
  prefixes: ['OPENSHIFT-'],
  families: [
    {
      family: 'OpenShift SDN',
      verified: true,
      sources: ['openshift/sdn:pkg/network/node/iptables.go'],
      chains: [
        {
          name: /^OPENSHIFT-MASQUERADE/,
          shown: 'OPENSHIFT-MASQUERADE',
          title: 'Masquerades pod traffic that leaves the cluster',
        },
        { name: 'OPENSHIFT-FIREWALL-ALLOW', title: 'Lets the overlay’s traffic into the node' },
        { name: 'OPENSHIFT-FIREWALL-FORWARD', title: 'Forwarding from and to pods' },
        { name: 'OPENSHIFT-ADMIN-OUTPUT-RULES', title: 'For rules of the administrator on what pods send' },
        { name: 'OPENSHIFT-BLOCK-OUTPUT', title: 'Keeps processes away from addresses reserved for the cluster' },
        { name: /^OPENSHIFT-/, shown: 'OPENSHIFT-…', title: 'A chain of OpenShift’s network' },
        { name: 'OS_FIREWALL_ALLOW', title: 'Ports the old OpenShift installer opened' },
      ],
    },
  ],
  idRanges: [
    {
      first: 1_000_000_000,
      last: 1_999_999_999,
      title: 'an id from the range OpenShift gives to a project',
      details: [],
      sources: ['istio/istio:cni/pkg/plugin/sidecar_redirect.go'],
      stated: 'always',
    },
  ],
};
