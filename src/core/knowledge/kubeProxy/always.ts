import type { TableRule } from '../pack';

const NEW = '-m conntrack --ctstate NEW';

function jump(table: string, chain: string, target: string, comment?: string, conditions = ''): TableRule {
  return { table, chain, conditions, target, ...(comment !== undefined && { comment }) };
}

/** What is marked to be masqueraded, and what becomes of it. */
const MASQUERADING: readonly TableRule[] = [
  { chain: 'KUBE-MARK-MASQ', conditions: '', target: 'MARK --set-xmark 0x4000/0x4000' },
  { chain: 'KUBE-POSTROUTING', conditions: '-m mark ! --mark 0x4000/0x4000', target: 'RETURN' },
  { chain: 'KUBE-POSTROUTING', conditions: '', target: 'MARK --set-xmark 0x4000/0x0' },
  { chain: 'KUBE-POSTROUTING', conditions: '', target: 'MASQUERADE --random-fully' },
].map((rule) => ({ table: 'nat', ...rule, where: 'KUBE-MARK-MASQ' }));

/**
 * With the mark that `--iptables-masquerade-bit` has by default. Source:
 * kubernetes/kubernetes:pkg/proxy/iptables/proxier.go (iptablesJumpChains, syncProxyRules; the last rule of
 * KUBE-SERVICES), pkg/kubelet/kubelet_network_linux.go (KUBE-FIREWALL).
 */
export const kubeProxyRules: readonly TableRule[] = [
  ...MASQUERADING,
  jump(
    'nat',
    'KUBE-SERVICES',
    'KUBE-NODEPORTS',
    'kubernetes service nodeports; NOTE: this must be the last rule in this chain',
    '-m addrtype --dst-type LOCAL',
  ),
  jump('nat', 'PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals'),
  jump('nat', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals'),
  jump('nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules'),
  ...['INPUT', 'FORWARD'].map((chain) =>
    jump('filter', chain, 'KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals', NEW),
  ),
  jump('filter', 'INPUT', 'KUBE-NODEPORTS', 'kubernetes health check service ports'),
  ...['FORWARD', 'OUTPUT'].map((chain) => jump('filter', chain, 'KUBE-SERVICES', 'kubernetes service portals', NEW)),
  jump('filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules'),
  ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) =>
    jump('filter', chain, 'KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall', NEW),
  ),
  ...['INPUT', 'OUTPUT'].map((chain) => jump('filter', chain, 'KUBE-FIREWALL')),
];
