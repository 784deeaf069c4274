import type { OpenInterface } from '../../ruleset/header';
import type { ListedRule, TestedInterfaces } from '../pack';
import { valueOf, type RuleShape } from '../shape';
import { entersFromHook, inBy, NO_INTERFACE, outBy } from '../tested';

/**
 * Each rule of a network tests its bridge, virbr0 for the default one. Source: libvirt/libvirt:
 * src/network/network_iptables.c.
 */
export function interfacesOfLibvirt(rule: ListedRule): TestedInterfaces | undefined {
  const { chain, shape } = rule;
  if (entersFromHook(rule, /^LIBVIRT_/)) return NO_INTERFACE;
  switch (`${chain} ${shape.target ?? ''}`) {
    case 'LIBVIRT_INP ACCEPT':
    case 'LIBVIRT_FWO REJECT':
      return { names: { inInterface: BRIDGE } };
    case 'LIBVIRT_OUT ACCEPT':
    case 'LIBVIRT_FWI REJECT':
    case 'LIBVIRT_PRT CHECKSUM':
      return { names: { outInterface: BRIDGE } };
    case 'LIBVIRT_FWO ACCEPT':
      return isDefault(shape, 'src') ? inBy('virbr0') : { names: { inInterface: BRIDGE } };
    case 'LIBVIRT_FWI ACCEPT':
      return isDefault(shape, 'dst') ? outBy('virbr0') : { names: { outInterface: BRIDGE } };
    case 'LIBVIRT_FWX ACCEPT':
      return { names: { inInterface: BRIDGE, outInterface: BRIDGE } };
    default:
      return chain === 'LIBVIRT_PRT' ? NO_INTERFACE : undefined;
  }
}

/** The user may choose the name of the bridge of another network. */
const BRIDGE: OpenInterface = {
  value: '<bridge>',
  inverted: false,
  like: /^(?!(?:lo|docker\d|br-[\da-f]{12})$|(?:eth|en[a-z]|wl|ww|bond|team|tun|tap|wg|ppp|veth|vlan|vmbr|cni|cali|flannel|podman)[\w.@-]*$)/,
};

function isDefault(shape: RuleShape, field: 'src' | 'dst'): boolean {
  return valueOf(shape, field) === '192.168.122.0/24';
}
