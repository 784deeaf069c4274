import type { ProgramPack } from '../pack';

export const antrea: ProgramPack = {
  id: 'antrea',
  name: 'Antrea',
  prefixes: ['ANTREA-'],
  always: [
    ...['raw PREROUTING', 'raw OUTPUT', 'nat PREROUTING', 'nat OUTPUT', 'nat POSTROUTING', 'filter FORWARD'].map(
      (place) => `${place} -j ANTREA-${place.replace(/.* /, '')} # Antrea: jump to Antrea`,
    ),
  ],
  families: [
    {
      family: 'Antrea',
      verified: false,
      sources: ['antrea-io/antrea'],
      chains: [{ name: /^ANTREA-/, shown: 'ANTREA-…', title: 'A chain of Antrea, the Open vSwitch based pod network' }],
    },
  ],
};
