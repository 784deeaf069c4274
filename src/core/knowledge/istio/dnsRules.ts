import { hostOf, text, type Paragraph, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import type { IstioProfile } from './profile';
import { outputSeesUdp } from './earlier';
import type { RuleVariant } from './releases';
import { ruleOfIstio as say, type Saying } from './say';
import { settings } from './settings';

/**
 * The rules of DNS capture, in whichever chain the version put them: OUTPUT (1.8 to 1.22), ISTIO_OUTPUT (1.9 to 1.24),
 * ISTIO_OUTPUT_DNS and raw ISTIO_INBOUND (1.25 and newer). Source: capture/run.go, SetupDNSRedir, addDNSConntrackZones.
 */
export function dnsRule(ruleSet: RuleSetView, profile: IstioProfile, rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  if (rule.table === 'raw') return rawRule(profile, rule, shape);
  if (rule.table !== 'nat') return undefined;
  const port53 = valueOf(shape, 'dport') === '53' && condition(shape, 'dport')?.negated === false;
  if (shape.target === 'REDIRECT') return redirectRule(ruleSet, rule, shape);
  if (shape.target === 'DNAT' && port53 && rule.chain === 'OUTPUT') {
    return dns('DNS is sent to the agent’s DNS proxy on 127.0.0.1', {
      variant: 'OUTPUT: DNS by DNAT',
      details: [text('The first form of DNS capture; REDIRECT replaced it in 1.9.')],
    });
  }
  if (shape.target === 'SNAT' && rule.chain === 'POSTROUTING' && valueOf(shape, 'dport') === '15053') {
    return dns('The captured DNS query gets the source 127.0.0.1', {
      variant: 'POSTROUTING: DNS by SNAT',
      details: [text('DNAT to 127.0.0.1 leaves the pod’s address as source; the agent answers on localhost.')],
    });
  }
  return shape.target === 'RETURN' && port53 && valueOf(shape, 'proto') === 'udp'
    ? ownerReturns(ruleSet, profile, rule, shape)
    : undefined;
}

function dns(title: string, saying: Omit<Saying, 'changedBy'>): RuleKnowledge {
  return say(title, { changedBy: settings.dns, ...saying });
}

/** `-p udp --dport 53 -m owner …`: the proxy’s own queries, and applications that owner groups exclude. */
function ownerReturns(
  ruleSet: RuleSetView,
  profile: IstioProfile,
  rule: RuleView,
  shape: RuleShape,
): RuleKnowledge | undefined {
  const place = rule.chain === 'OUTPUT' || rule.chain === 'ISTIO_OUTPUT' ? rule.chain : undefined;
  if (place === undefined && rule.chain !== 'ISTIO_OUTPUT_DNS') return undefined;
  const owners = shape.conditions.filter(({ name }) => name === 'uid' || name === 'gid');
  if (owners.length === 0) return undefined;
  const variant = (what: 'the proxy' | 'an excluded group' | 'all but included groups'): RuleVariant =>
    place === undefined
      ? 'ISTIO_OUTPUT_DNS: DNS of the proxy or of a group returns'
      : `${place}: DNS of ${what} returns`;
  const ownersBefore = place === 'ISTIO_OUTPUT' && outputSeesUdp(ruleSet);
  if (owners.every(({ negated, name }) => negated && name === 'gid')) {
    return say(
      `DNS is captured of group ${owners.map(({ values }) => values[0] ?? '').join(', ')} only; everyone else ` +
        'asks directly',
      {
        variant: variant('all but included groups'),
        details: [
          text(
            'Owner groups, of applications: the groups to capture hold for DNS over UDP too. The proxy’s group ' +
              'has a rule of its own.',
          ),
        ],
        changedBy: settings.ownerGroups,
        kernelNote: ownersBefore
          ? 'The rule of this chain for the same groups without a port comes before it and has already returned, ' +
            'so it never matches.'
          : PRIMARY_GROUP,
      },
    );
  }
  const [owner] = owners;
  if (owner === undefined || owners.length > 1 || owner.negated) return undefined;
  const value = owner.values[0] ?? '';
  if (owner.name === 'gid' && profile.proxyGids.length > 0 && !profile.proxyGids.includes(value)) {
    return say(`DNS queries of group ${value} are excluded from capture`, {
      variant: variant('an excluded group'),
      details: [
        text(
          'Owner groups, of applications: what this group sends leaves without passing Envoy, its DNS over UDP ' +
            'as well.',
        ),
      ],
      changedBy: settings.ownerGroups,
      kernelNote: ownersBefore
        ? 'The rule of this chain for the same group without a port comes before it and has already returned, so ' +
          'it never matches.'
        : PRIMARY_GROUP,
    });
  }
  return dns(
    `DNS queries of the proxy, ${owner.name === 'uid' ? 'user' : 'group'} ${value}, go to the real nameserver`,
    {
      variant: variant('the proxy'),
      details: [text('Without it the agent’s DNS proxy would be handed its own queries.')],
      kernelNote: ownersBefore
        ? 'The rule for the same owner without a port comes before it in this chain and has already returned, so ' +
          'it never matches.'
        : undefined,
    },
  );
}

const PRIMARY_GROUP = 'Only the group that the socket was made with counts, not supplementary groups.';

function redirectRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const proto = valueOf(shape, 'proto') === 'udp' ? 'UDP' : 'TCP';
  const port = shape.targetOptions.get('--to-ports') ?? '15053';
  const all = valueOf(shape, 'dport') === undefined;
  if (all && (rule.chain !== 'ISTIO_REDIRECT' || proto === 'TCP')) return undefined;
  if (!all && (valueOf(shape, 'dport') !== '53' || condition(shape, 'dport')?.negated === true)) return undefined;
  if (all) {
    return dns(`UDP is handed to the DNS proxy, port ${port}`, {
      variant: 'ISTIO_REDIRECT: all UDP to the DNS port',
      details: [
        text('Only DNS comes here: OUTPUT sends no other UDP into ISTIO_OUTPUT. An early form of DNS capture.'),
      ],
    });
  }
  const server = valueOf(shape, 'dst');
  const variant = redirectVariant(rule.chain, proto, server !== undefined);
  if (variant === undefined) return undefined;
  const answered =
    proto === 'UDP'
      ? `The answer is translated back to port 53 only if the socket on ${port} belongs to the proxy’s user or ` +
        'group (the zone rules in raw) and answers from 127.0.0.1. Otherwise the application sees an answer from ' +
        `port ${port}.`
      : undefined;
  const dead =
    proto === 'UDP' &&
    rule.chain === 'ISTIO_OUTPUT' &&
    !(chainIn(ruleSet, 'nat', 'OUTPUT')?.rules ?? []).some(
      (each) => shapeOf(each).target === 'ISTIO_OUTPUT' && valueOf(shapeOf(each), 'proto') !== 'tcp',
    );
  return dns(
    `DNS over ${proto}${server === undefined ? '' : ` to ${hostOf(server)}`} goes to the agent’s DNS proxy, ` +
      `port ${port}`,
    {
      variant,
      details: [
        text(
          server === undefined
            ? 'Every nameserver is captured (CAPTURE_ALL_DNS; always so with the CNI plugin).'
            : 'One rule for each nameserver of /etc/resolv.conf. Other nameservers are left alone, which also ' +
                'keeps a local forwarder from being handed its own queries.',
        ),
      ],
      kernelNote: dead ? 'No UDP comes into this chain here, so the rule never matches.' : answered,
    },
  );
}

function redirectVariant(chain: string, proto: 'UDP' | 'TCP', ofServer: boolean): RuleVariant | undefined {
  switch (chain) {
    case 'ISTIO_REDIRECT':
      return proto === 'TCP'
        ? 'ISTIO_REDIRECT: TCP port 53 to the DNS port'
        : 'ISTIO_REDIRECT: all UDP to the DNS port';
    case 'OUTPUT':
      return proto === 'TCP'
        ? undefined
        : ofServer
          ? 'OUTPUT: UDP DNS of a nameserver redirected'
          : 'OUTPUT: all UDP DNS redirected';
    case 'ISTIO_OUTPUT':
      return ofServer
        ? `ISTIO_OUTPUT: ${proto} DNS of a nameserver redirected`
        : `ISTIO_OUTPUT: all ${proto} DNS redirected`;
    case 'ISTIO_OUTPUT_DNS':
      return ofServer ? 'ISTIO_OUTPUT_DNS: DNS of a nameserver redirected' : 'ISTIO_OUTPUT_DNS: all DNS redirected';
    default:
      return undefined;
  }
}

const why = text(
  'Two zones, because an application and the proxy may use the same UDP source port at the same moment: zone 1 ' +
    'is proxy ↔ nameserver, zone 2 is application ↔ proxy.',
);

function rawRule(profile: IstioProfile, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const early = text('raw comes before connection tracking: it is the only place where a zone can still be chosen.');
  if (rule.chain === 'OUTPUT' && shape.target === 'ISTIO_OUTPUT_DNS') {
    return dns('DNS of this pod gets its conntrack zone in ISTIO_OUTPUT_DNS', {
      variant: 'raw OUTPUT: to ISTIO_OUTPUT_DNS',
      details: [early, why],
    });
  }
  if (rule.chain === 'OUTPUT' && shape.target === 'ISTIO_OUTPUT') {
    return dns('DNS of this pod gets its conntrack zone in ISTIO_OUTPUT', {
      variant: 'raw OUTPUT: UDP to ISTIO_OUTPUT',
      details: [early, why],
    });
  }
  if (rule.chain === 'PREROUTING' && shape.target === 'ISTIO_INBOUND') {
    return dns('Answers of nameservers get their conntrack zone in ISTIO_INBOUND', {
      variant: 'raw PREROUTING: to ISTIO_INBOUND',
      details: [early, why],
    });
  }
  if (shape.target !== 'CT' || valueOf(shape, 'proto') !== 'udp') return undefined;
  const zone = shape.targetOptions.get('--zone') ?? '';
  if (valueOf(shape, 'sport') === '53') return answerRule(rule, zone, shape);
  const place =
    rule.chain === 'OUTPUT' || rule.chain === 'ISTIO_OUTPUT' || rule.chain === 'ISTIO_OUTPUT_DNS'
      ? rule.chain
      : undefined;
  if (place === undefined) return undefined;
  const owner = condition(shape, 'uid') ?? condition(shape, 'gid');
  const shown = owner === undefined ? '' : `${owner.name === 'uid' ? 'user' : 'group'} ${owner.values[0] ?? ''}`;
  if (valueOf(shape, 'sport') !== undefined) {
    return dns(`Answers of the DNS proxy, ${shown}, belong to zone ${zone}`, {
      variant: `raw ${place}: zone of the DNS proxy’s answers`,
      details: [text('They must be found in the zone of the application’s query, or the REDIRECT is not undone.'), why],
    });
  }
  if (valueOf(shape, 'dport') !== '53') return undefined;
  if (owner !== undefined) {
    return dns(`Queries of the proxy, ${shown}, to the nameserver belong to zone ${zone}`, {
      variant: `raw ${place}: zone of the proxy’s queries`,
      details: [why],
      kernelNote: 'The rule for every query matches the proxy’s too; the first zone that was set stays.',
    });
  }
  const local = profile.dnsServers.some((server) => server.startsWith('127.'));
  return dns(`Queries of applications belong to zone ${zone}`, {
    variant: `raw ${place}: zone of applications’ queries`,
    details: [why],
    kernelNote:
      'The proxy’s own queries match this rule as well, but keep zone 1, set ' +
      `before.${local ? ' Captured here is a resolver on localhost only; the proxy’s upstream is another address.' : ''}`,
  });
}

function answerRule(rule: RuleView, zone: string, shape: RuleShape): RuleKnowledge | undefined {
  const [source, destination] = [valueOf(shape, 'src'), valueOf(shape, 'dst')];
  const server = source ?? destination;
  const title =
    `Answers of ${server === undefined ? 'nameservers' : `nameserver ${hostOf(server)}`} belong to ` + `zone ${zone}`;
  if (rule.chain !== 'PREROUTING' && rule.chain !== 'ISTIO_INBOUND') return undefined;
  const variant: RuleVariant =
    rule.chain === 'ISTIO_INBOUND'
      ? 'raw ISTIO_INBOUND: zone of answers'
      : destination !== undefined
        ? 'raw PREROUTING: zone of a nameserver’s answers, by destination'
        : source !== undefined
          ? 'raw PREROUTING: zone of a nameserver’s answers, by source'
          : 'raw PREROUTING: zone of all answers';
  const details: Paragraph[] = [why];
  if (destination !== undefined) {
    return dns(title, {
      variant,
      details: [
        ...details,
        text(
          'Compares the destination, which in a reply is the pod: a mistake, corrected in 1.20 (istio/istio ' +
            'issue 46935).',
        ),
      ],
      kernelNote:
        'An answer from the nameserver does not match: it comes from that address and goes to the pod. It ' +
        'stays in zone 0, is NEW for conntrack there, and the proxy’s query is never seen as answered.',
    });
  }
  const overLo =
    'Over lo the rule matches and counts, but changes nothing: the packet already belongs to a connection.';
  return dns(title, {
    variant,
    details,
    kernelNote:
      source?.startsWith('127.') === true
        ? `${overLo} The proxy’s upstream is another address, whose answers stay in zone 0 and are NEW, never ` +
          'ESTABLISHED.'
        : overLo,
  });
}
