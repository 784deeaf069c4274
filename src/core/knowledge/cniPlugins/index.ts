import type { ProgramPack } from '../pack';

export const cniPlugins: ProgramPack = {
  id: 'cniPlugins',
  name: 'CNI plugins',
  prefixes: ['CNI-FORWARD', 'CNI-ADMIN'],
  families: [
    {
      family: 'CNI plugins',
      verified: false,
      sources: ['containernetworking/plugins'],
      chains: [
        { name: 'CNI-FORWARD', title: 'Accepts forwarding for each container' },
        { name: 'CNI-ADMIN', title: 'For rules of the administrator, called first' },
        { name: /^CNI-[0-9a-f]{20,}$/, shown: 'CNI-…', title: 'Masquerading of one container' },
      ],
    },
  ],
  chainTables: [
    [/^CNI-[0-9a-f]{24}$/, ['nat']],
    [/^CNI-(?:FORWARD|ADMIN)$/, ['filter']],
  ],
};
