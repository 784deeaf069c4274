import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';

export const fail2ban: ProgramPack = {
  id: 'fail2ban',
  name: 'fail2ban',
  nftTables: /^inet f2b-table$/,
  prefixes: ['f2b-', 'fail2ban-'],
  interfaces: (rule) => testsNone(rule, /^(?:f2b|fail2ban)-/),
  families: [
    {
      family: 'fail2ban',
      verified: true,
      sources: ['fail2ban/fail2ban:config/action.d/iptables.conf'],
      chains: [
        { name: /^(f2b|fail2ban)-/, shown: 'f2b-…', title: 'One jail: the addresses that are banned, then RETURN' },
      ],
    },
  ],
  chainTables: [[/^f2b-|^fail2ban-/, ['filter']]],
};
