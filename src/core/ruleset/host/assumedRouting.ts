import { addToAddress, formatAddress, isLinkLocal, prefixBlock, sameAddress } from '../../net/address';
import type { Interface, PolicyRule, Route } from '../../net/host';
import { nextPreference, parsePolicyRule, parseRoute } from '../../net/ipRoute';
import { isProblem } from '../../net/packetRequest';
import type { Assumptions, RulesUse } from './assumptions';

/** The default route of a host whose routes the file does not list; none where no interface has an address of that family. */
export function assumeDefaultRoute(interfaces: readonly Interface[], family: 4 | 6, noted: Assumptions): Route[] {
  const iface = interfaces.find(({ name, addresses }) => name !== 'lo' && addresses.some(({ address }) => address.family === family && !isLinkLocal(address)));
  const own = iface?.addresses.find(({ address }) => address.family === family && !isLinkLocal(address));
  if (iface === undefined || own === undefined) return [];
  const network = prefixBlock(own.address, own.prefixLength).address;
  const first = addToAddress(network, 1);
  const gateway = sameAddress(first, own.address) ? addToAddress(network, 2) : first;
  const via = own.prefixLength >= (family === 4 ? 31 : 127) ? '' : `via ${formatAddress(gateway)} `;
  const route = parseRoute(`${family === 6 ? '-6 ' : ''}default ${via}dev ${iface.name}`, [], 'route');
  if (isProblem(route)) return [];
  noted.assume('default-route', `The file lists no IPv${family} routes: a default route ${via}by ${iface.name} is assumed.`);
  return [route];
}

/** What TPROXY's policy routing is made of. */
export interface TproxySources {
  readonly marks: NonNullable<RulesUse['tproxyMarks']>;
  readonly rules: readonly PolicyRule[];
  readonly routes: readonly Route[];
  readonly families: readonly (4 | 6)[];
  /** The value of Istio's INBOUND_TPROXY_ROUTE_TABLE, where the file tells it. */
  readonly table: string | undefined;
}

/** TPROXY is of no use without a policy rule that delivers what it marked; istio-init and istio-cni add one, out of the file's sight. */
export function assumeTproxyRouting({ marks, rules, routes, families, table: told }: TproxySources, noted: Assumptions): { rules: PolicyRule[]; routes: Route[] } {
  const added: { rules: PolicyRule[]; routes: Route[] } = { rules: [], routes: [] };
  for (const { mark, mask } of marks) {
    if (rules.some((rule) => rule.mark !== undefined && ((rule.mark.value ^ mark) & rule.mark.mask & mask) === 0)) continue;
    const table = tproxyTable(mark, told);
    const words = `fwmark 0x${mark.toString(16)}/0x${mask.toString(16)} lookup ${table}`;
    for (const family of families) {
      const rule = parsePolicyRule(words, () => nextPreference([...rules, ...added.rules], family), 'rule', family);
      const route = parseRoute(`local default dev lo table ${table}`, [], 'route', family);
      if (isProblem(rule) || isProblem(route)) continue;
      added.rules.push(rule);
      if (!routes.concat(added.routes).some((other) => other.family === family && other.table === table)) added.routes.push(route);
    }
    noted.assume('tproxy-routing', `TPROXY rules need policy routing, which the file does not list: "ip rule add ${words}" and "ip route add local default dev lo table ${table}" are assumed.`);
  }
  return added;
}

/** Istio: table 133 for the sidecar's mark 1337, unless a variable says otherwise, and 100 for the marks of ambient mode. */
function tproxyTable(mark: number, told: string | undefined): number {
  if (mark !== 1337) return 100;
  return told !== undefined && /^[0-9]{1,9}$/.test(told) ? Number(told) : 133;
}
