import { annotation, cni, env, flag, helm, key, mesh, type ChangedBy } from '../facts';

/**
 * What a person can change, and what that does to the rules, the strongest in an injected pod first: the annotation of
 * the pod, then the value for the mesh. The injector passes both on as a flag, and a flag beats the environment, so the
 * environment counts only where the program is called without the flag (virtual machines, own init containers).
 *
 * Sources: istio/istio:tools/istio-iptables/pkg/cmd/root.go,
 * manifests/charts/istio-control/istio-discovery/files/injection-template.yaml, cni/pkg/plugin/sidecar_redirect.go,
 * cni/pkg/nodeagent/net.go; istio/api:annotation/annotations.yaml.
 */
const WINS = 'wins in an injected pod';
const LOSES = 'no effect in an injected pod, where the injector always passes';

function inert(name: string, option: string): ChangedBy {
  return env(name, `the same; ${LOSES} ${option}`);
}

function passed(option: string, effect = 'the same'): ChangedBy {
  return flag(option, `${effect}; the injector always passes it`);
}

export const settings = {
  outboundPort: [
    mesh('meshConfig.proxyListenPort', `port of the outbound listener; ${WINS}`),
    passed('-p'),
    env('ENVOY_PORT', 'the same up to 1.20; without effect since 1.21, and in an injected pod at any time'),
    key('PROXY_PORT', 'the value in force'),
  ],
  inboundPort: [
    mesh('meshConfig.proxyInboundListenPort', `port of the inbound listener; ${WINS}`),
    passed('-z'),
    inert('INBOUND_CAPTURE_PORT', '-z'),
    key('PROXY_INBOUND_CAPTURE_PORT', 'the value in force'),
  ],
  tunnelPort: [
    flag('-e', 'port of the HBONE tunnel; the injector does not pass it'),
    key('PROXY_TUNNEL_PORT', 'the value in force'),
  ],
  proxyUid: [
    passed('-u', 'user of the proxy; several may be given, with commas'),
    inert('PROXY_UID', '-u'),
    cni('runAsUser', 'the CNI plugin takes the user of the proxy’s container; 0 counts as 1337'),
    key('PROXY_UID', 'the value in force'),
  ],
  proxyGid: [
    flag('-g', 'group of the proxy; without it the value of the user'),
    env('PROXY_GID', 'the same'),
    cni('runAsGroup', 'the CNI plugin takes the group of the proxy’s container; 0 counts as 1337'),
    key('PROXY_GID', 'the value in force'),
  ],
  mode: [
    annotation('sidecar.istio.io/interceptionMode', `REDIRECT, TPROXY or NONE; ${WINS}`),
    mesh('meshConfig.defaultConfig.interceptionMode', 'the same for the mesh'),
    passed('-m'),
    inert('ISTIO_INBOUND_INTERCEPTION_MODE', '-m'),
    key('INBOUND_INTERCEPTION_MODE', 'the value in force'),
  ],
  inboundInclude: [
    annotation(
      'traffic.sidecar.istio.io/includeInboundPorts',
      `\`*\`, a list of ports, or empty for no inbound capture; ${WINS}`,
    ),
    helm('values.global.proxy.includeInboundPorts', 'the same for the mesh'),
    passed('-b'),
    inert('ISTIO_INBOUND_PORTS', '-b'),
    cni('includeInboundPorts', 'the CNI plugin reads the annotation only; `*` without it'),
    key('INBOUND_PORTS_INCLUDE', 'the value in force'),
  ],
  inboundExclude: [
    annotation(
      'traffic.sidecar.istio.io/excludeInboundPorts',
      `ports that go straight to the application; ignored with an include list other than \`*\`; ${WINS}`,
    ),
    helm('values.global.proxy.excludeInboundPorts', 'the same for the mesh'),
    passed('-d', 'the same; the injector adds 15090, 15021 and the status port'),
    inert('ISTIO_LOCAL_EXCLUDE_PORTS', '-d'),
    cni('excludeInboundPorts', 'the CNI plugin adds 15020, 15021 and 15090'),
    key('INBOUND_PORTS_EXCLUDE', 'the value in force'),
  ],
  excludeInterfaces: [
    annotation(
      'traffic.sidecar.istio.io/excludeInterfaces',
      `interfaces whose traffic is left alone (since 1.11.3); ${WINS}`,
    ),
    flag('-c', 'the same; the injector passes it where the annotation is set'),
    env('ISTIO_EXCLUDE_INTERFACES', 'the same'),
    key('EXCLUDE_INTERFACES', 'the value in force'),
  ],
  virtualInterfaces: [
    annotation(
      'istio.io/reroute-virtual-interfaces',
      `interfaces whose arriving traffic counts as outbound (since 1.25); ${WINS}`,
    ),
    annotation(
      'traffic.sidecar.istio.io/kubevirtInterfaces',
      'the same, deprecated since 1.25; loses against the other one',
    ),
    flag('-k', 'the same'),
    env('KUBE_VIRT_INTERFACES', 'the same'),
    key('KUBE_VIRT_INTERFACES', 'the value in force'),
  ],
  outboundRangesInclude: [
    annotation(
      'traffic.sidecar.istio.io/includeOutboundIPRanges',
      `\`*\` or ranges to capture; empty means none; ${WINS}`,
    ),
    helm('values.global.proxy.includeIPRanges', 'the same for the mesh'),
    passed('-i'),
    inert('ISTIO_SERVICE_CIDR', '-i'),
    key('OUTBOUND_IP_RANGES_INCLUDE', 'the value in force'),
  ],
  outboundRangesExclude: [
    annotation(
      'traffic.sidecar.istio.io/excludeOutboundIPRanges',
      `ranges that bypass the proxy; they come before the included ones; ${WINS}`,
    ),
    helm('values.global.proxy.excludeIPRanges', 'the same for the mesh'),
    passed('-x'),
    inert('ISTIO_SERVICE_EXCLUDE_CIDR', '-x'),
    key('OUTBOUND_IP_RANGES_EXCLUDE', 'the value in force'),
  ],
  outboundPortsInclude: [
    annotation(
      'traffic.sidecar.istio.io/includeOutboundPorts',
      `ports captured whatever the address (since 1.7); ${WINS}`,
    ),
    helm('values.global.proxy.includeOutboundPorts', 'the same for the mesh'),
    flag('-q', 'the same'),
    env('ISTIO_OUTBOUND_PORTS', 'the same, where -q is not passed'),
    key('OUTBOUND_PORTS_INCLUDE', 'the value in force'),
  ],
  outboundPortsExclude: [
    annotation('traffic.sidecar.istio.io/excludeOutboundPorts', `ports that bypass the proxy; ${WINS}`),
    helm('values.global.proxy.excludeOutboundPorts', 'the same for the mesh'),
    flag('-o', 'the same'),
    env('ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE', 'the same, where -o is not passed'),
    cni('excludeOutboundPorts', 'the CNI plugin excludes 15020 where the annotation is not set'),
    key('OUTBOUND_PORTS_EXCLUDE', 'the value in force'),
  ],
  dns: [
    annotation(
      'proxy.istio.io/config',
      `proxyMetadata ISTIO_META_DNS_CAPTURE turns DNS capture on for the pod; ${WINS}`,
    ),
    mesh('meshConfig.defaultConfig.proxyMetadata', 'ISTIO_META_DNS_CAPTURE in it: the same for the mesh'),
    env('ISTIO_META_DNS_CAPTURE', 'what both become in the containers; istio-init and the CNI plugin read it there'),
    flag('--redirect-dns', 'turns DNS capture on'),
    flag(
      '--capture-all-dns',
      'captures port 53 to any address instead of the nameservers of /etc/resolv.conf; the CNI plugin always does',
    ),
    key('DNS_CAPTURE', 'the value in force'),
    key('DNS_SERVERS', 'the nameservers found'),
  ],
  dropInvalid: [
    env('INVALID_DROP', 'turns it on, also for the CNI plugin, which reads it from the proxy’s container'),
    env('DROP_INVALID', 'the other name, for istio-init only; in 1.13.2 the only one that worked'),
    flag('--drop-invalid', 'turns it on'),
    key('DROP_INVALID', 'the value in force'),
  ],
  ownerGroups: [
    env(
      'ISTIO_OUTBOUND_OWNER_GROUPS',
      'capture only applications of these groups (since 1.14); for virtual machines, no annotation sets it',
    ),
    env(
      'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE',
      'do not capture applications of these groups (since 1.14); not together with the other one',
    ),
  ],
  loopbackRange: [
    env('ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR', 'what counts as localhost, 127.0.0.1/32 unless set (since 1.21)'),
  ],
  tproxyMark: [
    flag('-t', 'the mark, 1337 unless set'),
    env('ISTIO_INBOUND_TPROXY_MARK', 'the mark as well'),
    flag('-r', 'the routing table, 133 unless set'),
    env('ISTIO_INBOUND_TPROXY_ROUTE_TABLE', 'the routing table as well'),
  ],
  tracing: [
    env('IPTABLES_TRACE_LOGGING', 'writes these rules (1.12 to 1.24)'),
    flag('--iptables-trace-logging', 'the same'),
  ],
  ambientDns: [
    annotation(
      'ambient.istio.io/dns-capture',
      '`true` or `false` for the pod (since 1.25); wins over the value for the mesh',
    ),
    helm('ambient.dnsCapture', 'the same for the mesh; true since 1.25, false before'),
    env('AMBIENT_DNS_CAPTURE', 'of istio-cni; what the Helm value becomes'),
  ],
  ambientIngress: [
    annotation(
      'ambient.istio.io/bypass-inbound-capture',
      '`true` omits the rules that capture what arrives (since 1.24)',
    ),
  ],
  ambientVirtual: [
    annotation(
      'istio.io/reroute-virtual-interfaces',
      'interfaces whose arriving traffic counts as outbound (since 1.25); the only way in ambient mode',
    ),
  ],
  hostProbe: [
    env('HOST_PROBE_SNAT_IP', 'of istio-cni: the probe address, 169.254.7.127 unless set'),
    env('HOST_PROBE_SNAT_IPV6', 'the same for IPv6'),
  ],
} as const satisfies Readonly<Record<string, readonly ChangedBy[]>>;

const SHORT: Readonly<Record<ChangedBy['kind'], string>> = {
  annotation: 'annotation',
  helm: 'Helm value',
  mesh: 'meshConfig',
  env: 'environment',
  flag: 'flag',
  cni: '',
  key: 'log key',
};

/**
 * All ways of a group in one line, for a chain that several groups change: the strongest with its effect, then the
 * names of the others.
 */
export function brief([first, ...others]: readonly ChangedBy[]): readonly ChangedBy[] {
  if (first === undefined) return [];
  const named = others
    .filter(({ kind }) => kind !== 'cni')
    .map(
      ({ kind, name, effect }) => `${SHORT[kind]} ${name}${effect.includes(LOSES) ? ' (not in an injected pod)' : ''}`,
    );
  return [{ ...first, effect: named.length === 0 ? first.effect : `${first.effect}; also ${named.join(', ')}` }];
}

export const sources = {
  run: 'istio/istio:tools/istio-iptables/pkg/capture/run.go',
  tproxy: 'istio/istio:tools/common/tproxy/run_linux.go',
  shell: 'istio/istio:tools/packaging/common/istio-iptables.sh',
  oldShell: 'istio/istio:pilot/docker/prepare_proxy.sh',
  ambient: 'istio/istio:cni/pkg/iptables/iptables.go',
  node: 'istio/istio:cni/pkg/ambient/net_linux.go',
  kernel: 'observed on Linux with iptables 1.8.9',
} as const;
