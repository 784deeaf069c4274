import type { NamedAddress, NamedPort } from '../../net/namedAddress';
import { namedProtocol } from '../../net/packetRequest';
import { shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';

/**
 * The cluster IPs of Services by the comments of KUBE-SERVICES: `shop/web:http cluster IP`, in filter `shop/web:http
 * has no endpoints`. A node has tens of thousands of these rules: one is read when its address or port is asked for.
 * Source: pkg/proxy/iptables/proxier.go.
 */
export function serviceNames(ruleSet: RuleSetView): readonly NamedAddress[] {
  const found = new Map<string, NamedAddress>();
  // The address of a Service is in nat; in filter it may be an external one of a Service that has others too.
  for (const table of ['nat', 'filter'])
    for (const rule of chainIn(ruleSet, table, 'KUBE-SERVICES')?.rules ?? []) {
      const [, namespace, name, port] = COMMENT.exec(rule.written) ?? [];
      const key = `${namespace ?? ''}/${name ?? ''}:${port ?? ''}`;
      if (namespace !== undefined && name !== undefined && !found.has(key))
        found.set(key, new ServicePort(namespace, name, port, rule));
    }
  return [...found.values()];
}

const COMMENT =
  /(?<![\w.-])([a-z0-9-]{1,63})\/([a-z0-9][a-z0-9.-]{0,62})(?::([a-z0-9-]{1,63})?)? (?:cluster IP|has no endpoints)/;

class ServicePort implements NamedAddress {
  readonly kind = 'Service';

  constructor(
    readonly namespace: string,
    readonly name: string,
    private readonly portName: string | undefined,
    private readonly rule: RuleView,
  ) {}

  get address(): string | undefined {
    const address = valueOf(shapeOf(this.rule), 'dst')?.replace(/\/(?:32|128)$/, '');
    return address?.includes('/') === true ? undefined : address;
  }

  get ports(): readonly NamedPort[] {
    const shape = shapeOf(this.rule);
    const port = Number(valueOf(shape, 'dport'));
    const protocol = namedProtocol(valueOf(shape, 'proto') ?? '');
    return Number.isInteger(port) && protocol !== undefined ? [{ name: this.portName, port, protocol }] : [];
  }
}
