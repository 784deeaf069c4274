import type { ProgramPack } from '../pack';

export const kubevirt: ProgramPack = {
  id: 'kubevirt',
  name: 'KubeVirt',
  prefixes: ['KUBEVIRT_'],
  families: [
    {
      family: 'KubeVirt',
      verified: false,
      sources: ['kubevirt/kubevirt:pkg/network'],
      common: [
        'Masquerade binding of a virtual machine, inside its pod. Not a chain of Istio; Istio’s own support ' +
          'writes rules into PREROUTING.',
      ],
      chains: [
        { name: 'KUBEVIRT_PREINBOUND', title: 'Sends what arrives at the pod to the virtual machine' },
        { name: 'KUBEVIRT_POSTINBOUND', title: 'Source of what enters the virtual machine' },
      ],
    },
  ],
};
