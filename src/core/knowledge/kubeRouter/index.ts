import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';

export const kubeRouter: ProgramPack = {
  id: 'kubeRouter',
  name: 'kube-router',
  prefixes: ['KUBE-ROUTER-', 'KUBE-POD-FW-', 'KUBE-NWPLCY-'],
  always: ['INPUT', 'FORWARD', 'OUTPUT'].map(
    (chain) => `filter ${chain} -j KUBE-ROUTER-${chain} # kube-router netpol -`,
  ),
  interfaces: (rule) => testsNone(rule, /^KUBE-(?:ROUTER|POD-FW|NWPLCY)-/),
  ipvsInterface: 'kube-dummy-if',
  families: [
    {
      family: 'kube-router',
      verified: true,
      sources: ['cloudnativelabs/kube-router:pkg/controllers/netpol'],
      common: ['Marks 0x10000 and 0x20000; sets KUBE-SRC-… and KUBE-DST-….'],
      chains: [
        {
          name: /^KUBE-ROUTER-(INPUT|FORWARD|OUTPUT)$/,
          shown: 'KUBE-ROUTER-INPUT …',
          title: 'Network policy: finds the firewall of the pod',
        },
        { name: 'KUBE-ROUTER-SERVICES', title: 'Services of kube-router' },
        { name: 'KUBE-ROUTER-HAIRPIN', title: 'Pods that reach themselves through a Service' },
        { name: /^KUBE-POD-FW-/, shown: 'KUBE-POD-FW-…', title: 'The firewall of one pod' },
        { name: /^KUBE-NWPLCY-/, shown: 'KUBE-NWPLCY-…', title: 'One network policy' },
      ],
    },
  ],
  chainTables: [[/^KUBE-(?:ROUTER-|POD-FW-|NWPLCY-)/, ['filter']]],
  marks: [
    {
      value: 0x10000,
      mask: 0x10000,
      title: 'a policy has allowed the packet',
      sources: ['cloudnativelabs/kube-router:pkg/controllers/netpol'],
    },
    {
      value: 0x20000,
      mask: 0x20000,
      title: 'the pod firewall has judged the packet',
      sources: ['cloudnativelabs/kube-router:pkg/controllers/netpol'],
    },
  ],
};
