import { formatAddress } from '../../core/net/address';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import { courseOf } from '../traceView/course';
import { destinationOf } from '../traceView/packetWords';
import { profileOf, type Evaluation } from './evaluate';

/** One packet of a whole exchange. */
export interface JourneyLeg {
  readonly id: string;
  readonly label: string;
  readonly expression: string;
}

/**
 * How an exchange goes on behind the proxy that takes the packet: client → Envoy, Envoy → app. Empty where no Istio sidecar with REDIRECT
 * takes it. The proxy's own packet has the source 127.0.0.6 (::6) inbound and the proxy's user.
 * Source: istio/istio:pilot/pkg/networking/core/listener_address.go.
 */
export function journeyOf(evaluation: Evaluation, expression: string): readonly JourneyLeg[] {
  const { input, request } = evaluation;
  const profile = profileOf(evaluation);
  if (!input || !request || profile?.mode !== 'sidecar REDIRECT') return [];
  const { events, end } = courseOf(input);
  const start = events[0];
  if (start?.kind !== 'start' || end.outcome !== 'LOCAL' || !events.some((event) => event.kind === 'translate' && event.half === 'destination')) return [];
  const port = end.packet.destinationPort;
  const { proxyUids: [uid = '1337'], proxyGids: [gid = '1337'] } = profile;
  const proxy: PacketRequest = { dir: 'out', proto: request.proto ?? 6, uid: Number(uid), gid: Number(gid), dst: formatAddress(start.packet.destination), dport: start.packet.destinationPort };
  const to = destinationOf(start.packet);
  if (port === profile.inboundPort) {
    const source = start.packet.family === 4 ? '127.0.0.6' : '::6';
    return [
      { id: 'to-proxy', label: `${request.dir === 'out' ? 'this pod' : 'client'} → Envoy :${port}`, expression },
      { id: 'from-proxy', label: `Envoy → app ${to}`, expression: formatPacketExpression({ ...proxy, src: source, sport: 40000 }) },
    ];
  }
  if (port !== profile.outboundPort) return [];
  return [
    { id: 'to-proxy', label: `app → Envoy :${port}`, expression },
    { id: 'from-proxy', label: `Envoy → ${to}`, expression: formatPacketExpression(proxy) },
  ];
}
