import type { ProgramPack } from '../pack';

export const cilium: ProgramPack = {
  id: 'cilium',
  name: 'Cilium',
  prefixes: ['CILIUM_', 'OLD_CILIUM_'],
  always: [
    ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `filter ${chain} -j CILIUM_${chain}`),
    ...['PREROUTING', 'OUTPUT', 'POSTROUTING'].flatMap((chain) =>
      ['raw', 'mangle', 'nat'].map((table) => `${table} ${chain} -j CILIUM_${chain.replace('ROUTING', '')}_${table}`),
    ),
  ].map((rule) => `${rule} # cilium-feeder: CILIUM_`),
  families: [
    {
      family: 'Cilium',
      verified: true,
      sources: ['cilium/cilium:pkg/datapath/iptables/iptables.go', 'cilium/cilium:pkg/datapath/linux/linux_defaults'],
      common: [
        'Most of Cilium runs in eBPF and does not show here. Marks, mask 0xF00: 0x200 to the proxy (its port ' +
          'in the upper half), 0xA00 from the proxy, 0x800 endpoint, 0xD00 and 0xE00 encryption; 0x80 node port.',
      ],
      chains: [
        { name: 'CILIUM_INPUT', title: 'Lets packets for Cilium’s proxy in' },
        { name: 'CILIUM_FORWARD', title: 'Accepts forwarding between Cilium’s interfaces' },
        { name: 'CILIUM_TRANSIENT_FORWARD', title: 'Keeps traffic flowing while Cilium replaces its chains' },
        {
          name: /^CILIUM_OUTPUT(_nat|_raw)?$/,
          shown: 'CILIUM_OUTPUT',
          title: 'Packets of the host and of Cilium’s proxy: marks, no tracking',
        },
        {
          name: /^CILIUM_PRE_(nat|mangle|raw)$/,
          shown: 'CILIUM_PRE_…',
          title: 'Arriving packets: TPROXY to Cilium’s proxy, no tracking for marked ones',
        },
        {
          name: /^CILIUM_POST_(nat|mangle)$/,
          shown: 'CILIUM_POST_…',
          title: 'Masquerades pod traffic that leaves the cluster',
        },
        { name: /^(OLD_)?CILIUM_/, shown: 'OLD_CILIUM_…', title: 'A chain of Cilium; OLD_ during an upgrade' },
      ],
    },
  ],
  marks: [
    {
      value: 0x200,
      mask: 0xf00,
      title: 'to Cilium’s proxy; its port is in the upper 16 bits',
      sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
    },
    {
      value: 0xa00,
      mask: 0xf00,
      title: 'from Cilium’s proxy',
      sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
    },
    {
      value: 0xd00,
      mask: 0xf00,
      title: 'to be decrypted',
      sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
    },
    {
      value: 0xe00,
      mask: 0xf00,
      title: 'to be encrypted',
      sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
    },
    {
      value: 0x80,
      mask: 0x80,
      title: 'node port of a multi-interface node',
      sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
    },
  ],
};
