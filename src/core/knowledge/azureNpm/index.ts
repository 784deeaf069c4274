import type { ProgramPack } from '../pack';

export const azureNpm: ProgramPack = {
  id: 'azureNpm',
  name: 'Azure NPM',
  prefixes: ['AZURE-NPM', 'AZWI_'],
  families: [
    {
      family: 'Azure NPM',
      verified: true,
      sources: ['Azure/azure-container-networking:npm/util/const.go'],
      common: [
        'Azure’s network policy manager; sets azure-npm-…. Marks 0x200, 0x400, 0x800 (version 2), 0x1000, ' +
          '0x2000, 0x3000 (version 1).',
      ],
      chains: [
        { name: 'AZURE-NPM', title: 'Network policy of all pods on the node' },
        { name: /^AZURE-NPM-ACCEPT/, shown: 'AZURE-NPM-ACCEPT', title: 'What a policy has allowed' },
        { name: /^AZURE-NPM-INGRESS/, shown: 'AZURE-NPM-INGRESS…', title: 'Policies on what pods receive' },
        { name: /^AZURE-NPM-EGRESS/, shown: 'AZURE-NPM-EGRESS…', title: 'Policies on what pods send' },
        { name: /^AZURE-NPM-/, shown: 'AZURE-NPM-…', title: 'A part of Azure’s network policy' },
        { name: 'SWIFT-POSTROUTING', title: 'Rewrites the source of pod traffic that leaves the virtual network' },
        {
          name: 'AZWI_PROXY_OUTPUT',
          title: 'Workload identity: sends calls to the instance metadata service to a proxy',
        },
      ],
    },
  ],
  marks: [
    {
      value: 0x2000,
      mask: 0xffffffff,
      title: 'ingress was allowed (version 1)',
      sources: ['Azure/azure-container-networking:npm/util/const.go'],
    },
    {
      value: 0x200,
      mask: 0xffffffff,
      title: 'a policy decision (version 2)',
      sources: ['Azure/azure-container-networking:npm/util/const.go'],
    },
  ],
};
