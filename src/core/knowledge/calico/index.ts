import type { ProgramPack } from '../pack';
import { calicoRules } from './always';
import { calicoTitle } from './chainTitle';
import { interfacesOfCalico } from './interfaces';

export const calico: ProgramPack = {
  id: 'calico',
  name: 'Calico',
  prefixes: ['cali-', 'felix-', 'calico-dhcp-'],
  always: calicoRules,
  families: [
    {
      family: 'Calico',
      verified: true,
      sources: ['projectcalico/calico:felix/rules/rule_defs.go'],
      common: [
        'Felix writes these chains; each rule has a comment `cali:` with a hash. The mark bits are taken from ' +
          'a mask that is configured (0xffff0000 unless set), so a bit has no fixed meaning.',
      ],
      chains: [
        { name: /^cali-(INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)$/, shown: 'cali-INPUT …', title: calicoTitle },
        { name: 'cali-nat-outgoing', title: 'Masquerades pod traffic that leaves the cluster' },
        { name: /^cali-fip-(dnat|snat)$/, shown: 'cali-fip-dnat', title: calicoTitle },
        { name: /^cali-(from|to)-wl-dispatch/, shown: 'cali-from-wl-dispatch', title: calicoTitle },
        { name: 'cali-wl-to-host', title: 'What pods may send to the node itself' },
        { name: /^cali-tw-/, shown: 'cali-tw-…', title: 'One pod: packets to it' },
        { name: /^cali-fw-/, shown: 'cali-fw-…', title: 'One pod: packets from it' },
        { name: /^cali-p[io]-/, shown: 'cali-pi-…', title: calicoTitle },
        { name: /^cali-pr[io]-/, shown: 'cali-pri-…', title: calicoTitle },
        { name: /^cali-g[io]-/, shown: 'cali-gi-…', title: calicoTitle },
        { name: /^cali-(th|fh|thfw|fhfw)-/, shown: 'cali-th-…', title: calicoTitle },
        { name: /^cali-failsafe-(in|out)$/, shown: 'cali-failsafe-in', title: calicoTitle },
        { name: 'cali-rpf-skip', title: 'Pods that may send from other addresses than their own' },
        { name: 'cali-cidr-block', title: 'Drops packets between address pools, so that they do not loop' },
        { name: 'cali-wireguard-incoming-mark', title: 'Marks what comes out of the WireGuard tunnel' },
        { name: 'cali-forward-check', title: 'Marks forwarded packets that policies apply to' },
        { name: /^cali-/, shown: 'cali-…', title: 'A chain of Calico' },
        { name: /^(felix-|calico-dhcp-)/, shown: 'felix-…', title: 'A chain of an old release of Calico' },
      ],
    },
  ],
  chainTables: [
    [/^cali-(?:nat-outgoing|fip-(?:dnat|snat))$/, ['nat']],
    [/^cali-(?:tw|fw)-|^cali-(?:to|from)-wl-dispatch/, ['filter']],
  ],
  interfaces: interfacesOfCalico,
  otherMarks: {
    title: 'a bit that Calico has allocated',
    details: [
      'Felix takes its bits from a configured mask (0xffff0000 unless set); what one bit means differs between ' +
        'installations.',
    ],
    sources: ['projectcalico/calico:felix/rules/rule_defs.go'],
  },
};
