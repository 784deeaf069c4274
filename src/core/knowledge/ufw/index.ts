import type { ProgramPack } from '../pack';
import { ufwRules } from './always';
import { interfacesOfUfw } from './interfaces';
import { manageWithUfw } from './manage';

export const ufw: ProgramPack = {
  id: 'ufw',
  name: 'ufw',
  prefixes: ['ufw-', 'ufw6-'],
  interfaces: interfacesOfUfw,
  families: [
    {
      family: 'ufw',
      verified: true,
      sources: ['ufw, conf/before.rules'],
      common: ['ufw-… is IPv4, ufw6-… IPv6. Change rules with `ufw`: it overwrites these chains.'],
      chains: [
        {
          name: /^ufw6?-user-limit(-accept)?$/,
          shown: 'ufw-user-limit',
          title: '`ufw limit`: what is over the rate is refused',
        },
        {
          name: /^ufw6?-user-logging-/,
          shown: 'ufw-user-logging-…',
          title: 'Logs what the rules of the administrator decide',
        },
        {
          name: /^ufw6?-user-(input|output|forward)$/,
          shown: 'ufw-user-input',
          title: 'The rules made with `ufw allow` and `ufw deny`',
        },
        {
          name: /^ufw6?-(before|after)-logging-/,
          shown: 'ufw-before-logging-…',
          title: 'Logs: [UFW AUDIT], [UFW BLOCK], [UFW ALLOW]',
        },
        {
          name: /^ufw6?-before-/,
          shown: 'ufw-before-…',
          title: 'Rules of before.rules, ahead of those of the administrator',
        },
        {
          name: /^ufw6?-after-/,
          shown: 'ufw-after-…',
          title: 'Rules of after.rules: drop the noise of broadcasts without a log',
        },
        {
          name: /^ufw6?-logging-(deny|allow)$/,
          shown: 'ufw-logging-deny',
          title: 'Writes the log line, at a limited rate',
        },
        {
          name: /^ufw6?-not-local$/,
          shown: 'ufw-not-local',
          title: 'Drops what is neither for this host nor broadcast nor multicast',
        },
        { name: /^ufw6?-skip-to-policy-/, shown: 'ufw-skip-to-policy-…', title: 'Applies the default policy at once' },
        { name: /^ufw6?-reject-/, shown: 'ufw-reject-…', title: 'Ends the hook: refuses what is left' },
        {
          name: /^ufw6?-track-/,
          shown: 'ufw-track-…',
          title: 'Accepts new connections of the host, where the default policy allows them',
        },
        { name: /^ufw6?-/, shown: 'ufw-…', title: 'A chain of ufw' },
      ],
    },
  ],
  chainTables: [[/^ufw6?-(?:before|after|reject|track|user|not|skip|logging)/, ['filter']]],
  always: ufwRules,
  manage: manageWithUfw,
  commandLines: [
    { word: 'ufw', pattern: /(?:^|\s)ufw\s+(?:allow|deny|reject|limit|route|insert|delete|default)\b/, program: 'ufw' },
    { word: 'Action', pattern: /^\s*To\s{2,}Action\s{2,}From\s*$/, program: 'ufw', what: 'The status of ufw' },
  ],
};
