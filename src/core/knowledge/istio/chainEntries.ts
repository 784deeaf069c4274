import { list, text } from '../facts';
import { shapeOf, valueOf } from '../shape';
import { chainIn, type RuleSetView } from '../view';
import { isUncalled } from './earlier';
import { brief, settings, sources } from './settings';
import type { IstioChain } from './chainEntry';
import { nftEntry, nodeEntries } from './otherChains';

const sidecar = 'Istio sidecar';
const pod = 'Istio ambient pod';

/** In ISTIO_OUTPUT of raw at first, later in a chain of its own. */
const dnsZones: Omit<IstioChain, 'name'> = {
  table: 'raw',
  mode: 'sidecar',
  family: sidecar,
  title: 'Chooses the conntrack zone of DNS packets this pod sends',
  details: [
    text(
      'Zone 1: proxy ↔ nameserver. Zone 2: application ↔ proxy. Both may use the same UDP source port at the ' +
        'same moment.',
    ),
  ],
  changedBy: settings.dns,
  source: sources.run,
  kernelNote: () => 'The proxy’s own query matches two of the rules; the first zone that is set stays.',
};

/** Every chain that a release has made. */
export const entries: readonly IstioChain[] = [
  {
    name: 'ISTIO_REDIRECT',
    table: 'nat',
    mode: 'sidecar',
    family: sidecar,
    title: 'Hands outbound TCP to Envoy’s outbound listener, 15001',
    details: [
      text(
        'One REDIRECT rule. Called for what ISTIO_OUTPUT decides to capture, and from PREROUTING for virtual ' +
          'interfaces.',
      ),
    ],
    more: 'up to 0.8 also for inbound traffic',
    changedBy: [...settings.outboundPort, ...brief(settings.virtualInterfaces)],
    source: sources.run,
    kernelNote: () => 'The rule matches TCP only: UDP and ICMP that come here return and leave unchanged.',
  },
  {
    name: 'ISTIO_IN_REDIRECT',
    table: 'nat',
    mode: 'sidecar',
    family: sidecar,
    title: 'Hands TCP to Envoy’s inbound listener, 15006',
    details: [
      text(
        'Called from ISTIO_INBOUND for what arrives at the pod, and from ISTIO_OUTPUT for Envoy’s calls to its ' +
          'own pod, which must pass the server-side listener as well.',
      ),
      text('Always created, also where no inbound port is captured.'),
    ],
    more: 'port 15006 since 1.3, before that 15001',
    changedBy: settings.inboundPort,
    source: sources.run,
    kernelNote: (_ruleSet, profile) =>
      profile?.mode === 'sidecar TPROXY'
        ? 'In TPROXY mode only self-calls come here; inbound traffic is taken in mangle.'
        : undefined,
  },
  {
    name: 'ISTIO_OUTPUT',
    table: 'nat',
    mode: 'sidecar',
    family: sidecar,
    title: 'Decides which connections opened in this pod go through Envoy',
    details: [
      text('In the order of the rules:'),
      list(
        'excluded outbound ports return',
        'Envoy’s connections to the application, from 127.0.0.6 (::6), return',
        'Envoy calling its own pod over lo goes to ISTIO_IN_REDIRECT; everyone else over lo returns',
        'what the proxy’s user or group sends returns (no loop)',
        'owner groups of applications, and DNS, where configured',
        'localhost and excluded ranges return',
        'included ports and ranges, or everything, go to ISTIO_REDIRECT',
      ),
    ],
    more: 'up to 1.24 only TCP entered, in 1.23 and 1.24 also UDP with DNS capture',
    changedBy: [
      ...brief(settings.outboundRangesInclude),
      ...brief(settings.outboundRangesExclude),
      ...brief(settings.outboundPortsInclude),
      ...brief(settings.outboundPortsExclude),
      ...brief(settings.proxyUid),
      ...brief(settings.proxyGid),
    ],
    source: sources.run,
    kernelNote: (ruleSet) =>
      `Who runs with the proxy’s user or primary group bypasses the mesh. ${loopbackSentence(ruleSet)}`,
  },
  { name: 'ISTIO_OUTPUT', ...dnsZones, more: 'with DNS capture' },
  {
    name: 'ISTIO_OUTPUT',
    table: 'nat',
    mode: 'ambient',
    family: pod,
    title: 'Decides which connections of this pod go through ztunnel',
    details: [
      text('ztunnel shares the pod’s network here; its own packets carry mark 0x539.'),
      list(
        'probe address and mark 0x111: accepted',
        'DNS: 15053',
        'own pod address over lo: accepted',
        'other TCP without ztunnel’s mark: 15001',
      ),
    ],
    changedBy: settings.ambientDns,
    source: sources.ambient,
    kernelNote: () =>
      'User and group play no part; the mark decides. TCP port 53 to the pod’s own address goes to 15053, ' +
      'because that rule does not except lo.',
  },
  {
    name: 'ISTIO_OUTPUT',
    table: 'mangle',
    mode: 'ambient',
    family: pod,
    title: 'Brings the application’s replies back to ztunnel',
    details: [
      text(
        'Copies the connection’s mark 0x111 to the packet; `ip rule fwmark 0x111/0xfff lookup 100` then routes ' +
          'it to lo.',
      ),
    ],
    changedBy: [],
    source: sources.ambient,
  },
  {
    name: 'ISTIO_OUTPUT',
    table: 'raw',
    mode: 'ambient',
    family: pod,
    title: 'Gives ztunnel’s DNS queries a conntrack zone of their own',
    details: [text('So that they cannot collide with an application’s query from the same UDP port.')],
    more: 'with DNS capture',
    changedBy: settings.ambientDns,
    source: sources.ambient,
  },
  {
    name: 'ISTIO_INBOUND',
    table: 'nat',
    mode: 'sidecar',
    family: sidecar,
    title: 'Decides which connections that arrive at this pod go through Envoy',
    details: [
      list(
        '15008, the HBONE tunnel: returns, always the first rule (1.7 and newer)',
        'excluded ports (15090, 15021, 15020 and the user’s) return',
        'the rest, or only the listed ports, go to ISTIO_IN_REDIRECT',
      ),
    ],
    changedBy: [...settings.inboundInclude, ...settings.inboundExclude],
    source: sources.run,
    statesUncalled: true,
    kernelNote: (ruleSet, profile) => {
      if (!isUncalled(chainIn(ruleSet, 'nat', 'ISTIO_INBOUND')))
        return 'nat sees the first packet of a connection only; the rest follows.';
      return profile?.mode === 'sidecar TPROXY'
        ? 'Nothing jumps here in TPROXY mode: mangle ISTIO_INBOUND decides, and the exclusion of 15008 here has ' +
            'no effect.'
        : 'Nothing jumps here: inbound traffic is not captured in this rule set. Istio writes the chain anyway.';
    },
  },
  {
    name: 'ISTIO_INBOUND',
    table: 'mangle',
    mode: 'sidecar',
    family: sidecar,
    title: 'TPROXY mode: decides which arriving packets go through Envoy',
    details: [
      text('Envoy runs as user 0 and group 1337 in this mode; a self-call goes by mark 1338 to ISTIO_TPROXY.'),
      list(
        'already marked 1337, from 127.0.0.6, or over lo without mark 1338: return',
        'excluded ports leave',
        'known connections: ISTIO_DIVERT',
        'new ones: ISTIO_TPROXY',
      ),
    ],
    changedBy: [...settings.mode, ...brief(settings.inboundInclude), ...brief(settings.inboundExclude)],
    source: sources.run,
    kernelNote: (ruleSet) => {
      const excludes = (chainIn(ruleSet, 'mangle', 'ISTIO_INBOUND')?.rules ?? []).some(
        (rule) => shapeOf(rule).target === 'RETURN' && valueOf(shapeOf(rule), 'dport') === '15008',
      );
      return (
        'mangle sees every packet, not only the ' +
        `first.${excludes ? '' : ' 15008 is not excluded here; the exclusion in nat ISTIO_INBOUND has no effect in this mode.'}`
      );
    },
  },
  {
    name: 'ISTIO_INBOUND',
    table: 'raw',
    mode: 'sidecar',
    family: sidecar,
    title: 'Puts replies of nameservers into the proxy’s conntrack zone',
    details: [
      text(
        'Zone 1 is proxy ↔ nameserver, zone 2 application ↔ proxy. raw is the only place where the zone can ' +
          'still be chosen.',
      ),
    ],
    more: 'with DNS capture; before that the rules stood in PREROUTING itself',
    changedBy: settings.dns,
    source: sources.run,
    kernelNote: () =>
      'Over lo the rule matches and counts, but changes nothing: the packet already belongs to a connection.',
  },
  {
    name: 'ISTIO_DIVERT',
    table: 'mangle',
    mode: 'sidecar',
    family: sidecar,
    title: 'TPROXY mode: marks packets of known connections for local delivery',
    details: [
      text(
        'Mark 1337 (0x539) selects routing table 133, which delivers to a local socket whatever the ' +
          'destination. Then ACCEPT ends the table.',
      ),
    ],
    changedBy: [...settings.mode, ...settings.tproxyMark],
    source: sources.run,
  },
  {
    name: 'ISTIO_TPROXY',
    table: 'mangle',
    mode: 'sidecar',
    family: sidecar,
    title: 'TPROXY mode: gives new inbound connections to Envoy, client address kept',
    details: [
      text('Picks Envoy’s transparent socket and marks the packet 1337; policy routing (table 133) delivers it.'),
    ],
    more: 'to 15006 since 1.9, before that to 15001',
    changedBy: [...settings.mode, ...settings.tproxyMark],
    source: sources.run,
    kernelNote: () =>
      'Address and port of the packet stay as they are; Envoy’s socket sees the pod’s address and the ' +
      'application’s port as its own.',
  },
  {
    name: 'ISTIO_DROP',
    table: 'mangle',
    mode: 'sidecar',
    family: sidecar,
    title: 'Drops packets that conntrack calls INVALID',
    details: [
      text(
        'Such a packet is not un-NATed, reaches the application under the wrong port and is met with a ' +
          'reset that kills a healthy connection.',
      ),
    ],
    more: '1.12.2 to 1.23 without a chain of its own',
    changedBy: settings.dropInvalid,
    source: sources.run,
    kernelNote: () =>
      'A stray inbound ACK is NEW, not INVALID, and is redirected. SYN+ACK without a known connection and ' +
      'packets without flags are dropped.',
  },
  {
    name: 'ISTIO_OUTPUT_DNS',
    table: 'nat',
    mode: 'sidecar',
    family: sidecar,
    title: 'Sends the application’s DNS queries to the agent’s DNS proxy, 15053',
    details: [
      text(
        'For all of port 53 (CAPTURE_ALL_DNS, always so with the CNI plugin), or for the nameservers of ' +
          '/etc/resolv.conf only.',
      ),
    ],
    more: 'before that the rules stood in ISTIO_OUTPUT and OUTPUT',
    changedBy: settings.dns,
    source: sources.run,
    kernelNote: () =>
      'An answer is translated back to port 53 only if the socket on 15053 belongs to the proxy’s user or ' +
      'group and answers from 127.0.0.1.',
  },
  { name: 'ISTIO_OUTPUT_DNS', ...dnsZones },
  {
    name: 'ISTIO_PRERT',
    table: 'nat',
    mode: 'ambient',
    family: pod,
    title: 'Sends arriving plaintext TCP to ztunnel, 15006',
    details: [
      list(
        'virtual interfaces: as outbound, 15001',
        'kubelet probes from 169.254.7.127: straight to the application',
        'other TCP but 15008 and ztunnel’s own: 15006',
      ),
    ],
    more: 'the way in by default since 1.24, in place of TPROXY in mangle',
    changedBy: [...settings.ambientIngress, ...settings.ambientVirtual],
    source: sources.ambient,
  },
  {
    name: 'ISTIO_PRERT',
    table: 'mangle',
    mode: 'ambient',
    family: pod,
    title: 'Remembers which connections ztunnel opened',
    details: [
      text(
        'ztunnel marks its packets 0x539; the connection gets 0x111, so that the application’s replies can be ' +
          'routed back.',
      ),
      text(
        'In 1.21 to 1.24 the inbound capture itself could stand here too, by TPROXY to 15006 and 15008; since ' +
          '1.24 it is a REDIRECT in nat by default.',
      ),
    ],
    more: 'omitted with ambient.istio.io/bypass-inbound-capture in 1.24 to 1.28',
    changedBy: [],
    source: sources.ambient,
    kernelNote: (ruleSet) =>
      (chainIn(ruleSet, 'mangle', 'ISTIO_PRERT')?.rules ?? []).some((rule) => shapeOf(rule).target === 'TPROXY')
        ? 'Inbound capture by TPROXY: from the second packet on known connections are accepted without a mark, ' +
          'but TPROXY applies every time to 15008, and to INVALID packets as well.'
        : undefined,
  },
  {
    name: 'ISTIO_PRERT',
    table: 'raw',
    mode: 'ambient',
    family: pod,
    title: 'Puts replies of nameservers to ztunnel into its conntrack zone',
    details: [text('There they cannot collide with those to an application’s query from the same UDP port.')],
    more: 'with DNS capture',
    changedBy: settings.ambientDns,
    source: sources.ambient,
  },
  {
    name: 'ISTIO_POSTRT',
    table: 'nat',
    mode: 'ambient',
    family: 'Istio ambient host',
    title: (ruleSet) => `Gives kubelet probes to mesh pods the source ${probeSource(ruleSet)}`,
    details: [text('On the node. Inside the pod that source bypasses ztunnel, so that probes work without mTLS.')],
    changedBy: settings.hostProbe,
    source: sources.ambient,
    kernelNote: () =>
      'TCP of any local process to a pod in the set is changed, not only the kubelet’s. Forwarded packets, UDP ' +
      'and replies are not.',
  },
  ...(['nat', 'mangle', 'filter'] as const).flatMap((table) => nodeEntries(table)),
  ...[
    'istio-inbound',
    'istio-output',
    'istio-output-dns',
    'istio-redirect',
    'istio-in-redirect',
    'istio-divert',
    'istio-tproxy',
    'istio-prerouting',
    'istio-drop',
  ].map(nftEntry),
];

function loopbackSentence(ruleSet: RuleSetView | undefined): string {
  const chain = chainIn(ruleSet, 'nat', 'ISTIO_OUTPUT');
  const spares =
    chain === undefined ||
    chain.rules.some(
      (rule) => shapeOf(rule).target === 'RETURN' && ['out !uid', '!dport out proto !uid'].includes(shapeOf(rule).form),
    );
  return spares
    ? 'Over lo the user decides: the rules by group and the one for 127.0.0.1 come after one that has already ' +
        'returned that traffic.'
    : 'The rule that returns everyone but the proxy over lo is absent here, so the rules by group and the one ' +
        'for 127.0.0.1 take effect.';
}

/** What the rules themselves say; without a file both addresses. */
function probeSource(ruleSet: RuleSetView | undefined): string {
  const written = chainIn(ruleSet, 'nat', 'ISTIO_POSTRT')
    ?.rules.map((rule) => shapeOf(rule).targetOptions.get('--to-source'))
    .find((source) => source !== undefined);
  if (written !== undefined) return written;
  return ruleSet === undefined
    ? '169.254.7.127 (IPv6: fd16:9254:7127:1337:ffff:ffff:ffff:ffff)'
    : ruleSet.family === 6
      ? 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff'
      : '169.254.7.127';
}
