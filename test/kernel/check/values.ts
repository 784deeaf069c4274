import type { Option } from '../../../src/core/xtables/option';

/** A rule around an option may need another of these: names of things that exist while the recorder asks. */
const SETS = ['s4 src', 's4 src,dst', 's4 nosuch', 's4', 's4 ""', 's4p src,dst', 's4m src', 's4t dst', 'bp src', 'sl src', 's4 src,dst,src,dst,src,dst', 's4 src,dst,src,dst,src,dst,src', 's4 SRC', 's4 src,', 's6 src', 's6 dst,dst'];

/** Asked of every option that takes a value. Numbers at the edges of 8, 16, 32 and 64 bits, in all notations; lists; ranges; masks. */
const EVERYWHERE = [
  '""', '-1', '0', '1', '63', '64', '127', '128', '255', '256', '32767', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296', '18446744073709551615', '18446744073709551616',
  '0x10', '0xFFFF', '0xffffffff', '0x', '010', '08', '+5', '" 5"', '"5 "', '1.5', 'abc', '1:2', '2:1', '5:', ':5', ':', '1:2:3', '1-2', '2-1', '5-', '1,2', '1,', ',1', '1/2', '0x1/0xf', '5/', '/5', 'any', 'none', 'all', '!5', '"a b"',
  // What belongs to another kind of option.
  '.5', '1e3', '5k', '5x', '10.0.0.1', '10.0.0.0/8', 'fd00::1', 'tcp', 'eth0', '250ms', '5/minute', '10:30', '00:11:22:33:44:55', 's4 src',
];

const ADDRESSES = [
  '10.0.0.1', '10.0.0.0/8', '10.0.0.1/24', '10.0.0.1/32', '10.0.0.1/33', '10.0.0.1/0', '0.0.0.0', '0.0.0.0/0', '10.0.0.1/255.255.0.0', '10.0.0.1/255.0.255.0', '10', '10.1', '10.1/16', '256.0.0.1', '010.0.0.1', '0x0a000001', '167772161',
  '::1', '::', '::/0', 'fd00::1/64', 'fd00::1/128', 'fd00::1/129', 'fd00::1/ffff::', 'fd00::1/ffff:0:ffff::', 'FD00::1', '::ffff:10.0.0.1', '[fd00::1]', 'fd00:::1', 'localhost', 'localhost/24', '10.0.0.1,10.0.0.2', '10.0.0.1-10.0.0.9',
];

const PORTS = ['http', 'ssh', 'domain', 'http:https', 'ssh:http', 'http:ssh', ':http', 'http:', 'nosuchservice', 'HTTP', '80:80', '80-90', '0:65535', '0:', ':65535', '65536:1', '80,443', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', '1:2,3:4,5', '80,', '80,http', '0:0', '65535:65535'];
const MARKS = ['5/5', '0x5/0xff', '5/0', '0/0', '0xffffffff/0xffffffff', '5/0x1ffffffff', '0x1ffffffff', '5/a', '5/-1', '5/5/5', '07/070', '0/0xffffffff', '-1/-1'];
const NAMES = ['a', 'a-b', 'a.b', 'a/b', '"a\\"b"', '"a\\\\b"', "it's", 'name_of_31_characters_aaaaaaaaaaa', 'name_of_32_characters_aaaaaaaaaaaa', 'name_of_15chars', 'name_of_16_chars', 'ä', '#a', '"#a"', '-a', '!', '"!"', '"a	b"', '%s', '..', '.'];
const long = (length: number): string => 'x'.repeat(length);
const LONG = [14, 15, 16, 17, 25, 26, 27, 28, 29, 30, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025].map(long);

/** By what stands in the metavariable; all that fit are used. */
const BY_METAVARIABLE: readonly (readonly [RegExp, readonly string[]])[] = [
  [/address|prefix|network|from\[-to\]/, ADDRESSES],
  [/from\[-to\]|address\[-/, ['10.0.0.1-10.0.0.9', '10.0.0.9-10.0.0.1', '10.0.0.1-', '-10.0.0.1', '10.0.0.1-10.0.0.1', 'fd00::1-fd00::9', 'fd00::9-fd00::1', '10.0.0.1-fd00::1', '10.0.0.1:80', '10.0.0.1:80-90', '10.0.0.1:90-80', '10.0.0.1-10.0.0.9:80-90', ':80', ':80-90', '10.0.0.1:', '10.0.0.1:http', '10.0.0.1:0', '10.0.0.1:65536', '10.0.0.1:1000-2000/1500', '[fd00::1]:80', '[fd00::1]', '[fd00::1-fd00::9]:80-90', '[fd00::1]-[fd00::9]', '0.0.0.0', '0.0.0.0:80', '10.0.0.1:80:90', '10.0.0.1:80-90/', '10.0.0.1:80/5']],
  [/port/, PORTS],
  [/mask|mark|bits/, MARKS],
  [/name|prefix|text|pattern|helper|label|genre|context|user|group|path|class|interface|id|name\[\+\]/, NAMES],
  [/name|prefix|text|pattern|genre|context|path|interface/, LONG],
  [/rate/, ['5', '5/s', '5/sec', '5/second', '5/seconds', '5/m', '5/min', '5/minute', '5/h', '5/hour', '5/d', '5/day', '5/days', '5/x', '0/s', '10000/s', '10001/s', '1000000/s', '1000001/s', '4000000/s', '5000000/s', '1/day', '59/min', '61/min', '7/hour', '3/day', '-5/s', '1kb/s', '1b/s', '0b/s', '1mb/s', '512kb/s', '5000mb/s', '4294967295b/s', '1gb/s', '8bit', '1kbit', '1mbit', '1gbit', '1bps', '1kbps', '1.5mbit', '5/sec/sec', '5//sec', '5 /sec', '4294967296/s', '99999/day', '5/S', '5/SEC']],
  [/time|ms/, ['250ms', '500ms', '1s', '1ms', '0ms', '1us', '5', '0.5s', '8s', '16s', '1000', '1e3', '1x', '1secs', '1sec', '1msec', 'inf', '-1', '0']],
  [/ms\b|seconds|packets|number|value|count|n\b|size|hits|bytes|length|offset/, ['1k', '1m', '1K', '10000', '10001', '100000', '1000000', '1000001', '999999999', '15', '16', '31', '32', '33', '99', '100', '101', '1000', '1500', '65495', '65496', '7', '8', '9']],
  [/length/, ['8:9', '0:65535', '0:0', '65535:65535', '65535:0', '1500:', ':1500', '1500:100', '65536:65537', '32', '33', '129', '255.255.255.0', 'ffff::']],
  [/YYYY/, ['2024', '2024-01', '2024-01-01', '2024-01-01T00', '2024-01-01T00:00', '2024-01-01T00:00:00', '2024-13-01', '2024-02-30', '2024-1-1', '2024-01-01T24:00:00', '2024-01-01T23:59:60', '1969-01-01', '1970-01-01', '2038-01-19T03:14:07', '2038-01-19T03:14:08', '2106-02-07', '2024-01-01 00:00:00', '2024-00-01', '2024-01-00', '2024-01-01T', '20240101', '2024-01-32', '2024-01-01T12:60', '99999', '2024-01-01T1:2:3', '2024-01-01Tx']],
  [/hh:mm/, ['10:00', '10:00:00', '10', '24:00', '23:59:59', '0:0', '00:00:60', '10:60', '-1:00', '10:00:00:00', 'noon', '10:0x5', '8:8', '08:08', '1:2:3', '10:00am']],
  [/day/, ['1', '31', '32', '0', '1,2', '1,2,3,31', 'Mon', 'Mon,Tue', 'mon', 'Mo', 'Monday', 'Su', 'Sun', '7', '8', 'Mon,,Tue', 'M', 'Mon,8', '1,1', 'Mo,We,Fr', '01', 'xMon', 'T', 'S', '-1', 'Mon,Tue,Wed,Thu,Fri,Sat,Sun', '1,2,3,4,5,6,7']],
  [/XX:|mac/, ['00:11:22:33:44:55', '0:1:2:3:4:5', '00-11-22-33-44-55', '00:11:22:33:44', '00:11:22:33:44:55:66', '00:11:22:33:44:gg', 'FF:FF:FF:FF:FF:FF', '001122334455', '00:11:22:33:44:5', '01:00:5e:00:00:20', '100:11:22:33:44:55', '00:11:22:33:44:555']],
  [/major:minor/, ['1:2', '0:0', 'ffff:ffff', '10000:1', '1:10000', '1:', ':1', '1', 'x:y', '0x1:0x2', '1:2:3', 'FFFF:a', '-1:1', '1 :2']],
  [/type|class/, ['ping', 'pong', 'echo-request', 'ECHO-REQUEST', 'echo', 'redirect', 'network-unreachable', 'net', 'time-exceeded', '8/0', '8/255', '8/256', '256', '255/255', '8/', '/0', '3/1', '0/0', 'port-unreachable', 'unknown', 'destination-unreachable', 'ttl', 'any', 'cs1', 'CS1', 'af11', 'EF', 'ef', 'BE', 'AF', 'Minimize-Delay', 'minimize-delay', 'Normal-Service', 'LOCAL', 'local', 'LOCAL,UNICAST', 'UNICAST,', 'LOCAL,LOCAL', 'REQUEST,RESPONSE', 'request', 'INVALID', 'binding-request', 'brr', 'brr:bu', '5:3', 'icmp-port-unreachable', 'port-unreach', 'tcp-reset', 'tcp-rst', 'icmp6-port-unreachable', 'icmp6-addr-unreachable', 'addr-unreach', 'icmp-admin-prohibited', 'admin-prohib', 'echo-reply', 'icmp-net', 'icmp-']],
  [/type\[:length\]/, ['5', '5:4', '5:4,6', '5,6:2', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17', '255:255', '256:1', '1:256', '5:', '0:0', '5:4:3']],
  [/state|status|event|original|dir/i, ['NEW', 'new', 'NEW,ESTABLISHED', 'NEW,,ESTABLISHED', 'NEW,NEW', 'ESTABLISHED,RELATED', 'INVALID,UNTRACKED', 'SNAT', 'DNAT', 'N', 'NEW,bogus', 'NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'EXPECTED,ASSURED', 'assured', 'ORIGINAL', 'original', 'orig', 'REPLY', 'reply', 'both', 'destroy', 'new,destroy', 'NEW ']],
  [/protocol|proto/, ['tcp', 'TCP', 'udp', '6', '0', 'all', 'icmp', 'icmpv6', 'ipv6-icmp', 'sctp', 'esp', 'ah', 'ipcomp', 'comp', 'ipencap', '255', '256', 'xyz', '06', '0x6', 'tcp,udp', '142']],
  [/header\[/, ['frag', 'hop', 'hop-by-hop', 'dst', 'route', 'auth', 'esp', 'none', 'prot', 'hop,dst', 'frag,frag', '0', '43', '44', '50,51', '59', '60', 'proto', '99', 'ipv6-opts', 'ipv6-frag', 'ipv6-route', 'ipv6-nonxt']],
  [/tests/, ['"0=5"', '"0>>5=5"', '"0&0xff=5"', '"0>>22&0x3c@4=5"', '"0=5:10"', '"0=5,10"', '"0=10:5"', '"0=5&&4=5"', '"0=5 && 4=5"', '"0"', '"0="', '"=5"', '"0=5&&"', '"&&"', '"0<<5=1"', '"0>>32=1"', '"0>>33=1"', '"0=0x5"', '"0=4294967295"', '"0=4294967296"', '"0 = 5"', '"0x10 & 0xF = 1 : 2 , 5"', '"0=5:"', '"0=:5"', '"0@4@8@12@16=1"', '"0=1,2,3,4,5,6,7,8,9,10"', '"0=1,2,3,4,5,6,7,8,9,10,11"', '"0&1&2&3&4&5&6&7&8&9&10=1"', '"0&1&2&3&4&5&6&7&8&9&10&11=1"', '"0=1&&1=1&&2=1&&3=1&&4=1&&5=1&&6=1&&7=1&&8=1&&9=1"', '"0=1&&1=1&&2=1&&3=1&&4=1&&5=1&&6=1&&7=1&&8=1&&9=1&&10=1"', '"!0=5"', '"0!=5"', '"a=5"', '"0=5x"', '"0>5=1"', '"0&=5"']],
  [/length,code/, ['"1,6 0 0 1"', '"1,6 0 0 1,"', '"2,6 0 0 1"', '"1,6 0 0 1,6 0 0 1"', '"0,6 0 0 1"', '"64,6 0 0 1"', '"65,6 0 0 1"', '"1, 6 0 0 1"', '"1,6 0 0"', '"1,6  0 0 1"', '"1,x 0 0 1"', '"1,6 256 0 1"', '"1,65536 0 0 1"', '"1,6 0 0 4294967296"', '"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"', '"3,40 0 0 12,21 0 5 2048,6 0 0 1"', '"1,0 0 0 0"', '"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0,"', '"1,22 0 0 0"', '"2,7 0 0 0,22 0 0 0"']],
  [/mask comp/, ['SYN,ACK SYN', 'ALL NONE', 'ALL ALL', 'NONE NONE', 'SYN SYN,ACK', 'FIN,SYN,RST,ACK SYN', 'syn syn', 'SYN,RST,ACK,FIN SYN', 'XMAS SYN', 'SYN,,ACK SYN', '"" ""', 'SYN', 'SYN ""', 'ACK,SYN,ACK SYN', 'URG,PSH ALL', '0x3f 0x2', '63 2', '2 2']],
  [/chunktype/, ['all DATA', 'any DATA', 'only DATA', 'all DATA,INIT', 'any DATA:IUBE', 'any DATA:iube', 'any DATA:x', 'only DATA:Be', 'all ALL', 'any NONE', 'any ABORT:T', 'any ABORT:I', 'any 0', 'any 5', 'any 255', 'any 256', 'any data', 'ANY DATA', 'some DATA', 'any DATA:', 'any INIT:T', 'only DATA,DATA:I', 'any FORWARD_TSN', 'any I_FORWARD_TSN', 'all I_DATA:U,RE_CONFIG,PAD', 'any ASCONF,ASCONF_ACK', 'any SHUTDOWN_COMPLETE:T', 'only']],
  [/set src|name src/, SETS],
  [/srcip/, ['srcip', 'dstip', 'srcport', 'dstport', 'srcip,dstip', 'srcip,dstip,srcport,dstport', 'srcip,srcip', 'dstport,srcip', 'src', 'srcip,', 'none', 'SRCIP']],
  [/src\|dst\|sport/, ['src', 'dst', 'sport', 'dport', 'spi', 'proto', 'ct', 'src,dst,sport,dport', 'src,dst,spi', 'spi,sport', 'ct,src', 'src,src', 'src,', 'source', 'SRC', 'src,dst,sport,dport,proto,ct']],
  [/level/, ['0', '7', '8', 'debug', 'info', 'warning', 'warn', 'error', 'err', 'crit', 'alert', 'emerg', 'panic', 'notice', 'DEBUG', 'deb', 'e', 'n', '1', '2', '3']],
  [/first:last/, ['0:1', '1:0', '0:65535', '5:5', '0:0', '1', '1:', ':1', '65535:65536', '0:1:2', '5:3']],
  [/from\[:to\]/, ['1:2', '2:1', '5', '5:', ':5', '18446744073709551615:', '0:18446744073709551615', '0:18446744073709551616', 'a:b', '-5', '100:']],
  [/^p$/, ['0', '1', '0.5', '0.1', '0.33333333349', '1.1', '-0.1', '.5', '1e-5', '0.00000000001', '0.99999999999', '50%', 'nan', 'inf', '1.0', '0.3', '0x0.8p0', '0.33333', '0.25', '0.20000000019']],
  [/pattern/, ['abc', '"a b"', '"|41 42|"', '"|4142|"', '"|4|"', '"|41|b"', '"a|41|"', '"|"', '"||"', '"|zz|"', '"|41"', '"\\\\|"', '"|00|"', 'GET', '"|0d0a|"', '"|41 4|"', '"ab\\\\|41|"', long(127), long(128), long(129), `"|${'41'.repeat(128)}|"`, `"|${'41'.repeat(129)}|"`]],
  [/group\|gid|user\|uid/, ['root', 'nobody', 'daemon', 'nosuchuser', '0-5', '5-0', '0-4294967294', '4294967294', '4294967295', '0-4294967295', 'root-5', '1-2-3', '0x5-0x6', 'ROOT']],
  [/option\[,/, ['wscale', 'mss', 'sack-permitted', 'sack', 'timestamp', 'md5', 'wscale,mss', '2', '3,4', '255', '256', '0', 'WSCALE', 'mss,', ',mss', '1,1']],
  [/GATE|ORIGINAL|unicast|transport|none\|ipsec|ah\|esp|bm\|kmp|random\|nth|in\|out|accept\|drop|sourceip/, ['GATE', 'IPIP', 'MASQ', 'gate', 'unicast', 'UNICAST', 'multicast', 'otherhost', 'broadcast', 'uni', 'bcast', 'mcast', 'host', 'transport', 'tunnel', 'TUNNEL', 'ipsec', 'esp', 'ah', 'ipcomp', '50', '51', '108', '6', 'bm', 'kmp', 'BM', 'fsm', 'b', 'random', 'nth', 'RANDOM', 'rand', 'in', 'out', 'IN', 'accept', 'drop', 'reject', 'ACCEPT', 'acc', 'sourceip', 'sourceip-sourceport', 'sourceip-sourceport-destport', 'SOURCEIP', 'packets', 'bytes', 'avgpkt', 'both', 'original', 'reply']],
  [/id\|mark/, ['mark', '5', '65535', '65536', '0', 'MARK', 'marks']],
  [/codepoint|num$|0\|1/, ['0', '1', '2', '3', '4']],
  [/tos|name$/, ['Minimize-Cost', '0x10/0x3f', '0x10/0xff', '16', '0x100', '5/0x100', 'Maximize-Reliability', 'maximize-throughput', '8/8', '0x3f', '0x40']],
];

/** The values to try for an option, edges first come first served; as they are written in a rule, quotes and all. */
export function valuesFor(option: Option): readonly string[] {
  const metavariable = option.type?.metavariable ?? '';
  const special = BY_METAVARIABLE.flatMap(([pattern, values]) => (pattern.test(metavariable) ? values : []));
  const completions = option.type?.completions ?? [];
  const found = [...new Set([...special, ...completions.flatMap((each) => [each, each.toLowerCase(), each.slice(0, -1)]), ...EVERYWHERE])];
  return option.words === 2 ? [...special, '5 5', 'a', '"" ""'] : found;
}
