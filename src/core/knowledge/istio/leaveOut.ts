import { formatAddress, formatBlock, hostBlock } from '../../net/address';
import { PROTOCOL } from '../../net/packet';
import type { ProposedAnnotation } from '../annotated';
import type { CaptureQuestion, LeaveQuestion } from '../managed';
import { shapeOf, valueOf } from '../shape';
import { userExclusions } from './annotated/inbound';
import { istioProfile } from './profile';

const NOTE = 'An annotation of the pod template, for pods that are created from then on. It makes the rule';
const UNMAKES = 'An annotation of the pod template, for pods that are created from then on.';

/**
 * Annotations that keep a packet out of the mesh. Source: the injector’s annotations,
 * istio.io/latest/docs/reference/config/annotations. Each replaces the list that there is, so that is repeated.
 */
export function leaveOut({ packet, visited, rules }: LeaveQuestion): readonly ProposedAnnotation[] {
  const profile = istioProfile(rules);
  if (!profile?.mode.startsWith('sidecar') || packet.protocol !== PROTOCOL.TCP) return [];
  const port = packet.destinationPort;
  if (visited.has('ISTIO_INBOUND') && profile.inbound === 'all')
    return [
      proposed(`Exclude port ${port} from capture`, 'excludeInboundPorts', [...userExclusions(profile), port], NOTE),
    ];
  if (visited.has('ISTIO_INBOUND') && profile.inbound === 'ports' && profile.inboundIncludes.includes(port))
    return [
      proposed(
        `Exclude port ${port} from capture`,
        'includeInboundPorts',
        profile.inboundIncludes.filter((each) => each !== port),
        UNMAKES,
      ),
    ];
  if (!visited.has('ISTIO_OUTPUT') || profile.outbound !== 'all') return [];
  const range = formatBlock(hostBlock(packet.destination));
  return [
    proposed(
      `Exclude traffic to port ${port} from capture`,
      'excludeOutboundPorts',
      [...profile.outboundExcludedPorts, port],
      NOTE,
    ),
    proposed(
      `Exclude traffic to ${formatAddress(packet.destination)} from capture`,
      'excludeOutboundIPRanges',
      [...profile.outboundExcludedRanges, range],
      NOTE,
    ),
  ];
}

/** Changes of annotations after which a packet that a rule excludes is captured. */
export function takeIn({ rule, rules }: CaptureQuestion): readonly ProposedAnnotation[] {
  const profile = istioProfile(rules);
  const shape = shapeOf(rule);
  if (!profile?.mode.startsWith('sidecar') || shape.target !== 'RETURN') return [];
  const port = Number(valueOf(shape, 'dport'));
  const without = <V>(values: readonly V[], value: V): readonly V[] => values.filter((each) => each !== value);
  if (shape.form === 'dport proto' && rule.chain === 'ISTIO_INBOUND') {
    const users = userExclusions(profile);
    return users.includes(String(port))
      ? [proposed(`Capture port ${port} again`, 'excludeInboundPorts', without(users, String(port)), UNMAKES)]
      : [];
  }
  if (shape.form === 'dport proto' && rule.chain === 'ISTIO_OUTPUT')
    return [
      proposed(
        `Capture traffic to port ${port} again`,
        'excludeOutboundPorts',
        without(profile.outboundExcludedPorts, port),
        UNMAKES,
      ),
    ];
  const range = valueOf(shape, 'dst') ?? '';
  if (shape.form === 'dst' && profile.outboundExcludedRanges.includes(range))
    return [
      proposed(
        `Capture traffic to ${range} again`,
        'excludeOutboundIPRanges',
        without(profile.outboundExcludedRanges, range),
        UNMAKES,
      ),
    ];
  const iface = valueOf(shape, 'in') ?? valueOf(shape, 'out') ?? '';
  return (shape.form === 'in' || shape.form === 'out') && profile.excludedInterfaces.includes(iface)
    ? [
        proposed(
          `Capture traffic through ${iface} again`,
          'excludeInterfaces',
          without(profile.excludedInterfaces, iface),
          UNMAKES,
        ),
      ]
    : [];
}

function proposed(title: string, name: string, values: readonly (string | number)[], note: string): ProposedAnnotation {
  return { title, name: `traffic.sidecar.istio.io/${name}`, value: values.join(','), note };
}
