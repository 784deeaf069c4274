import type { PacketRequest } from '../../net/packetRequest';
import { compareReleases } from './releases';
import type { IstioProfile } from './profile';
import type { VersionRange } from './versions';

/** What became of a packet in a pod, as far as the proxy's next step depends on it. */
export interface Taken {
  readonly family: 4 | 6;
  readonly protocol: 6 | 17;
  readonly direction: 'in' | 'out';
  /** Who sends it, and where it was to go before any rule. */
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  /** The port where it is delivered. */
  readonly port: number;
  /** Rules led it there; otherwise it was on its way there by itself. */
  readonly captured: boolean;
  /** It was to go to an address of this pod. */
  readonly own: boolean;
  /** The first address of the pod, and a port of the application. */
  readonly ownAddress: string;
  readonly appPort: number;
}

/** A packet that a proxy sends because of one that it got. */
export interface NextPacket {
  readonly label: string;
  readonly packet: PacketRequest;
  /** Why it looks so. */
  readonly note: string;
  readonly source: string;
  /** Under which condition there is this packet in place of the first of the list, or besides; absent for the first. */
  readonly when?: string;
}

/** The packets that follow, the usual one first; where none does, why. */
export type Onward = { readonly next: readonly NextPacket[] } | { readonly end: string };

const CLUSTERS = 'istio/istio:pilot/pkg/networking/core/cluster_builder.go';
const TEMPLATE = 'istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml';
const STATUS = 'istio/istio:pilot/cmd/pilot-agent/status/server.go';
const DNS = 'istio/istio:pkg/dns/client/dns.go';
const BOOTSTRAP = 'istio/istio:tools/packaging/common/envoy_bootstrap.json';
const ZTUNNEL = 'istio/ztunnel:ARCHITECTURE.md';

/** What the proxy of an Istio pod does with a TCP or UDP packet that arrived at one of its ports. */
export function onward(profile: IstioProfile, versions: VersionRange | undefined, taken: Taken): Onward {
  if (profile.mode === 'ambient pod') return ofZtunnel(profile, taken);
  return profile.mode.startsWith('sidecar') ? ofSidecar(profile, versions, taken) : { end: 'Capture happens in the network namespaces of the pods: look at the rules of the pod.' };
}

function ofSidecar(profile: IstioProfile, versions: VersionRange | undefined, taken: Taken): Onward {
  const { port, captured, protocol, direction } = taken;
  if (port === 15053 && captured) return { next: [toResolver(proxyIdentity(profile), taken, 'agent')] };
  if (protocol !== 6) return direct(taken);
  if (captured && port === profile.inboundPort && (port !== profile.outboundPort || direction === 'in' || taken.own)) return { next: toApp(profile, versions, taken) };
  if (captured && port === profile.outboundPort) return { next: toDestination(profile, taken) };
  if (captured || direction === 'out') return direct(taken);
  return port === profile.tunnelPort ? { next: toApp(profile, versions, { ...taken, destinationPort: taken.appPort, destination: taken.ownAddress }) } : ofOwnPort(profile, taken);
}

/** Envoy and the agent run in one container, as the same user. With TPROXY that is root, and the group tells them from the application. */
export function proxyIdentity({ mode, proxyUids: [uid = '1337'], proxyGids: [gid = '1337'] }: IstioProfile): { readonly dir: 'out'; readonly uid: number; readonly gid: number } {
  return { dir: 'out', uid: mode === 'sidecar TPROXY' ? 0 : Number(uid), gid: Number(gid) };
}

function toApp(profile: IstioProfile, versions: VersionRange | undefined, { family, source, destination, destinationPort }: Taken): readonly NextPacket[] {
  const to = at(destination, destinationPort);
  const packet: PacketRequest = { ...proxyIdentity(profile), proto: 6, dst: destination, dport: destinationPort };
  if (profile.mode === 'sidecar TPROXY') {
    return [{ label: `Envoy → app ${to}`, packet: { ...packet, src: source, sport: 40000, mark: 1337 }, note: 'With TPROXY Envoy keeps the client’s address as its source, and marks its packets 1337 so that they are not captured again.', source: TEMPLATE }];
  }
  const passthrough = family === 4 ? '127.0.0.6' : '::6';
  const newer: NextPacket = { label: `Envoy → app ${to}`, packet: { ...packet, src: passthrough, sport: 40000 }, note: `Envoy connects to the application from ${passthrough}, which the rules leave alone.`, source: CLUSTERS };
  const local = family === 4 ? '127.0.0.1' : '::1';
  const older: NextPacket = { label: `Envoy → app ${at(local, destinationPort)}`, packet: { ...packet, dst: local }, note: 'Up to Istio 1.9 Envoy sends what comes for a port of a Service to localhost.', source: CLUSTERS };
  if (versions?.contradictory) return [newer];
  if (versions?.to !== undefined && compareReleases(versions.to, '1.10') < 0) return [older, { ...newer, when: 'the port belongs to no Service', note: `A port without a Service is passed through, from ${passthrough}.` }];
  return versions?.from !== undefined && compareReleases(versions.from, '1.10') >= 0 ? [newer] : [newer, { ...older, when: 'Istio is 1.9 or older and the port belongs to a Service' }];
}

function toDestination(profile: IstioProfile, { destination, destinationPort, own, ownAddress, appPort }: Taken): readonly NextPacket[] {
  const packet: PacketRequest = { ...proxyIdentity(profile), proto: 6 };
  const main: NextPacket = { label: `Envoy → ${at(destination, destinationPort)}`, packet: { ...packet, dst: destination, dport: destinationPort }, note: 'Envoy sends it on as its own user, which the rules let out. For a Service it picks an endpoint itself; the address is then another one.', source: CLUSTERS };
  if (own) return [{ ...main, packet: { ...main.packet, src: destination, sport: 40002 }, note: 'The endpoint is this pod itself: Envoy calls its own address, over lo.' }];
  return [main, { label: `Envoy → own pod ${at(ownAddress, appPort)}`, packet: { ...packet, src: ownAddress, sport: 40002, dst: ownAddress, dport: appPort }, note: 'The application called a Service of which this pod is an endpoint: Envoy calls its own address, over lo.', source: CLUSTERS, when: 'Envoy picks this pod as the endpoint' }];
}

function toResolver(from: Partial<PacketRequest>, { protocol, destination, destinationPort }: Taken, who: string): NextPacket {
  return {
    label: `${who} → resolver ${at(destination, destinationPort)}`, packet: { ...from, dir: 'out', proto: protocol, dst: destination, dport: destinationPort },
    note: 'Names of the mesh are answered at once; other names are asked of the resolver that the application meant.', source: who === 'agent' ? DNS : ZTUNNEL,
  };
}

/** Ports of the sidecar's own, which the application does not have. */
function ofOwnPort(profile: IstioProfile, taken: Taken): Onward {
  const { port, family, ownAddress, appPort } = taken;
  const self = { ...proxyIdentity(profile), proto: 6 } as const;
  const local = family === 4 ? '127.0.0.1' : '::1';
  switch (port) {
    case 15021:
      return { next: [{ label: `Envoy → agent ${at(local, 15020)}`, packet: { ...self, dst: local, dport: 15020 }, note: 'Envoy passes /healthz/ready on to the agent, which looks whether Envoy is ready.', source: BOOTSTRAP }] };
    case 15020:
      return {
        next: [
          { label: `agent → app ${at(ownAddress, appPort)}`, packet: { ...self, src: family === 4 ? '127.0.0.6' : '::6', sport: 40001, dst: ownAddress, dport: appPort }, note: 'A probe of kubelet for the application (/app-health/…), which the injector has led here: the agent asks the application from the address that the rules leave alone.', source: STATUS },
          { label: `agent → Envoy ${at(local, 15090)}`, packet: { ...self, dst: local, dport: 15090 }, note: 'The agent gathers Envoy’s metrics.', source: STATUS, when: 'Prometheus asks for /stats/prometheus' },
          { label: `agent → app ${at(local, appPort)}`, packet: { ...self, dst: local, dport: appPort }, note: 'And those of the application, at the port of its prometheus.io/port annotation, on localhost.', source: STATUS, when: 'metrics of the application are merged' },
        ],
      };
    case 15090:
      return { end: 'Envoy answers with its metrics; nothing is sent on.' };
    case 15008:
      return { end: 'Envoy’s own tunnel port: what comes out of the tunnel goes to the application.' };
    default:
      return direct(taken);
  }
}

function direct({ direction, own }: Taken): Onward {
  return { end: direction === 'in' ? 'No proxy is on its way: the application gets it directly, without mTLS, policies and telemetry of the mesh.' : own ? 'No proxy is on its way: it reaches the program in this pod directly.' : 'No proxy is on its way: it leaves the pod as it is.' };
}

function ofZtunnel(profile: IstioProfile, taken: Taken): Onward {
  const { port, captured, protocol, direction, source, destination, destinationPort, ownAddress, appPort } = taken;
  const self: PacketRequest = { dir: 'out', uid: 0, mark: 0x539 };
  if (captured && port === 15053) return { next: [toResolver(self, taken, 'ztunnel')] };
  if (protocol !== 6) return direct(taken);
  const app = (address: string, to: number): NextPacket => ({
    label: `ztunnel → app ${at(address, to)}`, packet: { ...self, proto: 6, src: source, sport: 40000, dst: address, dport: to },
    note: 'ztunnel keeps the client’s address as its source, and marks its packets 0x539; by the mark of the connection the application’s answers find back to it.', source: ZTUNNEL,
  });
  if (captured && port === profile.inboundPort) return { next: [app(destination, destinationPort)] };
  if (captured && port === profile.outboundPort) {
    return {
      next: [
        { label: `ztunnel → ${at(destination, destinationPort)}`, packet: { ...self, proto: 6, dst: destination, dport: destinationPort }, note: 'What is not in the mesh gets it as plain TCP. The mark 0x539 keeps the rules from capturing it again.', source: ZTUNNEL },
        { label: `ztunnel → ztunnel ${at(destination, 15008)}`, packet: { ...self, proto: 6, dst: destination, dport: 15008 }, note: 'To a workload of the mesh it goes in a tunnel of HBONE, to port 15008 of the pod that was picked.', source: ZTUNNEL, when: 'the destination is a workload of the mesh' },
      ],
    };
  }
  if (!captured && direction === 'in' && port === (profile.tunnelPort ?? 15008)) return { next: [{ ...app(ownAddress, appPort), note: `What comes out of the tunnel goes to the application, with the client’s address as its source; which port is in the tunnel, ${appPort} is one of the application.` }] };
  return direct(taken);
}

function at(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
