import { addToAddress, formatAddress, inBlock, parseAddress, parseBlock } from '../../net/address';
import { endpoint } from '../../net/endpoint';
import { protocolName } from '../../net/protocols';
import { scenario, type Scenario, type ScenarioPlace } from '../scenario';
import { shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView } from '../view';
import { publishedIn } from './published';
import { isBridge } from './rules';

/** What is sent by a container, and by a program of this host to a container. */
export function dockerScenarios(rules: RuleSetView, place: ScenarioPlace): readonly Scenario[] {
  return [...containerOutside(rules, place), ...localhost(rules, place)];
}

/** From the network of the first published container, else of the first network that is masqueraded. */
function containerOutside(rules: RuleSetView, { outside }: ScenarioPlace): readonly Scenario[] {
  const networks = (chainIn(rules, 'nat', 'POSTROUTING')?.rules ?? []).flatMap((rule) => {
    const shape = shapeOf(rule);
    const [bridge, network] = [valueOf(shape, 'out'), parseBlock(valueOf(shape, 'src') ?? '', rules.family)];
    return shape.form === '!out src' && isBridge(bridge) && network ? [{ bridge: bridge as string, network }] : [];
  });
  const containers = publishedIn(rules).flatMap(({ to }) => parseAddress(to.address) ?? []);
  for (const container of containers) {
    const found = networks.find(({ network }) => inBlock(container, network));
    if (found) return [outsideFrom(found.bridge, formatAddress(container), outside)];
  }
  const [first] = networks;
  return first ? [outsideFrom(first.bridge, formatAddress(addToAddress(first.network.address, 2)), outside)] : [];
}

function outsideFrom(bridge: string, container: string, outside: string): Scenario {
  return scenario(
    'container-outside',
    'Container → outside',
    'with an address of this host',
    `forward ${bridge} tcp ${endpoint(container, 42070)} > ${endpoint(outside, 443)} syn new`,
    'Outbound',
  );
}

/** A published port by localhost, which no rule sends to the container. */
function localhost(rules: RuleSetView, { loopback }: ScenarioPlace): readonly Scenario[] {
  const found = publishedIn(rules).find(
    ({ proxied, address }) => proxied && (address === undefined || address === loopback),
  );
  if (!found) return [];
  return [
    scenario(
      'localhost',
      `This host → localhost:${found.port}`,
      'a published port, by docker-proxy',
      `out uid 1000 ${protocolName(found.protocol)} ${endpoint(loopback, 42060)} > ` +
        `${endpoint(loopback, found.port)} syn new`,
      'Localhost',
    ),
  ];
}
