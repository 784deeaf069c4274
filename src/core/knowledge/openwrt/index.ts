import type { ProgramPack } from '../pack';
import { helperChain, zoneChains } from './chains';
import { interfacesOfOpenwrt } from './interfaces';
import { openwrtRule } from './rules';

const KEPT = 'What should survive a restart of the firewall belongs in /etc/firewall.user.';

export const openwrt: ProgramPack = {
  id: 'openwrt',
  name: 'OpenWrt',
  nftTables: /^inet fw4$/,
  prefixes: ['zone_lan_', 'zone_wan_', 'MINIUPNPD'],
  otherNames: ['firewall3'],
  interfaces: interfacesOfOpenwrt,
  families: [zoneChains],
  chains: { knowledge: helperChain },
  chainTables: [
    [/^zone_\w+_(?:input|output|forward|src_[A-Z]+|dest_[A-Z]+)$/, ['filter']],
    [/^(?:input|output|forwarding)_(?:\w+_)?rule$/, ['filter']],
    [/^zone_\w+_(?:pre|post)routing$/, ['nat']],
    [/^MINIUPNPD-POSTROUTING$|^(?:pre|post)routing_(?:\w+_)?rule$/, ['nat']],
  ],
  rule: openwrtRule,
  entries: [
    {
      id: 'lan-wan',
      label: 'LAN → internet',
      detail: 'through the router',
      way: 'Outbound',
      table: 'filter',
      chain: 'zone_lan_forward',
      leadsTo: (target) => target === 'zone_wan_dest_ACCEPT',
      wish: (_, { peer, outside }) => ({ src: peer, dst: outside }),
    },
    {
      id: 'port-forward',
      way: 'Inbound',
      label: 'Internet → forwarded port',
      detail: 'to a host inside',
      table: 'nat',
      chain: 'zone_wan_prerouting',
      leadsTo: (target) => target === 'DNAT',
    },
  ],
  commandLines: [
    {
      word: 'config',
      pattern: /^\s*config (?:defaults|zone|forwarding|rule|redirect|nat|ipset)(?:\s+'[^']*')?\s*$/,
      program: 'OpenWrt',
      what: 'A section of the firewall configuration of OpenWrt',
    },
  ],
  userChains: (
    [
      ['INPUT', 'input_rule'],
      ['FORWARD', 'forwarding_rule'],
      ['OUTPUT', 'output_rule'],
    ] as const
  ).map(([of, chain]) => ({
    of,
    chain,
    note: `OpenWrt leaves ${chain} to the user. ${KEPT}`,
    elsewhere: `OpenWrt leaves this chain to the user and calls it before its own rules. ${KEPT}`,
  })),
};
