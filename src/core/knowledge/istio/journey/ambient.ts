import { direct } from './direct';
import type { NextPacket, Onward, Taken } from '../../journey';
import { endpoint } from '../../../net/endpoint';
import { inOrder, SOURCES, type IstioMesh } from './packets';
import { ZTUNNEL_IDENTITY } from './pod';
import { toResolver } from './sidecar';

/**
 * What ztunnel does in the network namespace of a pod of ambient mode, 1.21 and newer, with a packet that a socket
 * there got.
 */
export function afterZtunnel(mesh: IstioMesh, taken: Taken): Onward {
  const { profile, ownService } = mesh;
  const {
    port,
    captured,
    protocol,
    direction,
    source,
    destination,
    destinationPort,
    own: itself,
    sent,
    ownAddress,
    appPort,
  } = taken;
  const self = { ...ZTUNNEL_IDENTITY, proto: 6 } as const;
  if (captured && port === 15053) return { next: [toResolver(ZTUNNEL_IDENTITY, taken, 'ztunnel')] };
  if (protocol !== 6) return direct(mesh, taken);
  const app = (address: string, to: number): NextPacket => ({
    label: `ztunnel → app ${endpoint(address, to)}`,
    packet: { ...self, src: source, sport: 40000, dst: address, dport: to },
    note:
      'ztunnel keeps the client’s address as its source, and marks its packets 0x539; the mark of the connection ' +
      'brings the application’s replies back to it.',
    source: SOURCES.ztunnel,
  });
  const tunnel = profile.tunnelPort ?? 15008;
  // With TPROXY, up to 1.24, the tunnel's port is captured too.
  if ((direction === 'in' || (sent && itself)) && port === tunnel && (!captured || destinationPort === tunnel))
    return {
      next: [
        {
          ...app(ownAddress, appPort),
          note:
            'What comes out of the tunnel goes to the application, with the client’s address as its source; the ' +
            `port inside the tunnel is not visible, and ${appPort} is a port of the application.`,
        },
      ],
    };
  if (captured && port === profile.inboundPort) return { next: [app(destination, destinationPort)] };
  if (captured && port === profile.outboundPort) {
    const plain: NextPacket = {
      label: `ztunnel → ${endpoint(destination, destinationPort)}`,
      packet: { ...self, dst: destination, dport: destinationPort },
      note:
        'A destination outside the mesh gets it as plain TCP. The mark 0x539 keeps the rules from ' +
        'capturing it again.',
      source: SOURCES.ztunnel,
    };
    const meshed: NextPacket = {
      label: `ztunnel → ztunnel ${endpoint(destination, tunnel)}`,
      packet: { ...self, dst: destination, dport: tunnel },
      note: `To a workload of the mesh it goes in an HBONE tunnel, to port ${tunnel} of the pod that was picked.`,
      source: SOURCES.ztunnelOutbound,
      when: 'the destination is a workload of the mesh',
    };
    const own: NextPacket = {
      label: `ztunnel → own pod ${endpoint(ownAddress, tunnel)}`,
      packet: { ...self, src: ownAddress, sport: 40002, dst: ownAddress, dport: tunnel },
      note:
        `The application called a Service of which this pod is an endpoint: ztunnel calls port ${tunnel} of the ` +
        'pod’s own address, over lo.',
      source: SOURCES.ztunnelOutbound,
      when: 'ztunnel picks this pod as the endpoint',
    };
    return { next: ownService ? inOrder(meshed, own, true, 'ztunnel picks another endpoint') : [plain, meshed] };
  }
  return direct(mesh, taken);
}
