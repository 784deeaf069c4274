import type { IstioProfile } from '../profile';
import type { Onward, Taken } from '../../journey';
import type { IstioMesh } from './packets';
import { looksLikeProxy } from './pod';
import type { PodSaid } from './podSaid';

/** No proxy takes the packet: what that means for it, and which of the settings in the rules causes it. */
export function direct({ profile, said }: IstioMesh, taken: Taken): Onward {
  const { direction, own, sent, leaves, protocol } = taken;
  if (leaves && sent) return { end: 'It leaves the pod; where it arrives in a pod of the mesh, it is inbound there.' };
  const why =
    protocol === 6
      ? ` ${direction === 'in' ? whyNotInbound(profile, said, taken) : whyNotOutbound(profile, said)}`.trimEnd()
      : '';
  if (direction === 'in')
    return {
      end:
        'No proxy is on its way: the application gets it directly, without the mTLS, policies and telemetry of ' +
        `the mesh.${why}`,
    };
  if (own) return { end: 'No proxy is on its way: it reaches the program in this pod directly.' };
  return { end: `No proxy is on its way: it leaves the pod as it is.${why}` };
}

/** It was sent with the identity that the rules let out. */
export function ofProxyItself(
  { profile }: IstioMesh,
  request: Parameters<typeof looksLikeProxy>[1],
): Onward | undefined {
  if (profile.mode.startsWith('ambient node'))
    return looksLikeProxy(profile, request)
      ? { end: 'It is sent by ztunnel itself, and is routed as usual.' }
      : undefined;
  return looksLikeProxy(profile, request)
    ? {
        end:
          'It is sent as the proxy’s own user or mark, which the rules do not capture: any process with that ' +
          'user or mark bypasses the proxy.',
      }
    : undefined;
}

/** Why the file holds no rules of Istio at all, where it says so. */
export function withoutIstio(said: PodSaid): string | undefined {
  return said.noInterception === undefined
    ? undefined
    : `No proxy is on its way: the file holds no rules of Istio. ${noneText(said)}`;
}

/**
 * With `NONE` the injector adds no istio-init, so there are no rules: Envoy gets what is sent to its own listeners
 * only. Source: istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml.
 */
function noneText({ noInterception }: PodSaid): string {
  return (
    `Line ${noInterception ?? 0} sets interceptionMode NONE, with which the injector adds no istio-init: Envoy ` +
    'gets only what is sent to its own listeners.'
  );
}

function whyNotInbound(
  { inbound, inboundIncludes, inboundExcludes, mode }: IstioProfile,
  said: PodSaid,
  { port }: Taken,
): string {
  if (inbound === 'none') {
    if (said.noInterception !== undefined) return noneText(said);
    return mode.startsWith('ambient')
      ? 'No rule captures what arrives (ambient.istio.io/bypass-inbound-capture, or rules that were removed).'
      : 'Nothing captures what arrives: no port is included (includeInboundPorts is empty), or Istio’s rules ' +
          'were removed.';
  }
  if (inbound === 'ports')
    return inboundIncludes.includes(port)
      ? ''
      : `Only ${inboundIncludes.length === 1 ? 'port' : 'ports'} ${inboundIncludes.slice(0, 8).join(', ')} ` +
          `${inboundIncludes.length === 1 ? 'is' : 'are'} captured (includeInboundPorts).`;
  return inboundExcludes.includes(port)
    ? `Port ${port} is excluded (excludeInboundPorts, or a port of the proxy’s own).`
    : '';
}

function whyNotOutbound({ outbound, outboundIncludedPorts, mode }: IstioProfile, said: PodSaid): string {
  if (outbound !== 'none' || outboundIncludedPorts.length > 0) return '';
  if (said.noInterception !== undefined) return noneText(said);
  return mode.startsWith('ambient')
    ? ''
    : 'Nothing captures what the application sends: no range is included (includeOutboundIPRanges is empty), or ' +
        'Istio’s rules were removed.';
}
