import { HOOKS } from '../../ruleset/ruleSet';
import type { OpenInterface } from '../../ruleset/header';
import type { ListedRule, TestedInterfaces } from '../pack';
import { inBy, NO_INTERFACE, outBy } from '../tested';

/**
 * What leads into a zone tests its interfaces, and so do the chains with its verdicts; no other rule does. Source:
 * openwrt/firewall3:zones.c, defaults.c.
 */
export function interfacesOfOpenwrt({ chain, shape }: ListedRule): TestedInterfaces | undefined {
  const { target = '', form } = shape;
  const isHook = (HOOKS as readonly string[]).includes(chain);
  const inside = (isHook ? INTO : SOURCE).exec(isHook ? target : chain)?.[1];
  if (inside !== undefined)
    return inside === 'lan' ? inBy(BRIDGE_OF_LAN) : { names: { inInterface: interfacesOfZone(inside) } };
  const outside = (isHook ? OUT_OF : DESTINATION).exec(isHook ? target : chain)?.[1];
  if (outside !== undefined)
    return outside === 'lan' ? outBy(BRIDGE_OF_LAN) : { names: { outInterface: interfacesOfZone(outside) } };
  // The rules of others have no comment of it, nor have those that the user adds.
  if (shape.comment?.startsWith('!fw3') !== true || target === 'TCPMSS') return undefined;
  if (isHook && target === 'ACCEPT' && form === '') return chain === 'INPUT' ? inBy('lo') : outBy('lo');
  return isHook || /^(?:zone_\w+|reject|syn_flood)$/.test(chain) ? NO_INTERFACE : undefined;
}

const INTO = /^zone_(\w+)_(?:input|forward|prerouting)$/;
const OUT_OF = /^zone_(\w+)_(?:output|postrouting)$/;
const SOURCE = /^zone_(\w+)_src_[A-Z]+$/;
const DESTINATION = /^zone_(\w+)_dest_[A-Z]+$/;

/** The network lan is a bridge wherever nobody has changed that. */
const BRIDGE_OF_LAN = 'br-lan';

/** Of any other zone the configuration decides which they are. */
function interfacesOfZone(zone: string): OpenInterface {
  return {
    value: `<${zone}>`,
    inverted: false,
    like: zone === 'wan' ? /^(?!(?:lo$|br-|lan|wg|tun|tap))/ : /^(?!(?:lo|br-lan)$|(?:wan|eth|pppoe-|wwan)[\w.@-]*$)/,
  };
}
