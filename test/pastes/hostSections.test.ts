import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { summary } from '../syntax/summary';

/** What people paste of a host beside its rules: the text, and what is read of it. */
const HEADING = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port\n';

const cases: readonly (readonly [name: string, text: string, sections: readonly string[]])[] = [
  [
    'sysctl -a',
    '$ sysctl -a | grep forward\nnet.ipv4.conf.eth0/100.forwarding = 1\nnet.ipv4.ip_forward = 0\n',
    ['2-3 sysctls net.ipv4.conf.eth0.100.forwarding=1, net.ipv4.ip_forward=0'],
  ],
  [
    '/etc/sysctl.conf',
    '# cat /etc/sysctl.conf\n#net.ipv4.ip_forward=1\nnet.ipv4.conf.all.rp_filter=2  # loose\n\nnet/ipv4/conf/eth0.100/rp_filter = 1\n',
    ['3-5 sysctls net.ipv4.conf.all.rp_filter=2 configured, net.ipv4.conf.eth0.100.rp_filter=1 configured'],
  ],
  [
    'files named by grep',
    '# grep . /proc/sys/net/ipv4/conf/*/rp_filter\n/proc/sys/net/ipv4/conf/all/rp_filter:0\n/proc/sys/net/ipv4/conf/eth0/rp_filter:1\n',
    ['2-3 sysctls net.ipv4.conf.all.rp_filter=0, net.ipv4.conf.eth0.rp_filter=1'],
  ],
  [
    'a setting found by grep -r',
    '/etc/sysctl.d/20-x.conf:net.ipv4.ip_forward=1\n',
    ['1-1 sysctls net.ipv4.ip_forward=1 configured'],
  ],
  [
    'cat of two files',
    'root@gw:~# cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/rp_filter\n1\n2\n',
    ['1-3 sysctls net.ipv4.ip_forward=1, net.ipv4.conf.all.rp_filter=2'],
  ],
  [
    'cat of files that all say the same',
    '$ cat /proc/sys/net/ipv4/conf/*/rp_filter\n1\n1\n1\n',
    ['1-4 sysctls net.ipv4.conf.*.rp_filter=1'],
  ],
  ['cat of files of which nobody knows which is which', '$ cat /proc/sys/net/ipv4/conf/*/rp_filter\n1\n0\n1\n', []],
  [
    'files named by tail',
    '==> /proc/sys/net/ipv4/conf/all/rp_filter <==\n0\n\n==> /proc/sys/net/ipv4/ip_forward <==\n1\n',
    ['1-5 sysctls net.ipv4.conf.all.rp_filter=0, net.ipv4.ip_forward=1'],
  ],
  [
    'sysctl -n',
    '$ sudo sysctl -n net.ipv4.ip_forward net.ipv4.conf.all.route_localnet\n1\n0\n',
    ['1-3 sysctls net.ipv4.ip_forward=1, net.ipv4.conf.all.route_localnet=0'],
  ],
  [
    'sysctl -w, twice in a line',
    '# sysctl -w net.ipv4.ip_forward=1; sysctl -w "net.ipv4.conf.all.rp_filter=0"\n',
    ['1-1 sysctls net.ipv4.ip_forward=1 set, net.ipv4.conf.all.rp_filter=0 set'],
  ],
  [
    'what sysctl -w answers',
    '$ sudo sysctl net.ipv4.ip_forward=1\nnet.ipv4.ip_forward = 1\n',
    ['1-1 sysctls net.ipv4.ip_forward=1 set', '2-2 sysctls net.ipv4.ip_forward=1'],
  ],
  ['echo into a file', 'echo 1 > /proc/sys/net/ipv4/ip_forward\n', ['1-1 sysctls net.ipv4.ip_forward=1 set']],
  [
    'echo into tee',
    '$ echo 0 | sudo tee /proc/sys/net/ipv4/conf/all/rp_filter\n0\n',
    ['1-1 sysctls net.ipv4.conf.all.rp_filter=0 set'],
  ],
  [
    'echo in a shell of root',
    "$ sudo sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'\n",
    ['1-1 sysctls net.ipv4.ip_forward=1 set'],
  ],
  [
    'a setting between commands',
    'iptables -A INPUT -i lo -j ACCEPT\necho 1 > /proc/sys/net/ipv4/ip_forward\nip addr add 10.6.0.1/24 dev br6\niptables -P INPUT DROP\n',
    [
      '1-4 commands input v4 noflush 2 commands',
      '3-3 interfaces br6 10.6.0.1/24',
      '2-2 sysctls net.ipv4.ip_forward=1 set',
    ],
  ],
  [
    'hostname -I',
    'gw7 # hostname -I\n10.7.0.1 192.0.2.7 fd00:7::1\n',
    ['1-2 addresses host 10.7.0.1 hostname -I, host 192.0.2.7 hostname -I, host fd00:7::1 hostname -I'],
  ],
  [
    'rt_tables',
    '#\n# reserved values\n#\n255\tlocal\n254\tmain\n253\tdefault\n0\tunspec\n#\n# local\n#\n200 isp_b\n',
    ['4-11 routing-tables 255 local, 254 main, 253 default, 0 unspec, 200 isp_b'],
  ],
  [
    'rt_tables without its own names',
    '$ grep -v ^# /etc/iproute2/rt_tables\n0x64 vpn\n',
    ['2-2 routing-tables 100 vpn'],
  ],
  ['a name for a table', 'echo "200 isp_b" >> /etc/iproute2/rt_tables\n', ['1-1 routing-tables 200 isp_b']],
  [
    'every selector of ip rule',
    '0:\tfrom all lookup local\n98:\tfrom all to 10.0.0.0/8 iif eth0 oif eth1 tos 0x10 fwmark 0x1/0xff uidrange 0-99 ipproto tcp sport 80 dport 1000-2000 lookup isp_b\n99:\tfrom all lookup main suppress_prefixlength 0\n100:\tnot from all fwmark 0xca6c goto 32766\n101:\tfrom all to 192.0.2.0/24 unreachable\n102:\tfrom all nop\n32766:\tfrom all lookup main\n',
    [
      '1-7 policy-rules 4: from all lookup local pref 0, 4: from all to 10.0.0.0/8 iif eth0 oif eth1 tos 0x10 fwmark 0x1/0xff uidrange 0-99 ipproto tcp sport 80 dport 1000-2000 lookup isp_b pref 98, 4: from all lookup main suppress_prefixlength 0 pref 99, 4: not from all fwmark 0xca6c goto 32766 pref 100, 4: from all to 192.0.2.0/24 unreachable pref 101, 4: from all nop pref 102, 4: from all lookup main pref 32766',
    ],
  ],
  [
    'ip -br addr with all its states',
    'lo UNKNOWN 127.0.0.1/8\neth1@if7 DOWN\neth2 LOWERLAYERDOWN 10.2.0.1/24\ntun5 UNKNOWN 10.5.0.1 peer 10.5.0.2/32 fe80::5/64\nand so on\n',
    ['1-5 interfaces lo up 127.0.0.1/8, eth1 down, eth2 down 10.2.0.1/24, tun5 up 10.5.0.1/32 fe80::5/64'],
  ],
  [
    'ifconfig with an alias',
    'eth3      Link encap:Ethernet  HWaddr 02:00:00:00:03:01\n          inet addr:10.3.0.1  Bcast:10.3.0.255  Mask:255.255.255.0\n\neth3:1    Link encap:Ethernet  HWaddr 02:00:00:00:03:01\n          inet addr:10.3.1.1  Mask:255.255.255.0\n',
    ['1-5 interfaces eth3 02:00:00:00:03:01 10.3.0.1/24 10.3.1.1/24'],
  ],
  [
    'ip addr | grep inet',
    '    inet 127.0.0.1/8 scope host lo\n    inet 10.4.0.1/24 brd 10.4.0.255 scope global dynamic noprefixroute eth4\n    inet 10.4.1.1/24 scope global secondary eth4:1\n',
    ['1-3 interfaces lo 127.0.0.1/8, eth4 10.4.0.1/24 10.4.1.1/24'],
  ],
  [
    'ifconfig | grep inet',
    '        inet 10.4.0.1  netmask 255.255.255.0  broadcast 10.4.0.255\n',
    ['1-1 addresses host 10.4.0.1/24 ifconfig'],
  ],
  [
    '/etc/network/interfaces',
    'auto lo\niface lo inet loopback\n\nauto eth5\niface eth5 inet static\n  address 10.5.0.1\n  netmask 255.255.255.0\n  gateway 10.5.0.254\n  up ip route add 10.55.0.0/16 via 10.5.0.2 dev eth5\n  post-up route add -net 10.56.0.0 netmask 255.255.0.0 gw 10.5.0.3\niface eth5 inet6 static\n  address fd00:5::1/64\niface eth6 inet dhcp\n',
    [
      '2-13 interfaces eth5 up 10.5.0.1/24 fd00:5::1/64, eth6 up',
      '2-13 routes added 4: default via 10.5.0.254 dev eth5, 4: 10.55.0.0/16 via 10.5.0.2 dev eth5, 4: 10.56.0.0/16 via 10.5.0.3',
    ],
  ],
  [
    'netplan',
    'network:\n  version: 2\n  ethernets:\n    eth7:\n      addresses:\n        - 10.7.0.1/24\n        - "fd00:7::1/64"\n      nameservers:\n        addresses: [192.0.2.53]\n      routes:\n        - to: default\n          via: 10.7.0.254\n          metric: 100\n        - to: 10.77.0.0/16\n          via: 10.7.0.2\n          table: 77\n      routing-policy:\n        - from: 10.7.0.0/24\n          table: 77\n  bridges:\n    br7:\n      interfaces: [eth8]\n      addresses: [10.78.0.1/24, 10.79.0.1/24]\n      gateway4: 10.78.0.254\n',
    [
      '1-24 interfaces eth7 10.7.0.1/24 fd00:7::1/64, br7 10.78.0.1/24 10.79.0.1/24',
      '1-24 routes added 4: default via 10.7.0.254 dev eth7 metric 100, 4: 10.77.0.0/16 via 10.7.0.2 dev eth7 table 77, 4: default via 10.78.0.254 dev br7',
      '1-24 policy-rules 4: from 10.7.0.0/24 lookup 77',
    ],
  ],
  ["a key like netplan's in another file", 'network:\n  driver: bridge\n  name: x\n', []],
  [
    'wg0.conf',
    '# /etc/wireguard/wg7.conf\n[Interface]\nPrivateKey = x=\nAddress = 10.99.7.2/32, fd00:99::2/128\nListenPort = 51820\n\n[Peer]\nAllowedIPs = 0.0.0.0/0\n',
    ['2-8 interfaces wg7 10.99.7.2/32 fd00:99::2/128'],
  ],
  [
    'a configuration of WireGuard without its name',
    '[Interface]\nAddress = 10.99.7.2/24\n[Peer]\nEndpoint = 192.0.2.9:51820\n',
    ['1-4 addresses host 10.99.7.2/24 the configuration of WireGuard'],
  ],
  [
    'a systemd.network file',
    '[Match]\nName=eth9\n\n[Network]\nAddress=10.9.0.1/24\nGateway=10.9.0.254\n\n[Route]\nDestination=10.90.0.0/16\nGateway=10.9.0.2\n',
    [
      '1-10 interfaces eth9 10.9.0.1/24',
      '1-10 routes added 4: default via 10.9.0.254 dev eth9, 4: 10.90.0.0/16 via 10.9.0.2 dev eth9',
    ],
  ],
  [
    'kubectl get pods -o wide',
    'NAMESPACE   NAME          READY   STATUS    RESTARTS      AGE   IP            NODE     NOMINATED NODE   READINESS GATES\nshop        cart-7-x      2/2     Running   1 (5m ago)    9d    10.55.0.31    knode7   <none>           <none>\nshop        till-1        0/1     Pending   0             9d    <none>        <none>   <none>           <none>\n',
    ['1-3 addresses pod cart-7-x 10.55.0.31 on knode7 kubectl get pods'],
  ],
  [
    'kubectl get nodes -o wide, cut to one blank',
    'NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME\nknode7 Ready worker 9d v1.29.4 10.77.0.7 198.51.100.7 Debian GNU/Linux 12 6.1.0 containerd://1.7\nknode8 Ready <none> 9d v1.29.4 10.77.0.8 <none> Debian GNU/Linux 12 6.1.0 containerd://1.7\n',
    [
      '1-3 addresses node knode7 10.77.0.7 INTERNAL-IP, node knode7 198.51.100.7 EXTERNAL-IP, node knode8 10.77.0.8 INTERNAL-IP',
    ],
  ],
  [
    'podIP in YAML',
    'status:\n  hostIP: 10.77.0.7\n  podIP: 10.55.0.31\n  podIPs:\n  - ip: 10.55.0.31\n  - ip: fd00:55::31\n',
    ['2-6 addresses node 10.77.0.7 hostIP, pod 10.55.0.31 podIP, pod fd00:55::31 podIP'],
  ],
  [
    'podIP in JSON',
    '        "hostIP": "10.77.0.7",\n        "podIP": "10.55.0.31",\n        "podIPs": [\n            {\n                "ip": "10.55.0.31"\n            }\n        ],\n',
    ['1-7 addresses node 10.77.0.7 hostIP, pod 10.55.0.31 podIP'],
  ],
  [
    'docker ps',
    'CONTAINER ID   IMAGE     COMMAND   CREATED      STATUS      PORTS                                           NAMES\n0123456789ab   web:1     "run"     2 days ago   Up 2 days   0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 9/tcp   web\nba9876543210   dns:1     "run"     2 days ago   Up 2 days   127.0.0.1:5300-5301->5300-5301/udp              dns\n',
    [
      '1-3 sockets some of tcp 0.0.0.0 8080 docker-proxy/undefined uid 0, tcp6 :: 8080 docker-proxy/undefined uid 0, udp 127.0.0.1 5300 docker-proxy/undefined uid 0, udp 127.0.0.1 5301 docker-proxy/undefined uid 0',
    ],
  ],
  [
    'docker network inspect',
    '[\n    {\n        "Name": "bridge",\n        "Id": "aa11",\n        "Driver": "bridge",\n        "IPAM": {\n            "Config": [\n                {\n                    "Subnet": "172.17.0.0/16",\n                    "Gateway": "172.17.0.1"\n                }\n            ]\n        },\n        "Options": {\n            "com.docker.network.driver.mtu": "1400"\n        }\n    },\n    {\n        "Name": "shop_default",\n        "Id": "0123456789abcdef",\n        "Driver": "bridge",\n        "IPAM": {\n            "Config": [\n                {\n                    "Subnet": "172.29.8.0/24",\n                    "Gateway": "172.29.8.1"\n                }\n            ]\n        }\n    }\n]\n',
    ['3-29 interfaces docker0 1400 up 172.17.0.1/16, br-0123456789ab up 172.29.8.1/24'],
  ],
  ["a key like docker's in another file", '  "name": "x",\n  "version": "1"\n', []],
  [
    'ipset list',
    'Name: peers\nType: hash:ip\nRevision: 5\nHeader: family inet hashsize 1024 maxelem 65536 timeout 0\nSize in memory: 208\nReferences: 1\nNumber of entries: 2\nMembers:\n10.0.0.1 timeout 30\n10.0.0.2 timeout 0\n\nName: all\nType: list:set\nHeader: size 8\nMembers:\npeers\n',
    [
      '1-16 sets create peers hash:ip family inet hashsize 1024 maxelem 65536 timeout 0, add peers 10.0.0.1 timeout 30, add peers 10.0.0.2 timeout 0, create all list:set size 8, add all peers',
    ],
  ],
  [
    'ipset list without members',
    'Name: peers\nType: hash:ip\nHeader: family inet\nNumber of entries: 2\n\nName: none\nType: hash:net\nHeader: family inet\nNumber of entries: 0\n',
    ['1-9 sets create none hash:net family inet'],
  ],
  [
    'conntrack -L',
    'tcp      6 431999 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=1 dport=2 src=10.0.0.1 dst=10.0.0.9 sport=2 dport=1 [ASSURED] mark=0 use=1\nconntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.\n',
    [
      '1-1 connections tcp      6 431999 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=1 dport=2 src=10.0.0.1 dst=10.0.0.9 sport=2 dport=1 [ASSURED] mark=0 use=1',
    ],
  ],
  [
    '/proc/net/nf_conntrack and conntrack -E',
    'ipv4     2 udp      17 29 src=10.0.0.9 dst=10.0.0.1 sport=1 dport=2 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 sport=2 dport=1 mark=0 use=2\n    [NEW] icmp     1 30 src=10.0.0.9 dst=10.0.0.1 type=8 code=0 id=7 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 type=0 code=0 id=7\n',
    [
      '1-2 connections ipv4     2 udp      17 29 src=10.0.0.9 dst=10.0.0.1 sport=1 dport=2 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 sport=2 dport=1 mark=0 use=2, [NEW] icmp     1 30 src=10.0.0.9 dst=10.0.0.1 type=8 code=0 id=7 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 type=0 code=0 id=7',
    ],
  ],
  [
    'ss -tan',
    'State     Recv-Q Send-Q Local Address:Port  Peer Address:Port\nLISTEN    0      128          0.0.0.0:22         0.0.0.0:*\nESTAB     0      0           10.0.0.1:22        10.0.0.9:5000\nTIME-WAIT 0      0           10.0.0.1:80        10.0.0.9:5001\nLISTEN    0      128        127.0.0.1:631        0.0.0.0:*\n',
    ['1-5 sockets tcp 0.0.0.0 22, tcp 127.0.0.1 631'],
  ],
  ...(
    [
      ['$ ss -ltnp', HEADING, false],
      ['$ ss -tlnp | cat', HEADING, false],
      ['$ ss -ltnp | grep 22', '', true],
      ['$ ss -ltnp | head -3', HEADING, true],
      ["$ ss -ltn 'sport = :22'", HEADING, true],
      ['$ ss -ltn src 10.0.0.1', HEADING, true],
      ['$ ss -4ltn', HEADING, true],
      ['$ ss -ltn -6', HEADING, true],
      ['$ netstat -tln4', HEADING, true],
      ['The sockets:', HEADING, false],
      ['The sockets:', '', true],
      ['$ ss -ltnp', `${HEADING}...\n`, true],
      ['$ ss -ltnp', `${HEADING}LISTEN 0 128 0.0.0.0:25 0.0.0.0:*\n[snip]\n`, true],
    ] as const
  ).map(
    ([command, heading, some]) =>
      [
        `sockets below ${command} ${heading}`,
        `${command}\n${heading}LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n`,
        [expect.stringMatching(new RegExp(`^\\d-\\d sockets ${some ? 'some of ' : ''}tcp 0`)) as string],
      ] as const,
  ),
  [
    'netstat -an',
    'tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN\ntcp        0      0 10.0.0.1:22             10.0.0.9:5000           ESTABLISHED\nudp        0      0 10.0.0.1:68             10.0.0.254:67           ESTABLISHED\nudp        0      0 0.0.0.0:53              0.0.0.0:*\n',
    ['1-4 sockets some of tcp 0.0.0.0 22, udp 0.0.0.0 53'],
  ],
  [
    'packets of a log',
    'Jul  5 09:20:17 gw kernel: [12.3] DROP: IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=10.0.0.9 DST=10.0.0.1 LEN=60 TTL=64 ID=1 PROTO=TCP SPT=1 DPT=2 SYN URGP=0\n',
    [
      '1-1 packets Jul  5 09:20:17 gw kernel: [12.3] DROP: IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=10.0.0.9 DST=10.0.0.1 LEN=60 TTL=64 ID=1 PROTO=TCP SPT=1 DPT=2 SYN URGP=0',
    ],
  ],
  [
    'tcpdump -v',
    '09:20:17.000001 IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)\n    10.0.0.9.1 > 10.0.0.1.2: Flags [S], seq 5, win 64240, length 0\n',
    [
      '1-2 packets 09:20:17.000001 IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60) 10.0.0.9.1 > 10.0.0.1.2: Flags [S], seq 5, win 64240, length 0',
    ],
  ],
];

describe('what a paste says of its host', () => {
  it.each(cases)('%s', (_name, text, sections) => {
    expect(summary(parseSourceFile(text))).toEqual(sections);
  });

  it.each([
    'Please cat the file and echo it',
    'cat /etc/hosts',
    'echo hello',
    'hostname of the gateway',
    'sysctl is a tool',
    '255 local calls',
    'iface is short for interface',
    'network: it is down',
    'Name: Jane Doe',
    'the net.ipv4.ip_forward setting is 1',
    'IP addresses > all',
    'IP 10.0.0.1 is the gateway',
    '12:30:00 IP phone rings',
    'nodes In IP land',
    'trace id please',
    '10.0.0.1 → see below',
    'interface x UP and running',
  ])('prose stays prose: %s', (text) => {
    expect(parseSourceFile(`${text}\n`).sections).toEqual([]);
  });
});
