/**
 * Each bit of the connection's mark is something that the host's own packets are: what it replies shows in the mark of
 * the connection that it leaves behind.
 */
const NOTES: readonly string[] = [
  '-m ttl --ttl-eq 99',
  '-m tos --tos 0x10/0xff',
  '-m tos --tos 0xc0/0xff',
  '-m mark --mark 0x7',
  '-m length --length 40',
  '-m length --length 0:56',
  '-m length --length 576:65535',
  '-s 192.0.2.10/32',
  '-p tcp -m tcp --tcp-flags SYN SYN',
  '-p tcp -m tcp --tcp-flags RST RST',
  '-p tcp -m tcp --tcp-flags ACK ACK',
  '-m conntrack --ctstate ESTABLISHED',
  '-m conntrack --ctstate RELATED',
  '-m owner --socket-exists',
  '-m owner --uid-owner 0',
  '-m owner --uid-owner 1000',
  '-p tcp -m u32 --u32 "0>>22&0x3C@4=0x1"',
  '-p tcp -m u32 --u32 "0>>22&0x3C@4=0x0"',
  '-p tcp -m u32 --u32 "0>>22&0x3C@8=0x0"',
  '-p tcp -m u32 --u32 "0>>22&0x3C@8=0x65"',
  '-p tcp -m u32 --u32 "0>>22&0x3C@8=0x8d"',
  '-p icmp -m icmp --icmp-type 3/3',
  '-p icmp -m icmp --icmp-type 3/2',
  '-p icmp -m icmp --icmp-type 3/4',
  '-p icmp -m icmp --icmp-type 11',
  '-p icmp -m icmp --icmp-type 0',
  '-p icmp -m icmp --icmp-type 3/13',
  '-o eth0',
];

const NOTES6: readonly string[] = [
  '-m hl --hl-eq 99',
  '-m tos --tos 0x10/0xff',
  '-m mark --mark 0x7',
  '-m length --length 0:96',
  '-m length --length 1280:65535',
  '-s 2001:db8:1::10/128',
  '-s fe80::/10',
  '-p tcp -m tcp --tcp-flags SYN SYN',
  '-p tcp -m tcp --tcp-flags RST RST',
  '-p tcp -m tcp --tcp-flags ACK ACK',
  '-m conntrack --ctstate ESTABLISHED',
  '-m conntrack --ctstate RELATED',
  '-m owner --socket-exists',
  '-m owner --uid-owner 0',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 1/4',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 1/0',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 1/2',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 2',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 3',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 4/1',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 129',
  '-o eth0',
  '-o eth1',
];

const noted = (notes: readonly string[]): string => `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
${notes.map((note, i) => `-A OUTPUT ${note} -j CONNMARK --set-xmark 0x${(2 ** i).toString(16)}/0x${(2 ** i).toString(16)}\n`).join('')}COMMIT
`;

/** A host with addresses, routes and rules that few hosts have. */
const ODD = `$ ip addr
1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
    inet 203.0.113.200/32 scope global lo
    inet6 ::1/128 scope host
2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500
    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
    inet 192.0.2.11/24 brd 192.0.2.255 scope global secondary eth0
    inet6 2001:db8:1::10/64 scope global
    inet6 fe80::10/64 scope link
3: eth1: <BROADCAST,MULTICAST,UP> mtu 1400
    link/ether 02:00:00:00:00:11 brd ff:ff:ff:ff:ff:ff
    inet 10.9.0.1/24 brd 10.9.0.255 scope global eth1
    inet6 2001:db8:2::1/64 scope global
    inet6 fe80::11/64 scope link
4: eth2: <BROADCAST,MULTICAST,UP> mtu 1500
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1
10.7.0.0/16 via 10.9.0.3 dev eth1 src 203.0.113.200
prohibit 198.51.100.64/26
$ ip -6 route
default via fe80::1 dev eth0
2001:db8:1::/64 dev eth0
2001:db8:2::/64 dev eth1
anycast 2001:db8:1::aa dev eth0
fe80::/64 dev eth0 metric 256
fe80::/64 dev eth1 metric 256
prohibit 2001:db8:4::/48
$ ip route show table local
local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1
local 203.0.113.200 dev lo proto kernel scope host src 203.0.113.200
local 192.0.2.10 dev eth0 proto kernel scope host src 192.0.2.10
local 192.0.2.11 dev eth0 proto kernel scope host src 192.0.2.10
broadcast 192.0.2.255 dev eth0 proto kernel scope link src 192.0.2.10
local 10.9.0.1 dev eth1 proto kernel scope host src 10.9.0.1
broadcast 10.9.0.255 dev eth1 proto kernel scope link src 10.9.0.1
local 198.51.100.0/26 dev lo scope host
$ ip rule
0: from all lookup local
90: from all fwmark 0x7 lookup 100
91: from all ipproto udp sport 999 lookup 101
92: from all uidrange 1000-1000 lookup 102
93: from all tos 0x10 lookup 103
94: from 10.9.0.1 lookup 104
32766: from all lookup main
32767: from all lookup default
$ ip route show table 100
local default dev lo
$ ip route show table 101
default via 10.9.0.201 dev eth1
$ ip route show table 102
default via 10.9.0.202 dev eth1
$ ip route show table 103
default via 10.9.0.203 dev eth1
$ ip route show table 104
default via 10.9.0.204 dev eth1
$ ss -ltnupe
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=612,fd=3)) ino:1 sk:1
tcp   LISTEN 0      128    *:8081             *:*               users:(("proxy",pid=700,fd=5)) uid:1000 ino:2 sk:2
udp   UNCONN 0      0      0.0.0.0:53         0.0.0.0:*         users:(("named",pid=801,fd=5)) uid:1000 ino:3 sk:3
$ sysctl -a
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
net.ipv4.conf.all.rp_filter = 0
net.ipv4.fwmark_reflect = 1
net.ipv6.fwmark_reflect = 1
net.ipv4.ip_default_ttl = 99
net.ipv6.conf.all.hop_limit = 99
net.ipv4.icmp_echo_ignore_broadcasts = 0
`;

const REJECTING = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p udp -m udp --dport 700 -m conntrack --ctstate ESTABLISHED -j REJECT
-A INPUT -p tcp -m tcp --dport 8081 --tcp-flags PSH PSH -j REJECT --reject-with tcp-reset
-A FORWARD -p udp -m udp --dport 700 -m conntrack --ctstate ESTABLISHED -j REJECT
-A FORWARD -p tcp -m tcp --tcp-flags PSH PSH -j REJECT --reject-with tcp-reset
COMMIT
`;

/** What the mark of a connection on one of these hosts says of the packets that the host has sent. */
export function notesOf(mark: number, section: string): readonly string[] {
  if (!section.startsWith('noted')) return [];
  return (section.startsWith('noted of IPv6') ? NOTES6 : NOTES).filter((_, i) => (mark >>> i) % 2 === 1);
}

export const notedHosts: Readonly<Record<string, string>> = {
  noted: noted(NOTES) + REJECTING + ODD,
  'noted of IPv6': `# Generated by ip6tables-save v1.8.9\n${noted(NOTES6)}${REJECTING}${ODD}`,
};
