import type { ProgramPack } from '../pack';

export const netbird: ProgramPack = {
  id: 'netbird',
  name: 'NetBird',
  prefixes: ['NETBIRD-'],
  families: [
    {
      family: 'NetBird',
      verified: true,
      sources: ['netbirdio/netbird:client/firewall/iptables'],
      chains: [
        { name: 'NETBIRD-ACL-INPUT', title: 'Who of the network may reach this host' },
        { name: /^NETBIRD-RT-/, shown: 'NETBIRD-RT-…', title: 'Routes this host offers to the network' },
        { name: /^NETBIRD-/, shown: 'NETBIRD-…', title: 'A chain of NetBird' },
      ],
    },
  ],
};
