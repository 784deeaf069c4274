import { readFileSync } from 'node:fs';
import type { Dump, FileModel } from '../../../src/features/fileModel';
import { modelOfText, sampleText } from '../sample';
import { BARE, NODE, POD, WORDS } from '../packetInput/files';

/** A firewall of IPv4 whose conditions and targets are of many kinds; what decides is partly not in the file. */
const FIREWALL = `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -i eth1 -p udp -m udp --dport 69 -j CT --helper tftp
-A PREROUTING -s 10.9.0.99/32 -j NOTRACK
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -j MARK --set-xmark 0x10/0xff
-A PREROUTING -p tcp -m tcp --dport 2222 -j CONNMARK --set-xmark 0x5/0xffffffff
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
-A POSTROUTING -o eth0 -p udp -j DSCP --set-dscp 0x2e
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -m statistic --mode random --probability 0.25 -j DNAT --to-destination 10.9.0.7:80
-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.9.0.8:80
-A PREROUTING -i eth0 -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 8081
-A POSTROUTING -s 10.9.0.0/24 -o eth0 -j MASQUERADE --random
-A POSTROUTING -s 10.9.1.0/24 -o eth0 -j SNAT --to-source 192.0.2.20-192.0.2.21
COMMIT
*filter
:INPUT DROP [7:420]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:CHECKS - [0:0]
:LATE - [0:0]
:LOGDROP - [0:0]
[3:180] -A INPUT -i lo -j ACCEPT
[9:540] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A INPUT -s 198.18.0.0/15 -m set --match-set blocked src -j DROP
-A INPUT -p tcp -j CHECKS
-A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 1/sec --limit-burst 2 -j ACCEPT
-A INPUT -p udp -m udp --dport 53 -m comment --comment "names for the office" -j ACCEPT
-A INPUT -p udp -m udp --dport 500 -m policy --dir in --pol ipsec -j ACCEPT
-A INPUT -p udp -m recent --update --seconds 60 --name seen --rsource -j ACCEPT
-A INPUT -p udp -m udp --dport 161 -j REJECT --reject-with icmp-host-prohibited
-A INPUT -j LOGDROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -d 10.9.0.0/24 -i eth0 -p tcp -m tcp --dport 80 -j ACCEPT
-A FORWARD -i eth1 -o eth0 -g LATE
-A FORWARD -p tcp -j REJECT --reject-with tcp-reset
-A OUTPUT -m owner --uid-owner 1000 -p tcp -m tcp --dport 25 -j REJECT
-A OUTPUT -d 198.51.100.0/24 -j RETURN
-A CHECKS -p tcp -m tcp --dport 22 -m mark --mark 0x10/0xff -j ACCEPT
-A CHECKS -p tcp -m multiport --dports 443,8081 -j ACCEPT
-A CHECKS -p tcp -m tcp --dport 23 -j RETURN
-A CHECKS -p tcp -m tcp --dport 2222 -m connmark --mark 0x5 -j ACCEPT
-A CHECKS -p tcp -m tcp --dport 25 -m connlimit --connlimit-above 3 --connlimit-mask 32 -j DROP
-A LATE -m time --timestart 08:00:00 --timestop 18:00:00 -j ACCEPT
-A LATE -s 10.9.0.0/24 -j ACCEPT
-A LOGDROP -m limit --limit 3/min -j LOG --log-prefix "dropped: "
-A LOGDROP -j DROP
COMMIT
`;

const HOST = `$ ip addr
1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <BROADCAST,UP> mtu 1500
    inet 10.9.0.1/24 scope global eth1
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1
blackhole 198.51.100.128/25
$ ss -ltnup
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=612,fd=3))
tcp   LISTEN 0      128    127.0.0.1:8081     0.0.0.0:*         users:(("proxy",pid=700,fd=5))
udp   UNCONN 0      0      0.0.0.0:53         0.0.0.0:*         users:(("named",pid=801,fd=5))
$ sysctl -a
net.ipv4.ip_forward = 1
net.ipv4.conf.all.rp_filter = 1
`;

const NFT = `table inet fw {
	set friends {
		type ipv4_addr
		elements = { 10.9.0.7, 10.9.0.8 }
	}
	map ports {
		type inet_service : ipv4_addr
		elements = { 80 : 10.9.0.7, 443 : 10.9.0.8 }
	}
	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "eth0" dnat ip to tcp dport map @ports
		tcp dport 8080 redirect to :80
	}
	chain in {
		type filter hook input priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iif "lo" accept
		ip saddr @friends tcp dport { 22, 80 } counter accept comment "ours"
		tcp dport 25 limit rate 10/minute accept
		meta l4proto icmp icmp type echo-request accept
		udp dport 53 jump names
		reject with icmpx type admin-prohibited
	}
	chain names {
		meta mark set 0x7
		ip saddr 10.0.0.0/8 accept
	}
	chain fwd {
		type filter hook forward priority filter; policy drop;
		oifname "eth1" ip daddr 10.9.0.7 tcp dport 80 accept
	}
	chain post {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "eth0" masquerade
	}
}
`;

const SIX = `# Generated by ip6tables-save v1.8.9
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -m hl --hl-eq 255 -j ACCEPT
-A INPUT -s fe80::/10 -p udp -m udp --dport 546 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT
-A INPUT -m frag --fragmore -j DROP
-A INPUT -p tcp -j REJECT --reject-with tcp-reset
COMMIT
$ ip -6 addr
2: eth0: <UP> mtu 1500
    inet6 2001:db8:1::10/64 scope global
    inet6 fe80::10/64 scope link
`;

/** Two providers, an inner network, and a default route that may go by either of them. */
const TWO_WAYS = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o ppp0 -j MASQUERADE
-A POSTROUTING -o ppp1 -j SNAT --to-source 198.51.100.2
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -i lan0 -o ppp0 -j ACCEPT
-A FORWARD -i lan0 -o ppp1 -p tcp -m tcp --dport 443 -j ACCEPT
-A OUTPUT -o ppp1 -p udp -j DROP
COMMIT
$ ip addr
2: lan0: <UP> mtu 1500
    inet 10.3.0.1/24 scope global lan0
3: ppp0: <UP> mtu 1492
    inet 192.0.2.2 peer 192.0.2.1/32 scope global ppp0
4: ppp1: <UP> mtu 1492
    inet 198.51.100.2/24 scope global ppp1
$ ip route
default
	nexthop via 192.0.2.1 dev ppp0 weight 1
	nexthop via 198.51.100.1 dev ppp1 weight 1
10.3.0.0/24 dev lan0 proto kernel scope link src 10.3.0.1
192.0.2.1 dev ppp0 proto kernel scope link src 192.0.2.2
198.51.100.0/24 dev ppp1 proto kernel scope link src 198.51.100.2
$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`;

/** Rules of a note, whose table nothing states. */
const NO_TABLE = `Our notes of the office router:
-A OFFICE -s 10.8.0.0/24 -j ACCEPT
-A OFFICE -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -j OFFICE
-A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j MARK --set-mark 5
-A POSTROUTING -p tcp -j TCPMSS --set-mss 1300
-A OUTPUT -p tcp -m tcp --dport 25 -j DROP
`;

/** Both back ends have rules, and iptables says that there are more. */
const BOTH = `# Generated by iptables-save v1.8.9 (nf_tables)
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 80 -j DROP
COMMIT
# Completed
# Generated by iptables-save v1.8.9
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`;

const FILTER = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`;

/** A host with sets, limits and other memories, policy routing, users and gotos. */
const MEMORIES = `$ ipset save
create office hash:ip family inet timeout 300
add office 10.9.0.7 timeout 100
add office 10.9.0.8
create nets hash:net,port family inet
add nets 10.9.0.0/24,tcp:80
create seen hash:ip,port family inet
$ iptables-save
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -m set --match-set office src -j MARK --set-xmark 0x1/0xffffffff
-A PREROUTING -p tcp -m tcp --dport 80 -j SET --add-set seen src,dst
-A PREROUTING -p udp -m udp --dport 80 -j SET --del-set office src
-A PREROUTING -p udp -m udp --dport 443 -j SET --map-set office src --map-mark
-A OUTPUT -p udp -m udp --dport 53 -j TOS --set-tos 0x10/0xff
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:KNOCK - [0:0]
:LIMITS - [0:0]
:END - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -g KNOCK
-A INPUT -p tcp -m tcp --dport 80 -j LIMITS
-A INPUT -p udp -m udp --dport 80 -m set --match-set nets src,dst -j ACCEPT
-A INPUT -p udp -m udp --dport 443 -m quota --quota 100000 -j ACCEPT
-A INPUT -p udp -m udp --dport 53 -m statistic --mode nth --every 2 --packet 0 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8/0 -m length --length 0:100 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -j REJECT --reject-with icmp-net-unreachable
-A INPUT -p esp -m esp --espspi 256 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 9000 -j NFQUEUE --queue-num 3 --queue-bypass
-A INPUT -p tcp -m tcp --dport 9001 -m string --string "attack" --algo bm -j DROP
-A INPUT -p tcp -m tcp --dport 9002 -j END
-A INPUT -p tcp -m tcp --dport 9003
-A KNOCK -m recent --rcheck --seconds 30 --name knock --rsource -j ACCEPT
-A KNOCK -m recent --set --name knock --rsource -j DROP
-A LIMITS -m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name web -j RETURN
-A LIMITS -m connlimit --connlimit-upto 2 --connlimit-mask 32 --connlimit-saddr -j ACCEPT
-A LIMITS -j DROP
-A END -p tcp -j RETURN
-A OUTPUT -m owner --uid-owner 33 -j REJECT --reject-with icmp-admin-prohibited
-A OUTPUT -m owner --gid-owner 100-200 -j ACCEPT
COMMIT
$ ip rule
0:	from all lookup local
100:	from all fwmark 0x1 lookup 100
32766:	from all lookup main
32767:	from all lookup default
$ ip route show table 100
default via 192.0.2.254 dev eth0
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1
unreachable 10.66.0.0/16
$ ip addr
2: eth0: <UP> mtu 1500
    link/ether 02:11:22:33:44:55 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
3: eth1: <UP> mtu 1500
    inet 10.9.0.1/24 brd 10.9.0.255 scope global eth1
$ ss -ltnup
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=612,fd=3))
tcp   LISTEN 0      128    0.0.0.0:80         0.0.0.0:*
udp   UNCONN 0      0      192.0.2.10:53      0.0.0.0:*         users:(("named",pid=801,fd=5))
$ getent passwd www-data
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
$ sysctl -a
net.ipv4.ip_forward = 1
net.ipv4.conf.all.rp_filter = 0
net.ipv4.icmp_echo_ignore_all = 0
`;

/** Targets of many kinds, one for each port, a chain that is called twice, and a proxy that takes what it did not ask for. */
const TARGETS = `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 1 -j CT --zone 7
-A PREROUTING -p tcp -m tcp --dport 2 -j CT --zone-orig 8
-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
-A PREROUTING -p tcp -m tcp --dport 3 -j CT --notrack
-A PREROUTING -p tcp -m tcp --dport 4 -j TRACE
-A PREROUTING -p tcp -m tcp --dport 5 -j CT --zone mark
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:TWICE - [0:0]
-A PREROUTING -j TWICE
-A PREROUTING -p tcp -m tcp --dport 6 -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
-A PREROUTING -p tcp -m tcp --dport 7 -j CONNMARK --save-mark
-A PREROUTING -p tcp -m tcp --dport 8 -j CONNMARK --restore-mark
-A PREROUTING -p tcp -m tcp --dport 9 -j TTL --ttl-dec 1
-A PREROUTING -p tcp -m tcp --dport 10 -j DSCP --set-dscp-class EF
-A PREROUTING -p tcp -m tcp --dport 11 -j ECN --ecn-tcp-remove
-A PREROUTING -p tcp -m tcp --dport 12 -j TEE --gateway 10.9.0.9
-A PREROUTING -p tcp -m tcp --dport 13 -j MARK --set-xmark 0x0/0xffffffff
-A POSTROUTING -j CLASSIFY --set-class 1:10
-A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1300
-A TWICE -p tcp -m tcp --dport 14 -j MARK --or-mark 0x100
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 15 -j DNAT --to-destination 10.9.0.5-10.9.0.6:80-81
-A PREROUTING -p tcp -m tcp --dport 16 -j DNAT --to-destination 10.9.0.5 --persistent
-A PREROUTING -p tcp -m tcp --dport 17 -j NETMAP --to 10.9.0.0/24
-A PREROUTING -p tcp -m tcp --dport 18 -j REDIRECT --to-ports 8000-8001 --random
-A PREROUTING -p tcp -m tcp --dport 19 -j ACCEPT
-A OUTPUT -p tcp -m tcp --dport 15 -j DNAT --to-destination 127.0.0.1:8081
-A POSTROUTING -o eth0 -j MASQUERADE --to-ports 2000-2001
-A POSTROUTING -o eth1 -p tcp -j SNAT --to-source 10.9.0.1:5000
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 20 -j NFLOG --nflog-prefix "in: " --nflog-group 2
-A INPUT -p tcp -m tcp --dport 22 -j NFQUEUE --queue-num 1
-A INPUT -p tcp -m tcp --dport 23 -j REJECT --reject-with tcp-reset
-A INPUT -p tcp -m tcp --dport 24 -j REJECT --reject-with icmp-proto-unreachable
-A INPUT -p tcp -m tcp --dport 25 -j RETURN
-A INPUT -p tcp -m tcp --dport 26 -j LOG --log-prefix "in " --log-level 4 --log-uid
-A INPUT -p tcp -m tcp --dport 27 -j NOSUCHTARGET --option
-A INPUT -p tcp -m tcp -j ACCEPT
-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT
-A FORWARD -i eth1 -j ACCEPT
COMMIT
`;

/** Rules that read nothing of a packet beyond its addresses and ports, and connections that the kernel knows. */
const CONNECTIONS = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.9.0.7:80
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <UP> mtu 1250
    inet 10.9.0.1/24 scope global eth1
$ ip rule
0:	from all lookup local
90:	from all tos 0x10 lookup 100
91:	from all ipproto udp sport 999 lookup 100
32766:	from all lookup main
$ ip route show table 100
blackhole default
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1
$ conntrack -L
tcp      6 431999 ESTABLISHED src=203.0.113.9 dst=192.0.2.10 sport=4000 dport=25 src=192.0.2.10 dst=203.0.113.9 sport=25 dport=4000 [ASSURED] mark=0 use=1
icmp     1 29 src=192.0.2.10 dst=203.0.113.9 type=8 code=0 id=7 src=203.0.113.9 dst=192.0.2.10 type=0 code=0 id=7 mark=0 use=1
$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`;

/** Rules that let packets in by what sets those of one kind apart. */
const ASKING = `*mangle
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p udp -m udp --dport 6 -j TTL --ttl-dec 5
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p udp -m udp --sport 1000:65535 --dport 1 -j ACCEPT
-A INPUT -p udp -m udp --dport 2 -m length --length 0:100 -j ACCEPT
-A INPUT -p udp -m udp --dport 3 -m ttl --ttl-eq 255 -j ACCEPT
-A INPUT -p udp -m udp --dport 4 -m tos --tos 0x10/0x3f -j ACCEPT
-A INPUT -p tcp -m tcp --dport 5 --tcp-flags URG URG -j ACCEPT
-A INPUT -p udp -m udp --dport 7 -m mac --mac-source 02:00:00:00:00:02 -j ACCEPT
-A OUTPUT -m owner --gid-owner 6 -j DROP
COMMIT
$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <UP> mtu 1500
    inet 10.9.0.1/24 scope global eth1
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1
$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`;

/** A router that marks packets for the host behind it, which lets in what is marked. */
const NEXT_HOST = `root@edge:~# ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
3: eth1: <UP> mtu 1500
    inet 10.5.0.1/24 scope global eth1
root@edge:~# ip route
default via 192.0.2.1 dev eth0
10.5.0.0/24 dev eth1 proto kernel scope link src 10.5.0.1
root@edge:~# sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
root@edge:~# iptables-save
*mangle
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o eth1 -p udp -m udp --dport 5060 -j DSCP --set-dscp 0x2e
COMMIT
root@inner:~# ip addr
2: eth0: <UP> mtu 1500
    inet 10.5.0.10/24 scope global eth0
root@inner:~# ip route
default via 10.5.0.1 dev eth0
10.5.0.0/24 dev eth0 proto kernel scope link src 10.5.0.10
root@inner:~# ss -lnu
State  Recv-Q Send-Q Local Address:Port Peer Address:Port
UNCONN 0      0      0.0.0.0:5060       0.0.0.0:*
root@inner:~# iptables-save
*filter
:INPUT DROP [0:0]
-A INPUT -m dscp --dscp 0x2e -j ACCEPT
-A INPUT -p esp -m esp --espspi 5 -j ACCEPT
-A INPUT -p tcp -m tcp --tcp-flags SYN,ACK ACK -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 13 -j ACCEPT
-A INPUT -m ttl --ttl-eq 9 -j ACCEPT
COMMIT
`;

/** A router of IPv6, whose rules accept by ports, source ports and connections; `forwards` is its sysctl. */
const routerOfSix = (forwards: 0 | 1): string => `# Generated by ip6tables-save v1.8.9
*mangle
:PREROUTING ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp -m tcp --dport 6 -j TPROXY --on-port 15001 --on-ip ::1 --tproxy-mark 0x1/0x1
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination [2001:db8:9::7]:80
-A PREROUTING -i eth0 -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 8081
-A POSTROUTING -o eth0 -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 22,8081 -j ACCEPT
-A INPUT -s fe80::/10 -p udp -m udp --sport 547 --dport 546 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 113 -j REJECT --reject-with tcp-reset
-A INPUT -p udp -m udp --dport 161 -j REJECT --reject-with icmp6-adm-prohibited
-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT
-A FORWARD -s 2001:db8:9::/64 -i eth1 -p tcp -m tcp --sport 1024:65535 -j ACCEPT
-A FORWARD -p udp -m udp --dport 123 -j REJECT --reject-with icmp6-port-unreachable
-A OUTPUT -m owner --uid-owner 33 -j REJECT --reject-with icmp6-adm-prohibited
COMMIT
$ ip -6 addr
2: eth0: <UP> mtu 1500
    inet6 2001:db8:1::10/64 scope global
    inet6 fe80::10/64 scope link
3: eth1: <UP> mtu 1280
    inet6 2001:db8:9::1/64 scope global
    inet6 fe80::11/64 scope link
$ ip -6 route
2001:db8:1::/64 dev eth0 proto kernel metric 256 pref medium
blackhole 2001:db8:66::/48 dev lo metric 1024 pref medium
2001:db8:9::/64 dev eth1 proto kernel metric 256 pref medium
fe80::/64 dev eth0 proto kernel metric 256 pref medium
default via fe80::1 dev eth0 metric 1024 pref medium
$ ss -ltnup
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    [::]:22            [::]:*            users:(("sshd",pid=612,fd=3))
tcp   LISTEN 0      128    [::1]:8081         [::]:*            users:(("proxy",pid=700,fd=5))
$ sysctl net.ipv6.conf.all.forwarding
net.ipv6.conf.all.forwarding = ${forwards}
`;

/** Files that say of themselves that they do not have everything, or of which only a part can be used. */
const ODD: Readonly<Record<string, string>> = {
  'legacy tables present': `${FILTER}# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n`,
  'incompatible table': `${FILTER}# Table \`nat' is incompatible, use 'nft' tool.\n`,
  'parts of tables': `$ iptables -t nat -S
-P PREROUTING ACCEPT
-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080
$ iptables -S INPUT
-P INPUT DROP
-A INPUT -p tcp -m tcp --dport 8080 -j ACCEPT
`,
  'five dumps': ['first', 'second', 'third', 'fourth', 'fifth'].map((name) => `# ${name}\n${FILTER}`).join('\n'),
  'script with guesses': `#!/bin/sh
LAN=$(ip route | awk '/default/ {print $5}')
iptables -P INPUT DROP
iptables -A INPUT -i $LAN -p tcp --dport 22 -j ACCEPT
if [ -f /etc/open ]; then
  iptables -A INPUT -p tcp --dport 80 -j ACCEPT
fi
for port in $(cat /etc/ports); do iptables -A INPUT -p tcp --dport $port -j ACCEPT; done
iptables -A INPUT -p tcp --dport 443 -j ACCEPT || exit 1
`,
  'typed by root': `# iptables -P INPUT DROP
# iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -A INPUT -p udp --dport 53 -j ACCEPT
`,
  'two machines': `root@edge:~# ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
root@edge:~# iptables-save
${FILTER}root@inner:~# ip addr
2: eth0: <UP> mtu 1500
    inet 10.5.0.10/24 scope global eth0
root@inner:~# ss -ltn
State  Recv-Q Send-Q Local Address:Port Peer Address:Port
LISTEN 0      128    0.0.0.0:8080       0.0.0.0:*
root@inner:~# ip route
default via 10.5.0.1 dev eth0
`,
  'facts of other machines': `root@edge:~# ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
root@inner:~# ip route
default via 10.5.0.1 dev eth0

${FILTER}`,
  'odd lines': `Notes about the router, 2026
-A INPUT -p tcp --dport 22 -j ACCEPT
COMMIT
*nat
-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080
COMMIT
# iptables -A INPUT -p tcp --dport 25 -j DROP
iptables -L
nft nonsense here
nft add rule ip filter nowhere accept
ip route add 10.0.0.0/33 dev eth0
tcp LISTEN 0 128 nonsense
udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*
{"nftables": [{"metainfo": {"version": "1.0.9"}}, {"table": {"family": "ip", "name": "x"}}, {"chain": {"family": "ip", "table": "x", "name": "c", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}]}
table inet asleep {
	flags dormant
	chain in {
		type filter hook input priority 0; policy drop;
		tcp dport 22 accept
	}
}
default via 192.0.2.1 dev eth0
10.0.0.0/8 dev eth1 scope link
create office hash:ip family inet
add office 10.0.0.7
net.ipv4.ip_forward = 1
IN=eth0 OUT= MAC= SRC=203.0.113.9 DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=53 ID=1 DF PROTO=TCP SPT=4000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0
tcp      6 431999 ESTABLISHED src=10.0.0.7 dst=192.0.2.80 sport=4000 dport=443 src=192.0.2.80 dst=192.0.2.10 sport=443 dport=4000 [ASSURED] mark=0 use=1
`,
};

const COUNTED = `*filter
:INPUT DROP [5:300]
:OUTPUT ACCEPT [9:540]
:WEB - [0:0]
[1:60] -A INPUT -i lo -j ACCEPT
[2:120] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
[3:180]  -A INPUT -j WEB
[4:240] -A WEB -p udp -j ACCEPT
COMMIT
`;

export const FILES: Readonly<Record<string, string>> = {
  firewall: FIREWALL,
  'firewall on its host': FIREWALL + HOST,
  nftables: NFT,
  'nftables on its host': NFT + HOST,
  IPv6: SIX,
  'IPv6 router': routerOfSix(1),
  'IPv6 host': routerOfSix(0),
  gateway: sampleText('nat-gateway.md'),
  sidecar: sampleText('istio-sidecar.md'),
  Docker: sampleText('docker-host.iptables-save'),
  node: sampleText('kube-node.iptables-save'),
  pod: POD,
  Services: NODE,
  bare: BARE,
  words: WORDS,
  ...ODD,
  nothing: 'Nothing of this is a rule.\n',
  'facts alone': `create a hash:ip\nadd a 10.0.0.1\ncreate b hash:net\n${HOST}`,
  memories: MEMORIES,
  targets: TARGETS + HOST,
  'two ways': TWO_WAYS,
  'no table': NO_TABLE,
  'both back ends': BOTH,
  'two rule sets': `# before\n${BARE}\n# IPv6\n${SIX}`,
  connections: CONNECTIONS,
  'next host': NEXT_HOST,
  'rules that ask': ASKING,
  'asks for the type of the link': FILTER.replace(
    'COMMIT',
    '-A INPUT -p udp -m udp --dport 8 -m pkttype --pkt-type broadcast -j ACCEPT\nCOMMIT',
  ),
  'as JSON': `${JSON.stringify({ rules: FILTER })}\n`,
  'not in order': FILTER.replace('COMMIT', '-I INPUT -i lo -j ACCEPT\nCOMMIT'),
  'with counters': COUNTED,
  'commands as JSON': `${JSON.stringify({ run: 'iptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\n' })}\n`,
  'chains in another order': `*filter
:WEB - [0:0]
:INPUT DROP [0:0]
-A INPUT -p tcp -j WEB
-A INPUT -p udp -j ACCEPT
-A WEB -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
`,
  listeners: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
    inet6 2001:db8:1::10/64 scope global
$ ss -ltnup
Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
tcp   LISTEN 0      128    127.0.0.1:8080      0.0.0.0:*
tcp   LISTEN 0      128    127.0.0.1:8081      0.0.0.0:*         users:(("proxy"))
tcp   LISTEN 0      128    127.0.0.1:8082      0.0.0.0:*         users:(("proxy",pid=700,fd=5))
tcp   LISTEN 0      128    192.0.2.10%eth1:8083 0.0.0.0:*        users:(("web",pid=701,fd=5))
tcp   LISTEN 0      128    [::1]:8084          [::]:*            users:(("six",pid=702,fd=5))
udp   UNCONN 0      0      127.0.0.1:53        0.0.0.0:*         users:(("named",pid=801,fd=5))
`,
  'called twice': `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
:SHARED - [0:0]
-A INPUT -j SHARED
-A OUTPUT -j SHARED
-A SHARED -p tcp -m tcp --dport 80 -j ACCEPT
-A SHARED -i lo -p udp -j REJECT
-A SHARED -p udp -j ACCEPT
-A SHARED -p icmp
COMMIT
`,
  'commands of nft': `nft add table ip t
nft add chain ip t c '{ type filter hook input priority 0; policy accept; }'
nft add rule ip t c tcp dport 22 accept
  nft add rule ip t c tcp dport 23 drop
`,
  'kernel trace': readFileSync('test/fixtures/kernelTrace/gateway.rules', 'utf8'),
  'many rules': `*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p udp -j DROP
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
${Array.from({ length: 20 }, (_, i) => `-A INPUT -p tcp -m tcp --dport ${i + 1} -j ACCEPT`).join('\n')}
COMMIT
${HOST}`,
  hairpin: `*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.9.0.7:80
COMMIT
${FILTER}${HOST}`,
  'an odd route': `${FILTER}$ ip route
default via 192.0.2.1 dev eth0
10.0.0.0/33 dev eth0
`,
  netstat: `${FILTER}$ netstat -ltn
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
`,
  'sockets without a heading': `${FILTER}tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=612,fd=3))
tcp   LISTEN 0      128    0.0.0.0:25         0.0.0.0:*         users:(("mail",pid=613,fd=3))
`,
  'kernel trace in the file': ['rules', 'TRACE.txt']
    .map((name) => readFileSync(`test/fixtures/kernelTrace/gateway.${name}`, 'utf8'))
    .join('\n'),
};

const MODELS = new Map<string, FileModel>();

/** The file of a section: its name, perhaps with words after a colon. */
export function fileOf(section: string): { readonly model: FileModel; readonly dump: Dump; readonly text: string } {
  const name = section.split(':')[0] ?? '';
  const text = FILES[name];
  if (text === undefined) throw new Error(`there is no file "${name}"`);
  const model = MODELS.get(name) ?? modelOfText(text, 'rules.md');
  MODELS.set(name, model);
  if (!model.defaultDump) throw new Error(`there are no rules in ${name}`);
  return { model, dump: model.defaultDump, text };
}
