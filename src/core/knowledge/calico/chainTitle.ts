/** What the parts of a chain’s name say. Source: projectcalico/calico:felix/rules/rule_defs.go. */
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
