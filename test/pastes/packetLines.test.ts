import { describe, expect, it } from 'vitest';
import { packetsOfLine } from '../../src/core/net/packetLine/packetsOfLine';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { packetsOfFile } from '../../src/features/filePackets';
import { parseSourceFile } from '../../src/core/syntax/parse';

/** Lines that show a packet, and that packet in the packet language. */
const cases: readonly (readonly [line: string, expression: string])[] = [
  // LOG
  [
    'IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:09:08:00 SRC=10.0.0.9 DST=10.0.0.1 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=4711 DF PROTO=TCP SPT=41522 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0',
    'in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn ttl 63 tos 0x0 length 60 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01 id 4711 window 64240 df',
  ],
  [
    'Jul  5 09:20:17 gw7 kernel: [ 1234.567890] [UFW BLOCK] IN=eth0 OUT=br6 MAC=02:00:00:00:00:01:02:00:00:00:00:09:08:00 SRC=10.0.0.9 DST=10.6.0.1 LEN=52 TOS=0x08 PREC=0x20 TTL=62 ID=0 PROTO=UDP SPT=5000 DPT=53 LEN=32 MARK=0x1a',
    'forward eth0 br6 udp 10.0.0.9:5000 > 10.6.0.1:53 mark 0x1a ttl 63 tos 0x28 length 52 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01 id 0',
  ],
  [
    'DROPPEDIN= OUT=wan1 SRC=192.0.2.7 DST=198.51.100.9 LEN=84 TOS=00 PREC=0x00 TTL=64 ID=1 DF PROTO=ICMP TYPE=8 CODE=0 ID=77 SEQ=3 UID=1000 GID=100 MARK=0',
    'out wan1 icmp echo-request 192.0.2.7 > 198.51.100.9 uid 1000 gid 100 mark 0x0 ttl 64 tos 0x0 length 84 icmpid 77 icmpseq 3 id 1 df',
  ],
  [
    '2024-05-02T08:00:00.123+00:00 gw7 kernel: TRACE: raw:PREROUTING:policy:2 IN=eth0 OUT= MAC= SRC=2001:0db8:0000:0000:0000:0000:0000:0009 DST=2001:0db8:0000:0000:0000:0000:0000:0001 LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=12345 PROTO=TCP SPT=1 DPT=22 SEQ=5 ACK=0 WINDOW=10 RES=0x00 SYN URGP=0 OPT (020405A0) ',
    'in eth0 tcp [2001:db8::9]:1 > [2001:db8::1]:22 syn ttl 64 tos 0x0 length 80 seq 5 acknum 0 window 10',
  ],
  [
    'IN=eth0 OUT= SRC=fe80::9 DST=ff02::1 LEN=72 TC=0 HOPLIMIT=255 FLOWLBL=0 PROTO=ICMPv6 TYPE=135 CODE=0',
    'in eth0 icmpv6 neighbour-solicitation fe80::9 > ff02::1 ttl 255 tos 0x0 length 72',
  ],
  [
    'IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 LEN=120 TOS=0x00 PREC=0x00 TTL=64 ID=2 PROTO=ESP SPI=0xabc',
    'in eth0 esp 10.0.0.9 > 10.0.0.1 ttl 64 tos 0x0 length 120 spi 2748 id 2',
  ],
  [
    'IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 LEN=1500 TOS=0x00 PREC=0x00 TTL=64 ID=2 MF FRAG:185 PROTO=UDP',
    'in eth0 udp 10.0.0.9 > 10.0.0.1 ttl 64 tos 0x0 length 1500 id 2 mf frag 185',
  ],
  [
    'PACKET: 2 f04e206b IN=lo LOOPBACK SRC=127.0.0.1 DST=127.0.0.1 LEN=60 TOS=0x0 TTL=64 ID=9428 DF SPORT=52270 DPORT=81 SYN ',
    'in lo tcp 127.0.0.1:52270 > 127.0.0.1:81 syn ttl 64 tos 0x0 length 60 id 9428 df',
  ],
  [
    'PACKET: 10 e34e8647 IN=eth0 MACSRC=2:0:0:0:0:9 MACDST=2:0:0:0:0:1 MACPROTO=86dd SRC=fd00::9 DST=fd00::1 LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=1 SPORT=35008 DPORT=53',
    'in eth0 udp [fd00::9]:35008 > [fd00::1]:53 ttl 64 tos 0x0 length 60 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01',
  ],
  // Without a blank after the ID, as iptables 1.8 prints it.
  [
    'PACKET: 3 5d0e11aa IN=br-9f OUT=eth0 MACSRC=2:0:0:0:0:9 MACDST=2:0:0:0:0:1 MACPROTO=0800 SRC=10.0.0.9 DST=10.9.0.1 LEN=84 TOS=0x0 TTL=63 ID=43751DF ',
    'forward br-9f eth0 10.0.0.9 > 10.9.0.1 ttl 64 tos 0x0 length 84 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01 id 43751 df',
  ],
  // nft monitor trace
  [
    'trace id f04e206b ip raw PREROUTING packet: iif "eth0" ether saddr 02:00:00:00:00:09 ether daddr 02:00:00:00:00:01 ip saddr 10.0.0.9 ip daddr 10.0.0.1 ip dscp cs1 ip ecn not-ect ip ttl 64 ip id 9428 ip length 60 tcp sport 52270 tcp dport 81 tcp flags == syn tcp window 65495 ',
    'in eth0 tcp 10.0.0.9:52270 > 10.0.0.1:81 syn ttl 64 tos 0x20 length 60 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01 id 9428 window 65495',
  ],
  [
    'trace id 8b4b692a ip filter OUTPUT packet: oif "lo" ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn ce ip ttl 64 ip id 0 ip length 40 tcp sport 81 tcp dport 52270 tcp flags == 0x14 tcp window 0',
    'out lo tcp 127.0.0.1:81 > 127.0.0.1:52270 ack rst ttl 64 tos 0x3 length 40 id 0 window 0',
  ],
  [
    'trace id a0358fbd ip6 raw PREROUTING packet: iif "eth0" ip6 saddr fd00::9 ip6 daddr fd00::1 ip6 dscp cs0 ip6 ecn not-ect ip6 hoplimit 64 ip6 flowlabel 1 ip6 length 20 udp sport 5 udp dport 53 udp length 20',
    'in eth0 udp [fd00::9]:5 > [fd00::1]:53 ttl 64 tos 0x0 length 60',
  ],
  [
    'trace id f55b5f41 ip raw PREROUTING packet: iif "eth0" ip saddr 10.0.0.9 ip daddr 10.0.0.1 ip ttl 64 ip length 84 icmp type echo-request icmp code 0 icmp id 7 icmp sequence 2',
    'in eth0 icmp echo-request 10.0.0.9 > 10.0.0.1 ttl 64 length 84 icmpid 7 icmpseq 2',
  ],
  // tcpdump
  [
    '09:20:17.000001 IP 10.0.0.9.41522 > 10.0.0.1.80: Flags [S], seq 305419896, win 64240, options [mss 1460,sackOK], length 0',
    'tcp 10.0.0.9:41522 > 10.0.0.1:80 syn seq 305419896 window 64240',
  ],
  [
    'IP 10.0.0.1.80 > 10.0.0.9.41522: Flags [S.], seq 7, ack 305419897, win 65160, length 0',
    'tcp 10.0.0.1:80 > 10.0.0.9:41522 syn ack seq 7 window 65160',
  ],
  [
    '2024-05-02 09:20:17.000001 IP6 2001:db8::9.41522 > 2001:db8::1.443: Flags [P.], seq 1:518, ack 1, win 502, length 517: HTTP',
    'tcp [2001:db8::9]:41522 > [2001:db8::1]:443 ack psh window 502',
  ],
  [
    '1714640417.000001 IP gate.example.com.https > 10.0.0.9.41522: Flags [R], seq 1, win 0, length 0',
    'tcp :443 > 10.0.0.9:41522 rst window 0',
  ],
  [
    '09:20:17.000001 eth0  In  IP 10.0.0.9.5000 > 10.0.0.1.53: 53533+ A? shop.example. (30)',
    'in eth0 udp 10.0.0.9:5000 > 10.0.0.1:53',
  ],
  [
    '09:20:17.000001 wan1  Out IP 192.0.2.7.500 > 198.51.100.9.500: UDP, length 100',
    'out wan1 udp 192.0.2.7:500 > 198.51.100.9:500 length 128',
  ],
  [
    '09:20:17.000001 02:00:00:00:00:09 > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 74: 10.0.0.9.41522 > 10.0.0.1.80: Flags [S], seq 1, win 5, length 0',
    'tcp 10.0.0.9:41522 > 10.0.0.1:80 syn length 60 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01 seq 1 window 5',
  ],
  [
    '09:20:17.000001 02:00:00:00:00:09 (oui Unknown) > 02:00:00:00:00:01 (oui Unknown), ethertype IPv6 (0x86dd), length 118: fd00::9 > fd00::1: ICMP6, echo request, id 7, seq 1, length 64',
    'icmpv6 echo-request fd00::9 > fd00::1 length 104 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01 icmpid 7 icmpseq 1',
  ],
  [
    '09:20:17.000001 eth0  In  ifindex 2 02:00:00:00:00:09 ethertype IPv4 (0x0800), length 104: 10.0.0.9 > 10.0.0.1: ICMP echo request, id 7, seq 1, length 64',
    'in eth0 icmp echo-request 10.0.0.9 > 10.0.0.1 length 84 mac 02:00:00:00:00:09 icmpid 7 icmpseq 1',
  ],
  [
    '09:20:17.000001 02:00:00:00:00:09 > 02:00:00:00:00:01, ethertype 802.1Q (0x8100), length 64: vlan 7, p 0, ethertype IPv4 (0x0800), 10.0.0.9.1 > 10.0.0.1.2: UDP, length 18',
    'udp 10.0.0.9:1 > 10.0.0.1:2 length 46 mac 02:00:00:00:00:09 dstmac 02:00:00:00:00:01',
  ],
  [
    '09:20:17.000001 IP (tos 0x10, ttl 63, id 4711, offset 0, flags [DF], proto TCP (6), length 60) 10.0.0.9.41522 > 10.0.0.1.22: Flags [S], cksum 0x1 (correct), seq 9, win 7, length 0',
    'tcp 10.0.0.9:41522 > 10.0.0.1:22 syn ttl 63 tos 0x10 length 60 id 4711 seq 9 window 7 df',
  ],
  [
    'IP6 (class 0x20, flowlabel 0x1, hlim 63, next-header UDP (17) payload length: 20) fd00::9.1 > fd00::1.53: [udp sum ok] 1+ A? a. (12)',
    'udp [fd00::9]:1 > [fd00::1]:53 ttl 63 tos 0x20 length 60',
  ],
  [
    '09:20:17.000001 IP 10.0.0.1 > 10.0.0.9: ICMP 10.0.0.1 udp port 53 unreachable, length 36',
    'icmp port-unreachable 10.0.0.1 > 10.0.0.9 length 56',
  ],
  [
    '09:20:17.000001 IP 10.0.0.9 > 10.0.0.1: ESP(spi=0x00000abc,seq=0x1), length 116',
    'esp 10.0.0.9 > 10.0.0.1 spi 2748',
  ],
  [
    '09:20:17.000001 IP6 fe80::9 > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has fe80::1, length 32',
    'icmpv6 neighbour-solicitation fe80::9 > ff02::1:ff00:1 length 72',
  ],
  // tshark
  [
    '    3 0.000012345 10.0.0.9 → 10.0.0.1 TCP 74 41522 → 80 [SYN] Seq=0 Win=64240 Len=0 MSS=1460',
    'tcp 10.0.0.9:41522 > 10.0.0.1:80 syn',
  ],
  [
    '  4   0.000100     10.0.0.1 -> 10.0.0.9     TCP 66 http > 41522 [SYN, ACK] Seq=0 Ack=1',
    'tcp 10.0.0.1:80 > 10.0.0.9:41522 syn ack',
  ],
  [
    '5 1.5 fd00::9 → fd00::1 TCP 74 [TCP Retransmission] 41522 → 443 [FIN, ACK] Seq=1',
    'tcp [fd00::9]:41522 > [fd00::1]:443 ack fin',
  ],
  ['6 2.0 10.0.0.9 → 10.0.0.1 DNS 70 Standard query 0x1 A shop.example', 'udp 10.0.0.9 > 10.0.0.1:53'],
  [
    '7 2.1 10.0.0.9 → 10.0.0.1 ICMP 98 Echo (ping) request  id=0x0007, seq=1/256, ttl=63',
    'icmp echo-request 10.0.0.9 > 10.0.0.1 ttl 63 icmpid 7 icmpseq 1',
  ],
  ['8 2.2 10.0.0.9 → 10.0.0.1 UDP 60 5000 → 6000 Len=18', 'udp 10.0.0.9:5000 > 10.0.0.1:6000'],
  // conntrack
  [
    'tcp      6 431999 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=41522 dport=80 src=10.0.0.1 dst=10.0.0.9 sport=80 dport=41522 [ASSURED] mark=5 use=1',
    'tcp 10.0.0.9:41522 > 10.0.0.1:80 ack established',
  ],
  [
    'ipv4     2 tcp      6 110 SYN_SENT src=10.0.0.9 dst=10.0.0.1 sport=41522 dport=80 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 sport=80 dport=41522 mark=0 use=2',
    'tcp 10.0.0.9:41522 > 10.0.0.1:80 syn',
  ],
  [
    '    [NEW] udp      17 30 src=fd00::9 dst=fd00::1 sport=5 dport=53 [UNREPLIED] src=fd00::1 dst=fd00::9 sport=53 dport=5',
    'udp [fd00::9]:5 > [fd00::1]:53',
  ],
  [
    'icmp     1 29 src=10.0.0.9 dst=10.0.0.1 type=8 code=0 id=77 src=10.0.0.1 dst=10.0.0.9 type=0 code=0 id=77 mark=0 use=1',
    'icmp echo-request 10.0.0.9 > 10.0.0.1 established icmpid 77',
  ],
];

describe('a line that shows a packet is that packet', () => {
  it.each(cases)('%s', (line, expression) => {
    expect(packetsOfLine(line).map((packet) => packet.expression)).toEqual([expression]);
    const parsed = parsePacketExpression(line);
    expect(parsed.request).toEqual(packetsOfLine(line)[0]?.request);
    // What it is written as says the same.
    expect(packetsOfLine(line)[0]?.request).toMatchObject(parsePacketExpression(expression).request ?? { none: true });
  });

  it.each(cases)('%s, within a file', (line) => {
    const file = parseSourceFile(`notes\n\n${line}\nmore notes\n`);
    expect(file.sections.map(({ kind }) => kind)).toEqual([line.includes(' src=') ? 'connections' : 'packets']);
    // Nothing of it is lost: `[mss 1460]` does not end a colour.
    for (const { text } of packetsOfFile(file, 1)) expect(text.trim()).toBe(line.trim());
  });

  it('knows the packet that an ICMP error quotes', () => {
    const line =
      'IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.9 LEN=56 TTL=64 ID=1 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.9 DST=10.0.0.1 LEN=28 TTL=63 ID=2 PROTO=UDP SPT=5000 DPT=53 LEN=8 ] MARK=0x7';
    expect(packetsOfLine(line)[0]?.request).toMatchObject({
      icmpType: 3,
      icmpCode: 3,
      mark: 7,
      inner: { src: '10.0.0.9', proto: 17, sport: 5000, dport: 53, ttl: 63 },
    });
  });

  it.each([
    ['TRACE: raw:PREROUTING:policy:2 IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 PROTO=TCP SPT=1 DPT=2 SYN', undefined],
    ['TRACE: filter:INPUT:rule:2 IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.1 PROTO=TCP SPT=1 DPT=2 SYN', /INPUT/],
    ['IN=eth0 OUT=eth1 SRC=10.0.0.9 DST=10.0.0.1 PROTO=TCP SPT=1 DPT=2 SYN', /forwarded/],
  ])('%s: says what it does not show', (line, note) => {
    const [packet] = packetsOfLine(line);
    if (note === undefined) expect(packet?.note).toBeUndefined();
    else expect(packet?.note).toMatch(note);
  });

  it.each([
    '',
    'in eth0 tcp > :80',
    '10.0.0.9 → 10.0.0.1 TCP',
    'IN=eth0',
    'IN=eth0 OUT= SRC=x DST=y PROTO=TCP',
    'IP is a protocol',
    'src=10.0.0.9',
    'trace id 1 ip raw PREROUTING rule x',
    'tcp 6 src=',
    '1 2 3 → 4',
  ])('no packet: %s', (text) => {
    expect(packetsOfLine(text)).toEqual([]);
  });
});
