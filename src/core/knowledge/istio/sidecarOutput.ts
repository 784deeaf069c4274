import { hostOf, text, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { lineOf, loopbackLeft, otherUserReturns, outputSeesUdp, ruleAfter } from './earlier';
import { dialledByEnvoy } from './passthrough';
import { isLoopback, type IstioProfile } from './profile';
import { ruleOfIstio as say } from './say';
import { settings, sources } from './settings';
import type { OutputRule } from './outputRule';
import { marksGroup, selfCallRule } from './selfCalls';

/** What one rule of nat ISTIO_OUTPUT is for; undefined where it is not one of Istio's. Source: capture/run.go, Run. */
export function sidecarOutputRule(
  ruleSet: RuleSetView,
  profile: IstioProfile,
  rule: RuleView,
): RuleKnowledge | undefined {
  const chain = chainIn(ruleSet, 'nat', 'ISTIO_OUTPUT');
  if (chain === undefined) return undefined;
  const shape = shapeOf(rule);
  const at: OutputRule = { ruleSet, profile, chain, rule, shape };
  switch (shape.target) {
    case 'RETURN':
      return returnRule(at);
    case 'ISTIO_IN_REDIRECT':
      return selfCallRule(at);
    case 'ISTIO_REDIRECT':
      return captureRule(at);
    case 'ISTIO_OUTPUT_DNS':
      if (shape.form !== '') return undefined;
      return say('DNS goes through ISTIO_OUTPUT_DNS', {
        variant: 'ISTIO_OUTPUT: to ISTIO_OUTPUT_DNS',
        details: [
          text(
            'Comes after the rules for the proxy’s own user and group, so that the proxy can ask the real ' +
              'nameserver. What is not port 53 comes back from there unchanged.',
          ),
        ],
        changedBy: settings.dns,
      });
    default:
      return undefined;
  }
}

function returnRule(at: OutputRule): RuleKnowledge | undefined {
  const { shape } = at;
  switch (shape.form) {
    case 'dport proto':
      return excludedPort(at);
    case 'out src':
      return say(`Envoy’s connections to the application from ${hostOf(valueOf(shape, 'src'))} are left alone`, {
        variant: 'ISTIO_OUTPUT: 127.0.0.6 returns',
        details: [
          text(
            'Envoy binds this source address, by which the rules recognise the connection. Without the rule it ' +
              'would be captured again. The application sees the address as its client.',
          ),
          text(dialledByEnvoy),
        ],
      });
    case 'out !uid':
    case '!dport out proto !uid':
    case '!gid out':
    case '!dport !gid out proto':
      return ownLoopback(at);
    case 'uid':
      return proxyUser(at);
    case 'gid':
      return groupReturns(at);
    case 'dst':
      return isLoopback(valueOf(shape, 'dst')) ? localhost(at) : excludedRange(at);
    case '':
      return say('Everything else stays outside the mesh', {
        variant: 'ISTIO_OUTPUT: rest returns',
        details: [
          text('The end of a list of captured ranges. A chain returns at its end anyway, so the rule changes nothing.'),
        ],
        changedBy: settings.outboundRangesInclude,
      });
    default:
      return shape.conditions.length > 0 && shape.conditions.every((each) => each.name === 'gid' && each.negated)
        ? onlyTheseGroups(at)
        : undefined;
  }
}

function excludedPort({ shape, ruleSet }: OutputRule): RuleKnowledge {
  const proto = valueOf(shape, 'proto') === 'udp' ? 'UDP' : 'TCP';
  const port = valueOf(shape, 'dport') ?? '';
  return say(
    `Outbound ${proto} port ${port} is excluded from capture${port === '15020' ? ': the agent’s metrics' : ''}`,
    {
      variant: proto === 'UDP' ? 'ISTIO_OUTPUT: excluded UDP port returns' : 'ISTIO_OUTPUT: excluded TCP port returns',
      details: [
        text(
          'Comes first, so that it takes precedence over every other rule of the chain. The packet leaves ' +
            'without passing Envoy: no mTLS, no routing, no telemetry.',
        ),
        text(
          port === '15020'
            ? 'The CNI plugin adds this port by itself where no annotation says otherwise; otherwise it was set ' +
                'by the user.'
            : 'Istio excludes no such port by itself: it was set by the user.',
        ),
      ],
      changedBy: settings.outboundPortsExclude,
      kernelNote:
        proto === 'UDP' && !outputSeesUdp(ruleSet)
          ? 'No UDP comes into this chain here, so the rule never matches.'
          : undefined,
    },
  );
}

/** `-o lo … ! --uid-owner U -j RETURN` and its twin by group. */
function ownLoopback(at: OutputRule): RuleKnowledge {
  const { shape, chain, rule } = at;
  const byGroup = condition(shape, 'gid') !== undefined;
  const who = byGroup ? `group ${valueOf(shape, 'gid') ?? ''}` : `user ${valueOf(shape, 'uid') ?? ''}`;
  const exceptDns = condition(shape, 'dport') !== undefined;
  const details = [
    text(
      `A process that is not the proxy’s ${byGroup ? 'group' : 'user'} and talks over lo (its own pod address, ` +
        '127.0.0.1, any local address) reaches the application directly.',
    ),
    ...(exceptDns
      ? [
          text(
            'With DNS capture the rule covers only TCP without port 53, so that a resolver on localhost can ' +
              'still be captured.',
          ),
        ]
      : []),
  ];
  const before = loopbackLeft(chain, rule);
  let note: string | undefined;
  if (before.kind !== 'all' && byGroup) {
    note =
      `Never reached by ${exceptDns ? 'TCP' : 'anything'}: ${lineOf(before.by)} has already returned every other ` +
      'user over lo, and the proxy’s user has returned too.';
  } else if (before.kind !== 'all') {
    note =
      `Several proxy users: ${lineOf(before.by)} comes first and returns everyone but user ${before.uid} over ` +
      'lo, so this rule has nothing left to do.';
  } else if (!byGroup) {
    const marked = at.profile.proxyGids.find((gid) => marksGroup(at.ruleSet, gid));
    note =
      'The owner is that of the socket that sends. Packets without a socket (a reset made by the kernel) match ' +
      'too. This rule, not the one for 127.0.0.1, leaves localhost ' +
      `alone.${marked === undefined ? '' : ` In TPROXY mode a process with gid ${marked} that calls its own pod address is captured ` + 'all the same, by its mark.'}`;
  }
  return say(`Over lo, everyone but ${who} goes straight to the application`, {
    variant: `ISTIO_OUTPUT: other ${byGroup ? 'groups' : 'users'} over lo${exceptDns ? ' but port 53' : ''} return`,
    details,
    changedBy: byGroup ? settings.proxyGid : settings.proxyUid,
    kernelNote: note,
    moreOnReleases: 'since 1.7 omitted where the include list holds a loopback address',
  });
}

function proxyUser(at: OutputRule): RuleKnowledge {
  const uid = valueOf(at.shape, 'uid') ?? '';
  const stop = otherUserReturns(at.chain, at.rule, uid);
  return say(`What user ${uid}, the proxy, sends is not captured again`, {
    variant: 'ISTIO_OUTPUT: proxy user returns',
    details: [
      text('Breaks the loop: Envoy’s own connections to upstream leave the pod directly. Any protocol.'),
      ...(uid === '0'
        ? [
            text(
              'User 0 is here because 1337,0 was the default up to 1.7 where no user was given (virtual ' +
                'machines), or because somebody set it: everything that runs as root bypasses the mesh.',
            ),
          ]
        : [text(`An application that runs as uid ${uid} silently bypasses the mesh here.`)]),
      ...(at.profile.mode === 'sidecar TPROXY'
        ? [text('In TPROXY mode Envoy itself runs as user 0: what breaks its loop is the rule for the group.')]
        : []),
    ],
    changedBy: settings.proxyUid,
    kernelNote:
      stop === undefined
        ? undefined
        : `Over lo this user${condition(shapeOf(stop), 'dport') === undefined ? '' : '’s TCP but port 53'} has ` +
          `already returned at ${lineOf(stop)}, which excepts another user only. Live for traffic that leaves ` +
          'the pod.',
  });
}

/** `--gid-owner G -j RETURN`: the proxy's group, or one of ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE. */
function groupReturns(at: OutputRule): RuleKnowledge {
  const { shape, chain, rule, profile } = at;
  const gid = valueOf(shape, 'gid') ?? '';
  if (profile.proxyGids.length > 0 && !profile.proxyGids.includes(gid)) {
    return say(`Group ${gid} is excluded from outbound capture`, {
      variant: 'ISTIO_OUTPUT: excluded group returns',
      details: [
        text('Applications with this primary group bypass Envoy. The proxy’s own group has rules of its own above.'),
      ],
      changedBy: settings.ownerGroups,
      kernelNote:
        'Only the group that the socket was made with counts; a supplementary group does not match `--gid-owner`.',
    });
  }
  const before = loopbackLeft(chain, rule);
  const overLo =
    before.kind === 'none'
      ? `Live only for traffic that leaves the pod: over lo every packet has returned at ${lineOf(before.by)} or ` +
        'with the proxy’s user.'
      : before.kind === 'dns'
        ? 'Over lo only TCP port 53 and other protocols than TCP still come here; the rest has returned at ' +
          `${lineOf(before.by)}.`
        : '';
  return say(`What group ${gid}, the proxy’s, sends is not captured again`, {
    variant: 'ISTIO_OUTPUT: proxy group returns',
    details: [
      text(
        profile.mode === 'sidecar TPROXY'
          ? `In TPROXY mode this is the rule that breaks the loop: Envoy runs as user 0 and group ${gid} there, ` +
              'so the rule for the user does not match it.'
          : 'The same as for the proxy’s user, by group: for a helper that shares the group, and for an Envoy ' +
              'that runs as user 0 (sidecar.istio.io/capNetBindService).',
      ),
      text(`An application that runs with gid ${gid} silently bypasses the mesh here.`),
    ],
    changedBy: settings.proxyGid,
    kernelNote: (
      `${overLo} Only the group that the socket was made with counts; a process that has ${gid} as a ` +
      'supplementary group is captured.'
    ).trim(),
  });
}

function onlyTheseGroups({ shape }: OutputRule): RuleKnowledge {
  const groups = shape.conditions.map((each) => each.values[0] ?? '').join(', ');
  return say(`Only group ${groups} is captured; everyone else returns`, {
    variant: 'ISTIO_OUTPUT: all but included groups return',
    details: [
      text('One owner match for each group, all negated: the rule matches a process that is in none of them.'),
      text('It comes before the rules for DNS, so their queries are not captured either.'),
    ],
    changedBy: settings.ownerGroups,
    kernelNote:
      'Several `-m owner` in one rule are legal and all must match. Only the group that the socket was made ' +
      'with counts, not supplementary groups.',
  });
}

function localhost(at: OutputRule): RuleKnowledge {
  const { chain, rule, shape, ruleSet } = at;
  const range = valueOf(shape, 'dst') ?? '';
  const before = loopbackLeft(chain, rule);
  const note =
    before.kind === 'none'
      ? 'This rule is not what leaves localhost alone: such packets go over lo and have already returned at ' +
        `${lineOf(before.by)} or with the proxy’s user. Nothing is left for this rule.`
      : before.kind === 'dns'
        ? `Most of localhost has already returned at ${lineOf(before.by)}. TCP port ` +
          `53${outputSeesUdp(ruleSet) ? ' and UDP' : ''} that the DNS rules did not take still comes here.`
        : 'Live here: the rule that returns everyone over lo is absent, because the include list holds a ' +
          'loopback address or the rules are older than 1.5.';
  return say(`Connections to localhost, ${range}, are left alone`, {
    variant: /^(127\.0\.0\.1(\/32)?|::1(\/128)?)$/.test(range)
      ? 'ISTIO_OUTPUT: localhost returns'
      : 'ISTIO_OUTPUT: wider localhost returns',
    details: [
      text(
        'For applications that talk to Envoy on localhost themselves, and for containers of one pod that talk ' +
          'to each other there.',
      ),
    ],
    changedBy: settings.loopbackRange,
    kernelNote: note,
  });
}

function excludedRange({ shape }: OutputRule): RuleKnowledge {
  return say(`Traffic to ${valueOf(shape, 'dst') ?? ''} is excluded from capture`, {
    variant: 'ISTIO_OUTPUT: excluded range returns',
    details: [
      text('Excluded ranges come before the included ones, so an excluded part of an included range stays excluded.'),
    ],
    changedBy: settings.outboundRangesExclude,
  });
}

function captureRule(at: OutputRule): RuleKnowledge | undefined {
  const { shape, chain, rule, ruleSet, profile } = at;
  const port = profile.outboundPort ?? 15001;
  const onlyTcp = outputSeesUdp(ruleSet)
    ? 'UDP and ICMP come here too: they match nothing in ISTIO_REDIRECT, return and leave unchanged. Only TCP ' +
      `goes to ${port}.`
    : undefined;
  switch (shape.form) {
    case '':
      return say(`Everything that is left is captured: TCP goes to Envoy, port ${port}`, {
        variant: 'ISTIO_OUTPUT: rest to ISTIO_REDIRECT',
        details: [text('The include list is `*`.')],
        changedBy: settings.outboundRangesInclude,
        kernelNote: onlyTcp,
      });
    case 'dst':
      return say(`Traffic to ${valueOf(shape, 'dst') ?? ''} is captured: TCP goes to Envoy, port ${port}`, {
        variant: 'ISTIO_OUTPUT: included range to ISTIO_REDIRECT',
        details: [text('One rule for each range of the include list. What is in none of them stays outside the mesh.')],
        changedBy: settings.outboundRangesInclude,
        kernelNote: onlyTcp,
      });
    case 'dport proto': {
      const all = ruleAfter(chain, rule, (each) => each.target === 'ISTIO_REDIRECT' && each.form === '');
      return say(`TCP port ${valueOf(shape, 'dport') ?? ''} is captured whatever the address`, {
        variant:
          ruleSet.family === 6
            ? 'ISTIO_OUTPUT: included port to ISTIO_REDIRECT, IPv6'
            : 'ISTIO_OUTPUT: included port to ISTIO_REDIRECT',
        details: [text('For ports that must go through Envoy although their addresses are not in the include list.')],
        changedBy: settings.outboundPortsInclude,
        kernelNote:
          all === undefined
            ? undefined
            : `Changes nothing here: ${lineOf(all)} captures every port anyway, because the include list is \`*\`.`,
      });
    }
    case '!dst out':
      return say('A connection over lo to the pod’s own address goes to Envoy', {
        variant: 'ISTIO_OUTPUT: over lo to ISTIO_REDIRECT',
        details: [
          text(
            'The oldest form of the self-call rule: no owner, so the application’s own calls to its pod ' +
              'address are taken too, and the one port that Envoy had then.',
          ),
        ],
        source: sources.oldShell,
      });
    default:
      return undefined;
  }
}
