import { fit, text, type Fact } from './facts';

/**
 * What a key of the log of istio-init means: the lines below “Istio iptables environment” (what was set from outside) and
 * “Istio iptables variables” or “Istio config” (what is in force). Case is kept. Undefined for other words.
 */
export function variableKnowledge(variable: string): Fact | undefined {
  const known = variables.find((each) => each.name === variable);
  if (known === undefined) return undefined;
  const details = [text(known.meaning)];
  if (known.setBy !== undefined) details.push(text(`Set by ${known.setBy}.`));
  details.push(text(`${known.block === 'environment' ? 'Environment: what was set from outside; empty means that the default holds.' : 'Variable: the value in force.'} ${known.span}.`));
  return { title: fit(`${known.name}: ${known.title}`), details, sources };
}

export function knownVariables(): readonly string[] {
  return variables.map((each) => each.name);
}

interface Variable {
  readonly name: string;
  readonly block: 'environment' | 'variables';
  readonly title: string;
  readonly meaning: string;
  readonly span: string;
  readonly setBy?: string;
}

const sources = ['istio/istio:tools/istio-iptables/pkg/config/config.go', 'istio/istio:tools/common/config/config.go', 'istio/istio:tools/istio-iptables/pkg/cmd/root.go'];
const always = 'In logs of every version';

function environment(name: string, title: string, meaning: string, span: string = always, setBy?: string): Variable {
  return { name, block: 'environment', title, meaning, span, ...(setBy === undefined ? {} : { setBy }) };
}

function variable(name: string, title: string, meaning: string, span: string = always, setBy?: string): Variable {
  return { name, block: 'variables', title, meaning, span, ...(setBy === undefined ? {} : { setBy }) };
}

const variables: readonly Variable[] = [
  environment('ENVOY_PORT', 'port of the outbound listener', 'Becomes PROXY_PORT.', always, 'flag -p'),
  environment('INBOUND_CAPTURE_PORT', 'port of the inbound listener', 'Becomes PROXY_INBOUND_CAPTURE_PORT. Up to 1.2 a variable of this name as well.', always, 'flag -z'),
  environment('ISTIO_INBOUND_INTERCEPTION_MODE', 'REDIRECT or TPROXY', 'How inbound traffic is captured.', always, 'annotation sidecar.istio.io/interceptionMode, flag -m'),
  environment('ISTIO_INBOUND_TPROXY_MARK', 'mark of TPROXY mode', '1337 unless set.', '1.10 and older', 'flag -t'),
  environment('ISTIO_INBOUND_TPROXY_ROUTE_TABLE', 'routing table of TPROXY mode', '133 unless set.', always, 'flag -r'),
  environment('ISTIO_INBOUND_PORTS', 'inbound ports to capture', '`*`, a list, or empty for none.', always, 'annotation traffic.sidecar.istio.io/includeInboundPorts, flag -b'),
  environment('ISTIO_OUTBOUND_PORTS', 'outbound ports to capture whatever the address', 'Changes nothing where all addresses are captured.', 'Since 1.7', 'annotation traffic.sidecar.istio.io/includeOutboundPorts, flag -q'),
  environment('ISTIO_LOCAL_EXCLUDE_PORTS', 'inbound ports not to capture', 'Ignored where ISTIO_INBOUND_PORTS is a list.', always, 'annotation traffic.sidecar.istio.io/excludeInboundPorts, flag -d'),
  environment('ISTIO_EXCLUDE_INTERFACES', 'interfaces not to capture', 'Neither direction.', 'Since 1.12', 'annotation traffic.sidecar.istio.io/excludeInterfaces, flag -c'),
  environment('ISTIO_SERVICE_CIDR', 'outbound ranges to capture', '`*`, a list, or empty for none.', always, 'annotation traffic.sidecar.istio.io/includeOutboundIPRanges, flag -i'),
  environment('ISTIO_SERVICE_EXCLUDE_CIDR', 'outbound ranges not to capture', 'They stand before the ranges to capture.', always, 'annotation traffic.sidecar.istio.io/excludeOutboundIPRanges, flag -x'),
  environment('ISTIO_META_DNS_CAPTURE', 'DNS capture', 'Becomes DNS_CAPTURE.', 'Since 1.10', 'annotation proxy.istio.io/config (proxyMetadata), flag --redirect-dns'),
  environment('INVALID_DROP', 'drop packets that conntrack calls INVALID', 'Becomes DROP_INVALID. Setting DROP_INVALID itself has no effect.', 'Since 1.13', 'flag --drop-invalid'),
  variable('PROXY_PORT', 'port of the outbound listener', '15001 unless set.', always, 'ENVOY_PORT, flag -p'),
  variable('PROXY_INBOUND_CAPTURE_PORT', 'port of the inbound listener', '15006 unless set.', 'Since 1.3; before that INBOUND_CAPTURE_PORT', 'INBOUND_CAPTURE_PORT, flag -z'),
  variable('PROXY_TUNNEL_PORT', 'HBONE port', '15008 unless set; never captured.', 'Since 1.7', 'flag -e'),
  variable('PROXY_UID', 'user of the proxy', 'What it sends is not captured. Up to 1.2 the default was 1337,0: root was left out too.', always, 'flag -u'),
  variable('PROXY_GID', 'group of the proxy', 'What a process with this primary group sends is not captured.', 'Since 1.5', 'flag -g'),
  variable('INBOUND_INTERCEPTION_MODE', 'REDIRECT or TPROXY', 'TPROXY keeps the client’s address; REDIRECT is the default.', always, 'annotation sidecar.istio.io/interceptionMode, flag -m'),
  variable('INBOUND_TPROXY_MARK', 'mark of TPROXY mode', '1337 unless set. Used in TPROXY mode only.', always, 'flag -t'),
  variable('INBOUND_TPROXY_ROUTE_TABLE', 'routing table of TPROXY mode', '133 unless set. Used in TPROXY mode only.', always, 'flag -r'),
  variable('INBOUND_PORTS_INCLUDE', 'inbound ports that are captured', '`*` for all but the excluded ones, a list for these only, empty for none: then nothing jumps to ISTIO_INBOUND.', always, 'annotation traffic.sidecar.istio.io/includeInboundPorts, flag -b'),
  variable('INBOUND_PORTS_EXCLUDE', 'inbound ports that are not captured', 'Counts only where INBOUND_PORTS_INCLUDE is `*`.', always, 'annotation traffic.sidecar.istio.io/excludeInboundPorts, flag -d'),
  variable('OUTBOUND_IP_RANGES_INCLUDE', 'outbound ranges that are captured', '`*` for all. A loopback address in the list leaves out the rules that spare lo (1.7 and newer).', always, 'annotation traffic.sidecar.istio.io/includeOutboundIPRanges, flag -i'),
  variable('OUTBOUND_IP_RANGES_EXCLUDE', 'outbound ranges that are not captured', 'They win over the included ones. A value of `-b` shows that the arguments slipped because of an empty list (istio/istio issue 28106).', always, 'annotation traffic.sidecar.istio.io/excludeOutboundIPRanges, flag -x'),
  variable('OUTBOUND_PORTS_INCLUDE', 'outbound ports captured whatever the address', 'Changes nothing where OUTBOUND_IP_RANGES_INCLUDE is `*`.', 'Since 1.7', 'annotation traffic.sidecar.istio.io/includeOutboundPorts, flag -q'),
  variable('OUTBOUND_PORTS_EXCLUDE', 'outbound ports that are not captured', 'They win over everything else; since 1.25 for UDP too.', always, 'annotation traffic.sidecar.istio.io/excludeOutboundPorts, flag -o'),
  variable('OUTBOUND_OWNER_GROUPS_INCLUDE', 'groups whose traffic is captured', '`*` for all; a list leaves everyone else uncaptured.', 'Since 1.14', 'ISTIO_OUTBOUND_OWNER_GROUPS'),
  variable('OUTBOUND_OWNER_GROUPS_EXCLUDE', 'groups whose traffic is not captured', 'By primary group.', 'Since 1.14', 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE'),
  variable('KUBE_VIRT_INTERFACES', 'virtual interfaces', 'What arrives by them counts as outbound.', 'Since 1.12; before that KUBEVIRT_INTERFACES', 'annotations istio.io/reroute-virtual-interfaces, traffic.sidecar.istio.io/kubevirtInterfaces, flag -k'),
  variable('KUBEVIRT_INTERFACES', 'virtual interfaces', 'What arrives by them counts as outbound.', '1.11 and older; then KUBE_VIRT_INTERFACES', 'annotation traffic.sidecar.istio.io/kubevirtInterfaces, flag -k'),
  variable('EXCLUDE_INTERFACES', 'interfaces that are not captured', 'Neither direction.', 'Since 1.12', 'annotation traffic.sidecar.istio.io/excludeInterfaces, flag -c'),
  variable('ENABLE_INBOUND_IPV6', 'IPv6 rules are written', 'False leaves ip6tables empty.', always),
  variable('DUAL_STACK', 'both IP versions', 'The pod has addresses of both.', 'Since 1.20', 'ISTIO_DUAL_STACK, flag --dual-stack'),
  variable('DNS_CAPTURE', 'DNS capture', 'Sends port 53 to the agent’s DNS proxy, 15053.', 'Since 1.10', 'ISTIO_META_DNS_CAPTURE, flag --redirect-dns'),
  variable('CAPTURE_ALL_DNS', 'captures DNS to any address', 'False: only the addresses of DNS_SERVERS. The CNI plugin always uses true.', 'Since 1.11', 'flag --capture-all-dns'),
  variable('DNS_SERVERS', 'nameservers of /etc/resolv.conf', 'Two lists, IPv4 and IPv6: `[10.96.0.10],[]`. Read only with DNS capture.', 'Since 1.9'),
  variable('DROP_INVALID', 'packets that conntrack calls INVALID are dropped', 'The variable to set is INVALID_DROP.', 'Since 1.13', 'INVALID_DROP, flag --drop-invalid'),
  variable('NETWORK_NAMESPACE', 'network namespace of the pod', 'Path given by the CNI plugin; empty in the init container.', 'Since 1.11', 'flag --network-namespace'),
  variable('CNI_MODE', 'run by the CNI plugin', 'True: rules are written from outside the pod.', 'Since 1.11', 'flag --cni-mode'),
  variable('OUTPUT_PATH', 'file that takes the rules in a dry run', 'Empty in normal use.', '1.11 to 1.17'),
  variable('HOST_NSENTER_EXEC', 'nsenter through the host', 'How the CNI plugin enters the pod’s namespace.', '1.15 to 1.19'),
  variable('IPTABLES_VERSION', 'iptables binary that was chosen', 'legacy or nft.', '1.20 and 1.21'),
  variable('RECONCILE', 'existing rules are replaced', 'Guardrails block traffic while that happens.', 'Since 1.24', 'flag --reconcile'),
  variable('CLEANUP_ONLY', 'rules are removed, none written', 'Replaces istio-clean-iptables.', 'Since 1.24', 'flag --cleanup-only'),
  variable('FORCE_APPLY', 'rules are written even if they seem to be there', '', 'Since 1.24', 'flag --force-apply'),
  variable('NATIVE_NFTABLES', 'nftables rules instead of iptables rules', 'iptables-save does not show them.', 'Since 1.27', 'flag --native-nftables'),
  variable('FORCE_LEGACY_IPTABLES', 'the legacy binary is used', 'Overrides the detection of legacy or nft.', 'Before 1.28; then FORCE_IPTABLES_BINARY'),
  variable('FORCE_IPTABLES_BINARY', 'iptables binary to use', 'Overrides the detection of legacy or nft.', 'Since 1.28', 'flag --force-iptables-binary'),
];
