import { fit, hostOf, text, type Paragraph, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import type { IstioProfile } from './profile';
import { settings, sources } from './settings';

/**
 * The rules of DNS capture, in whichever chain the version put them: OUTPUT (1.8 to 1.22), ISTIO_OUTPUT (1.9 to 1.24),
 * ISTIO_OUTPUT_DNS and raw ISTIO_INBOUND (1.25 and newer). Source: capture/run.go, SetupDNSRedir, addDNSConntrackZones.
 */
export function dnsRule(ruleSet: RuleSetView, profile: IstioProfile, rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  if (rule.table === 'raw') return zoneRule(profile, rule, shape);
  if (rule.table !== 'nat') return undefined;
  if (shape.target === 'REDIRECT' && valueOf(shape, 'dport') === '53') return redirectRule(ruleSet, rule, shape);
  if (shape.target === 'DNAT' && valueOf(shape, 'dport') === '53') {
    return say('DNS is sent to the agent’s DNS proxy on 127.0.0.1', [text('The first form of DNS capture; REDIRECT replaced it in 1.9.')], { versions: '1.8 only' });
  }
  if (shape.target === 'SNAT' && rule.chain === 'POSTROUTING' && valueOf(shape, 'dport') === '15053') {
    return say('The captured DNS query gets the source 127.0.0.1', [text('DNAT to 127.0.0.1 leaves the pod’s address as source; the agent answers on localhost.')], { versions: '1.8 only' });
  }
  if (rule.chain === 'OUTPUT' && shape.target === 'RETURN' && valueOf(shape, 'dport') === '53') {
    const owner = condition(shape, 'uid') === undefined ? `group ${valueOf(shape, 'gid') ?? ''}` : `user ${valueOf(shape, 'uid') ?? ''}`;
    return say(`DNS queries of the proxy, ${owner}, go to the real nameserver`, [text('Without it the agent’s DNS proxy would be handed its own queries.')], { versions: '1.8 to 1.22 in OUTPUT' });
  }
  return undefined;
}

interface More {
  readonly versions?: string;
  readonly kernelNote?: string | undefined;
}

function say(title: string, details: readonly Paragraph[], more: More): RuleKnowledge {
  return {
    title: fit(title),
    family: 'Istio sidecar',
    details,
    changedBy: settings.dns,
    sources: [sources.run, ...(more.kernelNote === undefined ? [] : [sources.kernel])],
    ...(more.versions === undefined ? {} : { versions: more.versions }),
    ...(more.kernelNote === undefined ? {} : { kernelNote: more.kernelNote }),
  };
}

function redirectRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge {
  const proto = (valueOf(shape, 'proto') ?? 'udp').toUpperCase();
  const server = valueOf(shape, 'dst');
  const port = shape.targetOptions.get('--to-ports') ?? '15053';
  const note =
    proto === 'UDP'
      ? `The answer is turned back to port 53 only where the socket on ${port} belongs to the proxy’s user or group (the zone rules in raw) and answers from 127.0.0.1. Otherwise the application sees an answer from port ${port}.`
      : undefined;
  const udpDead = proto === 'UDP' && rule.chain === 'ISTIO_OUTPUT' && !(chainIn(ruleSet, 'nat', 'OUTPUT')?.rules ?? []).some((each) => shapeOf(each).target === 'ISTIO_OUTPUT' && valueOf(shapeOf(each), 'proto') !== 'tcp');
  return say(
    `DNS over ${proto}${server === undefined ? '' : ` to ${hostOf(server)}`} goes to the agent’s DNS proxy, port ${port}`,
    [text(server === undefined ? 'Every nameserver is captured (CAPTURE_ALL_DNS; always so with the CNI plugin).' : 'One rule for each nameserver of /etc/resolv.conf. Other nameservers are left alone, which also keeps a local forwarder from being handed its own queries.')],
    { kernelNote: udpDead ? 'No UDP comes into this chain here, so the rule never matches.' : note, versions: rule.chain === 'ISTIO_REDIRECT' ? '1.8 only' : 'since 1.9' },
  );
}

function zoneRule(profile: IstioProfile, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const why = text('Two zones, because an application and the proxy may use the same UDP source port at the same moment: zone 1 is proxy ↔ nameserver, zone 2 is application ↔ proxy.');
  if (shape.target === 'ISTIO_OUTPUT_DNS' || (shape.target === 'ISTIO_OUTPUT' && rule.chain === 'OUTPUT')) {
    return say(`DNS of this pod gets its conntrack zone in ${shape.target}`, [text('raw is walked before connection tracking, the only place where a zone can still be chosen.'), why], {
      versions: shape.target === 'ISTIO_OUTPUT' ? '1.23 and 1.24' : 'since 1.25',
    });
  }
  if (shape.target === 'ISTIO_INBOUND') return say('Answers of nameservers get their conntrack zone in ISTIO_INBOUND', [why], { versions: 'since 1.25' });
  if (shape.target !== 'CT') return undefined;
  const zone = shape.targetOptions.get('--zone') ?? '';
  const owner = condition(shape, 'uid') === undefined ? `group ${valueOf(shape, 'gid') ?? ''}` : `user ${valueOf(shape, 'uid') ?? ''}`;
  const owned = condition(shape, 'uid') !== undefined || condition(shape, 'gid') !== undefined;
  if (valueOf(shape, 'sport') === '53') return answerRule(zone, shape, why);
  if (valueOf(shape, 'sport') !== undefined) return say(`Answers of the DNS proxy, ${owner}, belong to zone ${zone}`, [text('They must be found in the zone of the application’s query, or the REDIRECT is not undone.'), why], { versions: 'since 1.11' });
  if (valueOf(shape, 'dport') !== '53') return undefined;
  if (owned) return say(`Queries of the proxy, ${owner}, to the nameserver belong to zone ${zone}`, [why], { versions: 'since 1.11', kernelNote: 'The rule for every query matches the proxy’s too; the first zone that was set stays.' });
  const local = profile.dnsServers.some((server) => server.startsWith('127.'));
  return say(`Queries of applications belong to zone ${zone}`, [why], {
    versions: 'since 1.11',
    kernelNote: `The proxy’s own queries match this rule as well, but keep zone 1, set before.${local ? ' Captured here is a resolver on localhost only; the proxy’s upstream is another address.' : ''}`,
  });
}

function answerRule(zone: string, shape: RuleShape, why: Paragraph): RuleKnowledge {
  const server = valueOf(shape, 'src') ?? valueOf(shape, 'dst');
  const title = `Answers of ${server === undefined ? 'nameservers' : `nameserver ${hostOf(server)}`} belong to zone ${zone}`;
  if (condition(shape, 'dst') !== undefined) {
    return say(title, [why, text('Looks at the destination, which in an answer is the pod: a mistake, corrected in 1.20 (istio/istio issue 46935).')], {
      versions: '1.11 to 1.19',
      kernelNote: 'An answer from the nameserver does not match: it comes from that address and goes to the pod. It stays in zone 0, is NEW for conntrack there, and the proxy’s query is never seen as answered.',
    });
  }
  const local = server?.startsWith('127.') === true;
  return say(title, [why], {
    versions: 'since 1.11',
    kernelNote: local
      ? 'Over lo the rule matches and counts, but changes nothing: the packet already belongs to a connection. The proxy’s upstream is another address, whose answers stay in zone 0 and are NEW, never ESTABLISHED.'
      : 'Over lo the rule matches and counts, but changes nothing: the packet already belongs to a connection.',
  });
}
