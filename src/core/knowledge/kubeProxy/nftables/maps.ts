import type { NamedAddress } from '../../../net/namedAddress';
import { namedProtocol } from '../../../net/packetRequest';
import type { RuleSetView } from '../../view';
import { kubeProxyTable, namedChain } from './names';

/** What the map service-ips or service-nodeports has for a connection. */
interface ServiceEntry {
  /** undefined of a node port. */
  readonly address: string | undefined;
  readonly protocol: string;
  readonly port: number;
  /** The chain that it goes to. */
  readonly chain: string;
}

/**
 * An element, `10.96.0.1 . tcp . 443 : goto service-…`, without an address in service-nodeports; nft prints its comment
 * behind the key. Source: pkg/proxy/nftables/proxier.go (syncProxyRules).
 */
const ELEMENT =
  /(?:([\da-f.:]{2,45}) \. )?(tcp|udp|sctp) \. (\d{1,5})(?: comment "[^"]*")? : goto ((?:service|local|external|firewall)-[^\s,}]+)/g;

/** The elements of one of its maps, in their order. */
export function serviceEntries(ruleSet: RuleSetView, map: string): readonly ServiceEntry[] {
  return ruleSet
    .setElements(kubeProxyTable(ruleSet.family), map)
    .flatMap((text) =>
      [...text.matchAll(ELEMENT)].map(([, address, protocol = '', port, chain = '']) => ({
        address,
        protocol,
        port: Number(port),
        chain,
      })),
    );
}

/** The cluster IPs of Services. What comes from outside has an address of the node or of a load balancer. */
export function nftServiceNames(ruleSet: RuleSetView): readonly NamedAddress[] {
  return serviceEntries(ruleSet, 'service-ips').flatMap(({ address, protocol, port, chain }): NamedAddress[] => {
    const named = namedChain(chain);
    const [namespace = '', name = '', portName] = named?.service.split(/[/:]/) ?? [];
    const number = namedProtocol(protocol);
    return address === undefined || number === undefined || (named?.kind !== 'service' && named?.kind !== 'local')
      ? []
      : [{ kind: 'Service', namespace, name, address, ports: [{ name: portName, port, protocol: number }] }];
  });
}
