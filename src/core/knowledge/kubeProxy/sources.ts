export const proxier = 'kubernetes/kubernetes:pkg/proxy/iptables/proxier.go';
export const nftProxier = 'kubernetes/kubernetes:pkg/proxy/nftables/proxier.go';
export const kubeletSource = 'kubernetes/kubernetes:pkg/kubelet/kubelet_network_linux.go';
