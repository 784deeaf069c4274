/**
 * What the parts of a chain's name say, for programs that build names from parts. Sources:
 * projectcalico/calico:felix/rules/rule_defs.go, firewalld/firewalld:src/firewall/core/ipXtables.py.
 */
export function calicoTitle(name: string): string {
  const part = /^cali-([a-zA-Z]+)/.exec(name)?.[1] ?? '';
  const outward = name.startsWith('cali-failsafe-out') || name.startsWith('cali-from-wl');
  switch (part) {
    case 'fip':
      return name.endsWith('dnat')
        ? 'Floating addresses: connections to them go to the workload'
        : 'Floating addresses: a workload that calls its own keeps it as source';
    case 'from':
    case 'to':
      return outward
        ? 'Packets from pods: finds the chain of the pod by its interface'
        : 'Packets to pods: finds the chain of the pod by its interface';
    case 'pi':
      return 'One network policy, inbound: what a workload may receive';
    case 'po':
      return 'One network policy, outbound: what a workload may send';
    case 'pri':
      return 'One profile, inbound: what a workload of it may receive';
    case 'pro':
      return 'One profile, outbound: what a workload of it may send';
    case 'gi':
      return 'A group of policies, inbound';
    case 'go':
      return 'A group of policies, outbound';
    case 'th':
      return 'One host endpoint: packets to it';
    case 'fh':
      return 'One host endpoint: packets from it';
    case 'thfw':
      return 'One host endpoint: forwarded packets to it';
    case 'fhfw':
      return 'One host endpoint: forwarded packets from it';
    case 'failsafe':
      return outward
        ? 'Ports that no policy can close on the way out, such as DNS and the API server'
        : 'Ports that no policy can close on the way in, such as SSH and the API server';
    default:
      return `Calico’s part of ${part}`;
  }
}

const WAYS: Readonly<Record<string, string>> = {
  IN: 'what arrives for this host',
  OUT: 'what this host sends',
  FWDI: 'what comes from it and is forwarded',
  FWDO: 'what is forwarded to it',
  FWD: 'what is forwarded',
  PRE: 'what arrives, before routing',
  POST: 'what leaves, after routing',
  FILTER: 'what is let through',
  NAT: 'what is translated',
};

const PARTS: Readonly<Record<string, string>> = {
  pre: 'rules before all others',
  log: 'logs',
  deny: 'denials',
  allow: 'allowances',
  post: 'rules behind all others',
};

export function firewalldTitle(name: string): string {
  const zones = /^([A-Z]+)(_IN|_OUT)?_ZONES(_SOURCE)?$/.exec(name);
  if (zones) {
    const by =
      zones[3] === undefined
        ? `the ${zones[2] === '_OUT' ? 'outgoing' : zones[1] === 'POSTROUTING' ? 'outgoing' : 'incoming'} interface`
        : 'the source address';
    return `${zones[1] ?? ''}: finds the zone by ${by}`;
  }
  const policies = /^(.+)_POLICIES_(pre|post)$/.exec(name);
  if (policies)
    return `Policies between zones in ${policies[1] ?? ''}, ${policies[2] === 'pre' ? 'before' : 'behind'} the zones themselves`;
  const direct = /^(.+)_direct$/.exec(name);
  if (direct) return `Direct rules of the administrator in ${direct[1] ?? ''}`;
  const [, way = '', rest = ''] = /^([A-Z]+)_(.+)$/.exec(name) ?? [];
  const [, zone = rest, part] = /^(.+)_(pre|log|deny|allow|post)$/.exec(rest) ?? [];
  const what = WAYS[way] ?? 'its rules';
  return part === undefined ? `Zone ${zone}: ${what}` : `Zone ${zone}, ${what}: ${PARTS[part] ?? part}`;
}
