import { allExtensions } from '../../../src/core/xtables/registry';
import type { MatchExtension, TargetExtension } from '../../../src/core/xtables/extension';
import type { Option } from '../../../src/core/xtables/option';
import { Random } from '../random';

/** A text for iptables-restore, to be taken or refused, and printed again. */
export interface CheckCase {
  readonly name: string;
  readonly family: 4 | 6;
  readonly rules: string;
}

/** Sets that rules may name. */
export const CHECK_SETS = 'create sip hash:ip family inet\ncreate sip6 hash:ip family inet6\ncreate sport bitmap:port range 0-65535\ncreate sipport hash:ip,port family inet\n';

/** What an extension needs beside the option that is asked, as little as it can do with. */
const BESIDE: Readonly<Record<string, string>> = {
  'match cluster': '--cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1', 'match comment': '--comment c', 'match connbytes': '--connbytes 1:2 --connbytes-dir both --connbytes-mode bytes',
  'match connlabel': '--label 3', 'match connlimit': '--connlimit-above 2', 'match connmark': '--mark 1', 'match conntrack': '--ctstate NEW', 'match cpu': '--cpu 0', 'match dscp': '--dscp 1', 'match ecn': '--ecn-ip-ect 1',
  'match hashlimit': '--hashlimit-upto 5/sec --hashlimit-name n', 'match helper': '--helper ftp', 'match hl': '--hl-eq 1', 'match icmp': '--icmp-type 8', 'match icmp6': '--icmpv6-type 128', 'match iprange': '--src-range 10.0.0.1-10.0.0.2',
  'match ipv6header': '--header hop', 'match length': '--length 1', 'match mac': '--mac-source 00:00:00:00:00:01', 'match mark': '--mark 1', 'match multiport': '--dports 1', 'match pkttype': '--pkt-type host', 'match policy': '--dir in --pol ipsec',
  'match quota': '--quota 1', 'match realm': '--realm 1', 'match recent': '--set', 'match set': '--match-set sip src', 'match state': '--state NEW', 'match statistic': '--mode random --probability 0.5', 'match string': '--algo bm --string x',
  'match tcpmss': '--mss 1', 'match tos': '--tos 1', 'match ttl': '--ttl-eq 1', 'match u32': '--u32 0=1', 'match addrtype': '--dst-type LOCAL', 'match bpf': '--bytecode "1,6 0 0 1"', 'match osf': '--genre Linux', 'match cgroup': '--cgroup 1', 'match devgroup': '--src-group 1',
  'match physdev': '--physdev-in eth0', 'match owner': '--uid-owner 1', 'match time': '--utc', 'match mh': '--mh-type 1', 'match nfacct': '--nfacct-name a', 'match limit': '--limit 1/s',
  'target AUDIT': '--type accept', 'target CHECKSUM': '--checksum-fill', 'target CLASSIFY': '--set-class 1:1', 'target CONNMARK': '--save-mark', 'target CT': '--zone 1', 'target DNAT': '--to-destination 10.0.0.1', 'target DNPT': '--src-pfx fd00::/64 --dst-pfx fd01::/64',
  'target DSCP': '--set-dscp 1', 'target ECN': '--ecn-ip-ect 1', 'target HL': '--hl-set 1', 'target HMARK': '--hmark-tuple src --hmark-mod 1 --hmark-rnd 1', 'target IDLETIMER': '--timeout 5 --label l', 'target MARK': '--set-mark 1', 'target NETMAP': '--to 10.0.0.0/8',
  'target RATEEST': '--rateest-name r --rateest-interval 250ms --rateest-ewmalog 1s', 'target SET': '--add-set sip src', 'target SNAT': '--to-source 10.0.0.1', 'target SNPT': '--src-pfx fd00::/64 --dst-pfx fd01::/64', 'target TCPMSS': '--set-mss 1', 'target TCPOPTSTRIP': '--strip-options 2',
  'target TEE': '--gateway 10.0.0.1', 'target TOS': '--set-tos 1', 'target TPROXY': '--on-port 1', 'target TTL': '--ttl-set 1', 'target SYNPROXY': '--mss 1460',
};
/** Where and with which protocol an extension can stand, if not in mangle PREROUTING with none. */
const PLACE: Readonly<Record<string, readonly [table: string, chain: string, protocol?: string]>> = {
  'match tcp': ['mangle', 'PREROUTING', 'tcp'], 'match tcpmss': ['mangle', 'PREROUTING', 'tcp'], 'match ecn': ['mangle', 'PREROUTING', 'tcp'], 'match udp': ['mangle', 'PREROUTING', 'udp'], 'match multiport': ['mangle', 'PREROUTING', 'tcp'], 'match owner': ['mangle', 'OUTPUT'], 'match cgroup': ['mangle', 'OUTPUT'], 'match realm': ['filter', 'INPUT'],
  'match osf': ['mangle', 'PREROUTING', 'tcp'], 'match esp': ['mangle', 'PREROUTING', 'esp'], 'match dccp': ['mangle', 'PREROUTING', 'dccp'], 'match sctp': ['mangle', 'PREROUTING', 'sctp'], 'match ipcomp': ['mangle', 'PREROUTING', 'ipcomp'],
  'match ah': ['mangle', 'PREROUTING', 'ah'], 'match icmp': ['mangle', 'PREROUTING', 'icmp'], 'match icmp6': ['mangle', 'PREROUTING', 'icmpv6'], 'match mh': ['mangle', 'PREROUTING', 'ipv6-mh'],
  'target DNAT': ['nat', 'PREROUTING', 'tcp'], 'target REDIRECT': ['nat', 'PREROUTING', 'tcp'], 'target SNAT': ['nat', 'POSTROUTING', 'tcp'], 'target MASQUERADE': ['nat', 'POSTROUTING', 'tcp'], 'target NETMAP': ['nat', 'PREROUTING'],
  'target REJECT': ['filter', 'INPUT', 'tcp'], 'target CT': ['raw', 'PREROUTING'], 'target NOTRACK': ['raw', 'PREROUTING'], 'target TRACE': ['raw', 'PREROUTING'], 'target CLASSIFY': ['mangle', 'POSTROUTING'], 'target SNPT': ['mangle', 'POSTROUTING'],
  'target TCPOPTSTRIP': ['mangle', 'PREROUTING', 'tcp'], 'target TPROXY': ['mangle', 'PREROUTING', 'tcp'], 'target SYNPROXY': ['filter', 'INPUT', 'tcp'], 'target TCPMSS': ['mangle', 'FORWARD', 'tcp -m tcp --tcp-flags SYN,RST SYN'],
};

const NUMBERS = ['0', '1', '2', '5', '010', '0x10', '0xFF', '+5', ' 5', '63', '64', '127', '128', '255', '256', '1023', '65535', '65536', '16777215', '2147483647', '2147483648', '4294967295', '4294967296', '18446744073709551615', '18446744073709551616', '-1', '1.5', '.5', '0.999', '1e3', '5k', '5x', 'x', '""'];
const RANGES = ['1:2', '2:1', ':5', '5:', ':', '1:2:3', '0:65535', '0:65536', '1-2', '2-1', '-5', '5-', '1,2', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', '1,', ',1', '1:2,5', '1/2', '0x1/0xff', '1/', '/1', '1/0', '0/0', '0xffffffff/0xffffffff', '1/2/3'];
const ADDRESSES = ['10.0.0.1', '10.0.0.0/8', '10.1.2.3/8', '10.0.0.1/32', '10.0.0.1/33', '10.0.0.1/0', '0.0.0.0/0', '10.0.0.1/255.0.255.0', '10.0.0.1/255.255.0.0', '256.1.1.1', '10.0.0.1-10.0.0.9', '10.0.0.9-10.0.0.1', '10.0.0.1-', '10.0.0.1:80', '10.0.0.1:80-90', '10.0.0.1:90-80', '10.0.0.1-10.0.0.5:80', ':80', ':0', ':65536', '10.0.0.1:http', '::1', 'fd00::/64', 'fd00::1/64', 'fd00::1/128', 'fd00::1/129', 'fd00::1/ffff::', '[fd00::1]:80', '[fd00::1]', 'fd00::1-fd00::9', '::/0', '::ffff:1.2.3.4', 'gggg::1', '10.0.0.1/24,10.0.1.1'];
const WORDS = ['a', 'A', 'abcdefghijklmnopqrstuvwxyz0123456', `"a b"`, `"a\\"b"`, `'q'`, 'eth0', 'eth+', 'averylonginterfacename', 'http', 'HTTP', 'domain', 'root', 'nobody', 'tcp', 'udp', 'TCP', 'all', 'any', 'ALL', 'NONE', 'sip src', 'sip dst', 'sip src,dst', 'sipport src,dst', 'sip6 src', 'nosuchset src', 'sip', 'x'.repeat(65), 'x'.repeat(130), '1/sec', '5/minute', '10/h', '1/day', '0/s', '20000/s', '1/x', '10mb/s', '1:1', 'ffff:ffff', '1:g', '00:11:22:33:44:55', '00:11:22:33:44', '0:1:2:3:4:5', '00-11-22-33-44-55', '10:30', '24:00', '23:59:59', '2020-01-01', '2020-01-01T10:00:00', '2020-13-01', 'Mon,Tue', 'Mo', '1,31', '32', '3/1', '8/0', 'echo-request', 'echo-reply', 'port-unreachable', '250ms', '1s', '2us', '100ms', 'inf'];

/** Every option of every extension with values at their edges, negated, twice, abbreviated, without value; and in wrong places. */
export function generateChecks(): readonly CheckCase[] {
  return [...allExtensions().flatMap((extension) => extension.families.flatMap((family) => extensionChecks(extension, family))), ...headerChecks(), ...structureChecks()];
}

function extensionChecks(extension: MatchExtension | TargetExtension, family: 4 | 6): CheckCase[] {
  const key = `${extension.kind} ${extension.name}`;
  const random = new Random([...key].reduce<number>((sum, char) => (sum * 31 + char.charCodeAt(0)) % 2147483647, family));
  const [table, chain, protocol] = PLACE[key] ?? ['mangle', 'PREROUTING'];
  const use = `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`;
  const beside = suited(BESIDE[key] ?? '', family);
  const cases: CheckCase[] = [];
  const add = (what: string, options: string, at: readonly [string, string, (string | undefined)?] = [table, chain, protocol]): void => {
    cases.push({ name: `${use} v${family} ${what}`, family, rules: ruleText(at[0], at[1], `${at[2] === undefined ? '' : `-p ${suited(at[2], family)} `}${use} ${options}`.trim()) });
  };
  add('alone', '');
  add('with the least', beside);
  for (const option of extension.options) optionChecks(option, beside, family, random, add);
  for (const pair of pairs(extension.options, random)) add('two options', pair);
  for (const [name, hook] of [['raw', 'OUTPUT'], ['raw', 'PREROUTING'], ['mangle', 'INPUT'], ['mangle', 'FORWARD'], ['mangle', 'OUTPUT'], ['mangle', 'POSTROUTING'], ['nat', 'PREROUTING'], ['nat', 'INPUT'], ['nat', 'OUTPUT'], ['nat', 'POSTROUTING'], ['filter', 'INPUT'], ['filter', 'FORWARD'], ['filter', 'OUTPUT'], ['security', 'INPUT'], ['security', 'OUTPUT']] as const) {
    add(`in ${name} ${hook}`, beside, [name, hook, protocol]);
  }
  for (const other of ['tcp', 'udp', 'icmp', 'sctp', '47', 'all']) add(`with -p ${other}`, beside, [table, chain, other]);
  add('without -p', beside, [table, chain]);
  return cases;
}

function optionChecks(option: Option, beside: string, family: 4 | 6, random: Random, add: (what: string, options: string) => void): void {
  const { name } = option;
  const others = beside.split(/ (?=--|! --)/).filter((part) => part !== '' && !part.replace('! ', '').startsWith(`${name} `) && part.replace('! ', '') !== name).join(' ');
  const own = beside.includes(`${name} `) || beside.endsWith(name) ? others : beside;
  const put = (text: string): void => add(text, `${own} ${text}`.trim());
  if (option.words === 0) {
    for (const text of [name, `! ${name}`, `${name} ${name}`, `${name} extra`, name.slice(0, -1)]) put(text);
    return;
  }
  const values = [...valuesFor(option, family, random)];
  const good = values[0] ?? '1';
  for (const value of values) put(`${name} ${value}`);
  for (const value of values.slice(0, 6)) put(`! ${name} ${value}`);
  for (const text of [name, `! ${name}`, `${name} ${good} ${name} ${good}`, `${name}=${good}`, `${name.slice(0, -2)} ${good}`, `${name} ! ${good}`, `${name} ${good} extra`]) put(text);
  for (const alias of option.aliases) put(`${alias} ${good}`);
}

/** First what the option says that it takes, then edges of every kind. */
function valuesFor(option: Option, family: 4 | 6, random: Random): ReadonlySet<string> {
  const type = option.type;
  const told = [...(type?.completions ?? []), ...(type?.metavariable ?? '').split(/[|,[\]…\s]+/).filter((word) => /^[A-Za-z0-9-]+$/.test(word))];
  const list = [...random.sample(told, 8), ...random.sample(NUMBERS, family === 4 ? 24 : 8), ...random.sample(RANGES, family === 4 ? 16 : 6)];
  const address = /address|from|network|mask|host/.test(type?.metavariable ?? '');
  list.push(...(address ? random.sample(ADDRESSES, 22) : random.sample(ADDRESSES, 4)), ...random.sample(WORDS, address ? 6 : family === 4 ? 20 : 6));
  if (option.words === 2) for (const [a, b] of [['sip', 'src'], ['SYN', 'SYN'], ['SYN,ACK', 'SYN'], ['ALL', 'NONE'], ['SYN', 'ACK'], ['any', 'DATA'], ['all', 'INIT,ABORT:T'], ['only', 'DATA:UB'], ['x', 'y'], ['FIN,', 'FIN']]) list.push(`${String(a)} ${String(b)}`);
  return new Set(list.map((value) => suited(value, family)));
}

/** IPv4 addresses written as IPv6 ones where that is asked. */
function suited(text: string, family: 4 | 6): string {
  if (family === 4) return text;
  return text.replace(/\b10\.0\.0\.(\d+)(\/\d+)?/g, (_, last: string, length?: string) => `fd00::${last}${length === undefined ? '' : length === '/8' ? '/64' : ''}`).replace(/^icmp$/, 'icmpv6').replace(/\bsip\b/g, 'sip6');
}

function* pairs(options: readonly Option[], random: Random): Iterable<string> {
  for (let i = 0; i < Math.min(12, options.length * options.length); i++) {
    const [a, b] = random.sample(options, 2);
    if (!a || !b) return;
    const text = (option: Option): string => `${option.name}${option.words === 0 ? '' : ` ${random.pick([...(option.type?.completions ?? []), '1', '10', '1:2', '10.0.0.1', 'a'])}`}`;
    yield `${text(a)} ${text(b)}`;
  }
}

function ruleText(table: string, chain: string, rule: string): string {
  return `*${table}\n-A ${chain} ${rule}\nCOMMIT\n`;
}

const HEADERS = [
  '-s 10.0.0.1', '-s 10.0.0.1/24', '-s 10.0.0.1/33', '-s 10.0.0.1/255.255.0.0', '-s 10.0.0.1/255.0.255.0', '! -s 10.0.0.0/8', '-s ! 10.0.0.0/8', '-s 10.0.0.1,10.0.0.2', '! -s 10.0.0.1,10.0.0.2', '-s 10.0.0.1,10.0.0.2 -d 10.1.1.1,10.1.1.2', '-s 0.0.0.0/0', '! -s 0.0.0.0/0', '-s 0/0', '-s 10', '-s 10.1', '-s 0x0a000001', '-s 010.0.0.1', '-s ::1', '-s fd00::/64',
  '-s fd00::1/64', '-s fd00::1/129', '! -s ::/0', '-s ::/0', '-s fd00::1,fd00::2', '-s localhost', '-s no.such.host.invalid', '-s', '-s 10.0.0.1 -s 10.0.0.2', '--source 10.0.0.1', '--src 10.0.0.1', '--dst 10.0.0.1', '--sour 10.0.0.1', '--s 10.0.0.1', '-d 10.0.0.1', '--destination=10.0.0.1',
  '-i eth0', '! -i eth0', '-i +', '-i et+', '-i eth0+', '-i abcdefghijklmno', '-i abcdefghijklmnop', '-i "e h"', '-i eth/0', '-i ""', '-i !', '-o eth0', '! -o eth0', '-i eth0 -i eth1', '-i e*', '--in-interface eth0', '--in eth0',
  '-p tcp', '! -p tcp', '-p TCP', '-p 6', '-p 0', '-p all', '! -p all', '! -p 0', '-p 255', '-p 256', '-p -1', '-p nosuch', '-p icmp', '-p icmpv6', '-p ipv6-icmp', '-p icmp6', '-p 0x6', '-p 06', '-p tcp -p udp', '-p esp', '-p ah', '-p ipv6-route', '-p 60', '-p hopopt', '-p gre', '-p udplite', '-p mh', '-p ipv6-mh', '--protocol tcp', '--proto tcp', '--pr tcp',
  '-p tcp --dport 80', '-p tcp --dport http', '-p udp --sport 53', '-p udp --dport 53:54', '-p icmp --icmp-type 8', '-p sctp --dport 80', '-p udplite --dport 80', '-p dccp --dport 80', '--dport 80', '-p tcp --dport', '-p tcp ! --dport 80', '-p tcp --dport ! 80', '-p tcp --dpor 80', '-p tcp --d 80', '-p 6 --dport 80', '! -p tcp --dport 80', '-p all --dport 80', '-p tcp -m udp --dport 80', '-p tcp -m tcp', '-p tcp -m tcp -m tcp --dport 1',
  '-f', '! -f', '-f -f', '--fragments', '-m tcp', '-m nosuch', '-m', '-m mark', '-m comment --comment "a b" -m comment --comment c', '-j ACCEPT', '-j DROP', '-j RETURN', '-j NOSUCH', '-j', '-j ACCEPT -j DROP', '-g ACCEPT', '-g NOSUCH', '-j accept', '-j INPUT', '-g INPUT', '-j PREROUTING', '-c 1 2', '-c 1', '-c x y', '-4', '-6', '-n', '-v', '-x', '-t filter', 'extra', '! extra', '!', '! ! -s 10.0.0.1', '-j LOG --log-prefix "a b c"', '-j LOG --log-prefix', '-j LOG --log-level 8', '-j LOG --log-level warn', '-j MARK', '--jump ACCEPT', '-j QUEUE', '-j REJECT', '--unknown', '-X', '-A INPUT', '-w', '--line-numbers', '--modprobe=x', "-m comment --comment 'x y'", '-m comment --comment a\\ b',
];

function headerChecks(): CheckCase[] {
  return ([4, 6] as const).flatMap((family) => HEADERS.flatMap((text) => (['filter INPUT', 'mangle PREROUTING', 'mangle POSTROUTING'] as const).map((place): CheckCase => {
    const [table, chain] = place.split(' ') as [string, string];
    return { name: `v${family} ${place} ${text}`, family, rules: ruleText(table, chain, text) };
  })));
}

const STRUCTURES = [
  '*filter\nCOMMIT\n', '*filter\n', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\n', '*nosuch\nCOMMIT\n', '* filter\nCOMMIT\n', '*filter\nCOMMIT\nCOMMIT\n', 'COMMIT\n', '-A INPUT -j ACCEPT\n', '*filter\n:INPUT DROP [1:2]\nCOMMIT\n', '*filter\n:INPUT DROP\nCOMMIT\n', '*filter\n:INPUT REJECT [0:0]\nCOMMIT\n', '*filter\n:INPUT - [0:0]\nCOMMIT\n',
  '*filter\n:A - [0:0]\n-A A -j ACCEPT\nCOMMIT\n', '*filter\n:A ACCEPT [0:0]\nCOMMIT\n', '*filter\n-N A\n-A A -j ACCEPT\nCOMMIT\n', '*filter\n-A A -j ACCEPT\nCOMMIT\n', '*filter\n:A - [0:0]\n-A INPUT -j A\n-A A -j B\n:B - [0:0]\nCOMMIT\n', '*filter\n:A - [0:0]\n-A INPUT -j A\n-A A -j A\nCOMMIT\n', '*filter\n:A - [0:0]\n:B - [0:0]\n-A A -j B\n-A B -j A\nCOMMIT\n', '*filter\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -j A\nCOMMIT\n', '*filter\n:A - [0:0]\n-A A -g A\nCOMMIT\n',
  `*filter\n:${'a'.repeat(28)} - [0:0]\nCOMMIT\n`, `*filter\n:${'a'.repeat(29)} - [0:0]\nCOMMIT\n`, '*filter\n:-a - [0:0]\nCOMMIT\n', '*filter\n:!a - [0:0]\nCOMMIT\n', '*filter\n:a - [0:0]\n:a - [0:0]\nCOMMIT\n', '*filter\n:ACCEPT - [0:0]\nCOMMIT\n', '*filter\n:LOG - [0:0]\n-A INPUT -j LOG\nCOMMIT\n', '*filter\n:tcp - [0:0]\nCOMMIT\n', '*nat\n:FORWARD ACCEPT [0:0]\nCOMMIT\n', '*nat\n:PREROUTING DROP [0:0]\nCOMMIT\n', '*nat\n-A FORWARD -j ACCEPT\nCOMMIT\n', '*nat\n-A PREROUTING -j DROP\nCOMMIT\n',
  '# comment\n*filter\n\n# more\n-A INPUT -j ACCEPT\nCOMMIT\n# end\n', '*filter\n[1:2] -A INPUT -j ACCEPT\nCOMMIT\n', '*filter\n[1:2 -A INPUT -j ACCEPT\nCOMMIT\n', '*filter\n-A INPUT -j ACCEPT -c 1 2\nCOMMIT\n', '*filter\n-I INPUT -j ACCEPT\n-I INPUT 1 -j DROP\n-I INPUT 3 -j RETURN\nCOMMIT\n', '*filter\n-I INPUT 2 -j ACCEPT\nCOMMIT\n', '*filter\n-I INPUT 0 -j ACCEPT\nCOMMIT\n', '*filter\n-A INPUT -j ACCEPT\n-D INPUT 1\nCOMMIT\n', '*filter\n-D INPUT 1\nCOMMIT\n', '*filter\n-A INPUT -j ACCEPT\n-D INPUT -j ACCEPT\nCOMMIT\n', '*filter\n-D INPUT -j ACCEPT\nCOMMIT\n', '*filter\n-A INPUT -j ACCEPT\n-R INPUT 1 -j DROP\nCOMMIT\n', '*filter\n-R INPUT 1 -j DROP\nCOMMIT\n', '*filter\n-P INPUT DROP\nCOMMIT\n', '*filter\n-P INPUT REJECT\nCOMMIT\n', '*filter\n-P A DROP\nCOMMIT\n', '*filter\n-F\nCOMMIT\n', '*filter\n-F INPUT\nCOMMIT\n', '*filter\n-X\nCOMMIT\n', '*filter\n:A - [0:0]\n-X A\nCOMMIT\n', '*filter\n:A - [0:0]\n-A INPUT -j A\n-X A\nCOMMIT\n', '*filter\n-E A B\nCOMMIT\n', '*filter\n-Z\nCOMMIT\n', '*filter\n-L\nCOMMIT\n', '*filter\n--append INPUT -j ACCEPT\nCOMMIT\n', '*filter\n--app INPUT -j ACCEPT\nCOMMIT\n',
  '*filter\nCOMMIT\n*nat\nCOMMIT\n', '*filter\n*nat\nCOMMIT\n', '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n', '*filter\n -A INPUT -j ACCEPT\nCOMMIT\n', '*filter\n-A INPUT -j ACCEPT \nCOMMIT \n', '*filter\n-A INPUT -j ACCEPT # why\nCOMMIT\n', '*filter\r\n-A INPUT -j ACCEPT\r\nCOMMIT\r\n', '*filter\n-A INPUT -m comment --comment "unfinished\nCOMMIT\n', '*filter\ngarbage\nCOMMIT\n', '*mangle\n-A PREROUTING -o eth0\nCOMMIT\n', '*mangle\n-A POSTROUTING -i eth0\nCOMMIT\n', '*filter\n-A INPUT -o eth0\nCOMMIT\n', '*filter\n-A OUTPUT -i eth0\nCOMMIT\n', '*filter\n:A - [0:0]\n-A INPUT -j A\n-A A -o eth0\nCOMMIT\n',
  '*mangle\n:A - [0:0]\n-A PREROUTING -j A\n-A A -m owner --uid-owner 1\nCOMMIT\n', '*mangle\n:A - [0:0]\n-A OUTPUT -j A\n-A A -m owner --uid-owner 1\nCOMMIT\n', '*mangle\n:A - [0:0]\n-A A -m owner --uid-owner 1\nCOMMIT\n', '*nat\n:A - [0:0]\n-A POSTROUTING -j A\n-A A -j DNAT --to-destination 10.0.0.1\nCOMMIT\n',
];

function structureChecks(): CheckCase[] {
  return STRUCTURES.flatMap((rules) => ([4, 6] as const).map((family) => ({ name: `v${family} ${JSON.stringify(rules)}`, family, rules: suited(rules, family) })));
}
