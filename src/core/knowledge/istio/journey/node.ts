import type { PacketRequest } from '../../../net/packetRequest';
import type { NextPacket, Onward, Taken } from '../../journey';
import { endpoint } from '../../../net/endpoint';
import { SOURCES, type IstioMesh } from './packets';
import { toResolver } from './sidecar';

/**
 * Ambient mode at the node, 1.18 to 1.20: the rules and the routing of the node lead the traffic of its pods through
 * two Geneve tunnels to ztunnel, which is a pod of the node with a network of its own. Sources:
 * istio/istio:cni/pkg/ambient/net_linux.go, CreateRulesOnNode and CreateRulesWithinNodeProxyNS;
 * istio/ztunnel:src/proxy/outbound.rs and inbound_passthrough.rs for the source address that it keeps
 * (enable_original_source).
 */
const TUNNEL_IN = 'istioin';
const TUNNEL_OUT = 'istioout';

/** The bits of the marks of node mode. */
const MARK_OUTBOUND = 0x100;
const MARK_SKIP = 0x200;

/**
 * Ports of ztunnel of those releases: constants.go has ZtunnelOutboundPort, ZtunnelInboundPlaintextPort,
 * ZtunnelInboundPort.
 */
const OUTBOUND = 15001;
const PLAINTEXT = 15006;
const HBONE = 15008;

/** On the node: what ztunnel sends once the packet has left through a tunnel, or why it does not get it. */
export function afterNode(mesh: IstioMesh, taken: Taken): Onward {
  const { leaves, protocol, captured, port, sent } = taken;
  const ztunnel = mesh.profile.nodeZtunnel;
  if (!leaves)
    return {
      end: sent
        ? 'The program receives it; its reply goes back the same way.'
        : 'The node itself gets it; ztunnel takes only what is for pods of the mesh, or from them.',
    };
  if (leaves.iface === TUNNEL_OUT && ztunnel) return { next: outOfTunnel(taken, ztunnel) };
  if (leaves.iface === TUNNEL_IN && ztunnel) return { next: [intoPod(taken, ztunnel)] };
  if (captured && port === 15053 && ztunnel)
    return { next: [toResolver({ dir: 'in', iface: ztunnel.iface, src: ztunnel.address }, taken, 'ztunnel')] };
  if (leaves.iface === TUNNEL_OUT || leaves.iface === TUNNEL_IN)
    return {
      end:
        'ztunnel gets it through the tunnel. The rules in the file do not show by which interface ' +
        'ztunnel sends it on.',
    };
  return {
    end:
      protocol === 6 || sent
        ? whyNot(mesh, taken, leaves.mark)
        : 'ztunnel takes TCP only; other protocols are routed as usual (mark 0x220), except for DNS if its ' +
          'capture is on.',
  };
}

interface NodeZtunnel {
  readonly iface: string;
  readonly address: string;
}

/** ztunnel keeps the pod’s address as its source. The rules recognise its packets by the incoming interface. */
function fromZtunnel({ source, family }: Taken, { iface }: NodeZtunnel): PacketRequest {
  return { dir: 'in', iface, proto: 6, ...(family === 4 || source.includes(':') ? { src: source } : {}), sport: 40000 };
}

function outOfTunnel(taken: Taken, ztunnel: NodeZtunnel): readonly NextPacket[] {
  const { destination, destinationPort, toMember } = taken;
  const packet = fromZtunnel(taken, ztunnel);
  const plain: NextPacket = {
    label: `ztunnel → ${toMember ? 'app ' : ''}${endpoint(destination, destinationPort)}`,
    packet: { ...packet, dst: destination, dport: destinationPort },
    note:
      `The packet goes in Geneve (UDP 6081) to ztunnel, where TPROXY gives it to port ${OUTBOUND}. ztunnel sends ` +
      `it on with the address of the pod as its source; coming by ${ztunnel.iface} it gets mark 0x210, and is ` +
      `routed as usual. ${toMember ? 'To a pod of the mesh on this node it needs no tunnel.' : 'For a Service it picks an endpoint itself, which may be a pod of the mesh on this node.'}`,
    source: SOURCES.ztunnelOutbound,
  };
  if (toMember) return [plain];
  return [
    plain,
    {
      label: `ztunnel → ztunnel ${endpoint(destination, HBONE)}`,
      packet: { ...packet, dst: destination, dport: HBONE },
      note:
        `To a pod of the mesh on another node it goes in an HBONE tunnel, to port ${HBONE} of that pod; the ` +
        'rules of that node route it to the ztunnel there.',
      source: SOURCES.ztunnelOutbound,
      when: 'the destination is a pod of the mesh on another node',
    },
  ];
}

function intoPod(taken: Taken, ztunnel: NodeZtunnel): NextPacket {
  const { destination, destinationPort, appPort } = taken;
  const hbone = destinationPort === HBONE;
  const port = hbone ? appPort : destinationPort;
  return {
    label: `ztunnel → app ${endpoint(destination, port)}`,
    packet: { ...fromZtunnel(taken, ztunnel), dst: destination, dport: port },
    note:
      'The packet goes in Geneve (UDP 6081) to ztunnel, where TPROXY gives it to port ' +
      `${hbone ? HBONE : PLAINTEXT}. ztunnel connects to the pod with the client’s address as its source (mark ` +
      '0x210); the connection remembers that, so that the pod’s reply is routed back to ztunnel (mark 0x40, ' +
      `table 102).${hbone ? ` The packet does not show the port inside the tunnel: ${port} stands for it.` : ''}`,
    source: SOURCES.ztunnelInbound,
  };
}

function whyNot({ profile }: IstioMesh, { sent, direction, routed, destination, leaves }: Taken, mark: number): string {
  if (sent && leaves?.gateway === undefined)
    return (
      'It reaches its destination without a further hop; the connection remembers that it is ztunnel’s (0x210), ' +
      'so that the reply is routed back there (mark 0x40, table 102).'
    );
  if (sent)
    return (
      'It leaves for its destination, which sees the pod’s or the client’s address. Where that is a pod of the ' +
      'mesh on another node, it is inbound there.'
    );
  if (profile.nodeZtunnel === undefined)
    return 'These rules do not show whether it goes through ztunnel: none names ztunnel’s interface.';
  if ((mark & MARK_OUTBOUND) !== 0)
    return (
      'The rules mark it for ztunnel (0x100), but the routing that sends it there is not in the file: policy rule ' +
      '101 and table 101 (`ip rule`, `ip route show table all`).'
    );
  if (direction === 'out' && (mark & MARK_SKIP) !== 0)
    return 'What the node itself sends is left alone (mark 0x220): a probe of the kubelet reaches the pod directly.';
  if (!routed.has(TUNNEL_IN))
    return (
      'No proxy is on its way, as far as the file shows. To pods of the mesh a route of table 100 by ' +
      `${TUNNEL_IN} leads to ztunnel; the file shows none (\`ip rule\`, \`ip route show table all\`).`
    );
  return (
    `No proxy is on its way: its source is not a pod of the set ztunnel-pods-ips, and no route by ${TUNNEL_IN} ` +
    `leads to ${destination}.`
  );
}

/** Within ztunnel's own network: TPROXY gave it the packet, or it is not for it. */
export function afterZtunnelHost(taken: Taken): Onward {
  const { leaves, captured, port, sent, source, destination, destinationPort, appPort } = taken;
  if (leaves)
    return {
      end: sent
        ? 'It leaves ztunnel’s network for the node, whose rules mark it 0x210 and route it as usual.'
        : 'No rule here routes it to ztunnel.',
    };
  if (!captured)
    return {
      end: sent
        ? 'The program receives it; its reply goes back the same way.'
        : 'ztunnel gets it at a port of its own: nothing is sent on.',
    };
  const from: PacketRequest = { dir: 'out', uid: 0, proto: 6, src: source, sport: 40000 };
  if (port === OUTBOUND) {
    return {
      next: [
        {
          label: `ztunnel → ${endpoint(destination, destinationPort)}`,
          packet: { ...from, dst: destination, dport: destinationPort },
          note:
            'ztunnel sends it on with the address of the pod as its source. For a Service it picks ' +
            'an endpoint itself.',
          source: SOURCES.ztunnelOutbound,
        },
        {
          label: `ztunnel → ztunnel ${endpoint(destination, HBONE)}`,
          packet: { ...from, dst: destination, dport: HBONE },
          note: `To a pod of the mesh on another node it goes in an HBONE tunnel, to port ${HBONE} of that pod.`,
          source: SOURCES.ztunnelOutbound,
          when: 'the destination is a pod of the mesh on another node',
        },
      ],
    };
  }
  if (port !== PLAINTEXT && port !== HBONE) return { end: 'ztunnel gets it at a port of its own: nothing is sent on.' };
  const to = port === HBONE ? appPort : destinationPort;
  return {
    next: [
      {
        label: `ztunnel → app ${endpoint(destination, to)}`,
        packet: { ...from, dst: destination, dport: to },
        note:
          'ztunnel connects to the pod with the client’s address as its source; the pod’s reply is sent to that ' +
          'address, is marked 0x4d3 here and is thereby kept.',
        source: SOURCES.ztunnelInbound,
      },
    ],
  };
}
