import { endpoint } from '../../net/endpoint';
import { scenario, type Scenario, type ScenarioPlace } from '../scenario';
import type { RuleSetView } from '../view';
import { proxyIdentity } from './journey/pod';
import { nodeScenarios } from './nodeScenarios';
import { istioProfile, type IstioProfile } from './profile';

/** What is asked of a pod or a node of Istio; none where it is neither, or the file shows no pod of the node. */
export function istioScenarios(ruleSet: RuleSetView, place: ScenarioPlace): readonly Scenario[] {
  const profile = istioProfile(ruleSet);
  switch (profile?.mode) {
    case 'sidecar REDIRECT':
    case 'sidecar TPROXY':
      return sidecar(profile, place);
    case 'ambient pod':
      return ambient(profile, place);
    case 'ambient node':
      return nodeScenarios(place.host, place);
    default:
      return [];
  }
}

/**
 * The application calls its own Service: by the cluster IP, so that the rules capture it, and the proxy then picks this
 * very pod.
 */
function ownServiceScenario({ own, service, appPort }: ScenarioPlace): Scenario {
  return {
    ...scenario(
      'app-own-service',
      'App → its own Service',
      'the proxy picks this pod as endpoint',
      `out uid 1000 tcp ${endpoint(own, 42050)} > ${endpoint(service, appPort)} syn new`,
    ),
    ownService: true,
    way: 'Its own Service',
  };
}

/** Questions of people whose request did not reach the app in a sidecar pod. */
function sidecar(profile: IstioProfile, place: ScenarioPlace): readonly Scenario[] {
  const { uid, gid } = proxyIdentity(profile);
  const envoy = `out uid ${uid} gid ${gid} tcp`;
  const { own, to, peer, outside, iface, appPort, loopback } = place;
  const client = `in ${iface} tcp ${endpoint(peer, 41522)} > `;
  return [
    scenario(
      'client-app',
      'Client → app port (inbound)',
      'a request to the application',
      `${client}${endpoint(to, appPort)} syn new`,
      'Inbound',
    ),
    ...excludedPort(profile, place, client),
    scenario(
      'app-outside',
      'App → outside (outbound)',
      'a request of the application',
      `out uid 1000 tcp ${endpoint(own, 42000)} > ${endpoint(outside, 443)} syn new`,
      'Outbound',
    ),
    scenario(
      'envoy-outside',
      'Envoy → outside',
      'the same request, sent on by the proxy',
      `${envoy} ${endpoint(own, 43000)} > ${endpoint(outside, 443)} syn new`,
    ),
    ownServiceScenario(place),
    scenario(
      'app-itself',
      'App → itself (own pod IP)',
      'the application calls its own address',
      `out uid 1000 tcp ${endpoint(own, 42010)} > ${endpoint(own, appPort)} syn new`,
    ),
    scenario(
      'envoy-itself',
      'Envoy → own pod IP',
      'the proxy picked this pod as endpoint',
      `${envoy} ${endpoint(own, 43010)} > ${endpoint(own, appPort)} syn new`,
    ),
    scenario(
      'envoy-app',
      `Envoy → app from ${own.includes(':') ? '::6' : '127.0.0.6'}`,
      'inbound passthrough',
      `${envoy} ${endpoint(own.includes(':') ? '::6' : '127.0.0.6', 40000)} > ${endpoint(own, appPort)} syn new`,
    ),
    scenario(
      'app-localhost',
      `App → ${loopback}`,
      'container to container',
      `out uid 1000 tcp ${endpoint(loopback, 42020)} > ${endpoint(loopback, appPort)} syn new`,
    ),
    scenario(
      'dns',
      'App → DNS',
      profile.dnsCapture ? 'captured by DNS capture' : 'not captured unless DNS capture is on',
      `out uid 1000 udp ${endpoint(own, 42030)} > ${endpoint(place.resolver, 53)} new`,
      'DNS',
    ),
    ...probes(place),
    scenario(
      'gid-only',
      `Process with gid ${gid} → outside`,
      'bypasses the mesh by its group',
      `out uid 1000 gid ${gid} tcp ${endpoint(own, 42040)} > ${endpoint(outside, 443)} syn new`,
    ),
  ];
}

/** Kubelet asks for the proxy, and, by way of the agent, for the application. */
function probes({ iface, peer, to }: ScenarioPlace): readonly Scenario[] {
  return [
    scenario(
      'probe',
      'Kubelet probe → 15021',
      'readiness of the proxy',
      `in ${iface} tcp ${endpoint(peer, 41530)} > ${endpoint(to, 15021)} syn new`,
      'Probe of the proxy',
    ),
    scenario(
      'app-probe',
      'Kubelet probe → 15020',
      'of the application, which the injector redirects to the agent',
      `in ${iface} tcp ${endpoint(peer, 41531)} > ${endpoint(to, 15020)} syn new`,
      'Probe of the app',
    ),
  ];
}

/** One with a listener, where the file shows it: without a listener a refusal would hide the bypass. */
function excludedPort(
  { inboundExcludes }: IstioProfile,
  { host, to }: ScenarioPlace,
  client: string,
): readonly Scenario[] {
  const port =
    inboundExcludes.find((each) => host.listeners.some((listener) => listener.port === each)) ?? inboundExcludes[0];
  if (port === undefined) return [];
  return [
    scenario(
      'client-excluded',
      `Client → excluded port ${port}`,
      'a port that bypasses the proxy',
      `${client}${endpoint(to, port)} syn new`,
    ),
  ];
}

function ambient(profile: IstioProfile, place: ScenarioPlace): readonly Scenario[] {
  const { own, to, peer, outside, iface, appPort } = place;
  return [
    scenario(
      'client-app',
      'Client → app port (inbound, plaintext)',
      'captured by ztunnel',
      `in ${iface} tcp ${endpoint(peer, 41522)} > ${endpoint(to, appPort)} syn new`,
      'Inbound',
    ),
    scenario(
      'hbone',
      'ztunnel peer → 15008',
      'the HBONE tunnel',
      `in ${iface} tcp ${endpoint(peer, 41523)} > ${endpoint(to, 15008)} syn new`,
      'Inbound, in the mesh',
    ),
    scenario(
      'app-outside',
      'App → outside (outbound)',
      'a request of the application',
      `out uid 1000 tcp ${endpoint(own, 42000)} > ${endpoint(outside, 443)} syn new`,
      'Outbound',
    ),
    scenario(
      'ztunnel-outside',
      'ztunnel → outside',
      'marked 0x539',
      `out uid 0 tcp ${endpoint(own, 43000)} > ${endpoint(outside, 443)} syn new mark 0x539`,
    ),
    ownServiceScenario(place),
    scenario(
      'app-itself',
      'App → itself (own pod IP)',
      'over lo',
      `out uid 1000 tcp ${endpoint(own, 42010)} > ${endpoint(own, appPort)} syn new`,
    ),
    scenario(
      'probe',
      'Kubelet probe (169.254.7.127)',
      'the probe source on the node',
      `in ${iface} tcp ${endpoint(own.includes(':') ? 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff' : '169.254.7.127', 41530)} ` +
        `> ${endpoint(to, appPort)} syn new`,
      'Kubelet probe',
    ),
    scenario(
      'dns',
      'App → DNS',
      profile.dnsCapture ? 'captured by DNS capture' : 'not captured unless DNS capture is on',
      `out uid 1000 udp ${endpoint(own, 42030)} > ${endpoint(place.resolver, 53)} new`,
      'DNS',
    ),
  ];
}
