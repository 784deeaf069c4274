import { capital } from '../../text/capital';
import { fit, text } from '../facts';
import type { VariableFact } from '../pack';
import { spanText, type ReleaseSpan } from '../releases';
import { waysOf } from './ways';

/**
 * What a key of the log of istio-init means: the lines below “Istio iptables environment” (what was set from outside)
 * and “Istio iptables variables” or “Istio config” (what is in force); also of variables that no log shows. Case is
 * kept. Undefined for other words.
 */
export function variableKnowledge(variable: string): VariableFact | undefined {
  const known = variables.find((each) => each.name === variable);
  if (known === undefined) return undefined;
  const { name, title, block, span, more } = known;
  const where = {
    environment: 'Environment: what was set from outside; empty means that the default holds.',
    variables: 'Variable: the value in force.',
    unlogged: 'A variable of the environment; the log does not show it.',
  }[block];
  const releases =
    span === undefined
      ? block === 'unlogged'
        ? ''
        : 'In logs of every release'
      : block === 'unlogged'
        ? spanText(span)
        : `In logs ${spanText(span)}`;
  return {
    title: fit(`${name}: ${title}`),
    details: [
      ...known.meaning.map(text),
      ...(waysOf(name) ?? []),
      text(
        [where, releases === '' ? '' : `${capital(releases)}${more === undefined ? '' : `; ${more}`}.`]
          .join(' ')
          .trim(),
      ),
    ],
    sources,
    ...span,
  };
}

export function knownVariables(): readonly string[] {
  return variables.map((each) => each.name);
}

interface Variable {
  readonly name: string;
  readonly block: 'environment' | 'variables' | 'unlogged';
  readonly title: string;
  readonly meaning: readonly string[];
  /** The releases whose log has it; absent where all have. */
  readonly span?: ReleaseSpan;
  readonly more?: string;
}

const sources = [
  'istio/istio:tools/istio-iptables/pkg/config/config.go',
  'istio/istio:tools/common/config/config.go',
  'istio/istio:tools/istio-iptables/pkg/cmd/root.go',
];

function entry(block: Variable['block']) {
  return (
    name: string,
    title: string,
    meaning: string | readonly string[],
    span?: ReleaseSpan,
    more?: string,
  ): Variable => ({
    name,
    block,
    title,
    meaning: typeof meaning === 'string' ? (meaning === '' ? [] : [meaning]) : meaning,
    ...(span === undefined ? {} : { span }),
    ...(more === undefined ? {} : { more }),
  });
}

const environment = entry('environment');
const variable = entry('variables');
const unlogged = entry('unlogged');

const since = (release: string): ReleaseSpan => ({ since: release });
const between = (first: string, last: string): ReleaseSpan => ({ since: first, until: last });

const inert = 'Has no effect in an injected pod: the injector passes the value as a flag, and the flag wins.';
const applications = 'Of applications, not of the proxy, whose group has rules of its own.';

const variables: readonly Variable[] = [
  environment('ENVOY_PORT', 'port of the outbound listener', [
    'Becomes PROXY_PORT up to 1.20. It has not been read since 1.21, but the log still has the line.',
    inert,
  ]),
  environment(
    'INBOUND_CAPTURE_PORT',
    'port of the inbound listener',
    ['Becomes PROXY_INBOUND_CAPTURE_PORT.', inert],
    since('1.0'),
    'from 1.0 to 1.2 below “Variables”, as the value in force',
  ),
  environment(
    'ISTIO_INBOUND_INTERCEPTION_MODE',
    'REDIRECT or TPROXY',
    ['How inbound traffic is captured.', inert],
    since('0.8'),
  ),
  environment('ISTIO_INBOUND_TPROXY_MARK', 'mark of TPROXY mode', '1337 unless set.', between('0.8', '1.10')),
  environment('ISTIO_INBOUND_TPROXY_ROUTE_TABLE', 'routing table of TPROXY mode', '133 unless set.', since('0.8')),
  environment('ISTIO_INBOUND_PORTS', 'inbound ports to capture', ['`*`, a list, or empty for none.', inert]),
  environment(
    'ISTIO_OUTBOUND_PORTS',
    'outbound ports to capture whatever the address',
    'Changes nothing where all addresses are captured.',
    since('1.7'),
  ),
  environment('ISTIO_LOCAL_EXCLUDE_PORTS', 'inbound ports not to capture', [
    'Ignored where ISTIO_INBOUND_PORTS is a list.',
    inert,
  ]),
  environment('ISTIO_EXCLUDE_INTERFACES', 'interfaces not to capture', 'Neither direction.', since('1.11.3')),
  environment('ISTIO_SERVICE_CIDR', 'outbound ranges to capture', ['`*`, a list, or empty for none.', inert]),
  environment('ISTIO_SERVICE_EXCLUDE_CIDR', 'outbound ranges not to capture', [
    'They come before the ranges to capture.',
    inert,
  ]),
  environment(
    'ISTIO_META_DNS_CAPTURE',
    'DNS capture',
    'Becomes DNS_CAPTURE. In a pod it comes from proxyMetadata, of meshConfig.defaultConfig or of the ' +
      'annotation proxy.istio.io/config.',
    since('1.10'),
  ),
  environment(
    'INVALID_DROP',
    'drop packets that conntrack calls INVALID',
    'Becomes DROP_INVALID. istio-iptables reads both names; the CNI plugin reads this one only. In 1.13.2 only ' +
      'DROP_INVALID worked.',
    since('1.12.2'),
  ),
  variable('PROXY_PORT', 'port of the outbound listener', '15001 unless set.'),
  variable(
    'PROXY_INBOUND_CAPTURE_PORT',
    'port of the inbound listener',
    '15006 unless set.',
    since('1.3'),
    'before that INBOUND_CAPTURE_PORT',
  ),
  variable('PROXY_TUNNEL_PORT', 'HBONE port', '15008 unless set; never captured.', since('1.7')),
  variable('PROXY_UID', 'user of the proxy', [
    'What it sends is not captured.',
    'The injector always passes -u 1337. Where nothing is passed (virtual machines), the user istio-proxy, ' +
      'else 1337; up to 1.7 the list 1337,0, which excepts root too.',
    'In TPROXY mode Envoy runs as user 0 and group 1337: there the rule of the group breaks its loop.',
  ]),
  variable(
    'PROXY_GID',
    'group of the proxy',
    'What a process with this primary group sends is not captured. In TPROXY mode, where Envoy runs as user 0, ' +
      'this is what breaks its loop.',
    since('1.5'),
  ),
  variable(
    'INBOUND_INTERCEPTION_MODE',
    'REDIRECT or TPROXY',
    'TPROXY keeps the client’s address; REDIRECT is the default. With NONE no rules are written at all.',
    since('0.8'),
  ),
  variable('INBOUND_TPROXY_MARK', 'mark of TPROXY mode', '1337 unless set. Used in TPROXY mode only.', since('0.8')),
  variable(
    'INBOUND_TPROXY_ROUTE_TABLE',
    'routing table of TPROXY mode',
    '133 unless set. Used in TPROXY mode only.',
    since('0.8'),
  ),
  variable(
    'INBOUND_PORTS_INCLUDE',
    'inbound ports that are captured',
    '`*` for all but the excluded ones, a list for these only, empty for none: then nothing jumps to ISTIO_INBOUND.',
  ),
  variable(
    'INBOUND_PORTS_EXCLUDE',
    'inbound ports that are not captured',
    'Counts only where INBOUND_PORTS_INCLUDE is `*`. 15090, 15021 and 15020 are added by the injector or the ' +
      'CNI plugin; any other port here was set by a user.',
  ),
  variable(
    'OUTBOUND_IP_RANGES_INCLUDE',
    'outbound ranges that are captured',
    '`*` for all. A loopback address in the list omits the rules that spare lo (1.7 and newer).',
  ),
  variable(
    'OUTBOUND_IP_RANGES_EXCLUDE',
    'outbound ranges that are not captured',
    'They take precedence over the included ones. A value of `-b` shows that the arguments are shifted because ' +
      'of an empty list (istio/istio issue 28106).',
  ),
  variable(
    'OUTBOUND_PORTS_INCLUDE',
    'outbound ports captured whatever the address',
    'Changes nothing where OUTBOUND_IP_RANGES_INCLUDE is `*`.',
    since('1.7'),
  ),
  variable(
    'OUTBOUND_PORTS_EXCLUDE',
    'outbound ports that are not captured',
    'They take precedence over everything else; since 1.25 for UDP too. The CNI plugin adds 15020 where no ' +
      'annotation is set.',
    since('1.2'),
  ),
  variable(
    'OUTBOUND_OWNER_GROUPS_INCLUDE',
    'groups of applications that are captured',
    ['`*` for all; a list leaves everyone else uncaptured.', applications, 'Set by ISTIO_OUTBOUND_OWNER_GROUPS.'],
    since('1.14'),
  ),
  variable(
    'OUTBOUND_OWNER_GROUPS_EXCLUDE',
    'groups of applications that are not captured',
    ['By primary group.', applications, 'Set by ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE.'],
    since('1.14'),
  ),
  variable(
    'KUBE_VIRT_INTERFACES',
    'virtual interfaces',
    'What arrives by them counts as outbound.',
    since('1.12'),
    'before that KUBEVIRT_INTERFACES',
  ),
  variable(
    'KUBEVIRT_INTERFACES',
    'virtual interfaces',
    'What arrives by them counts as outbound.',
    between('1.1', '1.11'),
    'then KUBE_VIRT_INTERFACES',
  ),
  variable('EXCLUDE_INTERFACES', 'interfaces that are not captured', 'Neither direction.', since('1.11.3')),
  variable(
    'ENABLE_INBOUND_IPV6',
    'IPv6 rules are written',
    'False leaves ip6tables empty. Empty or false up to 1.4: three rules of ip6tables close IPv6 instead.',
    since('1.1'),
  ),
  variable(
    'DUAL_STACK',
    'both IP versions',
    'The pod has addresses of both. Set by ISTIO_DUAL_STACK or the flag --dual-stack.',
    since('1.20'),
  ),
  variable('DNS_CAPTURE', 'DNS capture', 'Sends port 53 to the agent’s DNS proxy, 15053.', since('1.10')),
  variable(
    'CAPTURE_ALL_DNS',
    'captures DNS to any address',
    'False: only the addresses of DNS_SERVERS. The CNI plugin always uses true. Set by the flag --capture-all-dns.',
    since('1.11'),
  ),
  variable(
    'DNS_SERVERS',
    'nameservers of /etc/resolv.conf',
    'Two lists, IPv4 and IPv6: `[10.96.0.10],[]`. Read only with DNS capture, and not with CAPTURE_ALL_DNS.',
    since('1.9'),
  ),
  variable(
    'DROP_INVALID',
    'packets that conntrack calls INVALID are dropped',
    'The variable to set is INVALID_DROP; istio-iptables reads this name from the environment too, the CNI ' +
      'plugin does not. In 1.13.2 only this name worked.',
    since('1.12.2'),
  ),
  variable(
    'NETWORK_NAMESPACE',
    'network namespace of the pod',
    'Path given by the CNI plugin; empty in the init container. Flag --network-namespace.',
    since('1.11'),
  ),
  variable(
    'CNI_MODE',
    'run by the CNI plugin',
    'True: rules are written from outside the pod. Flag --cni-mode.',
    since('1.11'),
  ),
  variable('OUTPUT_PATH', 'file that takes the rules in a dry run', 'Empty in normal use.', between('1.11', '1.17')),
  variable(
    'HOST_NSENTER_EXEC',
    'nsenter through the host',
    'How the CNI plugin enters the pod’s namespace.',
    between('1.15', '1.19'),
  ),
  variable('IPTABLES_VERSION', 'iptables binary that was chosen', 'legacy or nft.', between('1.20', '1.21')),
  variable(
    'RECONCILE',
    'existing rules are replaced',
    'Guardrails block traffic while that happens. Flag --reconcile.',
    since('1.24'),
  ),
  variable(
    'CLEANUP_ONLY',
    'rules are removed, none written',
    'Replaces istio-clean-iptables. Flag --cleanup-only.',
    since('1.24'),
  ),
  variable('FORCE_APPLY', 'rules are written even if they seem to be there', 'Flag --force-apply.', since('1.24')),
  variable(
    'NATIVE_NFTABLES',
    'nftables rules instead of iptables rules',
    'iptables-save does not show them. Flag --native-nftables.',
    since('1.27'),
  ),
  variable(
    'FORCE_IPTABLES_BINARY',
    'iptables binary to use',
    'legacy or nft; overrides the detection. Also an environment variable and the flag --force-iptables-binary.',
    since('1.28'),
  ),
  unlogged(
    'ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE',
    'outbound ports not to capture',
    'Becomes OUTBOUND_PORTS_EXCLUDE where the flag -o is not passed.',
  ),
  unlogged(
    'ISTIO_OUTBOUND_OWNER_GROUPS',
    'groups of applications to capture',
    ['`*` for all; a list leaves everyone else uncaptured. For virtual machines: no annotation sets it.', applications],
    since('1.14'),
  ),
  unlogged(
    'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE',
    'groups of applications not to capture',
    ['Only where ISTIO_OUTBOUND_OWNER_GROUPS is `*`.', applications],
    since('1.14'),
  ),
  unlogged(
    'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR',
    'range that counts as localhost',
    '127.0.0.1/32 unless set, as 127.0.0.0/8. IPv6 keeps ::1/128.',
    since('1.21'),
  ),
  unlogged('ISTIO_DUAL_STACK', 'both IP versions', 'Becomes DUAL_STACK.', since('1.20')),
  unlogged(
    'IPTABLES_TRACE_LOGGING',
    'rules that log to NFLOG group 1337',
    'One before each rule that captures or excludes; the agent reads what they log.',
    between('1.12', '1.24'),
  ),
  unlogged(
    'AMBIENT_DNS_CAPTURE',
    'DNS capture in ambient mode',
    'Of istio-cni; the Helm value ambient.dnsCapture sets it: false up to 1.24, true since 1.25. The ' +
      'annotation ambient.istio.io/dns-capture of a pod wins.',
  ),
  unlogged(
    'HOST_PROBE_SNAT_IP',
    'source of probes to ambient pods',
    '169.254.7.127 unless set. Of istio-cni; both the host’s and the pods’ rules use it.',
  ),
  unlogged(
    'HOST_PROBE_SNAT_IPV6',
    'source of probes to ambient pods, IPv6',
    'fd16:9254:7127:1337:ffff:ffff:ffff:ffff unless set. Of istio-cni.',
  ),
  unlogged(
    'DISABLE_REDIRECTION_ON_LOCAL_LOOPBACK',
    'self-calls over lo are not redirected',
    'Omits the rule of ISTIO_OUTPUT that sends the proxy’s calls to its own pod to the inbound listener.',
    between('1.1', '1.19'),
  ),
  unlogged(
    'PILOT_ENABLE_INBOUND_PASSTHROUGH',
    'Envoy calls the application from 127.0.0.6',
    'Of istiod; true unless set: the application is called on its pod address. False brings back the behaviour ' +
      'of 1.9: 127.0.0.1 as destination.',
    since('1.10'),
  ),
];
