import { formatAddress, formatBlock, hostBlock } from '../../net/address';
import { PROTOCOL } from '../../net/packet';
import type { LeaveQuestion, LeaveSetting, PlacedRule } from '../managed';
import { condition, shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView } from '../view';
import { isLoopback, istioProfile } from './profile';

const NOTE = 'An annotation of the pod template, for pods that are created from then on. It makes the rule';

/**
 * Annotations that keep a packet out of the mesh. Source: the injector’s annotations,
 * istio.io/latest/docs/reference/config/annotations. Each replaces the list that there is, so that is repeated.
 */
export function leaveOut({ packet, table, visited, rules, toPort }: LeaveQuestion): readonly LeaveSetting[] {
  const profile = istioProfile(rules);
  if (!profile?.mode.startsWith('sidecar') || packet.protocol !== PROTOCOL.TCP) return [];
  const port = packet.destinationPort;
  const returns = { table, operation: 'I' as const, rule: `${toPort} -j RETURN` };
  const written = (name: string, values: readonly (string | number)[]): readonly string[] => [
    `traffic.sidecar.istio.io/${name}: "${values.join(',')}"`,
  ];
  if (visited.has('ISTIO_INBOUND') && profile.inbound === 'all') {
    const others = profile.inboundExcludes.filter((each) => !ALWAYS_EXCLUDED.has(each));
    return [
      {
        title: `Keep port ${port} out of the mesh`,
        lines: written('excludeInboundPorts', [...others, port]),
        makes: { ...returns, chain: 'ISTIO_INBOUND' },
        note: NOTE,
      },
    ];
  }
  if (!visited.has('ISTIO_OUTPUT') || profile.outbound !== 'all') return [];
  const range = formatBlock(hostBlock(packet.destination));
  return [
    {
      title: `Keep what goes to port ${port} out of the mesh`,
      lines: written('excludeOutboundPorts', [...profile.outboundExcludedPorts, port]),
      makes: { ...returns, chain: 'ISTIO_OUTPUT' },
      note: NOTE,
    },
    {
      title: `Keep what goes to ${formatAddress(packet.destination)} out of the mesh`,
      lines: written('excludeOutboundIPRanges', [...profile.outboundExcludedRanges, range]),
      makes: {
        table,
        chain: 'ISTIO_OUTPUT',
        operation: 'I',
        ...behindLocalhost(rules, table),
        rule: `-d ${range} -j RETURN`,
      },
      note: NOTE,
    },
  ];
}

/**
 * Ranges are left out after what is for localhost, and so after what Envoy sends to its own pod. Source:
 * istio/istio:tools/istio-iptables/pkg/capture/run.go.
 */
function behindLocalhost(rules: RuleSetView, table: string): Pick<PlacedRule, 'position'> {
  const found = chainIn(rules, table, 'ISTIO_OUTPUT')?.rules.find((rule) => {
    const shape = shapeOf(rule);
    return shape.target === 'RETURN' && condition(shape, 'dst')?.negated === false && isLoopback(valueOf(shape, 'dst'));
  });
  return found ? { position: found.number + 1 } : {};
}

/** Ports that Istio leaves out by itself: of ssh (up to 1.12), the tunnel, telemetry, health and the agent. */
const ALWAYS_EXCLUDED: ReadonlySet<number> = new Set([22, 15008, 15090, 15021, 15020]);
