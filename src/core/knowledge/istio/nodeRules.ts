import { fit, text, type RuleKnowledge } from '../facts';
import { condition, isMark, shapeOf, valueOf, type RuleShape } from '../shape';
import { type RuleView } from '../view';
import { spanText } from '../releases';
import { ruleSpans } from './releases';
import { sources } from './settings';

/**
 * Ambient at the node, 1.18 to 1.20: marks and Geneve tunnels between host and ztunnel. Source:
 * cni/pkg/ambient/net_linux.go.
 */
export function nodeRule(rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  const explain = (title: string, ...details: readonly string[]): RuleKnowledge => ({
    title: fit(title),
    family: 'Istio ambient node',
    details: details.map(text),
    changedBy: [],
    ...ruleSpans['node: redirection at the node'],
    variant: 'node: redirection at the node',
    versions: spanText(ruleSpans['node: redirection at the node']),
    sources: [sources.node],
  });
  if (shape.target?.startsWith('ztunnel-') === true)
    return explain(
      `${rule.chain} of ${rule.table} passes ${shape.target}`,
      'Node-level redirection; replaced by rules inside the pod in 1.21.',
    );

  const tproxy = shape.targetOptions.get('--tproxy-mark');
  if (shape.target === 'TPROXY' && isMark(tproxy, 0x400)) {
    return explain(
      `Inside ztunnel: traffic by ${valueOf(shape, 'in') ?? 'eBPF mark'} goes to its port ` +
        `${shape.targetOptions.get('--on-port') ?? ''}`,
      'The mark 0x400/0xfff routes it to lo (table 100).',
    );
  }
  const set = shape.targetOptions.get('--set-xmark') ?? shape.targetOptions.get('--set-mark');
  if (shape.target === 'MARK' && isMark(set, 0x4d3))
    return explain(
      'Inside ztunnel: replies to a borrowed source address are kept (0x4d3)',
      'ztunnel connects with the client’s address; what comes back for another address than its own is routed to lo.',
    );
  if (!rule.chain.startsWith('ztunnel-')) return undefined;

  const mark = valueOf(shape, 'mark');
  switch (shape.target) {
    case 'ACCEPT':
      return explain(
        'Traffic that goes to ztunnel is hidden from kube-proxy (mark 0x100)',
        'ACCEPT comes before kube-proxy’s chains, so the Service address is still there when ztunnel sees the packet.',
      );
    case 'DNAT':
      return explain(
        'DNS of mesh pods goes to ztunnel’s DNS proxy, ' +
          `${shape.targetOptions.get('--to-destination') ?? shape.targetOptions.get('--to') ?? ''}`,
      );
    case 'CONNMARK':
      return isMark(mark, 0x210)
        ? explain('Connections that ztunnel opened with a borrowed address are remembered (0x210)')
        : explain(
            'Connections that are left alone are remembered (0x220)',
            'So that their replies are left alone too.',
          );
    case 'RETURN':
      if (valueOf(shape, 'proto') === 'udp')
        return explain(
          `Tunnel packets, UDP port ${valueOf(shape, 'dport') ?? ''} (Geneve), get no mark`,
          'The tunnel would copy the mark to the packet inside.',
        );
      if (condition(shape, 'in') !== undefined)
        return explain(`What comes out of ${valueOf(shape, 'in') ?? ''} needs nothing more`);
      return isMark(mark, 0x40)
        ? explain('Replies on their way to ztunnel need nothing more (0x040)')
        : explain('What is marked to be skipped needs nothing more (0x200)');
    case 'MARK':
      return nodeMark(shape, set, explain);
    default:
      return undefined;
  }
}

function nodeMark(
  shape: RuleShape,
  set: string | undefined,
  explain: (title: string, ...details: readonly string[]) => RuleKnowledge,
): RuleKnowledge {
  const from = valueOf(shape, 'in');
  if (isMark(set, 0x100))
    return explain(
      'TCP of mesh pods is sent to ztunnel (mark 0x100)',
      'The set ztunnel-pods-ips names the pods; the mark routes by table 101, device istioout.',
    );
  if (isMark(set, 0x40))
    return explain('Replies on a connection that ztunnel opened return to it (0x040)', 'The mark routes by table 102.');
  if (isMark(set, 0x210))
    return explain(
      `What ztunnel sends by ${from ?? ''} with a borrowed address is marked 0x210`,
      'It keeps the client’s address towards the pod; the replies must find ztunnel again.',
    );
  if (isMark(set, 0x220)) {
    if (condition(shape, 'src') !== undefined)
      return explain('What the node itself sends is left alone (0x220)', 'These are usually probes.');
    return valueOf(shape, 'proto') === 'udp'
      ? explain('UDP is left alone (0x220)', 'DNS among it, unless DNS capture took it.')
      : explain(`What ztunnel sends by ${from ?? ''} is routed as usual (0x220)`);
  }
  if (isMark(set, 0x200))
    return from === undefined
      ? explain('Replies on a connection that is left alone are left alone too (0x200)')
      : explain(`What comes out of the tunnel ${from} is not sent there again (0x200)`);
  return explain(
    'Sets a mark of node-level redirection',
    'Marks: 0x100 to ztunnel, 0x200 skip, 0x220 skip the connection, 0x210 from ztunnel, 0x040 back to ztunnel.',
  );
}
