import { afterNode, afterZtunnelHost } from './node';
import { afterSidecar } from './sidecar';
import { afterZtunnel } from './ambient';
import { direct } from './direct';
import type { NextPacket, Onward, Taken } from '../../journey';
import type { IstioMesh } from './packets';

/** What the proxy of a pod or a node of Istio does with a TCP or UDP packet that this host took or let go. */
export function onward(mesh: IstioMesh, taken: Taken): Onward {
  if (taken.sent && !taken.captured && !taken.leaves && !entersTunnel(mesh, taken))
    return { end: 'The program receives it; its reply goes back the same way.' };
  switch (mesh.profile.mode) {
    case 'sidecar REDIRECT':
    case 'sidecar TPROXY':
      return taken.leaves ? direct(mesh, taken) : afterSidecar(mesh, taken);
    case 'ambient pod':
      return taken.leaves ? direct(mesh, taken) : inPod(mesh, taken);
    case 'ambient node':
      return afterNode(mesh, taken);
    case 'ambient node, inside ztunnel':
      return afterZtunnelHost(taken);
    case 'ambient host':
      return { end: 'Capture happens in the network namespaces of the pods: see the rules of the pod.' };
  }
}

/**
 * Where the rules of a sidecar are beside those of ambient mode, nothing states which of the two runs: both are
 * followed.
 */
function inPod(mesh: IstioMesh, taken: Taken): Onward {
  const ambient = afterZtunnel(mesh, taken);
  if (mesh.sidecarBeside === undefined || !('next' in ambient)) return ambient;
  const sidecar = afterSidecar({ ...mesh, profile: mesh.sidecarBeside }, taken);
  if (!('next' in sidecar)) return ambient;
  const besides = sidecar.next.map(({ when, ...next }): NextPacket => ({
    ...next,
    when: when === undefined ? 'a sidecar runs in the pod, not ztunnel' : `a sidecar runs in the pod and ${when}`,
  }));
  return { next: [...ambient.next, ...besides] };
}

/** ztunnel calls its own pod: what it sends itself over lo comes to the port of its tunnel without a rule. */
function entersTunnel({ profile }: IstioMesh, { own, port }: Taken): boolean {
  return profile.mode === 'ambient pod' && own && port === (profile.tunnelPort ?? 15008);
}
