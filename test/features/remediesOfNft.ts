/** A packet, and each remedy as `title → result: command; command`. */
interface NftCase {
  readonly name: string;
  readonly text: string;
  readonly packet: string;
  readonly remedies: readonly string[];
}

const HOST = `table inet filter { # handle 1
	set friends { # handle 2
		type ipv4_addr
		flags interval
		elements = { 192.0.2.0/24 }
	}
	set bad { # handle 3
		type ipv4_addr
		elements = { 198.51.100.1 }
	}
	set pairs { # handle 4
		type ipv4_addr . inet_service
	}
	chain input { # handle 5
		type filter hook input priority filter; policy drop;
		ct state established,related accept # handle 10
		iif "lo" accept # handle 11
		ip saddr @bad drop # handle 12
		tcp dport { 22, 443 } accept # handle 13
		tcp dport 8443 counter packets 3 bytes 9 accept # handle 14
		ip saddr @friends tcp dport 5432 accept # handle 15
		ip saddr . tcp dport @pairs accept # handle 16
		udp dport 53 drop # handle 17
		jump guard # handle 18
		limit rate 5/minute log prefix "drop: " # handle 19
	}
	chain guard { # handle 6
		tcp dport 9090 reject with tcp reset # handle 20
		icmp type echo-request drop # handle 21
	}
	chain forward { # handle 7
		type filter hook forward priority filter; policy accept;
		tcp dport 25 drop # handle 22
	}
}
`;
const NAT = `${HOST}table ip nat {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8022 redirect to :22
	}
}
`;
const WITHOUT_HANDLES = HOST.replace(/ # handle \d+/g, '');
const FIREWALLD = `table inet firewalld {
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ct state { established, related } accept
		iifname "lo" accept
		goto filter_INPUT_ZONES
	}
	chain filter_INPUT_ZONES {
		goto filter_IN_public
	}
	chain filter_IN_public {
		jump filter_IN_public_pre
		jump filter_IN_public_deny
		jump filter_IN_public_allow
		meta l4proto { icmp, ipv6-icmp } accept
		reject with icmpx admin-prohibited
	}
	chain filter_IN_public_pre {
	}
	chain filter_IN_public_deny {
		tcp dport 23 drop
	}
	chain filter_IN_public_allow {
		tcp dport 22 accept
	}
}
`;
const OPENWRT = `table inet fw4 {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport 22 accept
	}
}
`;
const OUT = `table ip filter {
	chain output {
		type filter hook output priority filter; policy accept;
		tcp dport 25 log prefix "mail: " drop
	}
}
`;
const MESH = `table inet mesh {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		meta l4proto tcp jump capture
	}
	chain capture {
		tcp dport 9090 return # handle 7
		meta l4proto tcp redirect to :15006
	}
}
`;
const BESIDE = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 25 -j DROP
COMMIT

$ nft list ruleset
${HOST}`;

/** What would have to change in rules of nftables. */
export const NFT_CASES: readonly NftCase[] = [
  {
    name: 'a policy drops it',
    text: HOST,
    packet: 'in eth0 tcp 203.0.113.9 > :80 own',

    remedies: [
      'Accept it before line 25 → DELIVERED :80: nft insert rule inet filter input index 9 ip saddr 203.0.113.9 tcp dport 80 accept',
      'Add it to the set pairs, which line 22 matches on → DELIVERED :80: nft add element inet filter pairs { 203.0.113.9 . 80 }',
      'Extend line 20 to accept it → DELIVERED :80: nft replace rule inet filter input handle 14 tcp dport { 8443, 80 } counter packets 3 bytes 9 accept',
      'Send it to port 8443, as line 20 accepts → DELIVERED :8443: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:8443 syn own',
      'Send it to port 22, as line 19 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:22 syn own',
    ],
  },
  {
    name: 'a set drops it',
    text: HOST,
    packet: 'in eth0 tcp 198.51.100.1 > :22 own',

    remedies: [
      'Accept it before line 18 → DELIVERED :22: nft insert rule inet filter input index 2 ip saddr 198.51.100.1 tcp dport 22 accept',
      'Remove it from the set bad, which line 18 matches on → DELIVERED :22: nft delete element inet filter bad { 198.51.100.1 }',
      'Remove line 18 → DELIVERED :22: nft delete rule inet filter input handle 12',
    ],
  },
  {
    name: 'a member of a set of intervals',
    text: HOST,
    packet: 'in eth0 tcp 203.0.113.9 > :5432 own',

    remedies: [
      'Accept it before line 25 → DELIVERED :5432: nft insert rule inet filter input index 9 ip saddr 203.0.113.9 tcp dport 5432 accept',
      'Add it to the set pairs, which line 22 matches on → DELIVERED :5432: nft add element inet filter pairs { 203.0.113.9 . 5432 }',
      'Add it to the set friends, which line 21 matches on → DELIVERED :5432: nft add element inet filter friends { 203.0.113.9 }',
      'Extend line 20 to accept it → DELIVERED :5432: nft replace rule inet filter input handle 14 tcp dport { 8443, 5432 } counter packets 3 bytes 9 accept',
      'Send it from 192.0.2.9, as line 21 accepts → DELIVERED :5432: in eth0 tcp 192.0.2.9:41522 > 10.244.1.5:5432 syn own',
      'Send it to port 8443, as line 20 accepts → DELIVERED :8443: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:8443 syn own',
    ],
  },
  {
    name: 'a rule drops it',
    text: HOST,
    packet: 'in eth0 udp 203.0.113.9 > :53 own',

    remedies: [
      'Accept it before line 23 → DELIVERED :53: nft insert rule inet filter input index 7 ip saddr 203.0.113.9 udp dport 53 accept',
    ],
  },
  {
    name: 'a chain further on rejects it',
    text: HOST,
    packet: 'in eth0 tcp 203.0.113.9 > :9090 own',

    remedies: [
      'Accept it before line 24 → DELIVERED :9090: nft insert rule inet filter input index 8 ip saddr 203.0.113.9 tcp dport 9090 accept',
      'Add it to the set pairs, which line 22 matches on → DELIVERED :9090: nft add element inet filter pairs { 203.0.113.9 . 9090 }',
      'Extend line 20 to accept it → DELIVERED :9090: nft replace rule inet filter input handle 14 tcp dport { 8443, 9090 } counter packets 3 bytes 9 accept',
      'Send it to port 8443, as line 20 accepts → DELIVERED :8443: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:8443 syn own',
      'Send it to port 22, as line 19 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:22 syn own',
    ],
  },
  {
    name: 'a ping',
    text: HOST,
    packet: 'in eth0 icmp 203.0.113.9 > own',

    remedies: [
      'Accept it before line 24 → DELIVERED: nft insert rule inet filter input index 8 ip saddr 203.0.113.9 icmp type echo-request accept',
    ],
  },
  {
    name: 'a protocol without ports',
    text: HOST,
    packet: 'in eth0 gre 203.0.113.9 > own',

    remedies: [
      'Accept it before line 25 → DELIVERED: nft insert rule inet filter input index 9 ip saddr 203.0.113.9 meta l4proto gre accept',
    ],
  },
  {
    name: 'a packet of IPv6',
    text: HOST,
    packet: 'in eth0 tcp [2001:db8::9] > [2001:db8::5]:80 own',

    remedies: [
      'Accept it before line 25 → DELIVERED :80: nft insert rule inet filter input index 9 ip6 saddr 2001:db8::9 tcp dport 80 accept',
      'Extend line 20 to accept it → DELIVERED :80: nft replace rule inet filter input handle 14 tcp dport { 8443, 80 } counter packets 3 bytes 9 accept',
      'Send it to port 8443, as line 20 accepts → DELIVERED :8443: in eth0 tcp [2001:db8::9]:41522 > [2001:db8::5]:8443 syn own',
      'Send it to port 22, as line 19 accepts → DELIVERED :22: in eth0 tcp [2001:db8::9]:41522 > [2001:db8::5]:22 syn own',
    ],
  },
  {
    name: 'a ping of IPv6',
    text: HOST,
    packet: 'in eth0 icmpv6 2001:db8::9 > 2001:db8::5 own',

    remedies: [
      'Accept it before line 25 → DELIVERED: nft insert rule inet filter input index 9 ip6 saddr 2001:db8::9 icmpv6 type echo-request accept',
    ],
  },
  {
    name: 'a reply of a known connection',
    text: OPENWRT,
    packet: 'in eth0 tcp 203.0.113.9:80 > :40000 established own',

    remedies: [
      'Accept packets of known connections at the end of input → DELIVERED :40000: nft add rule inet fw4 input ct state established,related accept',
      'Send it to port 22, as line 4 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:80 > 10.244.1.5:22 ack established own',
    ],
  },
  {
    name: 'a packet from this host',
    text: OUT,
    packet: 'out eth0 tcp > 203.0.113.9:25',

    remedies: [
      'Accept it before line 4 → SENT eth0: nft insert rule ip filter output ip daddr 203.0.113.9 tcp dport 25 accept',
      'Remove line 4 → SENT eth0: nft delete rule ip filter output handle HANDLE',
    ],
  },
  {
    name: 'the file does not show handles',
    text: WITHOUT_HANDLES,
    packet: 'in eth0 udp 203.0.113.9 > :53 own',

    remedies: [
      'Accept it before line 23 → DELIVERED :53: nft insert rule inet filter input index 7 ip saddr 203.0.113.9 udp dport 53 accept',
    ],
  },
  {
    name: 'it is delivered',
    text: HOST,
    packet: 'in eth0 tcp 203.0.113.9 > :22 own',

    remedies: ['Drop it → DROPPED: nft insert rule inet filter input ip saddr 203.0.113.9 tcp dport 22 drop'],
  },
  {
    name: 'it is redirected',
    text: NAT,
    packet: 'in eth0 tcp 203.0.113.9 > :8022 own',

    remedies: ['Drop it → DROPPED: nft insert rule inet filter input ip saddr 203.0.113.9 tcp dport 22 drop'],
  },
  {
    name: 'it is forwarded',
    text: HOST,
    packet: 'forward eth0 eth1 tcp 203.0.113.9 > 10.9.9.9:80',

    remedies: [
      'Drop it → DROPPED: nft insert rule inet filter forward ip saddr 203.0.113.9 ip daddr 10.9.9.9 tcp dport 80 drop',
    ],
  },
  {
    name: 'it is dropped on its way through',
    text: HOST,
    packet: 'forward eth0 eth1 tcp 203.0.113.9 > 10.9.9.9:25',

    remedies: [
      'Accept it before line 33 → SENT eth1: nft insert rule inet filter forward ip saddr 203.0.113.9 ip daddr 10.9.9.9 tcp dport 25 accept',
      'Remove line 33 → SENT eth1: nft delete rule inet filter forward handle 22',
    ],
  },
  {
    name: 'firewalld has words for it',
    text: FIREWALLD,
    packet: 'in eth0 tcp 203.0.113.9 > :80 own',

    remedies: [
      'Accept it in zone public → DELIVERED :80: firewall-cmd --zone=public --add-rich-rule=\'rule family="ipv4" source address="203.0.113.9" port port="80" protocol="tcp" accept\'',
      'Remove line 16 → DELIVERED :80: nft delete rule inet firewalld filter_IN_public handle HANDLE',
      'Send it to port 22, as line 24 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:22 syn own',
    ],
  },
  {
    name: 'firewalld denies it before',
    text: FIREWALLD,
    packet: 'in eth0 tcp 203.0.113.9 > :23 own',

    remedies: [
      'Accept it in zone public, before its other rules → DELIVERED :23: firewall-cmd --zone=public --add-rich-rule=\'rule priority="-1" family="ipv4" source address="203.0.113.9" port port="23" protocol="tcp" accept\'',
    ],
  },
  {
    name: 'firewalld keeps it out',
    text: FIREWALLD,
    packet: 'in eth0 tcp 203.0.113.9 > :22 own',

    remedies: [
      'Drop it in zone public → DROPPED: firewall-cmd --zone=public --add-rich-rule=\'rule family="ipv4" source address="203.0.113.9" port port="22" protocol="tcp" drop\'',
    ],
  },
  {
    name: 'a table of a program',
    text: OPENWRT,
    packet: 'in eth0 tcp 203.0.113.9 > :80 own',

    remedies: [
      'Accept it at the end of input → DELIVERED :80: nft add rule inet fw4 input ip saddr 203.0.113.9 tcp dport 80 accept',
      'Send it to port 22, as line 4 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:22 syn own',
    ],
  },
  {
    name: 'rules of iptables beside let it through',
    text: BESIDE,
    packet: 'in eth0 tcp 203.0.113.9 > :80 own',

    remedies: [
      'Accept it before line 33 → DELIVERED :80: nft insert rule inet filter input index 9 ip saddr 203.0.113.9 tcp dport 80 accept',
      'Add it to the set pairs, which line 30 matches on → DELIVERED :80: nft add element inet filter pairs { 203.0.113.9 . 80 }',
      'Extend line 28 to accept it → DELIVERED :80: nft replace rule inet filter input handle 14 tcp dport { 8443, 80 } counter packets 3 bytes 9 accept',
      'Send it to port 8443, as line 28 accepts → DELIVERED :8443: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:8443 syn own',
      'Send it to port 22, as line 27 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:22 syn own',
    ],
  },
  {
    name: 'both drop it',
    text: BESIDE,
    packet: 'in eth0 tcp 203.0.113.9 > :25 own',

    remedies: [
      'Accept it before line 33 → DELIVERED :25: nft insert rule inet filter input index 9 ip saddr 203.0.113.9 tcp dport 25 accept; iptables -I INPUT 1 -s 203.0.113.9/32 -p tcp -m tcp --dport 25 -j ACCEPT',
      'Send it to port 8443, as line 28 accepts → DELIVERED :8443: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:8443 syn own',
      'Send it to port 22, as line 27 accepts → DELIVERED :22: in eth0 tcp 203.0.113.9:41522 > 10.244.1.5:22 syn own',
    ],
  },
  {
    name: 'a rule before the one that redirects it',
    text: MESH,
    packet: 'in eth0 tcp 203.0.113.9 > :8080 own',
    remedies: [
      'Exempt it from line 4 → DELIVERED :8080: nft insert rule inet mesh prerouting fib daddr type local tcp dport 8080 accept',
    ],
  },
  {
    name: 'a rule of nft spared it from being redirected',
    text: MESH,
    packet: 'in eth0 tcp 203.0.113.9 > :9090 own',
    remedies: ['Redirect it: remove line 7 → REDIRECT :15006: nft delete rule inet mesh capture handle 7'],
  },
];
