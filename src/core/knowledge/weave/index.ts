import type { ProgramPack } from '../pack';

export const weave: ProgramPack = {
  id: 'weave',
  name: 'Weave Net',
  prefixes: ['WEAVE-'],
  families: [
    {
      family: 'Weave Net',
      verified: true,
      sources: ['weaveworks/weave:npc/constants.go', 'weaveworks/weave:net/ipsec/ipsec.go'],
      common: ['Mark 0x40000 is network policy, 0x20000 IPsec.'],
      chains: [
        { name: 'WEAVE', title: 'Masquerades pod traffic that leaves the overlay' },
        { name: 'WEAVE-EXPOSE', title: 'Accepts traffic to networks exposed to the host' },
        { name: 'WEAVE-CANARY', title: 'Empty on purpose: its absence shows that the table was flushed' },
        { name: /^WEAVE-NPC/, shown: 'WEAVE-NPC…', title: 'Network policy: what pods may receive and send' },
        {
          name: /^WEAVE-IPSEC-/,
          shown: 'WEAVE-IPSEC-…',
          title: 'Encrypts traffic between nodes, drops it where it came unencrypted',
        },
      ],
    },
  ],
  marks: [
    {
      value: 0x40000,
      mask: 0x40000,
      title: 'egress policy: not yet allowed or allowed',
      sources: ['weaveworks/weave:npc/constants.go'],
    },
    {
      value: 0x20000,
      mask: 0x20000,
      title: 'to be encrypted (IPsec)',
      sources: ['weaveworks/weave:net/ipsec/ipsec.go'],
    },
  ],
};
