import type { OpenInterface } from '../../ruleset/header';
import type { ListedRule, TestedInterfaces } from '../pack';
import { valueOf, type RuleShape } from '../shape';
import { entersFromHook, NO_INTERFACE, outBy } from '../tested';

/**
 * Whatever concerns a network tests its bridge: docker0 for the default network, elsewhere a name that the user may
 * choose. Source: moby/moby:daemon/libnetwork/drivers/bridge/setup_ip_tables.go, daemon/libnetwork/firewall_linux.go.
 */
export function interfacesOfDocker(rule: ListedRule): TestedInterfaces | undefined {
  const { table, chain, shape } = rule;
  const { target = '', form } = shape;
  if (entersFromHook(rule, table === 'nat' ? /^DOCKER$/ : /^DOCKER-(?:USER|FORWARD|ISOLATION-STAGE-1)$/))
    return NO_INTERFACE;
  switch (`${table} ${chain} ${target}`) {
    case 'nat POSTROUTING MASQUERADE':
      return masquerading(shape);
    case 'nat DOCKER RETURN':
      return form === '' ? { names: { inInterface: BRIDGE } } : undefined;
    case 'nat DOCKER DNAT':
      // Without a userland proxy the rule tests none, and is for what comes from the bridge as well.
      return { names: { inInterface: not(bridgeOf(shape.targetOptions.get('--to-destination'))) } };
    case 'filter FORWARD DOCKER':
    case 'filter DOCKER-BRIDGE DOCKER':
      return form === '' ? { names: { outInterface: BRIDGE } } : undefined;
    case 'filter FORWARD ACCEPT':
      return form === '' ? ofNetwork(rule.jumpsAbove) : undefined;
    case 'filter DOCKER-FORWARD ACCEPT':
      return form === '' ? { names: { inInterface: BRIDGE } } : undefined;
    case 'filter DOCKER DROP':
      return form === '' ? { names: { inInterface: not(BRIDGE), outInterface: BRIDGE } } : undefined;
    case 'filter DOCKER ACCEPT':
      return published(shape);
    case 'filter DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2':
      return { names: { inInterface: BRIDGE, outInterface: not(BRIDGE) } };
    case 'filter DOCKER-ISOLATION-STAGE-2 DROP':
      return { names: { outInterface: BRIDGE } };
    case 'filter DOCKER-CT ACCEPT':
      return form === 'ctstate' ? { names: { outInterface: BRIDGE } } : undefined;
    case 'filter DOCKER-USER RETURN':
    case 'filter DOCKER-ISOLATION-STAGE-1 RETURN':
    case 'filter DOCKER-ISOLATION-STAGE-2 RETURN':
      return form === '' ? NO_INTERFACE : undefined;
    default:
      return chain === 'DOCKER-FORWARD' && target.startsWith('DOCKER-') ? NO_INTERFACE : undefined;
  }
}

/** Any bridge but those that other programs name, and no interface of another kind. */
const BRIDGE: OpenInterface = {
  value: '<bridge>',
  inverted: false,
  like: /^(?!lo$|(?:eth|en[a-z]|wl|ww|bond|team|tun|tap|wg|ppp|veth|vlan|vmbr|virbr|cni|cali|flannel)[\w.@-]*$)/,
};

const DEFAULT_BRIDGE: OpenInterface = { value: 'docker0', inverted: false, like: /^docker0$/ };

function not(bridge: OpenInterface): OpenInterface {
  return { ...bridge, inverted: true };
}

/** The default network is 172.17.0.0/16 wherever nobody has set another. */
function bridgeOf(address: string | undefined): OpenInterface {
  return address?.startsWith('172.17.') === true ? DEFAULT_BRIDGE : BRIDGE;
}

/** What a network sends elsewhere, and what a container sends to a port that it publishes itself. */
function masquerading(shape: RuleShape): TestedInterfaces | undefined {
  const source = valueOf(shape, 'src') ?? '';
  if (shape.form === 'dport dst proto src') return source === valueOf(shape, 'dst') ? NO_INTERFACE : undefined;
  // For another network the user may have written such a rule, with an interface of his own.
  return shape.form === 'src' && source === '172.17.0.0/16' ? outBy('docker0', true) : undefined;
}

/** Below the jump to DOCKER of a network: what leaves it, and what goes from one of its containers to another. */
function ofNetwork([above, further]: ListedRule['jumpsAbove']): TestedInterfaces | undefined {
  if (above === 'DOCKER') return { names: { inInterface: BRIDGE, outInterface: not(BRIDGE) } };
  return above === undefined && further === 'DOCKER'
    ? { names: { inInterface: BRIDGE, outInterface: BRIDGE } }
    : undefined;
}

function published(shape: RuleShape): TestedInterfaces | undefined {
  if (shape.form !== 'dport dst proto') return undefined;
  const bridge = bridgeOf(valueOf(shape, 'dst'));
  const names = { inInterface: not(bridge) };
  return bridge === DEFAULT_BRIDGE ? { ...outBy(bridge.value), names } : { names: { ...names, outInterface: bridge } };
}
