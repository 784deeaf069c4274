import type { ListedRule, TestedInterfaces } from '../pack';
import { entersFromHook, NO_INTERFACE } from '../tested';

/**
 * Whatever concerns a network tests its bridge, whose name the user may choose. Source:
 * moby/moby:daemon/libnetwork/drivers/bridge/setup_ip_tables.go, daemon/libnetwork/firewall_linux.go.
 */
export function interfacesOfDocker(rule: ListedRule): TestedInterfaces | undefined {
  const { table, chain, shape } = rule;
  const enters = table === 'nat' ? /^DOCKER$/ : /^DOCKER-(?:USER|FORWARD|ISOLATION-STAGE-1)$/;
  if (entersFromHook(rule, enters)) return NO_INTERFACE;
  if (/^DOCKER-(?:USER|ISOLATION-STAGE-[12])$/.test(chain))
    return shape.target === 'RETURN' && shape.form === '' ? NO_INTERFACE : undefined;
  return chain === 'DOCKER-FORWARD' && /^DOCKER-/.test(shape.target ?? '') ? NO_INTERFACE : undefined;
}
