import type { ProgramPack } from '../pack';
import { testsNone } from '../tested';
import { publishedPort } from '../peer';

export const cniPortmap: ProgramPack = {
  id: 'cniPortmap',
  name: 'CNI portmap',
  prefixes: ['CNI-HOSTPORT-', 'CNI-DN-', 'CNI-SN-'],
  interfaces: (rule) => testsNone(rule, /^CNI-(?:HOSTPORT|DN|SN)-/),
  always: [
    'nat CNI-HOSTPORT-DNAT -j CNI-DN-*',
    'nat CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000 # CNI portfwd masquerade mark',
    'nat CNI-HOSTPORT-SETMARK: CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE',
    ...['PREROUTING', 'OUTPUT'].map((chain) => `nat ${chain} -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT`),
    'nat POSTROUTING -j CNI-HOSTPORT-MASQ # CNI portfwd requiring masquerade',
  ],
  families: [
    {
      family: 'CNI portmap',
      verified: true,
      sources: ['containernetworking/plugins:plugins/meta/portmap/portmap.go'],
      common: ['Host ports of pods; mark bit 13 (0x2000) means: masquerade.'],
      chains: [
        { name: 'CNI-HOSTPORT-DNAT', title: 'Finds the pod that owns a host port' },
        { name: 'CNI-HOSTPORT-SETMARK', title: 'Marks a packet to be masqueraded (0x2000)' },
        { name: 'CNI-HOSTPORT-MASQ', title: 'Masquerades what is marked 0x2000' },
        { name: 'CNI-HOSTPORT-SNAT', title: 'Masquerades host port traffic', versions: 'old' },
        { name: /^CNI-DN-/, shown: 'CNI-DN-…', title: 'Host ports of one container: DNAT to it' },
        {
          name: /^CNI-SN-/,
          shown: 'CNI-SN-…',
          title: 'Host ports of one container: its source rewriting',
          versions: 'old',
        },
      ],
    },
  ],
  peer: (_, rule) => (rule.chain.startsWith('CNI-DN-') ? publishedPort(rule, 'pod') : undefined),
  chainTables: [[/^CNI-(?:HOSTPORT-|DN-|SN-)/, ['nat']]],
  marks: [
    {
      value: 0x2000,
      mask: 0x2000,
      title: 'masquerade host port traffic',
      sources: ['containernetworking/plugins:plugins/meta/portmap/portmap.go'],
    },
  ],
};
