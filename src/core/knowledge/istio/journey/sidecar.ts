import type { PacketRequest } from '../../../net/packetRequest';
import { compareReleases } from '../../releases';
import { direct } from './direct';
import type { NextPacket, Onward, Taken } from '../../journey';
import { endpoint } from '../../../net/endpoint';
import { inOrder, SOURCES, type IstioMesh } from './packets';
import { proxyIdentity } from './pod';

/** What Envoy or the agent of a sidecar does with a packet that a socket of the pod got. */
export function afterSidecar(mesh: IstioMesh, taken: Taken): Onward {
  const { profile, said } = mesh;
  const { port, captured, protocol, direction } = taken;
  if (port === 15053 && captured) return { next: [toResolver(proxyIdentity(profile, said), taken, 'agent')] };
  if (protocol !== 6) return direct(mesh, taken);
  if (captured && port === profile.inboundPort && (port !== profile.outboundPort || direction === 'in' || taken.own))
    return { next: toApp(mesh, taken) };
  if (captured && port === profile.outboundPort) return { next: toDestination(mesh, taken) };
  if (captured || direction === 'out') return direct(mesh, taken);
  return port === profile.tunnelPort
    ? { next: toApp(mesh, { ...taken, destinationPort: taken.appPort, destination: taken.ownAddress }) }
    : ofOwnPort(mesh, taken);
}

/**
 * From which address Envoy connects to the application depends on its release: since 1.10 always from 127.0.0.6, from
 * 1.3 on only for ports without a Service. Where the rules are of several releases, nothing states that of the proxy.
 */
function toApp(
  { profile, versions, said }: IstioMesh,
  { family, source, destination, destinationPort }: Taken,
): readonly NextPacket[] {
  const to = endpoint(destination, destinationPort);
  const packet: PacketRequest = { ...proxyIdentity(profile, said), proto: 6, dst: destination, dport: destinationPort };
  if (profile.mode === 'sidecar TPROXY') {
    return [
      {
        label: `Envoy → app ${to}`,
        packet: { ...packet, src: source, sport: 40000, mark: 1337 },
        note:
          'With TPROXY Envoy keeps the client’s address as its source, and marks its packets 1337 so that they ' +
          'are not captured again.',
        source: SOURCES.template,
      },
    ];
  }
  const passthrough = family === 4 ? '127.0.0.6' : '::6';
  const newer: NextPacket = {
    label: `Envoy → app ${to}`,
    packet: { ...packet, src: passthrough, sport: 40000 },
    note:
      `Envoy connects to the application from ${passthrough}, by which the rules recognise it ` + 'and leave it alone.',
    source: SOURCES.clusters,
  };
  const local = family === 4 ? '127.0.0.1' : '::1';
  const older: NextPacket = {
    label: `Envoy → app ${endpoint(local, destinationPort)}`,
    packet: { ...packet, dst: local },
    note: 'Up to Istio 1.9 Envoy sends what comes for a port of a Service to localhost.',
    source: SOURCES.clusters,
  };
  const either = [newer, { ...older, when: 'Istio is 1.9 or older and the port belongs to a Service' }];
  if (versions === undefined || versions.contradictory) return either;
  const { from, to: until } = versions;
  if (until !== undefined && compareReleases(until, '1.3') < 0) return [older];
  if (until !== undefined && compareReleases(until, '1.10') < 0)
    return [
      older,
      {
        ...newer,
        when: 'the port belongs to no Service',
        note: `A port without a Service is passed through, from ${passthrough}.`,
      },
    ];
  return from !== undefined && compareReleases(from, '1.10') >= 0 ? [newer] : either;
}

function toDestination(
  { profile, said, ownService }: IstioMesh,
  { destination, destinationPort, own, ownAddress, appPort }: Taken,
): readonly NextPacket[] {
  const packet: PacketRequest = { ...proxyIdentity(profile, said), proto: 6 };
  const rooted =
    said.capNetBindService === undefined || profile.mode === 'sidecar TPROXY'
      ? ''
      : ` capNetBindService (line ${said.capNetBindService}) has it run as root: over lo the rules take it for ` +
        'the application.';
  const main: NextPacket = {
    label: `Envoy → ${endpoint(destination, destinationPort)}`,
    packet: { ...packet, dst: destination, dport: destinationPort },
    note:
      'Envoy sends it on as its own user, by which the rules recognise it and let it out. For a Service it ' +
      'picks an endpoint itself; the address is then a different one.',
    source: SOURCES.clusters,
  };
  if (own)
    return [
      {
        ...main,
        packet: { ...main.packet, src: destination, sport: 40002 },
        note: `The endpoint is this pod itself: Envoy calls its own address, over lo.${rooted}`,
      },
    ];
  const self: NextPacket = {
    label: `Envoy → own pod ${endpoint(ownAddress, appPort)}`,
    packet: { ...packet, src: ownAddress, sport: 40002, dst: ownAddress, dport: appPort },
    note:
      'The application called a Service of which this pod is an endpoint: Envoy calls its own address, over ' +
      `lo.${rooted}`,
    source: SOURCES.clusters,
    when: 'Envoy picks this pod as the endpoint',
  };
  return inOrder(main, self, ownService, 'Envoy picks another endpoint');
}

/** The name is asked for where the application meant to ask. `who` has the DNS proxy. */
export function toResolver(
  from: Partial<PacketRequest>,
  { protocol, destination, destinationPort }: Taken,
  who: 'agent' | 'ztunnel',
): NextPacket {
  return {
    label: `${who} → resolver ${endpoint(destination, destinationPort)}`,
    packet: { dir: 'out', ...from, proto: protocol, dst: destination, dport: destinationPort },
    note:
      'Names of the mesh are answered at once; queries for other names go to the resolver that the ' +
      'application used.',
    source: who === 'agent' ? SOURCES.dns : SOURCES.ztunnel,
  };
}

/** Ports of the sidecar's own, which the application does not have. */
function ofOwnPort(mesh: IstioMesh, taken: Taken): Onward {
  const { port, family, ownAddress, appPort } = taken;
  const self = { ...proxyIdentity(mesh.profile, mesh.said), proto: 6 } as const;
  const local = family === 4 ? '127.0.0.1' : '::1';
  switch (port) {
    case 15021:
      return {
        next: [
          {
            label: `Envoy → agent ${endpoint(local, 15020)}`,
            packet: { ...self, dst: local, dport: 15020 },
            note: 'Envoy passes /healthz/ready on to the agent, which checks whether Envoy is ready.',
            source: SOURCES.bootstrap,
          },
        ],
      };
    case 15020:
      return {
        next: [
          {
            label: `agent → app ${endpoint(ownAddress, appPort)}`,
            packet: { ...self, src: family === 4 ? '127.0.0.6' : '::6', sport: 40001, dst: ownAddress, dport: appPort },
            note:
              'A kubelet probe of the application (/app-health/…), which the injector has redirected here: the ' +
              'agent asks the application from the address that the rules leave alone.',
            source: SOURCES.status,
          },
          {
            label: `agent → Envoy ${endpoint(local, 15090)}`,
            packet: { ...self, dst: local, dport: 15090 },
            note: 'The agent gathers Envoy’s metrics.',
            source: SOURCES.status,
            when: 'Prometheus asks for /stats/prometheus',
          },
          {
            label: `agent → app ${endpoint(local, appPort)}`,
            packet: { ...self, dst: local, dport: appPort },
            note:
              'The agent also gathers those of the application, at the port of its prometheus.io/port ' +
              'annotation, on localhost.',
            source: SOURCES.status,
            when: 'metrics of the application are merged',
          },
        ],
      };
    case 15090:
      return { end: 'Envoy answers with its metrics; nothing is sent on.' };
    case 15008:
      return { end: 'Envoy’s own tunnel port: what comes out of the tunnel goes to the application.' };
    default:
      return direct(mesh, taken);
  }
}
