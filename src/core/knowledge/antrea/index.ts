import type { ProgramPack } from '../pack';

export const antrea: ProgramPack = {
  id: 'antrea',
  name: 'Antrea',
  prefixes: ['ANTREA-'],
  families: [
    {
      family: 'Antrea',
      verified: false,
      sources: ['antrea-io/antrea'],
      chains: [{ name: /^ANTREA-/, shown: 'ANTREA-…', title: 'A chain of Antrea, the Open vSwitch based pod network' }],
    },
  ],
};
