import { formatAddress, parseAddress, sameAddress, type Address } from '../../net/address';
import type { Host, Route } from '../../net/host';
import type { Scenario } from '../scenario';

/**
 * Packets of a node with ambient mode of Istio 1.18 to 1.20, by a pod of the mesh that the file names: a member of the
 * set ztunnel-pods-ips, and the route that leads to it. None where the file shows no such pod.
 */
export function nodeScenarios(
  host: Host,
  {
    iface,
    own,
    outside,
    resolver,
  }: { readonly iface: string; readonly own: string; readonly outside: string; readonly resolver: string },
): readonly Scenario[] {
  const [pod, other] = podsOf(host);
  if (!pod) return [];
  const from = `in ${pod.veth} tcp ${pod.address}:42000`;
  return [
    {
      id: 'pod-outside',
      label: 'Pod of the mesh → outside',
      detail: 'by the tunnel to ztunnel',
      expression: `${from} > ${outside}:443 syn new`,
      way: 'Outbound',
    },
    {
      id: 'client-pod',
      label: 'Client → pod of the mesh',
      detail: 'plaintext, by the tunnel to ztunnel',
      expression: `in ${iface} tcp ${outside}:41522 > ${pod.address}:8080 syn new`,
      way: 'Inbound',
    },
    {
      id: 'hbone-pod',
      label: 'ztunnel of another node → pod',
      detail: 'the HBONE tunnel, port 15008',
      expression: `in ${iface} tcp ${outside}:41523 > ${pod.address}:15008 syn new`,
      way: 'Inbound, in the mesh',
    },
    ...(other
      ? [
          {
            id: 'pod-pod',
            label: 'Pod → pod, both of the mesh',
            detail: 'on this node',
            expression: `${from} > ${other.address}:8080 syn new`,
          },
        ]
      : []),
    {
      id: 'node-probe',
      label: 'Kubelet probe → pod',
      detail: 'from the node itself',
      expression: `out uid 0 tcp ${own}:41530 > ${pod.address}:8080 syn new`,
      way: 'Kubelet probe',
    },
    {
      id: 'pod-dns',
      label: 'Pod → DNS',
      detail: 'to ztunnel’s DNS proxy where it is captured',
      expression: `in ${pod.veth} udp ${pod.address}:42030 > ${resolver}:53 new`,
      way: 'DNS',
    },
  ];
}

interface Pod {
  readonly address: string;
  readonly veth: string;
}

function podsOf({ sets, routes }: Host): readonly Pod[] {
  return (sets?.get('ztunnel-pods-ips')?.entries ?? []).flatMap((entry) => {
    const address = parseAddress(entry.split(/\s/, 1)[0] ?? '');
    const veth = address && routes.find((route) => leadsTo(route, address))?.device;
    return address && veth !== undefined ? [{ address: formatAddress(address), veth }] : [];
  });
}

/** The route of the main table that is for this pod alone. */
function leadsTo({ table, destination, prefixLength, gateway, device }: Route, address: Address): boolean {
  return (
    table === 254 &&
    gateway === undefined &&
    device !== undefined &&
    prefixLength === 32 &&
    sameAddress(destination.address, address)
  );
}
