import type { ProgramPack } from '../pack';
import { mwan3Rule, sources } from './rules';

export const mwan3: ProgramPack = {
  id: 'mwan3',
  name: 'mwan3',
  prefixes: ['mwan3_'],
  families: [
    {
      family: 'mwan3',
      sources,
      verified: true,
      common: [
        'Several uplinks of a router. The bits of mark mask 0x3f00 are the number of the uplink; `ip rule` ' +
          'gives each its routing table. mmx_mask chooses other bits.',
      ],
      chains: [
        {
          name: 'mwan3_hook',
          title: 'Chooses the uplink of a connection, once, and remembers it in its mark',
          kernelNote:
            'In PREROUTING the mark is set before the routing decision; in OUTPUT the kernel looks up the ' +
            'route again, because the mark has changed.',
        },
        { name: 'mwan3_ifaces_in', title: 'Replies leave by the uplink that the connection came in by' },
        {
          name: /^mwan3_iface_in_/,
          shown: 'mwan3_iface_in_…',
          title: (name) => `Uplink ${name.slice(15)}: marks what came in by it`,
        },
        {
          name: /^mwan3_connected(_ipv[46])?$/,
          shown: 'mwan3_connected_ipv4',
          title: 'Networks that are reached without an uplink: left to the main routing table',
        },
        {
          name: /^mwan3_(custom|dynamic)(_ipv[46])?$/,
          shown: 'mwan3_custom_ipv4',
          title: 'More networks that are left to the main routing table',
        },
        { name: 'mwan3_rules', title: 'The rules of the configuration: which traffic takes which policy' },
        {
          name: /^mwan3_policy_/,
          shown: 'mwan3_policy_…',
          title: (name) => `Policy ${name.slice(13)}: spreads connections over its uplinks`,
        },
        { name: /^mwan3_rule_/, shown: 'mwan3_rule_…', title: 'A rule whose clients stay with one uplink (sticky)' },
      ],
    },
  ],
  chainTables: [[/^mwan3_/, ['mangle']]],
  rule: mwan3Rule,
  marks: [
    { value: 0, mask: 0x3f00, title: 'no uplink has been chosen yet', sources },
    { value: 0x3f00, mask: 0x3f00, title: 'left to the main routing table', sources },
    {
      value: 0x3e00,
      mask: 0x3f00,
      title: 'no uplink of the policy works: the sender gets an unreachable error',
      sources,
    },
    { value: 0x3d00, mask: 0x3f00, title: 'no uplink of the policy works: silently dropped', sources },
  ],
  otherMarks: {
    title: 'the number of an uplink',
    details: ['`ip rule` sends packets with this mark to the routing table of that number.'],
    sources,
  },
};
