/**
 * The tables in which programs make chains of these names, for rules that do not say their table. Names that are in any
 * table (`KUBE-PROXY-CANARY`, the `cali-` chains of several) are left out. Sources:
 * kubernetes/kubernetes:pkg/proxy/iptables/proxier.go; moby/moby:libnetwork/drivers/bridge;
 * containernetworking/plugins:plugins/meta/portmap, pkg/ip; istio/istio:tools/istio-iptables; ufw
 * src/backend_iptables.py; projectcalico/calico:felix/rules; libvirt src/network/network_iptables.c.
 */
const TABLES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^KUBE-(?:SVC|SEP|SVL|EXT|XLB|FW)-|^KUBE-(?:POSTROUTING|MARK-MASQ|MARK-DROP|LOAD-BALANCER|LB-MASQ|CLUSTER-IP)$/,
    ['nat'],
  ],
  [
    /^KUBE-(?:FORWARD|FIREWALL|EXTERNAL-SERVICES|PROXY-FIREWALL|SOURCE-RANGES-FIREWALL|ROUTER-|POD-FW-|NWPLCY-)/,
    ['filter'],
  ],
  [/^KUBE-(?:SERVICES|NODEPORTS)$/, ['nat', 'filter']],
  [/^DOCKER-(?:USER|FORWARD|BRIDGE|CT|INTERNAL|ISOLATION-STAGE-[12])$/, ['filter']],
  [/^DOCKER_(?:OUTPUT|POSTROUTING)$/, ['nat']],
  [/^DOCKER(?:-INGRESS)?$/, ['nat', 'filter']],
  [/^CNI-(?:HOSTPORT-|DN-|SN-|[0-9a-f]{24}$)/, ['nat']],
  [/^CNI-(?:FORWARD|ADMIN)$/, ['filter']],
  [/^ISTIO_(?:REDIRECT|IN_REDIRECT|OUTPUT_DNS|POSTRT)$/, ['nat']],
  [/^ISTIO_(?:DIVERT|TPROXY|DROP)$/, ['mangle']],
  [/^PROXY_INIT_(?:REDIRECT|OUTPUT)$/, ['nat']],
  [/^ufw6?-(?:before|after|reject|track|user|not|skip|logging)/, ['filter']],
  [/^f2b-|^fail2ban-|^sshguard$|^CROWDSEC_CHAIN$/, ['filter']],
  [/^LIBVIRT_(?:INP|OUT|FWO|FWI|FWX)$/, ['filter']],
  [/^cali-(?:nat-outgoing|fip-(?:dnat|snat))$/, ['nat']],
  [/^cali-(?:tw|fw)-|^cali-(?:to|from)-wl-dispatch/, ['filter']],
  [/^MINIUPNPD-POSTROUTING$|^(?:pre|post)routing_\w+_rule$/, ['nat']],
  [/^ts-(?:input|forward)$/, ['filter']],
  [/^ts-postrouting$/, ['nat']],
];

/** The tables that a chain of this name is known in; undefined where nothing is known, or it may be in any. */
export function tablesOfChain(name: string): readonly string[] | undefined {
  return TABLES.find(([pattern]) => pattern.test(name))?.[1];
}
