import { capital } from '../../text/capital';
import { list, text, type ChangedBy, type Fact, type Paragraph } from '../facts';
import { settings } from './settings';

/** What each group of settings is about, as a person would call it. */
const SUBJECTS: Readonly<Record<keyof typeof settings, string>> = {
  outboundPort: 'the port of Envoy’s outbound listener, 15001 unless set',
  inboundPort: 'the port of Envoy’s inbound listener, 15006 unless set',
  tunnelPort: 'the HBONE port, 15008 unless set',
  proxyUid: 'the proxy’s user, 1337 unless set',
  proxyGid: 'the proxy’s group, 1337 unless set',
  mode: 'how inbound traffic is captured: REDIRECT, TPROXY or NONE',
  inboundInclude: 'the inbound ports to capture',
  inboundExclude: 'the inbound ports not to capture',
  excludeInterfaces: 'the interfaces not to capture',
  virtualInterfaces: 'the interfaces whose arriving traffic counts as outbound',
  outboundRangesInclude: 'the outbound ranges to capture',
  outboundRangesExclude: 'the outbound ranges not to capture',
  outboundPortsInclude: 'the outbound ports to capture whatever the address',
  outboundPortsExclude: 'the outbound ports not to capture',
  dns: 'DNS capture',
  dropInvalid: 'whether packets that conntrack calls INVALID are dropped',
  ownerGroups: 'whose outbound traffic is captured, by the application’s group',
  loopbackRange: 'the range that counts as localhost',
  tproxyMark: 'mark and routing table of TPROXY mode',
  tracing: 'rules that log to NFLOG group 1337',
  ambientDns: 'DNS capture in ambient mode',
  ambientIngress: 'whether ambient mode captures what arrives',
  ambientVirtual: 'the interfaces whose arriving traffic counts as outbound, in ambient mode',
  hostProbe: 'the source of probes to ambient pods',
};

const KINDS: Readonly<Record<ChangedBy['kind'], string>> = {
  annotation: 'annotation of the pod',
  helm: 'Helm value',
  mesh: 'field of meshConfig',
  env: 'environment variable',
  flag: 'flag of istio-iptables',
  cni: 'what the CNI plugin does',
  key: 'key in the log',
};

const SOURCES = [
  'istio/istio:tools/istio-iptables/pkg/cmd/root.go',
  'istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml',
];

const groups = Object.entries(settings) as unknown as readonly (readonly [
  keyof typeof settings,
  readonly ChangedBy[],
])[];

/**
 * All other ways to change the same as this name, the strongest in an injected pod first; undefined where it is not a
 * setting of Istio.
 */
export function waysOf(name: string): readonly Paragraph[] | undefined {
  const found = groups.filter(([, changes]) => changes.some((change) => change.name === name && change.kind !== 'cni'));
  if (found.length === 0) return undefined;
  return found.flatMap(([subject, changes]) => [
    text(`What changes ${SUBJECTS[subject]}, the strongest first:`),
    list(...changes.map(wayText)),
  ]);
}

function wayText({ kind, name, effect }: ChangedBy): string {
  return kind === 'cni' ? effect : `${name} (${KINDS[kind]}): ${effect}`;
}

/**
 * A flag, a Helm value or a field of meshConfig by itself; undefined for other names. Annotations and variables have
 * facts of their own.
 */
export function settingKnowledge(name: string): Fact | undefined {
  const bare = name.replace(/^spec\.|^global\./, (prefix) => (prefix === 'global.' ? 'values.global.' : ''));
  for (const [subject, changes] of groups) {
    const change = changes.find(
      (each) => each.name === bare && (each.kind === 'flag' || each.kind === 'helm' || each.kind === 'mesh'),
    );
    if (change === undefined) continue;
    return {
      title: `${name}: in Istio, ${SUBJECTS[subject]}`,
      details: [text(`A ${KINDS[change.kind]}. ${sentence(change.effect)}`), ...(waysOf(bare) ?? [])],
      sources: SOURCES,
    };
  }
  return undefined;
}

function sentence(effect: string): string {
  return `${capital(effect)}.`;
}

/** The names of settings that are in no other list. */
export function knownSettings(): readonly string[] {
  return [
    ...new Set(
      groups.flatMap(([, changes]) =>
        changes
          .filter(({ kind }) => kind === 'flag' || kind === 'helm' || kind === 'mesh')
          .map((change) => change.name),
      ),
    ),
  ];
}

/** Every name that is under “Changed by” and can be asked for. */
export function namesOfChanges(): readonly string[] {
  return [
    ...new Set(
      groups.flatMap(([, changes]) => changes.filter(({ kind }) => kind !== 'cni').map((change) => change.name)),
    ),
  ];
}
