import { addToAddress, formatAddress, parseBlock } from '../../../net/address';
import { endpoint } from '../../../net/endpoint';
import { scenario, type Scenario, type ScenarioPlace } from '../../scenario';
import { chainIn, type RuleSetView } from '../../view';
import { podInterface } from '../podAddress';
import { serviceEntries } from './maps';
import { kubeProxyTable } from './names';

/** A packet to the first Service, and one to the first node port, as for the rules of iptables. */
export function nftServiceScenarios(ruleSet: RuleSetView, place: ScenarioPlace): readonly Scenario[] {
  const [service] = serviceEntries(ruleSet, 'service-ips').filter(({ chain }) => /^(?:service|local)-/.test(chain));
  const [nodePort] = serviceEntries(ruleSet, 'service-nodeports');
  return [
    ...(service?.address === undefined
      ? []
      : [
          scenario(
            'service',
            'Pod → Service',
            'through a cluster IP',
            `in ${podWords(place)}${service.protocol} ${endpoint(podAddress(ruleSet) ?? place.peer, 41522)} > ` +
              `${endpoint(service.address, service.port)}${opening(service.protocol)}`,
            'Service',
          ),
        ]),
    ...(nodePort === undefined
      ? []
      : [
          scenario(
            'node-port',
            'Client → NodePort',
            'from outside the cluster',
            `in ${place.iface} ${nodePort.protocol} ${endpoint(place.outside, 41522)} > ` +
              `${endpoint(place.to, nodePort.port)}${opening(nodePort.protocol)}${place.addressesKnown ? '' : ' own'}`,
            'NodePort',
          ),
        ]),
  ];
}

function opening(protocol: string): string {
  return protocol === 'tcp' ? ' syn' : '';
}

/** Where the file states routes, they say by which interface a pod is reached. */
function podWords({ host, addressesKnown }: ScenarioPlace): string {
  if (addressesKnown) return '';
  return `${host.interfaces.find(({ name }) => podInterface.isLike(name))?.name ?? podInterface.name} `;
}

/** An address of the pod network, which `ip saddr != CIDR` exempts from masquerading. */
function podAddress(ruleSet: RuleSetView): string | undefined {
  for (const { chain: name } of serviceEntries(ruleSet, 'service-ips').slice(0, MOST_LOOKS))
    for (const rule of chainIn(ruleSet, kubeProxyTable(ruleSet.family), name)?.rules ?? []) {
      const block = parseBlock(
        / ip6? saddr != (\S+) jump mark-for-masquerade/.exec(rule.written)?.[1] ?? '',
        ruleSet.family,
      );
      if (block !== undefined) return formatAddress(addToAddress(block.address, 0x109));
    }
  return undefined;
}

/** The rules of Services are alike: where the first have none, kube-proxy does not know the pod network. */
const MOST_LOOKS = 20;
