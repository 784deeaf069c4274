import type { ChainKnowledge } from '../facts';
import { chainOfFamily, type ChainFamily } from '../family';
import { chainIn, type RuleSetView } from '../view';

export const zonesSource = 'openwrt/firewall3:zones.c';
export const defaultsSource = 'openwrt/firewall3:defaults.c';

/** Chains of which a rule set of firewall3 has one, whatever its zones are called. */
const SIGNATURE = [
  ...['zone_lan_input', 'zone_lan_forward', 'zone_wan_input', 'input_rule', 'forwarding_rule', 'delegate_input'],
  ...['zone_lan_prerouting', 'zone_lan_postrouting', 'zone_wan_prerouting', 'zone_wan_postrouting', 'prerouting_rule'],
];

const common = ['Made from /etc/config/firewall; each rule has a comment `!fw3`. Newer OpenWrt (22.03) uses nftables.'];

export const zoneChains: ChainFamily = {
  family: 'OpenWrt',
  sources: [zonesSource, defaultsSource],
  verified: true,
  signature: SIGNATURE,
  common,
  chains: [
    {
      name: /^zone_\w+_(input|output|forward)$/,
      shown: 'zone_lan_input …',
      title: (name) => `Zone ${zoneOf(name)}: ${WAYS[name.slice(name.lastIndexOf('_') + 1)] ?? ''}`,
      details: [
        'First comes the chain of the administrator, then the rules of the configuration, last the policy of the zone.',
      ],
    },
    {
      name: /^zone_\w+_src_(ACCEPT|DROP|REJECT)$/,
      shown: 'zone_wan_src_REJECT …',
      title: (name) => `Zone ${zoneOf(name)}: ${VERDICTS[verdictOf(name)] ?? ''} what comes from it`,
    },
    {
      name: /^zone_\w+_dest_(ACCEPT|DROP|REJECT)$/,
      shown: 'zone_wan_dest_ACCEPT …',
      title: (name) => `Zone ${zoneOf(name)}: ${VERDICTS[verdictOf(name)] ?? ''} what goes to it`,
      details: ['Matches by the outgoing interfaces of the zone: what leaves by another one comes back.'],
    },
    {
      name: /^zone_\w+_prerouting$/,
      shown: 'zone_wan_prerouting …',
      title: (name) => `Zone ${zoneOf(name)}: port forwards of what comes from it (DNAT)`,
      kernelNote:
        'DNAT happens before the routing decision: a forwarded port passes FORWARD and not INPUT, and its ' +
        'rules there see the internal address.',
    },
    {
      name: /^zone_\w+_postrouting$/,
      shown: 'zone_wan_postrouting …',
      title: (name) => `Zone ${zoneOf(name)}: source translation of what goes to it`,
    },
    {
      name: /^(input|output|forwarding|prerouting|postrouting)_rule$/,
      shown: 'input_rule …',
      title: 'For rules of the administrator; called before all others',
      details: ['OpenWrt makes it and leaves its content alone on a reload.'],
      kernelNote:
        'After RETURN, or if no rule here matches, OpenWrt’s own rules follow; after ACCEPT and DROP they do not.',
    },
    {
      name: /^(input|output|forwarding|prerouting|postrouting)_\w+_rule$/,
      shown: 'input_wan_rule …',
      title: (name) => `For rules of the administrator on zone ${name.split('_').slice(1, -1).join('_')}`,
    },
    {
      name: /^delegate_/,
      shown: 'delegate_input …',
      title: 'All of OpenWrt’s rules of one hook',
      versions: 'up to 15.05',
    },
    { name: /^MINIUPNPD/, shown: 'MINIUPNPD', title: 'Port forwards that programs asked for by UPnP, NAT-PMP or PCP' },
  ],
};

/** Names that anyone might give to a chain: they are OpenWrt's only where its zones are. */
const helpers: ChainFamily = {
  ...zoneChains,
  chains: [
    { name: 'reject', table: 'filter', title: 'Refuses a packet: TCP with a reset, the rest by ICMP' },
    {
      name: 'syn_flood',
      table: 'filter',
      title: 'Lets new TCP connections pass up to a rate, and drops the rest',
      details: ['25 per second with a burst of 50 unless configured, for all clients together.'],
      kernelNote: 'What is within the rate returns to the rules that follow; what exceeds it is dropped.',
    },
    {
      name: 'mssfix',
      table: 'mangle',
      title: 'Limits the TCP segment size to what fits the path (mtu_fix)',
      versions: 'older',
    },
  ],
};

export function helperChain(
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  name: string,
): ChainKnowledge | undefined {
  // Of thousands of chains few have such a name.
  return ruleSet !== undefined && helpers.chains.some((entry) => entry.name === name) && hasZones(ruleSet)
    ? chainOfFamily({ ...helpers, signature: [name] }, ruleSet, table, name)
    : undefined;
}

/** Rules of firewall3 are in the rule set. */
export function hasZones(ruleSet: RuleSetView): boolean {
  return SIGNATURE.some((name) => ['filter', 'nat'].some((table) => chainIn(ruleSet, table, name) !== undefined));
}

const WAYS: Readonly<Record<string, string>> = {
  input: 'what comes from it for the router itself',
  output: 'what the router sends to it',
  forward: 'what comes from it and is for elsewhere',
};

const VERDICTS: Readonly<Record<string, string>> = { ACCEPT: 'accepts', DROP: 'drops', REJECT: 'refuses' };

/** `wan` of `zone_wan_src_DROP`, `guest_net` of `zone_guest_net_input`. */
export function zoneOf(name: string): string {
  return /^zone_(\w+?)_(?:input|output|forward|prerouting|postrouting|src_[A-Z]+|dest_[A-Z]+)$/.exec(name)?.[1] ?? '';
}

export function verdictOf(name: string): string {
  return name.slice(name.lastIndexOf('_') + 1);
}
