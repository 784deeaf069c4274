import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { prefixLength } from '../../src/core/syntax/sections/prefixLength';
import { summary } from './summary';

/** Outputs as the tools of Debian 12 print them in a network namespace, and the layouts of older versions. */
const cases: [name: string, text: string, sections: string[]][] = [
  [
    'ss -ltnp',
    `$ ss -ltnp
State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      128        127.0.0.1:80         0.0.0.0:*    users:(("python3",pid=3860,fd=3))
LISTEN 0      128                *:15020            *:*    users:(("pilot-agent",pid=1,fd=4))
LISTEN 0      128             [::]:15021         [::]:*    users:(("envoy",pid=16,fd=4),("envoy",pid=17,fd=5))
LISTEN 0      511                *:3000             *:*
`,
    ['2-6 sockets tcp 127.0.0.1 80 python3/3860, tcp * 15020 pilot-agent/1, tcp6 :: 15021 envoy/16, tcp * 3000'],
  ],
  [
    'ss -ltp with names of services',
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 127.0.0.1:http 0.0.0.0:* users:(("nginx",pid=9,fd=3))\nLISTEN 0 128 0.0.0.0:nosuch 0.0.0.0:*\n',
    ['1-3 sockets some of tcp 127.0.0.1 80 nginx/9'],
  ],
  [
    'ss -lntup',
    `Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
udp   UNCONN 0      0            0.0.0.0:53         0.0.0.0:*    users:(("dns",pid=5,fd=5))
udp   UNCONN 0      0      127.0.0.53%lo:53         0.0.0.0:*
udp   UNCONN 0      0 [fe80::1]%eth0:546        [::]:*    uid:101 ino:5 sk:1 <->
tcp   LISTEN 0      128        127.0.0.1:80         0.0.0.0:*    users:(("web",pid=6,fd=3)) uid:33 ino:124495 sk:1001 <->
tcp   ESTAB  0      0         10.0.0.5:41000     10.0.0.9:443
`,
    [
      '1-6 sockets udp 0.0.0.0 53 dns/5, udp 127.0.0.53%lo 53, udp6 fe80::1%eth0 546 uid 101, tcp 127.0.0.1 80 web/6 uid 33',
    ],
  ],
  [
    'ss of iproute2 4.x',
    'State      Recv-Q Send-Q        Local Address:Port          Peer Address:Port\nLISTEN     0      128                       *:http                     *:*      users:(("apache2",1412,4))\nLISTEN     0      128                      :::ssh                     :::*\n',
    ['1-3 sockets tcp * 80 apache2/1412, tcp6 :: 22'],
  ],
  [
    'ss wrapped by a narrow terminal',
    `State   Recv-Q  Send-Q   Local Address:Port    Peer
Address:Port  Process
LISTEN  0       1024           0.0.0.0:15006        0.0.0.0:*
 users:(("envoy",pid=16,fd=37))
LISTEN  0       1024
 127.0.0.1:15000        0.0.0.0:*
 users:(("envoy",pid=16,fd=18))
`,
    ['1-7 sockets tcp 0.0.0.0 15006 envoy/16, tcp 127.0.0.1 15000 envoy/16'],
  ],
  [
    'netstat -lntup',
    `Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 127.0.0.1:80            0.0.0.0:*               LISTEN      3860/nginx: master
tcp6       0      0 :::15020                :::*                    LISTEN      -
tcp        0      0 10.0.0.5:41000          10.0.0.9:443            ESTABLISHED 9/curl
udp        0      0 0.0.0.0:68              0.0.0.0:*                           7/dhclient
`,
    ['1-6 sockets tcp 127.0.0.1 80 nginx/3860, tcp6 :: 15020, udp 0.0.0.0 68 dhclient/7'],
  ],
  [
    'netstat -ltnpe',
    'Proto Recv-Q Send-Q Local Address Foreign Address State User Inode PID/Program name\ntcp 0 0 0.0.0.0:15006 0.0.0.0:* LISTEN 1337 123456 16/envoy\n',
    ['1-2 sockets tcp 0.0.0.0 15006 envoy/16 uid 1337'],
  ],
  [
    'netstat -anr, cut to one blank',
    `Kernel IP routing table
Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
0.0.0.0         10.10.38.1      0.0.0.0         UG        0 0          0 eth0
10.10.38.0      0.0.0.0         255.255.255.0   U         0 0          0 eth0
10.10.38.1      0.0.0.0         255.255.255.255 UH        0 0          0 eth0
192.0.2.0       0.0.0.0         255.255.255.0   U         0 0          0 *
`,
    [
      '1-6 routes 4: default via 10.10.38.1 dev eth0, 4: 10.10.38.0/24 dev eth0, 4: 10.10.38.1 dev eth0, 4: blackhole 192.0.2.0/24',
    ],
  ],
  [
    'route -n',
    'Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\ndefault         10.0.0.1        0.0.0.0         UG    100    0        0 eth0\n10.9.0.0        -               255.255.0.0     !     0      -        0 -\n',
    ['1-4 routes 4: default via 10.0.0.1 dev eth0 metric 100, 4: unreachable 10.9.0.0/16'],
  ],
  [
    'route -6 -n',
    'Kernel IPv6 routing table\nDestination                    Next Hop                   Flag Met Ref Use If\nfd00::/64                      ::                         U    256 1     0 eth0\n::/0                           fe80::1                    UG   1024 1    0 eth0\n::1/128                        ::                         Un   0   3     0 lo\n',
    ['1-5 routes 6: fd00::/64 dev eth0 metric 256, 6: default via fe80::1 dev eth0 metric 1024'],
  ],
  [
    'ip route',
    'default via 10.0.0.1 dev eth0 proto dhcp metric 100 \n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5 linkdown \n10.9.0.0/16 proto static \n\tnexthop via 10.0.0.2 dev eth0 weight 1 \n\tnexthop via 10.0.0.3 dev eth0 weight 1 \nblackhole 192.0.2.0/24 \n',
    [
      '1-6 routes 4: default via 10.0.0.1 dev eth0 proto dhcp metric 100, 4: 10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5, 4: 10.9.0.0/16 proto static nexthop via 10.0.0.2 dev eth0 weight 1 nexthop via 10.0.0.3 dev eth0 weight 1, 4: blackhole 192.0.2.0/24',
    ],
  ],
  [
    'ip -6 route',
    '# ip -6 route\ndefault dev tun0 metric 1024 pref medium\nunreachable fd99::/64 dev lo metric 1024 error -101 pref medium\n',
    ['2-3 routes 6: default dev tun0 metric 1024 pref medium, 6: unreachable fd99::/64 dev lo metric 1024 pref medium'],
  ],
  [
    'ip route with a type of service',
    '10.8.0.0/24 tos 0x10 dev eth1 scope link \n10.6.0.0/24 tos 0x1c via 10.9.0.2 dev eth1 \n',
    ['1-2 routes 4: 10.8.0.0/24 tos 0x10 dev eth1 scope link, 4: 10.6.0.0/24 tos 0x1c via 10.9.0.2 dev eth1'],
  ],
  [
    'ip route show table 133',
    '$ ip route show table 133\nlocal default dev lo scope host \n',
    ['2-2 routes 4: local default dev lo scope host table 133'],
  ],
  [
    'ip rule',
    '$ ip rule\n0:\tfrom all lookup local\n32763:\tfrom all iif nope [detached] lookup 5\n32764:\tnot from 10.0.0.0/8 lookup 200\n32765:\tfrom all fwmark 0x539 lookup 133\n',
    [
      '2-5 policy-rules 4: from all lookup local pref 0, 4: from all iif nope lookup 5 pref 32763, 4: not from 10.0.0.0/8 lookup 200 pref 32764, 4: from all fwmark 0x539 lookup 133 pref 32765',
    ],
  ],
  ['ip -6 rule', '$ ip -6 rule\n0:      from all lookup local\n', ['2-2 policy-rules 6: from all lookup local pref 0']],
  [
    'ip addr',
    `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
3: eth0@if12: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default
    link/ether 0A:58:0a:f4:01:05 brd ff:ff:ff:ff:ff:ff link-netnsid 0
    inet 10.244.1.5/24 brd 10.244.1.255 scope global eth0
    inet6 fd00::5/64 scope global
4: tun0: <POINTOPOINT,NOARP> mtu 1500
    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0
`,
    [
      '1-10 interfaces lo 65536 up 127.0.0.1/8, eth0 0a:58:0a:f4:01:05 1450 up 10.244.1.5/24 fd00::5/64, tun0 1500 down 10.8.0.1/32',
    ],
  ],
  [
    'ip -o addr',
    '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n1: lo    inet6 ::1/128 scope host \\       valid_lft forever\n',
    ['1-2 interfaces lo 127.0.0.1/8 ::1/128'],
  ],
  [
    'ip -br addr',
    'lo               UNKNOWN        127.0.0.1/8 ::1/128 \neth0@if4         UP             10.0.0.5/24 \n',
    ['1-2 interfaces lo up 127.0.0.1/8 ::1/128, eth0 up 10.0.0.5/24'],
  ],
  [
    'ifconfig',
    `eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1450
        inet 10.244.1.5  netmask 255.255.255.0  broadcast 10.244.1.255
        inet6 fe80::42:acff:fe11:2  prefixlen 64  scopeid 0x20<link>
        ether 02:42:ac:11:00:02  txqueuelen 0  (Ethernet)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
`,
    ['1-7 interfaces eth0 02:42:ac:11:00:02 1450 up 10.244.1.5/24 fe80::42:acff:fe11:2/64, lo 65536 up 127.0.0.1/8'],
  ],
  [
    'ifconfig of net-tools 1.60',
    `eth0      Link encap:Ethernet  HWaddr 02:42:AC:11:00:02
          inet addr:172.17.0.2  Bcast:0.0.0.0  Mask:255.255.0.0
          inet6 addr: fe80::42:acff:fe11:2/64 Scope:Link
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
`,
    ['1-4 interfaces eth0 02:42:ac:11:00:02 1500 up 172.17.0.2/16 fe80::42:acff:fe11:2/64'],
  ],
  [
    'ipset save',
    'create s hash:ip family inet hashsize 1024 maxelem 65536\nadd s 10.0.0.1\nadd s 10.0.0.2 timeout 5\ncreate t list:set size 8\nadd t s\nThe rest is prose.\n',
    [
      '1-5 sets create s hash:ip family inet hashsize 1024 maxelem 65536, add s 10.0.0.1, add s 10.0.0.2 timeout 5, create t list:set size 8, add t s',
    ],
  ],
];

describe('what a file says of its host', () => {
  for (const [name, text, sections] of cases) {
    it(name, () => expect(summary(parseSourceFile(text))).toEqual(sections));
    it(`${name}, in a fence with notes around`, () => {
      const shifted = sections.map((line) =>
        line.replace(/^(\d+)-(\d+)/, (_, a: string, b: string) => `${Number(a) + 2}-${Number(b) + 2}`),
      );
      expect(summary(parseSourceFile(`노트\n\`\`\`\n${text}\`\`\`\nand so on\n`))).toEqual(shifted);
    });
  }

  it('says which port it did not understand', () => {
    const file = parseSourceFile('LISTEN 0 128 0.0.0.0:nosuch 0.0.0.0:*\n');
    expect(file.problems.map(({ code, severity, start, end }) => [code, severity, start, end])).toEqual([
      ['unknown-port', 'info', 13, 27],
    ]);
  });

  it.each([
    'add a line to it',
    'local people via train',
    'default values are fine',
    'create a file',
    'State of the art',
    'up and running',
  ])('prose stays prose: %s', (text) => {
    expect(parseSourceFile(`${text}\n`).sections).toEqual([]);
  });
});

describe('netmasks', () => {
  it.each([
    ['255.255.255.0', 24],
    ['0.0.0.0', 0],
    ['255.255.255.255', 32],
    ['255.255.254.0', 23],
    ['0xffff0000', 16],
    ['255.0.255.0', undefined],
    ['256.0.0.0', undefined],
    ['x', undefined],
  ])('%s', (mask, length) => {
    expect(prefixLength(mask)).toBe(length);
  });
});
