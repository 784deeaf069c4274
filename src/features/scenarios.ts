import { podPlace, proxyIdentity } from '../core/knowledge/istio/journey/pod';
import { istioProfile, type IstioProfile } from '../core/knowledge/istio/profile';
import { formatAddress, prefixBlock, inBlock, addToAddress, type Address } from '../core/net/address';
import type { Host } from '../core/net/host';
import type { RuleSet } from '../core/ruleset/ruleSet';
import { settingOf } from './fileTrace';
import { ruleSetOf, type Dump, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';
import { nodeScenarios } from './nodeScenarios';
import { packetReaching } from './witness';

/** A packet worth tracing in this file. */
export interface Scenario {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly expression: string;
  /** It goes to a Service of which this pod is the endpoint: the journey follows the proxy that picks it. */
  readonly ownService?: true;
}

/**
 * Packets that make sense for a rule set, the most asked-for first: an Istio pod, a Kubernetes node, a Docker host, any
 * host.
 */
export function scenariosFor(model: FileModel, dump: Dump): readonly Scenario[] {
  const ruleSet = ruleSetOf(dump.section);
  const { setting, addressesKnown } = settingOf(model, dump);
  const profile = istioProfile(ruleSetView(ruleSet));
  const place = placeOf(setting.host, ruleSet.family, addressesKnown);
  const list = profile ? ofMode(profile, place) : [];
  return list.length > 0 ? list : [...services(ruleSet, place), ...generic(ruleSet, place)];
}

function ofMode(profile: IstioProfile, place: Place): readonly Scenario[] {
  switch (profile.mode) {
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

interface Place {
  readonly host: Host;
  readonly iface: string;
  readonly own: string;
  readonly addressesKnown: boolean;
  /** `own` as a destination of what comes in; empty where it is made up, so that the trace fills it in, and says so. */
  readonly to: string;
  readonly loopback: string;
  readonly peer: string;
  readonly outside: string;
  readonly resolver: string;
  /** A cluster IP that stands for a Service of the pod's own. */
  readonly service: string;
  /** A port on which an application listens that is none of the mesh's. */
  readonly appPort: number;
}

function placeOf(host: Host, family: 4 | 6, addressesKnown: boolean): Place {
  const { address: own, prefixLength, iface, appPort } = podPlace(host, family);
  return {
    host,
    addressesKnown,
    iface: iface ?? 'eth0',
    own: own ? formatAddress(own) : family === 4 ? '10.0.0.1' : '2001:db8::1',
    to: own && addressesKnown ? formatAddress(own) : '',
    loopback: family === 4 ? '127.0.0.1' : '::1',
    peer: own ? formatAddress(neighbour(own, prefixLength, host)) : family === 4 ? '10.0.0.77' : '2001:db8::77',
    outside: family === 4 ? '203.0.113.10' : '2001:db8:ffff::10',
    resolver: family === 4 ? '10.96.0.10' : 'fd00:10:96::a',
    service: family === 4 ? '10.96.0.80' : 'fd00:10:96::50',
    appPort: appPort ?? 8080,
  };
}

/** Another address of the same network, for a client next door. */
function neighbour(own: Address, prefixLength: number, host: Host): Address {
  const network = prefixBlock(own, Math.min(prefixLength, own.family === 4 ? 24 : 64));
  for (let step = 5; step < 60; step++) {
    const candidate = addToAddress(own, step);
    if (
      inBlock(candidate, network) &&
      !host.interfaces.some(({ addresses }) =>
        addresses.some(({ address }) => formatAddress(address) === formatAddress(candidate)),
      )
    )
      return candidate;
  }
  return addToAddress(own, 1);
}

function at(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function scenario(id: string, label: string, detail: string, expression: string): Scenario {
  return { id, label, detail, expression };
}

/**
 * The application calls its own Service: by the cluster IP, so that the rules capture it, and the proxy then picks this
 * very pod.
 */
function ownServiceScenario({ own, service, appPort }: Place): Scenario {
  return {
    ...scenario(
      'app-own-service',
      'App → its own Service',
      'the proxy picks this pod as endpoint',
      `out uid 1000 tcp ${at(own, 42050)} > ${at(service, appPort)} syn new`,
    ),
    ownService: true,
  };
}

/** Questions of people whose request did not reach the app in a sidecar pod. */
function sidecar(profile: IstioProfile, place: Place): readonly Scenario[] {
  const { uid, gid } = proxyIdentity(profile);
  const envoy = `out uid ${uid} gid ${gid} tcp`;
  // One that someone listens on, where the file tells: a port without a listener would show a refusal instead of the
  // bypass.
  const excluded =
    profile.inboundExcludes.find((port) => place.host.listeners.some((listener) => listener.port === port)) ??
    profile.inboundExcludes[0];
  const { own, to, peer, outside, iface, appPort, loopback } = place;
  const client = `in ${iface} tcp ${at(peer, 41522)} > `;
  const list = [
    scenario(
      'client-app',
      'Client → app port (inbound)',
      'a request to the application',
      `${client}${at(to, appPort)} syn new`,
    ),
    ...(excluded === undefined
      ? []
      : [
          scenario(
            'client-excluded',
            `Client → excluded port ${excluded}`,
            'a port that bypasses the proxy',
            `${client}${at(to, excluded)} syn new`,
          ),
        ]),
    scenario(
      'app-outside',
      'App → outside (outbound)',
      'a request of the application',
      `out uid 1000 tcp ${at(own, 42000)} > ${at(outside, 443)} syn new`,
    ),
    scenario(
      'envoy-outside',
      'Envoy → outside',
      'the same request, sent on by the proxy',
      `${envoy} ${at(own, 43000)} > ${at(outside, 443)} syn new`,
    ),
    ownServiceScenario(place),
    scenario(
      'app-itself',
      'App → itself (own pod IP)',
      'the application calls its own address',
      `out uid 1000 tcp ${at(own, 42010)} > ${at(own, appPort)} syn new`,
    ),
    scenario(
      'envoy-itself',
      'Envoy → own pod IP',
      'the proxy picked this pod as endpoint',
      `${envoy} ${at(own, 43010)} > ${at(own, appPort)} syn new`,
    ),
    scenario(
      'envoy-app',
      `Envoy → app from ${own.includes(':') ? '::6' : '127.0.0.6'}`,
      'inbound passthrough',
      `${envoy} ${at(own.includes(':') ? '::6' : '127.0.0.6', 40000)} > ${at(own, appPort)} syn new`,
    ),
    scenario(
      'app-localhost',
      `App → ${loopback}`,
      'container to container',
      `out uid 1000 tcp ${at(loopback, 42020)} > ${at(loopback, appPort)} syn new`,
    ),
    scenario(
      'dns',
      'App → DNS',
      profile.dnsCapture ? 'captured by DNS capture' : 'not captured unless DNS capture is on',
      `out uid 1000 udp ${at(own, 42030)} > ${at(place.resolver, 53)} new`,
    ),
    scenario(
      'probe',
      'Kubelet probe → 15021',
      'readiness of the proxy',
      `in ${iface} tcp ${at(peer, 41530)} > ${at(to, 15021)} syn new`,
    ),
    scenario(
      'gid-only',
      `Process with gid ${gid} → outside`,
      'bypasses the mesh by its group',
      `out uid 1000 gid ${gid} tcp ${at(own, 42040)} > ${at(outside, 443)} syn new`,
    ),
  ];
  return list;
}

function ambient(profile: IstioProfile, place: Place): readonly Scenario[] {
  const { own, to, peer, outside, iface, appPort } = place;
  return [
    scenario(
      'client-app',
      'Client → app port (inbound, plaintext)',
      'captured by ztunnel',
      `in ${iface} tcp ${at(peer, 41522)} > ${at(to, appPort)} syn new`,
    ),
    scenario(
      'hbone',
      'ztunnel peer → 15008',
      'the HBONE tunnel',
      `in ${iface} tcp ${at(peer, 41523)} > ${at(to, 15008)} syn new`,
    ),
    scenario(
      'app-outside',
      'App → outside (outbound)',
      'a request of the application',
      `out uid 1000 tcp ${at(own, 42000)} > ${at(outside, 443)} syn new`,
    ),
    scenario(
      'ztunnel-outside',
      'ztunnel → outside',
      'marked 0x539',
      `out uid 0 tcp ${at(own, 43000)} > ${at(outside, 443)} syn new mark 0x539`,
    ),
    ownServiceScenario(place),
    scenario(
      'app-itself',
      'App → itself (own pod IP)',
      'over lo',
      `out uid 1000 tcp ${at(own, 42010)} > ${at(own, appPort)} syn new`,
    ),
    scenario(
      'probe',
      'Kubelet probe (169.254.7.127)',
      'the probe source on the node',
      `in ${iface} tcp ${at(own.includes(':') ? 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff' : '169.254.7.127', 41530)} > ${at(to, appPort)} syn new`,
    ),
    scenario(
      'dns',
      'App → DNS',
      profile.dnsCapture ? 'captured by DNS capture' : 'not captured unless DNS capture is on',
      `out uid 1000 udp ${at(own, 42030)} > ${at(place.resolver, 53)} new`,
    ),
  ];
}

/** Entries of kube-proxy and of Docker: the first of each kind, by the packet that reaches it. */
function services(ruleSet: RuleSet, place: Place): readonly Scenario[] {
  const nat = ruleSet.tables.get('nat');
  const list: Scenario[] = [];
  const add = (chain: string, test: (target: string) => boolean, id: string, label: string, detail: string): void => {
    const rule = nat?.chains
      .get(chain)
      ?.rules.find(({ target }) =>
        target.kind === 'jump' ? test(target.chain) : target.kind === 'extension' && test(target.extension.name),
      );
    const expression =
      rule &&
      packetReaching(place.host, ruleSet, rule, {
        wish: id === 'service' ? podSource(ruleSet) : {},
        addressesKnown: place.addressesKnown,
      });
    if (expression !== undefined) list.push(scenario(id, label, detail, expression));
  };
  add('KUBE-SERVICES', (target) => target.startsWith('KUBE-SVC-'), 'service', 'Pod → Service', 'through a cluster IP');
  add(
    'KUBE-NODEPORTS',
    (target) => target.startsWith('KUBE-EXT-') || target.startsWith('KUBE-SVC-'),
    'node-port',
    'Client → NodePort',
    'from outside the cluster',
  );
  add('DOCKER', (target) => target === 'DNAT', 'published', 'Client → published port', 'into a container');
  return list;
}

/** A pod of the cluster: kube-proxy's rules leave the cluster's own network (`! -s CIDR`) out of masquerading. */
function podSource(ruleSet: RuleSet): { readonly src?: string } {
  for (const chain of ruleSet.tables.get('nat')?.chains.values() ?? []) {
    const source = chain.name.startsWith('KUBE-SVC-')
      ? chain.rules.find(({ header }) => header.source?.inverted)?.header.source
      : undefined;
    if (source) return { src: formatAddress(addToAddress(source.value.address, 0x109)) };
  }
  return {};
}

function generic(ruleSet: RuleSet, place: Place): readonly Scenario[] {
  const { iface, own, to, peer, outside, loopback } = place;
  const other = place.host.interfaces.find(({ name }) => name !== 'lo' && name !== iface);
  const otherAddress = other?.addresses.find(({ address }) => address.family === ruleSet.family);
  const forwarded =
    other && otherAddress
      ? [
          scenario(
            'forward',
            `${iface} → ${other.name} (forwarded)`,
            'through this host',
            `forward ${iface} ${other.name} tcp ${at(outside, 41600)} > ${at(formatAddress(neighbour(otherAddress.address, otherAddress.prefixLength, place.host)), 80)} syn new`,
          ),
        ]
      : [];
  return [
    scenario('ssh', 'Client → SSH', 'into this host', `in ${iface} tcp ${at(peer, 41522)} > ${at(to, 22)} syn new`),
    scenario('http', 'Client → HTTP', 'into this host', `in ${iface} tcp ${at(peer, 41523)} > ${at(to, 80)} syn new`),
    scenario(
      'out',
      'This host → outside',
      'what the host sends',
      `out uid 0 tcp ${at(own, 42000)} > ${at(outside, 443)} syn new`,
    ),
    ...forwarded,
    scenario(
      'ping',
      'Ping',
      'into this host',
      `in ${iface} ${own.includes(':') ? 'icmpv6' : 'icmp'} echo-request ${peer} > ${to} new`.replace('  ', ' '),
    ),
    scenario(
      'answer',
      'Answer to a connection of this host',
      'ESTABLISHED',
      `in ${iface} tcp ${at(outside, 443)} > ${at(to, 42000)} ack established`,
    ),
    scenario(
      'local',
      'This host → itself',
      'over lo',
      `out uid 0 tcp ${at(loopback, 42010)} > ${at(loopback, 80)} syn new`,
    ),
  ];
}
