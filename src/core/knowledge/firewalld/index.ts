import type { ProgramPack } from '../pack';
import { firewalldTitle } from './chainTitle';
import { manageWithFirewalld } from './manage';

export const firewalld: ProgramPack = {
  id: 'firewalld',
  name: 'firewalld',
  nftTables: /^(?:inet|ip6?) firewalld$/,
  families: [
    {
      family: 'firewalld',
      verified: true,
      sources: ['firewalld/firewalld:src/firewall/core/ipXtables.py'],
      signature: [
        'INPUT_ZONES',
        'INPUT_direct',
        'PREROUTING_ZONES',
        'PREROUTING_direct',
        'POSTROUTING_ZONES',
        'OUTPUT_direct',
        'INPUT_POLICIES_pre',
      ],
      common: [
        'Change rules with `firewall-cmd`: it overwrites these chains. Zones are reached with `-g` (goto): the ' +
          'packet does not return from them.',
      ],
      chains: [
        {
          name: /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)_direct$/,
          shown: 'INPUT_direct',
          title: firewalldTitle,
        },
        {
          name: /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)(_IN|_OUT)?_ZONES(_SOURCE)?$/,
          shown: 'INPUT_ZONES',
          title: firewalldTitle,
        },
        { name: /_POLICIES_(pre|post)$/, shown: 'INPUT_POLICIES_pre', title: firewalldTitle },
        {
          name: /^(IN|OUT|FWDI|FWDO|FWD|PRE|POST|FILTER|NAT)_.+_(pre|log|deny|allow|post)$/,
          shown: 'IN_public_allow',
          title: firewalldTitle,
        },
        { name: /^(IN|FWDI|FWDO|PRE|POST)_[A-Za-z][\w-]*$/, shown: 'IN_public', title: firewalldTitle },
      ],
    },
  ],
  manage: manageWithFirewalld,
  commandLines: [
    {
      word: 'firewall',
      pattern: /(?:^|\s)firewall-cmd\s+(?:--\S+\s+)*--(?:add|remove)-(?!rule)/,
      program: 'firewalld',
    },
    {
      word: 'icmp-block-inversion',
      pattern: /^\s*icmp-block-inversion: (?:yes|no)/,
      program: 'firewalld',
      what: 'A zone of firewalld',
    },
  ],
};
