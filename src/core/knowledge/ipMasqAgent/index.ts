import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';

export const ipMasqAgent: ProgramPack = {
  id: 'ipMasqAgent',
  name: 'ip-masq-agent',
  prefixes: ['IP-MASQ'],
  interfaces: (rule) => testsNone(rule, /^IP-MASQ(?:-AGENT)?$/),
  always: ['', '-AGENT'].map(
    (name) => `nat POSTROUTING -m addrtype ! --dst-type LOCAL -j IP-MASQ${name} # ip-masq-agent`,
  ),
  families: [
    {
      family: 'ip-masq-agent',
      verified: true,
      sources: ['kubernetes-sigs/ip-masq-agent:cmd/ip-masq-agent'],
      chains: [
        {
          name: /^IP-MASQ(-AGENT)?$/,
          shown: 'IP-MASQ-AGENT',
          title: 'RETURN for ranges that keep their source, MASQUERADE for the rest',
        },
      ],
    },
  ],
};
