import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePacketExpression } from '../../../src/core/net/packetExpression';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf, type Dump, type FileModel } from '../../../src/features/fileModel';
import { contextOfFile } from '../../../src/features/packetInput/contextOfFile';
import { readPacketInput, type PacketInput } from '../../../src/features/packetInput/readPacketInput';
import { BARE, NODE, POD } from './files';

const MODELS: Readonly<Record<string, FileModel>> = Object.fromEntries(
  Object.entries({ POD, NODE, BARE }).map(([name, text]) => [name, modelOf(parseSourceFile(text))]),
);

function read(file: string, text: string): PacketInput {
  const model = MODELS[file] as FileModel;
  return readPacketInput(text, contextOfFile(model, model.defaultDump as Dump, undefined));
}

/** The expression, and words of the notes. */
const READ: readonly (readonly [file: string, input: string, expression: string, ...notes: readonly string[]])[] = [
  // URLs
  [
    'BARE',
    'http://10.63.1.7:3000/path',
    'out tcp > 10.63.1.7:3000 syn',
    'a URL',
    'a program of this host',
    '"in"',
    'own address',
  ],
  ['BARE', 'https://user:s%40cret@10.63.1.7/x?y=a@b#z', 'out tcp > 10.63.1.7:443 syn'],
  ['BARE', ' "HTTP://10.63.1.7" ', 'out tcp > 10.63.1.7:80 syn'],
  ['BARE', 'http://[2001:db8:63::7]:3000/', 'out tcp > [2001:db8:63::7]:3000 syn'],
  ['BARE', 'http://[fe80::7%25eth1]:3000/', 'out eth1 tcp > [fe80::7]:3000 syn'],
  ['BARE', 'jdbc:postgresql://10.63.1.7/db', 'out tcp > 10.63.1.7:5432 syn'],
  ['BARE', 'rediss://:pw@10.63.1.7/0', 'out tcp > 10.63.1.7:6379 syn'],
  ['BARE', 'udp://10.63.1.7:5000', 'out udp > 10.63.1.7:5000'],
  ['BARE', '10.63.1.7:8080/health', 'out tcp > 10.63.1.7:8080 syn'],
  ['POD', 'http://10.61.4.20:3000/', 'in tcp > 10.61.4.20:3000 syn', 'an address of this host', '"out"'],
  ['POD', 'http://localhost:15000/', 'out tcp > 127.0.0.1:15000 syn', 'to itself'],
  ['POD', 'http://ledger/', 'out tcp > 10.61.9.9:80 syn', 'ledger is 10.61.9.9 (hosts file)'],
  ['POD', 'https://LEDGER.example.net./', 'out tcp > 10.61.9.9:443 syn'],
  // curl
  ['BARE', "curl -v -H 'x: y; z' http://10.63.1.7:3000/a", 'out tcp > 10.63.1.7:3000 syn', 'a curl command'],
  ['BARE', 'curl -sSLo/dev/null -w "%{http_code}\\n" 10.63.1.7:3000', 'out tcp > 10.63.1.7:3000 syn', 'Redirects'],
  ['BARE', 'curl -XPOST "http://10.63.1.7/a b?x=1&y=2" -d \'{"a": "it"}\' | jq .', 'out tcp > 10.63.1.7:80 syn'],
  ['POD', 'curl -6 http://ledger.example.net/', 'out tcp > [fd61:9::9]:80 syn', 'fd61:9::9'],
  ['POD', 'curl -4 http://localhost/', 'out tcp > 127.0.0.1:80 syn'],
  ['POD', 'curl -6 localhost:8080', 'out tcp > [::1]:8080 syn'],
  ['BARE', 'curl --interface eth1 ftp://10.63.1.7', 'out eth1 tcp > 10.63.1.7:21 syn', 'sends it.'],
  [
    'POD',
    'curl --interface 10.61.4.20 --local-port 4000-4100 10.63.1.7',
    'out tcp 10.61.4.20:4000 > 10.63.1.7:80 syn',
    'the first',
  ],
  ['POD', 'curl --interface host!10.61.4.20 http://10.61.4.20/', 'out tcp 10.61.4.20 > 10.61.4.20:80 syn'],
  [
    'POD',
    'curl --interface 10.99.0.1 http://10.61.4.20/',
    'in tcp 10.99.0.1 > 10.61.4.20:80 syn',
    'another host sends it',
  ],
  [
    'BARE',
    'curl -x 10.63.1.3:3128 https://www.example.org/',
    'out tcp > 10.63.1.3:3128 syn',
    'proxy',
    'www.example.org port 443',
  ],
  ['BARE', 'curl --proxy http://10.63.1.3 http://10.63.1.7/', 'out tcp > 10.63.1.3:1080 syn'],
  ['BARE', 'curl -x socks5h://10.63.1.3 http://10.63.1.7/', 'out tcp > 10.63.1.3:1080 syn'],
  ['BARE', 'curl -x 10.63.1.3:3128 --noproxy 10.63.1.7 http://10.63.1.7/', 'out tcp > 10.63.1.7:80 syn'],
  [
    'BARE',
    'curl --connect-to ::10.63.1.8:8443 https://www.example.org/',
    'out tcp > 10.63.1.8:8443 syn',
    '--connect-to',
  ],
  ['BARE', 'curl --connect-to other:443:10.63.1.8:8443 https://10.63.1.7/', 'out tcp > 10.63.1.7:443 syn'],
  [
    'BARE',
    'curl --resolve www.example.org:443:10.63.1.8 https://www.example.org/',
    'out tcp > 10.63.1.8:443 syn',
    '--resolve',
  ],
  ['BARE', 'curl --resolve "*:443:[2001:db8:63::8]" https://www.example.org/', 'out tcp > [2001:db8:63::8]:443 syn'],
  ['BARE', 'curl --http3 https://10.63.1.7/', 'out udp > 10.63.1.7:443', 'QUIC'],
  ['BARE', 'curl --ip-tos CS1 --url 10.63.1.7', 'out tcp > 10.63.1.7:80 syn tos 0x20'],
  ['BARE', 'curl http://10.63.1.7/ http://10.63.1.8/', 'out tcp > 10.63.1.7:80 syn', 'first of 2 URLs'],
  ['BARE', 'curl -v \\\n  -H "a: b" \\\n  http://10.63.1.7:81/', 'out tcp > 10.63.1.7:81 syn'],
  ['BARE', "curl 'http://10.63.1.7:81/' \\   -H 'a: b' \\   --compressed", 'out tcp > 10.63.1.7:81 syn'],
  ['BARE', 'root@box:~# curl 10.63.1.7:81', 'out tcp > 10.63.1.7:81 syn'],
  ['BARE', '$ kubectl exec -it till-0 -c app -- curl -s http://10.63.1.7:81/', 'out tcp > 10.63.1.7:81 syn'],
  ['BARE', "ssh box 'sudo curl -s http://10.63.1.7:81/'", 'out tcp > 10.63.1.7:81 syn'],
  ['BARE', 'http_proxy= /usr/bin/curl 10.63.1.7:81', 'out tcp > 10.63.1.7:81 syn'],
  // Proxies of the environment
  [
    'BARE',
    'http_proxy=http://10.63.1.3:3128 curl http://10.63.1.7/',
    'out tcp > 10.63.1.3:3128 syn',
    'to the proxy of http_proxy, which connects to 10.63.1.7 port 80 itself',
  ],
  ['BARE', 'http_proxy=10.63.1.3 curl 10.63.1.7', 'out tcp > 10.63.1.3:1080 syn'],
  ['BARE', 'http_proxy=10.63.1.3 curl https://10.63.1.7', 'out tcp > 10.63.1.7:443 syn'],
  ['BARE', 'HTTPS_PROXY=10.63.1.3:8080 curl https://10.63.1.7', 'out tcp > 10.63.1.3:8080 syn', 'HTTPS_PROXY'],
  ['BARE', 'https_proxy=10.63.1.3:1 HTTPS_PROXY=10.63.1.4:2 curl https://10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'HTTP_PROXY=10.63.1.3 curl 10.63.1.7', 'out tcp > 10.63.1.7:80 syn', 'in small letters only'],
  ['BARE', 'ALL_PROXY=socks5://10.63.1.3 curl ftp://10.63.1.7', 'out tcp > 10.63.1.3:1080 syn', 'ALL_PROXY'],
  ['BARE', 'http_proxy=10.63.1.3:1 curl -x 10.63.1.4:2 10.63.1.7', 'out tcp > 10.63.1.4:2 syn'],
  ['BARE', 'http_proxy=10.63.1.3:1 curl -x "" 10.63.1.7', 'out tcp > 10.63.1.7:80 syn'],
  ['BARE', 'http_proxy=10.63.1.3:1 no_proxy=10.63.0.0/16 curl 10.63.1.7', 'out tcp > 10.63.1.7:80 syn'],
  ['BARE', 'no_proxy=10.63.1.7 curl -x 10.63.1.3:1 10.63.1.7', 'out tcp > 10.63.1.7:80 syn'],
  ['BARE', 'no_proxy=10.63.1.7 curl -x 10.63.1.3:1 --noproxy 10.9.9.9 10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['NODE', 'http_proxy=10.63.1.3:1 NO_PROXY=.svc,x curl web.shop.svc', 'out tcp > 10.62.0.20:80 syn'],
  ['BARE', 'export https_proxy=10.63.1.3:1; curl https://10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'export https_proxy=10.63.1.3:1 && curl https://10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'export https_proxy=10.63.1.3:1\ncurl https://10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'http_proxy=10.63.1.3:1; curl 10.63.1.7', 'out tcp > 10.63.1.7:80 syn', 'it is set and not exported'],
  [
    'BARE',
    'export http_proxy=10.63.1.3:1; sudo curl 10.63.1.7',
    'out tcp > 10.63.1.7:80 syn',
    'sudo does not pass it on',
  ],
  ['BARE', 'export http_proxy=10.63.1.3:1; sudo -E curl 10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'sudo http_proxy=10.63.1.3:1 curl 10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'env http_proxy=10.63.1.3:1 curl 10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'docker exec -e http_proxy=10.63.1.3:1 web curl 10.63.1.7', 'out tcp > 10.63.1.3:1 syn'],
  [
    'BARE',
    'http_proxy=10.63.1.3:1 kubectl exec till-0 -- curl 10.63.1.7',
    'out tcp > 10.63.1.7:80 syn',
    'kubectl does not',
  ],
  ['BARE', 'sh -c "export http_proxy=10.63.1.3:1; curl 10.63.1.7"', 'out tcp > 10.63.1.3:1 syn'],
  ['BARE', 'http_proxy=http://10.63.1.3:3128 wget http://10.63.1.7/', 'out tcp > 10.63.1.3:3128 syn', 'http_proxy'],
  ['BARE', 'http_proxy=10.63.1.3 wget http://10.63.1.7/', 'out tcp > 10.63.1.3:80 syn'],
  ['BARE', 'http_proxy=10.63.1.3 no_proxy=10.63.1.7 wget 10.63.1.7', 'out tcp > 10.63.1.7:80 syn'],
  ['BARE', 'http_proxy=10.63.1.3 wget --no-proxy 10.63.1.7', 'out tcp > 10.63.1.7:80 syn'],
  // wget, nc, ping, telnet
  ['BARE', 'wget -qO- --timeout=3 http://10.63.1.7:8080/', 'out tcp > 10.63.1.7:8080 syn', 'a wget command'],
  ['POD', 'wget --bind-address=10.61.4.20 --inet4-only 10.63.1.7', 'out tcp 10.61.4.20 > 10.63.1.7:80 syn'],
  ['BARE', 'nc -zv 10.63.1.7 22', 'out tcp > 10.63.1.7:22 syn', 'an nc command'],
  ['POD', 'nc -zvuw2 -s 10.61.4.20 -p 4000 10.63.1.7 domain', 'out udp 10.61.4.20:4000 > 10.63.1.7:53'],
  ['BARE', 'nc 10.63.1.7 20-25', 'out tcp > 10.63.1.7:20 syn', 'the first'],
  ['BARE', 'nc -X connect -x 10.63.1.3 10.63.1.7 22', 'out tcp > 10.63.1.3:3128 syn', 'proxy'],
  ['BARE', 'ncat --sctp 10.63.1.7', 'out sctp > 10.63.1.7:31337', '31337'],
  ['BARE', 'ping 10.63.1.7', 'out icmp echo-request > 10.63.1.7', 'a ping command'],
  ['POD', 'ping -c 3 10.61.4.20', 'in icmp echo-request > 10.61.4.20', 'another host'],
  ['BARE', 'ping -6 -I eth1 2001:db8:63::7', 'out eth1 icmpv6 echo-request > 2001:db8:63::7'],
  ['BARE', 'ping6 fe80::7%eth1', 'out eth1 icmpv6 echo-request > fe80::7'],
  [
    'BARE',
    'sudo ping -s 1472 -M do -t 5 -Q 0x10 -m 7 10.63.1.7',
    'out icmp echo-request > 10.63.1.7 mark 0x7 ttl 5 tos 0x10 length 1500 df',
  ],
  ['BARE', 'telnet 10.63.1.7', 'out tcp > 10.63.1.7:23 syn', '23'],
  ['BARE', 'telnet 10.63.1.7 smtp', 'out tcp > 10.63.1.7:25 syn'],
  // Name servers
  ['BARE', 'dig @10.63.0.53 www.example.org AAAA +short', 'out udp > 10.63.0.53:53', 'a dig command'],
  ['BARE', 'dig +tcp -p 5353 @10.63.0.53 www.example.org', 'out tcp > 10.63.0.53:5353 syn'],
  ['POD', 'dig www.example.org', 'out udp > 10.61.96.10:53', 'the file states'],
  ['BARE', 'nslookup www.example.org 10.63.0.53', 'out udp > 10.63.0.53:53', 'an nslookup command'],
  ['BARE', 'nslookup -port=5353 -type=A www.example.org 10.63.0.53', 'out udp > 10.63.0.53:5353'],
  ['BARE', 'host -T www.example.org 10.63.0.53', 'out tcp > 10.63.0.53:53 syn'],
  // Names
  ['NODE', 'curl http://web.shop.svc.cluster.local:8080/', 'out tcp > 10.62.0.20:8080 syn', 'Service shop/web'],
  ['NODE', 'curl web.blog', 'out tcp > 10.62.0.30:80 syn', 'Service blog/web'],
  ['NODE', 'http://web.shop.svc/', 'out tcp > 10.62.0.20:80 syn', 'at port 8080, 9090 only'],
  ['NODE', 'nc -zv empty.shop 80', 'out tcp > 10.62.0.40:80 syn'],
  ['NODE', 'dig @names.kube-system.svc x', 'out udp > 10.62.0.10:53'],
  ['NODE', 'in tcp 10.9.0.1 > blog/old:7070', 'in tcp 10.9.0.1 > 10.62.0.23:7070', 'blog/old is 10.62.0.23'],
  ['NODE', 'in tcp 10.9.0.1 > shop/web:http', 'in tcp 10.9.0.1 > 10.62.0.20:8080', 'shop/web is 10.62.0.20'],
  ['NODE', 'out blog/web', 'out 10.62.0.30:80', 'its only port 80'],
  ['NODE', 'in eth0 > kube-system/names:dns', 'in eth0 udp > 10.62.0.10:53'],
  ['POD', 'in tcp store-0:4000 > till-0:8080', 'in tcp 10.61.4.31:4000 > 10.61.4.20:8080', 'pod shop/store-0'],
  ['POD', 'out tcp > bank/vault-0:443 syn', 'out tcp > 10.61.5.77:443 syn'],
  ['POD', 'curl till.shop:8080', 'out tcp > 10.61.96.40:8080 syn', 'Service shop/till'],
  ['POD', 'out > store.shop.svc.cluster.local:9000', 'out > 10.61.96.41:9000'],
  ['POD', 'in tcp > localhost:80', 'in tcp > 127.0.0.1:80'],
  ['POD', 'out dst ledger.example.net', 'out dst 10.61.9.9'],
  ['POD', 'out tcp fd61:4::20 > ledger.example.net:80', 'out tcp fd61:4::20 > [fd61:9::9]:80'],
  // Lines
  [
    'BARE',
    'Mar  6 18:22:09 fw kernel: drop: IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=10.63.7.7 DST=10.63.1.7 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=7 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0',
    'in eth0 tcp 10.63.7.7:40000 > 10.63.1.7:22 syn ttl 63 tos 0x0 length 60 mac 02:00:00:00:00:02 dstmac 02:00:00:00:00:01 id 7 window 64240 df',
    'the kernel’s log',
  ],
  [
    'BARE',
    'IP 10.63.7.7.40000 > 10.63.1.7.22: Flags [S], seq 1, win 5, length 0',
    'tcp 10.63.7.7:40000 > 10.63.1.7:22 syn seq 1 window 5',
    'tcpdump',
  ],
  [
    'BARE',
    'tcp 6 100 ESTABLISHED src=10.63.7.7 dst=10.63.1.7 sport=40000 dport=22 src=10.63.1.7 dst=10.63.7.7 sport=22 dport=40000 [ASSURED] mark=0 use=1',
    'tcp 10.63.7.7:40000 > 10.63.1.7:22 ack established',
    'conntrack',
    'the next packet',
  ],
  [
    'BARE',
    '[NEW] udp 17 30 src=10.63.7.7 dst=10.63.1.7 sport=40000 dport=53 [UNREPLIED] src=10.63.1.7 dst=10.63.7.7 sport=53 dport=40000',
    'udp 10.63.7.7:40000 > 10.63.1.7:53',
  ],
  [
    'BARE',
    'PACKET: 2 1a2b3c4d IN=eth0 OUT=eth1 SRC=10.63.7.7 DST=10.64.1.7 LEN=84 TOS=0x0 TTL=63 ID=43751DF SPT=40000 DPT=22 SYN ',
    'forward eth0 eth1 tcp 10.63.7.7:40000 > 10.64.1.7:22 syn ttl 64 tos 0x0 length 84 id 43751 df',
    'xtables-monitor',
    'forwarded',
  ],
];

/** What is wrong, and where. */
const WRONG: readonly (readonly [file: string, input: string, place: string, message: string])[] = [
  [
    'BARE',
    'http_proxy=$PROXY curl 10.63.1.7',
    '$PROXY',
    'what the shell makes of $PROXY is not known: write the proxy itself',
  ],
  ['BARE', 'curl', 'curl', 'this curl command has no URL'],
  ['BARE', 'curl -H', '-H', '"-H" needs a value'],
  ['BARE', 'curl --heder a: b 10.63.1.7', '--heder', '"--heder" is not an option of curl; did you mean "--header"?'],
  ['BARE', 'curl -6 http://10.63.1.7/', '10.63.1.7', '"10.63.1.7" has no IPv6 address here'],
  ['BARE', "curl 'http://10.63.1.7", "'http://10.63.1.7", 'this quote is never closed'],
  ['BARE', 'curl http://$HOST:80/', '$HOST', 'what "$HOST" stands for is not known: write the address'],
  ['BARE', 'curl http://<pod-ip>:80/', '<pod-ip>', 'what "<pod-ip>" stands for is not known: write the address'],
  ['BARE', 'curl http://10.63.1.7:99999/', '99999', '"99999" is not a port from 1 to 65535'],
  ['BARE', 'curl http://{a,b}.example.org/', '{a,b}.example.org', 'these are several hosts: write one of them'],
  [
    'BARE',
    'curl --unix-socket /run/x http://10.63.1.7/',
    '--unix-socket',
    'curl talks to a Unix socket here: no packet is sent',
  ],
  [
    'BARE',
    'curl --resolve a:80:b http://a/',
    'a:80:b',
    '"b" is not an address, as --resolve needs it: host:port:address',
  ],
  [
    'BARE',
    'foo://10.63.1.7/',
    'foo://10.63.1.7/',
    'the port of foo:// is not known here: write it, as foo://10.63.1.7:443',
  ],
  ['BARE', 'file:///etc/hosts', 'file:///etc/hosts', 'file:// sends no packet'],
  [
    'BARE',
    'http://www.example.org/',
    'www.example.org',
    'the file does not know the name "www.example.org": write its address',
  ],
  ['BARE', 'nc -l 8080', '-l', 'nc waits for packets here, and sends none'],
  ['BARE', 'nc 10.63.1.7', '10.63.1.7', 'nc needs a port after the host'],
  ['BARE', 'nc 10.63.1.7 wbe', 'wbe', '"wbe" is not a port from 1 to 65535 or the name of a service'],
  ['BARE', 'ping -t 300 10.63.1.7', '300', '"300" is not a number from 0 to 255'],
  ['BARE', 'telnet', 'telnet', 'this telnet command names no host'],
  [
    'BARE',
    'dig www.example.org',
    'dig',
    'this query goes to the name server of /etc/resolv.conf, which the file does not show: name one',
  ],
  ['NODE', 'curl web', 'web', '"web" is in 2 namespaces: write "shop/web" or "blog/web"'],
  ['NODE', 'out > shp/web', 'shp/web', 'the file does not know the name "shp/web"; did you mean "shop/web"?'],
  [
    'NODE',
    'curl http://wbe.shop.svc:80/',
    'wbe.shop.svc',
    'the file does not know the name "wbe.shop.svc"; did you mean "web.shop.svc"?',
  ],
  ['POD', 'in tcp > leger:80', 'leger', 'the file does not know the name "leger"; did you mean "ledger"?'],
  [
    'POD',
    'out tcp > www.example.org:80',
    'www.example.org',
    'the file does not know the name "www.example.org": write its address',
  ],
  ['POD', 'out tcp > ledger:htpp', 'ledger:htpp', '"htpp" is not a port from 0 to 65535, or the name of one'],
  ['POD', 'out tcp 10.61.4.20 > ip6-localhost', 'ip6-localhost', '"ip6-localhost" has no IPv4 address here'],
  ['BARE', 'tpc > 10.63.1.7', 'tpc', '"tpc" is not understood; did you mean "tcp"?'],
  [
    'BARE',
    'hello',
    'hello',
    '"hello" is not understood: a packet is such as "in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn"',
  ],
  [
    'BARE',
    'trace id 8974f599 ip filter INPUT rule counter packets 5 jump WEB (verdict jump WEB)',
    '',
    'this line of nft monitor trace names a rule: use the one with "packet:" of the same id',
  ],
  [
    'BARE',
    ' TRACE: 2 d922bdcd filter:FORWARD:rule:0x4e:JUMP:WEB  -4 -t filter -A FORWARD -j WEB',
    '',
    'this line of xtables-monitor names a rule: use the one that begins with "PACKET:" and has the same id',
  ],
];

describe('what people have at hand of a packet', () => {
  test.each(READ)('%s: %s', (file, input, expression, ...notes) => {
    const found = read(file, input);
    expect(found.problems).toBeUndefined();
    expect(found.request && found.expression).toBe(expression);
    for (const words of notes) expect(found.request && found.notes.join(' ')).toContain(words);
    // What the box shows then means the same packet.
    expect(parsePacketExpression(expression).request).toEqual(found.request);
  });

  test.each(WRONG)('%s: %s is refused', (file, input, place, message) => {
    const [problem] = read(file, input).problems ?? [];
    expect(problem?.message).toBe(message);
    expect(problem && input.slice(problem.start, problem.end)).toBe(place);
  });

  test('an ordinary expression is left as it is', () => {
    for (const text of ['', 'in', 'in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn new', '  out   udp>8.8.8.8:53 ']) {
      const found = read('POD', text);
      expect(found).toEqual({ request: parsePacketExpression(text).request, expression: text, notes: [] });
    }
  });

  const words = fc.constantFrom(
    ...'curl wget nc ping dig host telnet in out tcp > -6 -I -x --resolve --connect-to \' " \\ | http:// [ ] @ : / $ < %25 10.0.0.1 ::1 web.shop.svc shop/web localhost IN=eth0 SRC= \n'.split(
      ' ',
    ),
  );
  test('any text is read, up to 10,000 characters, and problems are at places of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.string({ unit: 'binary', maxLength: 200 }),
          fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
          fc.array(words, { maxLength: 40 }).map((list) => list.join('')),
        ),
        (text) => {
          const found = read('POD', text);
          for (const { start, end } of found.problems ?? []) {
            expect(start).toBeLessThanOrEqual(end);
            expect(end).toBeLessThanOrEqual(text.length);
          }
          if (found.request && found.expression !== text)
            expect(parsePacketExpression(found.expression).request).toEqual(found.request);
        },
      ),
      { numRuns: 300 },
    );
  });
});
