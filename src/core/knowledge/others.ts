import { calicoTitle, firewalldTitle } from './chainNames';
import type { ChainFamily } from './family';

/** Chains of other programs met in the same dumps: one entry for each pattern, the most particular first. */
export const otherFamilies: readonly ChainFamily[] = [
  {
    family: 'Calico',
    verified: true,
    sources: ['projectcalico/calico:felix/rules/rule_defs.go'],
    common: [
      'Felix writes these chains; each rule has a comment `cali:` with a hash. The mark bits are taken from a mask that is configured (0xffff0000 unless set), so a bit has no fixed meaning.',
    ],
    chains: [
      { name: /^cali-(INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)$/, shown: 'cali-INPUT …', title: calicoTitle },
      { name: 'cali-nat-outgoing', title: 'Masquerades pod traffic that leaves the cluster' },
      { name: /^cali-fip-(dnat|snat)$/, shown: 'cali-fip-dnat', title: calicoTitle },
      { name: /^cali-(from|to)-wl-dispatch/, shown: 'cali-from-wl-dispatch', title: calicoTitle },
      { name: 'cali-wl-to-host', title: 'What pods may send to the node itself' },
      { name: /^cali-tw-/, shown: 'cali-tw-…', title: 'One pod: packets to it' },
      { name: /^cali-fw-/, shown: 'cali-fw-…', title: 'One pod: packets from it' },
      { name: /^cali-p[io]-/, shown: 'cali-pi-…', title: calicoTitle },
      { name: /^cali-pr[io]-/, shown: 'cali-pri-…', title: calicoTitle },
      { name: /^cali-g[io]-/, shown: 'cali-gi-…', title: calicoTitle },
      { name: /^cali-(th|fh|thfw|fhfw)-/, shown: 'cali-th-…', title: calicoTitle },
      { name: /^cali-failsafe-(in|out)$/, shown: 'cali-failsafe-in', title: calicoTitle },
      { name: 'cali-rpf-skip', title: 'Pods that may send from other addresses than their own' },
      { name: 'cali-cidr-block', title: 'Drops packets between address pools, so that they do not loop' },
      { name: 'cali-wireguard-incoming-mark', title: 'Marks what comes out of the WireGuard tunnel' },
      { name: 'cali-forward-check', title: 'Marks forwarded packets that must be policed on the way' },
      { name: /^cali-/, shown: 'cali-…', title: 'A chain of Calico' },
      { name: /^(felix-|calico-dhcp-)/, shown: 'felix-…', title: 'A chain of an old Calico' },
    ],
  },
  {
    family: 'Cilium',
    verified: true,
    sources: ['cilium/cilium:pkg/datapath/iptables/iptables.go', 'cilium/cilium:pkg/datapath/linux/linux_defaults'],
    common: [
      'Most of Cilium runs in eBPF and does not show here. Marks, mask 0xF00: 0x200 to the proxy (its port in the upper half), 0xA00 from the proxy, 0x800 endpoint, 0xD00 and 0xE00 encryption; 0x80 node port.',
    ],
    chains: [
      { name: 'CILIUM_INPUT', title: 'Lets packets for Cilium’s proxy in' },
      { name: 'CILIUM_FORWARD', title: 'Accepts forwarding between Cilium’s interfaces' },
      { name: 'CILIUM_TRANSIENT_FORWARD', title: 'Keeps traffic flowing while Cilium replaces its chains' },
      {
        name: /^CILIUM_OUTPUT(_nat|_raw)?$/,
        shown: 'CILIUM_OUTPUT',
        title: 'Packets of the host and of Cilium’s proxy: marks, no tracking',
      },
      {
        name: /^CILIUM_PRE_(nat|mangle|raw)$/,
        shown: 'CILIUM_PRE_…',
        title: 'Arriving packets: TPROXY to Cilium’s proxy, no tracking for marked ones',
      },
      {
        name: /^CILIUM_POST_(nat|mangle)$/,
        shown: 'CILIUM_POST_…',
        title: 'Masquerades pod traffic that leaves the cluster',
      },
      { name: /^(OLD_)?CILIUM_/, shown: 'OLD_CILIUM_…', title: 'A chain of Cilium; OLD_ during an upgrade' },
    ],
  },
  {
    family: 'flannel',
    verified: true,
    sources: ['flannel-io/flannel:pkg/trafficmngr/iptables/iptables.go'],
    chains: [
      {
        name: 'FLANNEL-POSTRTG',
        title: 'Masquerades pod traffic that leaves the cluster',
        details: ['Returns for what kube-proxy has marked 0x4000.'],
      },
      { name: 'FLANNEL-FWD', title: 'Accepts forwarding from and to pods' },
    ],
  },
  {
    family: 'Weave Net',
    verified: true,
    sources: ['weaveworks/weave:npc/constants.go', 'weaveworks/weave:net/ipsec/ipsec.go'],
    common: ['Mark 0x40000 is network policy, 0x20000 IPsec.'],
    chains: [
      { name: 'WEAVE', title: 'Masquerades pod traffic that leaves the overlay' },
      { name: 'WEAVE-EXPOSE', title: 'Accepts traffic to networks exposed to the host' },
      { name: 'WEAVE-CANARY', title: 'Empty on purpose: its absence shows that the table was flushed' },
      { name: /^WEAVE-NPC/, shown: 'WEAVE-NPC…', title: 'Network policy: what pods may receive and send' },
      {
        name: /^WEAVE-IPSEC-/,
        shown: 'WEAVE-IPSEC-…',
        title: 'Encrypts traffic between nodes, drops it where it came unencrypted',
      },
    ],
  },
  {
    family: 'Linkerd',
    verified: true,
    sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
    common: ['Comments `proxy-init/…`. The proxy runs as user 2102; ports 4190 and 4191 are left alone.'],
    chains: [
      { name: 'PROXY_INIT_REDIRECT', title: 'Sends arriving TCP to Linkerd’s inbound port, 4143' },
      {
        name: 'PROXY_INIT_OUTPUT',
        title: 'Sends outbound TCP to Linkerd’s outbound port, 4140; the proxy’s own leaves',
      },
    ],
  },
  {
    family: 'AWS VPC CNI',
    verified: true,
    sources: ['aws/amazon-vpc-cni-k8s:pkg/networkutils/network.go'],
    common: ['Mark 0x80/0x80 sends answers through the primary interface.'],
    chains: [
      {
        name: /^AWS-SNAT-CHAIN-[0-9]+$/,
        shown: 'AWS-SNAT-CHAIN-0',
        title: 'Rewrites the source of pod traffic that leaves the VPC',
      },
      {
        name: /^AWS-CONNMARK-CHAIN-[0-9]+$/,
        shown: 'AWS-CONNMARK-CHAIN-0',
        title: 'Remembers connections that must answer through the primary interface',
      },
    ],
  },
  {
    family: 'AWS App Mesh',
    verified: true,
    sources: ['aws/amazon-vpc-cni-plugins:plugins/aws-appmesh'],
    common: ['The proxy’s user is ignored, 1337 in the usual configuration.'],
    chains: [
      { name: 'APPMESH_INGRESS', title: 'Sends arriving TCP to the mesh’s Envoy' },
      { name: 'APPMESH_EGRESS', title: 'Sends outbound TCP to the mesh’s Envoy' },
    ],
  },
  {
    family: 'CNI portmap',
    verified: true,
    sources: ['containernetworking/plugins:plugins/meta/portmap/portmap.go'],
    common: ['Host ports of pods; mark bit 13 (0x2000) means: masquerade.'],
    chains: [
      { name: 'CNI-HOSTPORT-DNAT', title: 'Finds the pod that owns a host port' },
      { name: 'CNI-HOSTPORT-SETMARK', title: 'Marks a packet to be masqueraded (0x2000)' },
      { name: 'CNI-HOSTPORT-MASQ', title: 'Masquerades what is marked 0x2000' },
      { name: 'CNI-HOSTPORT-SNAT', title: 'Masquerades host port traffic', versions: 'old' },
      { name: /^CNI-DN-/, shown: 'CNI-DN-…', title: 'Host ports of one container: DNAT to it' },
      {
        name: /^CNI-SN-/,
        shown: 'CNI-SN-…',
        title: 'Host ports of one container: its source rewriting',
        versions: 'old',
      },
    ],
  },
  {
    family: 'CNI plugins',
    verified: false,
    sources: ['containernetworking/plugins'],
    chains: [
      { name: 'CNI-FORWARD', title: 'Accepts forwarding for each container' },
      { name: 'CNI-ADMIN', title: 'For rules of the administrator, called first' },
      { name: /^CNI-[0-9a-f]{20,}$/, shown: 'CNI-…', title: 'Masquerading of one container' },
    ],
  },
  {
    family: 'Azure NPM',
    verified: true,
    sources: ['Azure/azure-container-networking:npm/util/const.go'],
    common: [
      'Azure’s network policy manager; sets azure-npm-…. Marks 0x200, 0x400, 0x800 (version 2), 0x1000, 0x2000, 0x3000 (version 1).',
    ],
    chains: [
      { name: 'AZURE-NPM', title: 'Network policy of all pods on the node' },
      { name: /^AZURE-NPM-ACCEPT/, shown: 'AZURE-NPM-ACCEPT', title: 'What a policy has allowed' },
      { name: /^AZURE-NPM-INGRESS/, shown: 'AZURE-NPM-INGRESS…', title: 'Policies on what pods receive' },
      { name: /^AZURE-NPM-EGRESS/, shown: 'AZURE-NPM-EGRESS…', title: 'Policies on what pods send' },
      { name: /^AZURE-NPM-/, shown: 'AZURE-NPM-…', title: 'A part of Azure’s network policy' },
      { name: 'SWIFT-POSTROUTING', title: 'Rewrites the source of pod traffic that leaves the virtual network' },
      {
        name: 'AZWI_PROXY_OUTPUT',
        title: 'Workload identity: sends calls to the instance metadata service to a proxy',
      },
    ],
  },
  {
    family: 'ip-masq-agent',
    verified: true,
    sources: ['kubernetes-sigs/ip-masq-agent:cmd/ip-masq-agent'],
    chains: [
      {
        name: /^IP-MASQ(-AGENT)?$/,
        shown: 'IP-MASQ-AGENT',
        title: 'RETURN for ranges that keep their source, MASQUERADE for the rest',
      },
    ],
  },
  {
    family: 'kube-router',
    verified: true,
    sources: ['cloudnativelabs/kube-router:pkg/controllers/netpol'],
    common: ['Marks 0x10000 and 0x20000; sets KUBE-SRC-… and KUBE-DST-….'],
    chains: [
      {
        name: /^KUBE-ROUTER-(INPUT|FORWARD|OUTPUT)$/,
        shown: 'KUBE-ROUTER-INPUT …',
        title: 'Network policy: finds the firewall of the pod',
      },
      { name: 'KUBE-ROUTER-SERVICES', title: 'Services of kube-router' },
      { name: 'KUBE-ROUTER-HAIRPIN', title: 'Pods that reach themselves through a Service' },
      { name: /^KUBE-POD-FW-/, shown: 'KUBE-POD-FW-…', title: 'The firewall of one pod' },
      { name: /^KUBE-NWPLCY-/, shown: 'KUBE-NWPLCY-…', title: 'One network policy' },
    ],
  },
  {
    family: 'OVN-Kubernetes',
    verified: true,
    sources: ['ovn-org/ovn-kubernetes:go-controller/pkg/node/gateway_iptables.go'],
    chains: [
      { name: 'OVN-KUBE-NODEPORT', title: 'Node ports: DNAT to the Service' },
      { name: 'OVN-KUBE-EXTERNALIP', title: 'External addresses: DNAT to the Service' },
      { name: 'OVN-KUBE-ETP', title: 'externalTrafficPolicy: Local, to endpoints of this node' },
      { name: 'OVN-KUBE-ITP', title: 'internalTrafficPolicy: Local, to endpoints of this node' },
      { name: 'OVN-KUBE-SNAT-MGMTPORT', title: 'Source of traffic that enters OVN by the management port' },
    ],
  },
  {
    family: 'OpenShift SDN',
    verified: true,
    sources: ['openshift/sdn:pkg/network/node/iptables.go'],
    chains: [
      {
        name: /^OPENSHIFT-MASQUERADE/,
        shown: 'OPENSHIFT-MASQUERADE',
        title: 'Masquerades pod traffic that leaves the cluster',
      },
      { name: 'OPENSHIFT-FIREWALL-ALLOW', title: 'Lets the overlay’s traffic into the node' },
      { name: 'OPENSHIFT-FIREWALL-FORWARD', title: 'Forwarding from and to pods' },
      { name: 'OPENSHIFT-ADMIN-OUTPUT-RULES', title: 'For rules of the administrator on what pods send' },
      { name: 'OPENSHIFT-BLOCK-OUTPUT', title: 'Keeps processes away from addresses reserved for the cluster' },
      { name: /^OPENSHIFT-/, shown: 'OPENSHIFT-…', title: 'A chain of OpenShift’s network' },
      { name: 'OS_FIREWALL_ALLOW', title: 'Ports the old OpenShift installer opened' },
    ],
  },
  {
    family: 'Antrea',
    verified: false,
    sources: ['antrea-io/antrea'],
    chains: [{ name: /^ANTREA-/, shown: 'ANTREA-…', title: 'A chain of Antrea, the Open vSwitch based pod network' }],
  },
  {
    family: 'ufw',
    verified: true,
    sources: ['ufw, conf/before.rules'],
    common: ['ufw-… is IPv4, ufw6-… IPv6. Change rules with `ufw`, it overwrites these chains.'],
    chains: [
      {
        name: /^ufw6?-user-limit(-accept)?$/,
        shown: 'ufw-user-limit',
        title: '`ufw limit`: what is over the rate is refused',
      },
      {
        name: /^ufw6?-user-logging-/,
        shown: 'ufw-user-logging-…',
        title: 'Logs what the rules of the administrator decide',
      },
      {
        name: /^ufw6?-user-(input|output|forward)$/,
        shown: 'ufw-user-input',
        title: 'The rules made with `ufw allow` and `ufw deny`',
      },
      {
        name: /^ufw6?-(before|after)-logging-/,
        shown: 'ufw-before-logging-…',
        title: 'Logs: [UFW AUDIT], [UFW BLOCK], [UFW ALLOW]',
      },
      {
        name: /^ufw6?-before-/,
        shown: 'ufw-before-…',
        title: 'Rules of before.rules, ahead of those of the administrator',
      },
      {
        name: /^ufw6?-after-/,
        shown: 'ufw-after-…',
        title: 'Rules of after.rules: drop the noise of broadcasts without a log',
      },
      {
        name: /^ufw6?-logging-(deny|allow)$/,
        shown: 'ufw-logging-deny',
        title: 'Writes the log line, at a limited rate',
      },
      {
        name: /^ufw6?-not-local$/,
        shown: 'ufw-not-local',
        title: 'Drops what is neither for this host nor broadcast nor multicast',
      },
      { name: /^ufw6?-skip-to-policy-/, shown: 'ufw-skip-to-policy-…', title: 'Applies the default policy at once' },
      { name: /^ufw6?-reject-/, shown: 'ufw-reject-…', title: 'Ends the hook: refuses what is left' },
      {
        name: /^ufw6?-track-/,
        shown: 'ufw-track-…',
        title: 'Accepts new connections of the host, where the default policy lets them go',
      },
      { name: /^ufw6?-/, shown: 'ufw-…', title: 'A chain of ufw' },
    ],
  },
  {
    family: 'firewalld',
    verified: true,
    sources: ['firewalld/firewalld:src/firewall/core/ipXtables.py'],
    signature: [
      'INPUT_ZONES',
      'INPUT_direct',
      'PREROUTING_ZONES',
      'PREROUTING_direct',
      'POSTROUTING_ZONES',
      'OUTPUT_direct',
      'INPUT_POLICIES_pre',
    ],
    common: [
      'Change rules with `firewall-cmd`, it overwrites these chains. Zones are reached with `-g` (goto): the walk does not come back.',
    ],
    chains: [
      { name: /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)_direct$/, shown: 'INPUT_direct', title: firewalldTitle },
      {
        name: /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)(_IN|_OUT)?_ZONES(_SOURCE)?$/,
        shown: 'INPUT_ZONES',
        title: firewalldTitle,
      },
      { name: /_POLICIES_(pre|post)$/, shown: 'INPUT_POLICIES_pre', title: firewalldTitle },
      {
        name: /^(IN|OUT|FWDI|FWDO|FWD|PRE|POST|FILTER|NAT)_.+_(pre|log|deny|allow|post)$/,
        shown: 'IN_public_allow',
        title: firewalldTitle,
      },
      { name: /^(IN|FWDI|FWDO|PRE|POST)_[A-Za-z][\w-]*$/, shown: 'IN_public', title: firewalldTitle },
    ],
  },
  {
    family: 'fail2ban',
    verified: true,
    sources: ['fail2ban/fail2ban:config/action.d/iptables.conf'],
    chains: [
      { name: /^(f2b|fail2ban)-/, shown: 'f2b-…', title: 'One jail: the addresses that are banned, then RETURN' },
    ],
  },
  {
    family: 'libvirt',
    verified: true,
    sources: ['libvirt/libvirt:src/network/network_iptables.c'],
    chains: [
      { name: 'LIBVIRT_INP', title: 'Lets guests reach DHCP and DNS of the host' },
      { name: 'LIBVIRT_OUT', title: 'Lets the host answer DHCP and DNS of guests' },
      { name: 'LIBVIRT_FWI', title: 'Forwarding towards guests' },
      { name: 'LIBVIRT_FWO', title: 'Forwarding from guests' },
      { name: 'LIBVIRT_FWX', title: 'Forwarding between guests of one network' },
      { name: 'LIBVIRT_PRT', title: 'Masquerades guests; fills checksums of DHCP answers' },
    ],
  },
  {
    family: 'Tailscale',
    verified: true,
    sources: ['tailscale/tailscale:util/linuxfw'],
    common: ['Mark mask 0xff0000: 0x40000 subnet route, 0x80000 bypass. Addresses 100.64.0.0/10.'],
    chains: [
      { name: 'ts-input', title: 'Lets in what comes from tailscale0, drops its addresses from elsewhere' },
      { name: 'ts-forward', title: 'Forwards and marks traffic of subnet routes' },
      { name: 'ts-postrouting', title: 'Masquerades traffic of subnet routes (mark 0x40000)' },
    ],
  },
  {
    family: 'NetBird',
    verified: true,
    sources: ['netbirdio/netbird:client/firewall/iptables'],
    chains: [
      { name: 'NETBIRD-ACL-INPUT', title: 'Who of the network may reach this host' },
      { name: /^NETBIRD-RT-/, shown: 'NETBIRD-RT-…', title: 'Routes this host offers to the network' },
      { name: /^NETBIRD-/, shown: 'NETBIRD-…', title: 'A chain of NetBird' },
    ],
  },
  {
    family: 'Podman (netavark)',
    verified: true,
    sources: ['containers/netavark:src/network'],
    common: ['Mark 0x2000 means: masquerade.'],
    chains: [
      { name: 'NETAVARK-HOSTPORT-DNAT', title: 'Finds the container that owns a published port' },
      { name: 'NETAVARK-HOSTPORT-SETMARK', title: 'Marks a packet to be masqueraded (0x2000)' },
      { name: 'NETAVARK-HOSTPORT-MASQ', title: 'Masquerades what is marked 0x2000' },
      { name: /^NETAVARK-DN-/, shown: 'NETAVARK-DN-…', title: 'Published ports of one network: DNAT to the container' },
      {
        name: /^NETAVARK-ISOLATION-[123]$/,
        shown: 'NETAVARK-ISOLATION-1',
        title: 'Separates networks from each other',
      },
      { name: 'NETAVARK_FORWARD', title: 'Forwarding from and to containers' },
      { name: 'NETAVARK_INPUT', title: 'Lets containers reach DNS of the host' },
      { name: /^NETAVARK-/, shown: 'NETAVARK-…', title: 'One network: masquerades what leaves it' },
    ],
  },
  {
    family: 'Consul Connect',
    verified: true,
    sources: ['hashicorp/consul:sdk/iptables'],
    common: ['The same design as Istio’s sidecar; the proxy’s user is left out.'],
    chains: [
      { name: 'CONSUL_PROXY_INBOUND', title: 'Decides which arriving connections go to the proxy' },
      { name: 'CONSUL_PROXY_IN_REDIRECT', title: 'Sends TCP to the proxy’s inbound port' },
      { name: 'CONSUL_PROXY_OUTPUT', title: 'Decides which outbound connections go to the proxy' },
      { name: 'CONSUL_PROXY_REDIRECT', title: 'Sends TCP to the proxy’s outbound port, 15001' },
      { name: 'CONSUL_DNS_REDIRECT', title: 'Sends DNS to Consul', versions: 'since 1.11' },
    ],
  },
  {
    family: 'Kuma',
    verified: true,
    sources: ['kumahq/kuma:pkg/transparentproxy'],
    common: [
      'Design and numbers as in Istio (15001, 15006, 15053, 127.0.0.6), the proxy’s user is 5678. Comments `kuma/mesh/transparent/proxy/…`.',
    ],
    chains: [
      { name: 'KUMA_MESH_INBOUND', title: 'Decides which arriving connections go to the sidecar' },
      { name: 'KUMA_MESH_INBOUND_REDIRECT', title: 'Sends TCP to the sidecar’s inbound port, 15006' },
      { name: 'KUMA_MESH_OUTBOUND', title: 'Decides which outbound connections go to the sidecar' },
      { name: 'KUMA_MESH_OUTBOUND_REDIRECT', title: 'Sends TCP to the sidecar’s outbound port, 15001' },
    ],
  },
  {
    family: 'Open Service Mesh',
    verified: true,
    sources: ['openservicemesh/osm:pkg/injector/iptables.go'],
    common: ['Envoy runs as user 1500.'],
    chains: [
      {
        name: /^(OSM_)?PROXY_INBOUND$/,
        shown: 'PROXY_INBOUND',
        title: 'Decides which arriving connections go to Envoy',
      },
      {
        name: /^(OSM_)?PROXY_(IN|INBOUND)_REDIRECT$/,
        shown: 'PROXY_IN_REDIRECT',
        title: 'Sends TCP to Envoy’s inbound port',
      },
      {
        name: /^(OSM_)?PROXY_(OUTPUT|OUTBOUND)$/,
        shown: 'PROXY_OUTPUT',
        title: 'Decides which outbound connections go to Envoy',
      },
      {
        name: /^(OSM_)?PROXY_(OUT_|OUTBOUND_)?REDIRECT$/,
        shown: 'PROXY_REDIRECT',
        title: 'Sends TCP to Envoy’s outbound port',
      },
    ],
  },
  {
    family: 'KubeVirt',
    verified: false,
    sources: ['kubevirt/kubevirt:pkg/network'],
    common: [
      'Masquerade binding of a virtual machine, inside its pod. Not a chain of Istio; Istio’s own support writes rules into PREROUTING.',
    ],
    chains: [
      { name: 'KUBEVIRT_PREINBOUND', title: 'Sends what arrives at the pod to the virtual machine' },
      { name: 'KUBEVIRT_POSTINBOUND', title: 'Source of what enters the virtual machine' },
    ],
  },
];
