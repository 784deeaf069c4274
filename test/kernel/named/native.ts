import type { KernelCase, PacketJson } from '../case';
import { HOST, table } from './words';

/**
 * Rules of nftables as the programs write them that most people meet: a sidecar and an ambient pod of Istio, kube-proxy in its mode nftables; and beside rules of
 * iptables. The names and addresses are made up.
 */
export function nativeCases(): readonly { readonly name: string; readonly question: KernelCase }[] {
  return CASES.map(({ name, ...rest }) => ({ name, question: { topology: HOST, independent: true, ...rest } }));
}

const tcp = (more: PacketJson = {}): PacketJson => ({ dir: 'in', iface: 'eth0', src: '192.168.50.9', dst: '10.244.1.5', proto: 'tcp', sport: 40000, dport: 80, flags: ['SYN'], ...more });
const out = (more: PacketJson = {}): PacketJson => ({ dir: 'out', src: '10.244.1.5', dst: '192.0.2.80', proto: 'tcp', sport: 40000, dport: 80, flags: ['SYN'], uid: 1000, gid: 1000, ...more });
const udp = (more: PacketJson = {}): PacketJson => ({ ...out(more), proto: 'udp', flags: undefined, dport: 53, ...more });

const commands = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** Source of the shapes: istio/istio:tools/istio-nftables/pkg/capture/run.go. */
const SIDECAR = commands(
  'add table inet istio-proxy-nat',
  'add chain inet istio-proxy-nat prerouting { type nat hook prerouting priority -100 ; }', 'add chain inet istio-proxy-nat output { type nat hook output priority -100 ; }',
  ...['istio-inbound', 'istio-redirect', 'istio-in-redirect', 'istio-output', 'istio-output-dns'].map((chain) => `add chain inet istio-proxy-nat ${chain}`),
  'add rule inet istio-proxy-nat istio-inbound meta l4proto tcp tcp dport 15008 return',
  'add rule inet istio-proxy-nat istio-redirect meta l4proto tcp redirect to :15001',
  'add rule inet istio-proxy-nat istio-in-redirect meta l4proto tcp redirect to :15006',
  'add rule inet istio-proxy-nat prerouting meta l4proto tcp jump istio-inbound',
  ...[15020, 15021, 15090].map((port) => `add rule inet istio-proxy-nat istio-inbound meta l4proto tcp tcp dport ${port} return`),
  'add rule inet istio-proxy-nat istio-inbound meta l4proto tcp jump istio-in-redirect',
  'add rule inet istio-proxy-nat output jump istio-output',
  'add rule inet istio-proxy-nat istio-output oifname lo ip saddr 127.0.0.6/32 return', 'add rule inet istio-proxy-nat istio-output oifname lo ip6 saddr ::6/128 return',
  'add rule inet istio-proxy-nat istio-output oifname lo meta l4proto tcp ip daddr != 127.0.0.1/32 tcp dport != { 53, 15008 } skuid 1337 jump istio-in-redirect',
  'add rule inet istio-proxy-nat istio-output oifname lo meta l4proto tcp tcp dport != 53 skuid != 1337 return',
  'add rule inet istio-proxy-nat istio-output skuid 1337 return',
  'add rule inet istio-proxy-nat istio-output oifname lo meta l4proto tcp ip daddr != 127.0.0.1/32 tcp dport != 15008 skgid 1337 jump istio-in-redirect',
  'add rule inet istio-proxy-nat istio-output oifname lo meta l4proto tcp tcp dport != 53 skgid != 1337 return',
  'add rule inet istio-proxy-nat istio-output skgid 1337 return',
  'add rule inet istio-proxy-nat istio-output jump istio-output-dns',
  'add rule inet istio-proxy-nat istio-output-dns ip daddr 192.0.2.53/32 tcp dport 53 redirect to :15053', 'add rule inet istio-proxy-nat istio-output-dns ip daddr 192.0.2.53/32 udp dport 53 redirect to :15053',
  'add rule inet istio-proxy-nat istio-output ip daddr 127.0.0.1/32 return', 'add rule inet istio-proxy-nat istio-output ip6 daddr ::1/128 return',
  'add rule inet istio-proxy-nat istio-output ip daddr 198.51.100.0/24 return', 'add rule inet istio-proxy-nat istio-output jump istio-redirect',
  'add table inet istio-proxy-raw',
  'add chain inet istio-proxy-raw prerouting { type filter hook prerouting priority -300 ; }', 'add chain inet istio-proxy-raw output { type filter hook output priority -300 ; }',
  'add chain inet istio-proxy-raw istio-inbound', 'add chain inet istio-proxy-raw istio-output-dns',
  'add rule inet istio-proxy-raw output jump istio-output-dns',
  'add rule inet istio-proxy-raw istio-output-dns udp dport 53 meta skuid 1337 ct zone set 1', 'add rule inet istio-proxy-raw istio-output-dns udp sport 15053 meta skuid 1337 ct zone set 2',
  'add rule inet istio-proxy-raw prerouting jump istio-inbound',
  'add rule inet istio-proxy-raw istio-output-dns udp dport 53 ip daddr 192.0.2.53/32 ct zone set 2', 'add rule inet istio-proxy-raw istio-inbound udp sport 53 ip daddr 192.0.2.53/32 ct zone set 1',
);

const TPROXY = commands(
  'add table inet istio-proxy-mangle',
  'add chain inet istio-proxy-mangle prerouting { type filter hook prerouting priority -150 ; }', 'add chain inet istio-proxy-mangle output { type filter hook output priority -150 ; }',
  ...['istio-divert', 'istio-tproxy', 'istio-inbound'].map((chain) => `add chain inet istio-proxy-mangle ${chain}`),
  'add rule inet istio-proxy-mangle istio-divert meta mark set 1337', 'add rule inet istio-proxy-mangle istio-divert accept',
  'add rule inet istio-proxy-mangle istio-tproxy meta l4proto tcp ip daddr != 127.0.0.1/32 tproxy ip to :15006 meta mark set 1337 accept',
  'add rule inet istio-proxy-mangle prerouting meta l4proto tcp jump istio-inbound',
  'add rule inet istio-proxy-mangle istio-inbound meta l4proto tcp ct state related,established jump istio-divert', 'add rule inet istio-proxy-mangle istio-inbound meta l4proto tcp jump istio-tproxy',
  'add rule inet istio-proxy-mangle prerouting meta l4proto tcp mark 1337 ct mark set mark',
  'add rule inet istio-proxy-mangle output oifname lo meta l4proto tcp mark 1337 return',
  'add rule inet istio-proxy-mangle output oifname lo meta l4proto tcp ip daddr != 127.0.0.1/32 skuid 1337 meta mark set 1338',
  'add rule inet istio-proxy-mangle output meta l4proto tcp ct mark 1337 meta mark set ct mark',
  'insert rule inet istio-proxy-mangle istio-inbound index 0 meta l4proto tcp mark 1337 return', 'insert rule inet istio-proxy-mangle istio-inbound index 1 iifname lo meta l4proto tcp ip saddr 127.0.0.6/32 return',
  'insert rule inet istio-proxy-mangle istio-inbound index 2 iifname lo meta l4proto tcp mark != 1338 return',
);

/** Source of the shapes: istio/istio:cni/pkg/nftables/nftables.go. */
const AMBIENT = commands(
  'add table inet istio-ambient-nat',
  'add chain inet istio-ambient-nat prerouting { type nat hook prerouting priority -100 ; }', 'add chain inet istio-ambient-nat output { type nat hook output priority -100 ; }',
  'add chain inet istio-ambient-nat istio-prerouting', 'add chain inet istio-ambient-nat istio-output',
  'add rule inet istio-ambient-nat output jump istio-output', 'add rule inet istio-ambient-nat prerouting jump istio-prerouting',
  'add rule inet istio-ambient-nat istio-prerouting meta l4proto tcp ip saddr 169.254.7.127 counter accept', 'add rule inet istio-ambient-nat istio-output meta l4proto tcp ip daddr 169.254.7.127 counter accept',
  'add rule inet istio-ambient-nat istio-prerouting ip daddr != 127.0.0.1/32 tcp dport != 15008 mark and 0xfff != 0x539 counter redirect to :15006',
  'add rule inet istio-ambient-nat istio-output oifname != lo mark and 0xfff != 0x539 udp dport 53 counter redirect to :15053',
  'add rule inet istio-ambient-nat istio-output ip daddr != 127.0.0.1/32 tcp dport 53 mark and 0xfff != 0x539 counter redirect to :15053',
  'add rule inet istio-ambient-nat istio-output meta l4proto tcp mark and 0xfff == 0x111 counter accept',
  'add rule inet istio-ambient-nat istio-output oifname lo ip daddr != 127.0.0.1/32 counter accept',
  'add rule inet istio-ambient-nat istio-output meta l4proto tcp ip daddr != 127.0.0.1/32 mark and 0xfff != 0x539 counter redirect to :15001',
  'add table inet istio-ambient-mangle',
  'add chain inet istio-ambient-mangle prerouting { type filter hook prerouting priority -150 ; }', 'add chain inet istio-ambient-mangle output { type route hook output priority -150 ; }',
  'add chain inet istio-ambient-mangle istio-prerouting', 'add chain inet istio-ambient-mangle istio-output',
  'add rule inet istio-ambient-mangle prerouting jump istio-prerouting', 'add rule inet istio-ambient-mangle output jump istio-output',
  'add rule inet istio-ambient-mangle istio-prerouting meta mark & 0xfff == 0x539 counter ct mark set ct mark & 0xfffff000 | 0x111',
  'add rule inet istio-ambient-mangle istio-output ct mark and 0xfff == 0x111 counter meta mark set ct mark',
  'add table inet istio-ambient-raw', 'add chain inet istio-ambient-raw output { type filter hook output priority -300 ; }', 'add chain inet istio-ambient-raw istio-output',
  'add rule inet istio-ambient-raw output jump istio-output', 'add rule inet istio-ambient-raw istio-output udp dport 53 meta mark and 0xfff == 0x539 counter ct zone set 1',
);

/** On the host of an ambient pod, for probes of the kubelet. */
const AMBIENT_HOST = commands(
  'add table inet istio-ambient-nat', 'add set inet istio-ambient-nat istio-inpod-probes-v4 { type ipv4_addr ; }', 'add element inet istio-ambient-nat istio-inpod-probes-v4 { 10.244.1.77, 10.244.1.9 }',
  'add chain inet istio-ambient-nat postrouting { type nat hook postrouting priority 100 ; }',
  'add rule inet istio-ambient-nat postrouting meta l4proto tcp skuid 0 ip daddr @istio-inpod-probes-v4 counter snat to 169.254.7.127',
);

/** Source of the shapes: kubernetes/kubernetes:pkg/proxy/nftables/proxier.go. */
const KUBE_PROXY = commands(
  'table ip kube-proxy {',
  '\tset cluster-ips { type ipv4_addr; elements = { 172.30.0.41, 172.30.0.46 } }', '\tset nodeport-ips { type ipv4_addr; elements = { 10.244.1.5 } }', '\tset affinity-AAAA-shop { type ipv4_addr; flags dynamic,timeout; timeout 3h; }',
  '\tchain reject-chain {', '\t\treject', '\t}',
  '\tchain mark-for-masquerade {', '\t\tmark set mark or 0x4000', '\t}',
  '\tchain masquerading {', '\t\tmark and 0x4000 == 0 return', '\t\tmark set mark xor 0x4000', '\t\tmasquerade fully-random', '\t}',
  '\tchain endpoint-AAAA-shop/web/tcp/http__192.168.50.77/8080 {', '\t\tip saddr 192.168.50.77 jump mark-for-masquerade', '\t\tupdate @affinity-AAAA-shop { ip saddr }', '\t\tmeta l4proto tcp dnat to 192.168.50.77:8080', '\t}',
  '\tchain service-AAAA-shop/web/tcp/http {', '\t\tip daddr 172.30.0.41 ip saddr != 10.244.0.0/16 jump mark-for-masquerade', '\t\tip saddr @affinity-AAAA-shop goto endpoint-AAAA-shop/web/tcp/http__192.168.50.77/8080',
  '\t\tnumgen random mod 1 vmap { 0 : goto endpoint-AAAA-shop/web/tcp/http__192.168.50.77/8080 }', '\t}',
  '\tchain external-AAAA-shop/web/tcp/http {', '\t\tjump mark-for-masquerade', '\t\tgoto service-AAAA-shop/web/tcp/http', '\t}',
  '\tchain firewall-AAAA-shop/web/tcp/http {', '\t\tip saddr != { 203.0.113.0/25 } drop', '\t}',
  '\tmap service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 172.30.0.41 . tcp . 80 : goto service-AAAA-shop/web/tcp/http, 192.0.2.10 . tcp . 80 : goto external-AAAA-shop/web/tcp/http } }',
  '\tmap service-nodeports { type inet_proto . inet_service : verdict; elements = { tcp . 30080 : goto external-AAAA-shop/web/tcp/http } }',
  '\tmap no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 172.30.0.46 . tcp . 80 : goto reject-chain } }',
  '\tmap firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 192.0.2.10 . tcp . 80 : goto firewall-AAAA-shop/web/tcp/http } }',
  '\tchain services {', '\t\tip daddr . meta l4proto . th dport vmap @service-ips', '\t\tip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports', '\t}',
  '\tchain service-endpoints-check {', '\t\tip daddr . meta l4proto . th dport vmap @no-endpoint-services', '\t}',
  '\tchain cluster-ips-check {', '\t\tip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"', '\t\tip daddr { 172.30.0.0/16 } drop comment "Drop traffic to unallocated ClusterIPs"', '\t}',
  '\tchain firewall-check {', '\t\tip daddr . meta l4proto . th dport vmap @firewall-ips', '\t}',
  ...[['filter-prerouting-pre-dnat', 'filter', 'prerouting', '-110', 'firewall-check'], ['filter-output-pre-dnat', 'filter', 'output', '-110', 'firewall-check']].flatMap(([name, type, hook, priority, to]) => [`\tchain ${name} {`, `\t\ttype ${type} hook ${hook} priority ${priority};`, `\t\tct state new jump ${to}`, '\t}']),
  ...['input', 'forward', 'output'].flatMap((hook) => [`\tchain filter-${hook} {`, `\t\ttype filter hook ${hook} priority 0;`, '\t\tct state new jump service-endpoints-check', '\t\tct state new jump cluster-ips-check', '\t}']),
  ...[['nat-prerouting', 'prerouting', '-100', 'services'], ['nat-output', 'output', '-100', 'services'], ['nat-postrouting', 'postrouting', '100', 'masquerading']].flatMap(([name, hook, priority, to]) => [`\tchain ${name} {`, `\t\ttype nat hook ${hook} priority ${priority};`, `\t\tjump ${to}`, '\t}']),
  '}',
);

const SOCKETS = [{ proto: 'tcp', addr: '0.0.0.0', port: 15006, transparent: true }];

const CASES: readonly (Partial<KernelCase> & { readonly name: string; readonly packets: readonly PacketJson[] })[] = [
  { name: 'Istio sidecar, in', nft: SIDECAR, packets: [tcp(), tcp({ dport: 15008 }), tcp({ dport: 15021 }), tcp({ proto: 'udp', flags: undefined }), tcp({ src: 'fd00:2::9', dst: 'fd00:1::5' }), tcp({ flags: ['ACK'] })] },
  {
    name: 'Istio sidecar, out', nft: SIDECAR,
    packets: [
      out(), out({ uid: 1337, gid: 1337 }), out({ uid: 1337 }), out({ gid: 1337 }), out({ dst: '10.244.1.5', uid: 1337, gid: 1337 }), out({ dst: '10.244.1.5' }), out({ dst: '127.0.0.1' }), out({ dst: '198.51.100.7' }), udp(), udp({ dst: '192.0.2.53' }),
      udp({ dst: '192.0.2.53', uid: 1337, gid: 1337 }), out({ dst: '192.0.2.53', dport: 53 }), out({ src: '127.0.0.6', dst: '10.244.1.5', uid: 1337 }), out({ src: 'fd00:1::5', dst: '2001:db8::80' }),
    ],
  },
  { name: 'Istio sidecar, TPROXY', nft: TPROXY, listeners: SOCKETS, packets: [tcp(), tcp({ dport: 15008 }), out({ dst: '10.244.1.5', uid: 1337 }), out({ dst: '10.244.1.5', mark: 1337 }), out()] },
  { name: 'Istio sidecar, TPROXY without a socket', nft: TPROXY, listeners: [{ proto: 'tcp', addr: '0.0.0.0', port: 15006 }], packets: [tcp()] },
  {
    name: 'Istio ambient, in the pod', nft: AMBIENT,
    packets: [tcp(), tcp({ src: '169.254.7.127' }), tcp({ dport: 15008 }), out(), out({ mark: 0x539 }), out({ dst: '169.254.7.127' }), udp(), udp({ mark: 0x539 }), out({ dport: 53 }), out({ dst: '10.244.1.5' }), out({ dst: '127.0.0.1' }), out({ mark: 0x111 })],
  },
  { name: 'Istio ambient, on the host', nft: AMBIENT_HOST, packets: [out({ dst: '10.244.1.77', uid: 0 }), out({ dst: '10.244.1.77' }), out({ dst: '10.244.1.200', uid: 0 })] },
  {
    name: 'kube-proxy', nft: KUBE_PROXY,
    packets: [
      out({ dst: '172.30.0.41' }), tcp({ dst: '172.30.0.41', iface: 'eth1' }), tcp({ dst: '172.30.0.41', src: '10.244.1.77' }), tcp({ dst: '172.30.0.46' }), tcp({ dst: '172.30.0.41', dport: 81 }), tcp({ dst: '172.30.9.9' }), tcp({ dport: 30080 }), tcp({ dport: 30081 }),
      tcp({ dst: '192.0.2.10', src: '203.0.113.7' }), tcp({ dst: '192.0.2.10', src: '203.0.113.200' }), out({ dst: '192.0.2.10' }), out({ dst: '172.30.0.46' }), tcp({ src: '192.168.50.77', dst: '172.30.0.41', iface: 'eth1' }), tcp({ dst: '172.30.0.41', proto: 'udp', flags: undefined }),
    ],
  },
  { name: 'kube-proxy, a client that comes again', nft: KUBE_PROXY, independent: false, packets: [tcp({ dst: '172.30.0.41', iface: 'eth1' }), tcp({ dst: '172.30.0.41', iface: 'eth1', sport: 40001 })] },
  {
    name: 'fib',
    nft: 'table inet t {\n\tchain b {\n\t\ttype filter hook prerouting priority mangle; policy accept;\n\t\tfib saddr . iif oif exists counter\n\t\tfib saddr . iif oif missing counter\n\t\tfib saddr . iif oif "eth0" counter\n\t\tfib daddr type local counter\n\t}\n}\n',
    packets: [tcp({ src: '10.244.1.9' }), tcp(), tcp({ src: '203.0.113.9' }), tcp({ src: '10.244.1.5' }), tcp({ src: 'fd00:1::9', dst: 'fd00:1::5' }), tcp({ src: 'fd00:2::9', dst: 'fd00:1::5' }), tcp({ src: 'fd00:1::5', dst: 'fd00:1::5' }), out({ dst: '10.244.1.5' })],
  },
  {
    name: 'beside iptables', nft: 'table inet shop {\n\tchain pre {\n\t\ttype filter hook prerouting priority -140; policy accept;\n\t\tmeta mark 1 counter meta mark set 2\n\t}\n\tchain nat {\n\t\ttype nat hook prerouting priority -99; policy accept;\n\t\ttcp dport 80 redirect to :8080\n\t}\n\tchain in {\n\t\ttype filter hook input priority 10; policy accept;\n\t\ttcp dport 8081 drop\n\t\tmeta mark 2 accept\n\t}\n}\n',
    rules: `${table('mangle', ['PREROUTING -p tcp -j MARK --set-mark 1'])}${table('nat', ['PREROUTING -p tcp --dport 80 -s 192.168.50.0/24 -j REDIRECT --to-ports 8081', 'PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 8082'])}${table('filter', ['INPUT -m mark --mark 2 -p tcp --dport 8082 -j DROP'])}`.replace(/^/, '# Generated by iptables-nft-save v1.8.9 on Thu Jan  1 00:00:00 1970\n'),
    packets: [tcp(), tcp({ src: '203.0.113.9' }), tcp({ dport: 81 }), tcp({ dport: 82 })],
  },
];
