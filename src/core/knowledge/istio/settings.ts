import { annotation, env, flag, key, type Change } from '../facts';

/**
 * What a person can change, and what that does to the rules: the flags of istio-iptables, the environment of the
 * injection template and the pod annotations. Source: istio/istio:tools/istio-iptables/pkg/cmd/root.go,
 * istio/api:annotation/annotations.yaml.
 */
export const settings = {
  outboundPort: [env('ENVOY_PORT', 'port of the outbound listener'), flag('-p', 'port of the outbound listener'), key('PROXY_PORT', 'the value in force')],
  inboundPort: [env('INBOUND_CAPTURE_PORT', 'port of the inbound listener'), flag('-z', 'port of the inbound listener'), key('PROXY_INBOUND_CAPTURE_PORT', 'the value in force')],
  tunnelPort: [flag('-e', 'port of the HBONE tunnel'), key('PROXY_TUNNEL_PORT', 'the value in force')],
  proxyUid: [env('PROXY_UID', 'user of the proxy; several may be given, with commas'), flag('-u', 'user of the proxy'), key('PROXY_UID', 'the value in force')],
  proxyGid: [env('PROXY_GID', 'group of the proxy'), flag('-g', 'group of the proxy'), key('PROXY_GID', 'the value in force')],
  mode: [annotation('sidecar.istio.io/interceptionMode', 'REDIRECT or TPROXY'), env('ISTIO_INBOUND_INTERCEPTION_MODE', 'REDIRECT or TPROXY'), flag('-m', 'REDIRECT or TPROXY')],
  inboundInclude: [
    annotation('traffic.sidecar.istio.io/includeInboundPorts', '`*`, a list of ports, or empty for no inbound capture'),
    env('ISTIO_INBOUND_PORTS', 'the same'),
    flag('-b', 'the same'),
    key('INBOUND_PORTS_INCLUDE', 'the value in force'),
  ],
  inboundExclude: [
    annotation('traffic.sidecar.istio.io/excludeInboundPorts', 'ports that go straight to the application; ignored with an include list other than `*`'),
    env('ISTIO_LOCAL_EXCLUDE_PORTS', 'the same'),
    flag('-d', 'the same'),
    key('INBOUND_PORTS_EXCLUDE', 'the value in force'),
  ],
  excludeInterfaces: [
    annotation('traffic.sidecar.istio.io/excludeInterfaces', 'interfaces whose traffic is left alone (since 1.12)'),
    env('ISTIO_EXCLUDE_INTERFACES', 'the same'),
    flag('-c', 'the same'),
  ],
  virtualInterfaces: [
    annotation('istio.io/reroute-virtual-interfaces', 'interfaces whose arriving traffic counts as outbound'),
    annotation('traffic.sidecar.istio.io/kubevirtInterfaces', 'the same, deprecated'),
    flag('-k', 'the same'),
    key('KUBE_VIRT_INTERFACES', 'the value in force'),
  ],
  outboundRangesInclude: [
    annotation('traffic.sidecar.istio.io/includeOutboundIPRanges', '`*` or ranges to capture; empty means none'),
    env('ISTIO_SERVICE_CIDR', 'the same'),
    flag('-i', 'the same'),
    key('OUTBOUND_IP_RANGES_INCLUDE', 'the value in force'),
  ],
  outboundRangesExclude: [
    annotation('traffic.sidecar.istio.io/excludeOutboundIPRanges', 'ranges that bypass the proxy; they stand before the included ones'),
    env('ISTIO_SERVICE_EXCLUDE_CIDR', 'the same'),
    flag('-x', 'the same'),
    key('OUTBOUND_IP_RANGES_EXCLUDE', 'the value in force'),
  ],
  outboundPortsInclude: [
    annotation('traffic.sidecar.istio.io/includeOutboundPorts', 'ports captured whatever the address (since 1.7)'),
    env('ISTIO_OUTBOUND_PORTS', 'the same'),
    flag('-q', 'the same'),
  ],
  outboundPortsExclude: [
    annotation('traffic.sidecar.istio.io/excludeOutboundPorts', 'ports that bypass the proxy'),
    flag('-o', 'the same'),
    key('OUTBOUND_PORTS_EXCLUDE', 'the value in force'),
  ],
  dns: [
    annotation('proxy.istio.io/config', 'proxyMetadata ISTIO_META_DNS_CAPTURE turns DNS capture on'),
    env('ISTIO_META_DNS_CAPTURE', 'turns DNS capture on'),
    flag('--redirect-dns', 'turns DNS capture on'),
    flag('--capture-all-dns', 'captures port 53 to any address instead of the nameservers of /etc/resolv.conf'),
    key('DNS_SERVERS', 'the nameservers found'),
  ],
  dropInvalid: [env('INVALID_DROP', 'turns it on; DROP_INVALID is the key in the log, not the variable'), flag('--drop-invalid', 'turns it on')],
  ownerGroups: [
    env('ISTIO_OUTBOUND_OWNER_GROUPS', 'capture only these groups (since 1.14)'),
    env('ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE', 'do not capture these groups (since 1.14)'),
  ],
  loopbackRange: [env('ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR', 'what counts as localhost, 127.0.0.1/32 unless set (since 1.21)')],
  tproxyMark: [env('ISTIO_INBOUND_TPROXY_MARK', 'the mark, 1337 unless set'), flag('-t', 'the mark'), flag('-r', 'the routing table, 133 unless set')],
  ambientDns: [annotation('ambient.istio.io/dns-capture', '`false` leaves DNS of the pod alone')],
  ambientIngress: [annotation('ambient.istio.io/bypass-inbound-capture', '`true` leaves out the inbound rules')],
  hostProbe: [env('HOST_PROBE_SNAT_IP', 'the probe address, 169.254.7.127 unless set'), env('HOST_PROBE_SNAT_IPV6', 'the same for IPv6')],
} as const satisfies Readonly<Record<string, readonly Change[]>>;

export const sources = {
  run: 'istio/istio:tools/istio-iptables/pkg/capture/run.go',
  tproxy: 'istio/istio:tools/common/tproxy/run_linux.go',
  shell: 'istio/istio:tools/packaging/common/istio-iptables.sh',
  oldShell: 'istio/istio:pilot/docker/prepare_proxy.sh',
  ambient: 'istio/istio:cni/pkg/iptables/iptables.go',
  node: 'istio/istio:cni/pkg/ambient/net_linux.go',
  kernel: 'observed on Linux with iptables 1.8.9',
} as const;
