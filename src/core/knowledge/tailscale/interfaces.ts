import type { ListedRule, TestedInterfaces } from '../pack';
import { entersFromHook, inBy, NO_INTERFACE, outBy } from '../tested';

const OWN = 'tailscale0';

/** Source: tailscale/tailscale:util/linuxfw/iptables_runner.go. */
export function interfacesOfTailscale(rule: ListedRule): TestedInterfaces | undefined {
  const {
    chain,
    shape: { target = '', form },
  } = rule;
  if (entersFromHook(rule, /^ts-/)) return NO_INTERFACE;
  switch (`${chain} ${target} ${form}`.trim()) {
    case 'ts-input ACCEPT src':
      return inBy('lo');
    case 'ts-input RETURN src':
    case 'ts-input DROP src':
      return inBy(OWN, true);
    case 'ts-input ACCEPT':
    case 'ts-forward MARK':
      return inBy(OWN);
    case 'ts-forward DROP src':
    case 'ts-forward ACCEPT':
      return outBy(OWN);
    case 'ts-input ACCEPT dport proto':
    case 'ts-forward ACCEPT mark':
    case 'ts-postrouting MASQUERADE mark':
      return NO_INTERFACE;
    default:
      return undefined;
  }
}
