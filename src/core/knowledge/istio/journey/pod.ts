import type { PacketRequest } from '../../../net/packetRequest';
import type { IstioProfile } from '../profile';
import { NOTHING_SAID, type PodSaid } from './podSaid';

/** Who listens on a port of a pod of the mesh. */
export type Receiver = 'app' | 'Envoy' | 'agent' | 'ztunnel';

/**
 * The ports of a pod that are the proxy's, with whose they are beside a sidecar; in ambient mode all of them are
 * ztunnel's. Sources: the page "Application Requirements" of istio.io,
 * istio/istio:pilot/cmd/pilot-agent/status/server.go, istio/ztunnel:ARCHITECTURE.md.
 */
const PROXY_PORTS: ReadonlyMap<number, Receiver> = new Map<number, Receiver>([
  [15000, 'Envoy'],
  [15001, 'Envoy'],
  [15004, 'agent'],
  [15006, 'Envoy'],
  [15008, 'Envoy'],
  [15009, 'Envoy'],
  [15020, 'agent'],
  [15021, 'Envoy'],
  [15053, 'agent'],
  [15080, 'ztunnel'],
  [15090, 'Envoy'],
]);

/** On this port the proxy listens, and no application. */
export function isProxyPort(port: number): boolean {
  return PROXY_PORTS.has(port);
}

/** Who gets a packet at a port. `captured`: rules led it there, and so to the proxy whatever its number. */
export function receiverAt({ mode }: IstioProfile, port: number, captured: boolean): Receiver {
  const known = PROXY_PORTS.get(port);
  if (known === undefined && !captured) return 'app';
  return mode.startsWith('ambient') ? 'ztunnel' : (known ?? 'Envoy');
}

/**
 * Envoy and the agent run in one container, as the same user. With TPROXY and with capNetBindService that is root, and
 * only the group distinguishes them from the application. Source:
 * istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml, securityContext.
 */
export function proxyIdentity(
  { mode, proxyUids: [uid = '1337'], proxyGids: [gid = '1337'] }: IstioProfile,
  { capNetBindService }: PodSaid = NOTHING_SAID,
): { readonly dir: 'out'; readonly uid: number; readonly gid: number } {
  return {
    dir: 'out',
    uid: mode === 'sidecar TPROXY' || capNetBindService !== undefined ? 0 : Number(uid),
    gid: Number(gid),
  };
}

/**
 * ztunnel shares the network of the pod in ambient mode, and is known by its mark. Source:
 * istio/ztunnel:ARCHITECTURE.md.
 */
export const ZTUNNEL_IDENTITY: PacketRequest = { dir: 'out', uid: 0, mark: 0x539 };

/** Sent by the proxy, or by one who looks like it to the rules. */
export function looksLikeProxy(
  { mode, proxyUids, proxyGids, nodeZtunnel }: IstioProfile,
  { dir, uid, gid, mark = 0, iface }: PacketRequest,
): boolean {
  if (mode === 'ambient node') return dir !== 'out' && iface !== undefined && iface === nodeZtunnel?.iface;
  if (dir !== 'out') return false;
  if (mode === 'ambient node, inside ztunnel') return true;
  if (mode === 'ambient pod') return (mark & 0xfff) === 0x539;
  // Rules that know no user and no group of the proxy capture its own packets too: it has the usual ones.
  return proxyUids.length + proxyGids.length > 0
    ? proxyUids.includes(String(uid)) || proxyGids.includes(String(gid))
    : uid === 1337 || gid === 1337;
}
