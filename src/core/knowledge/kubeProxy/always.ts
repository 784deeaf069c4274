const LOCAL = '-m addrtype --dst-type LOCAL';
const NEW = '-m conntrack --ctstate NEW';
const MARKED = '0x4000/0x4000';

/**
 * With the marks that it has by default. Source: kubernetes/kubernetes:pkg/proxy/iptables/proxier.go
 * (iptablesJumpChains, syncProxyRules; the last rule of KUBE-SERVICES), pkg/proxy/ipvs/proxier.go (iptablesJumpChain),
 * pkg/kubelet/kubelet_network_linux.go (KUBE-FIREWALL, and KUBE-MARK-DROP until 1.27).
 */
export const kubeProxyRules: readonly string[] = [
  `nat KUBE-MARK-MASQ -j MARK --set-xmark ${MARKED}`,
  'nat KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000',
  `nat KUBE-MARK-MASQ: KUBE-POSTROUTING -m mark ! --mark ${MARKED} -j RETURN`,
  'nat KUBE-MARK-MASQ: KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
  'nat KUBE-MARK-MASQ: KUBE-POSTROUTING -j MASQUERADE --random-fully',
  `nat KUBE-SERVICES ${LOCAL} -j KUBE-NODEPORTS # kubernetes service nodeports; NOTE: this must be the last rule in ` +
    'this chain',
  `nat KUBE-SERVICES ${LOCAL} -j KUBE-NODE-PORT`,
  ...['PREROUTING', 'OUTPUT'].map((chain) => `nat ${chain} -j KUBE-SERVICES # kubernetes service portals`),
  'nat POSTROUTING -j KUBE-POSTROUTING # kubernetes postrouting rules',
  'filter nat/KUBE-MARK-DROP: KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP # kubernetes firewall for dropping ' +
    'marked packets',
  ...['INPUT', 'FORWARD'].map(
    (chain) => `filter ${chain} ${NEW} -j KUBE-EXTERNAL-SERVICES # kubernetes externally-visible service portals`,
  ),
  'filter INPUT -j KUBE-NODEPORTS # kubernetes health check service ports',
  'filter INPUT -j KUBE-NODE-PORT # kubernetes health check rules',
  ...['FORWARD', 'OUTPUT'].map((chain) => `filter ${chain} ${NEW} -j KUBE-SERVICES # kubernetes service portals`),
  'filter FORWARD -j KUBE-FORWARD # kubernetes forwarding rules',
  ...['INPUT', 'FORWARD', 'OUTPUT'].map(
    (chain) => `filter ${chain} ${NEW} -j KUBE-PROXY-FIREWALL # kubernetes load balancer firewall`,
  ),
  ...['INPUT', 'OUTPUT'].map((chain) => `filter ${chain} -j KUBE-FIREWALL`),
  'filter INPUT -j KUBE-IPVS-FILTER # kubernetes ipvs access filter',
  'filter OUTPUT -j KUBE-IPVS-OUT-FILTER # kubernetes ipvs access filter',
];
