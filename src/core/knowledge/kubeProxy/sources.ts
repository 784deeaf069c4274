export const proxier = 'kubernetes/kubernetes:pkg/proxy/iptables/proxier.go';
export const kubeletSource = 'kubernetes/kubernetes:pkg/kubelet/kubelet_network_linux.go';
