import { network, range } from './addresses';
import { addressMask, iface, port, ports, valueMask, type Scene } from './scene';

export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** Where a rule is. `any`: in a chain that may be reached from every hook of its table. */
export interface Place {
  readonly hook: HookName | 'any';
  readonly table: string;
  /** What `-p` says, where it is not negated. */
  readonly protocol: string | undefined;
}

/** Makes one match with random options, or undefined where it cannot be there. */
type MatchMaker = (scene: Scene, place: Place) => string | undefined;

const inputs = ({ hook }: Place): boolean => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD';
const outputs = ({ hook }: Place): boolean => hook === 'OUTPUT' || hook === 'POSTROUTING';

/** One to `most` of the pieces, at least one, in the order given; each is made only where it is chosen. */
function some({ random }: Scene, most: number, ...pieces: readonly (() => string)[]): string {
  const chosen = new Set(
    random.sample(
      pieces.map((_, i) => i),
      random.int(1, most),
    ),
  );
  return pieces
    .filter((_, i) => chosen.has(i))
    .map((piece) => piece())
    .join(' ');
}

const list = (scene: Scene, words: readonly string[], most: number): string =>
  scene.random.sample(words, scene.random.int(1, most)).join(',');
const hex = (value: number): string => `0x${value.toString(16)}`;

const HEADERS = ['hop-by-hop', 'dst', 'route', 'frag', 'auth', 'esp', 'none', 'prot'];
const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
const ICMP_NAMES = [
  'any',
  'echo-request',
  'echo-reply',
  'destination-unreachable',
  'host-unreachable',
  'port-unreachable',
  'time-exceeded',
  'ttl-zero-during-transit',
  'parameter-problem',
  'timestamp-request',
  'redirect',
  'fragmentation-needed',
];
const ICMP6_NAMES = [
  'echo-request',
  'echo-reply',
  'destination-unreachable',
  'port-unreachable',
  'time-exceeded',
  'packet-too-big',
  'neighbour-solicitation',
  'router-advertisement',
  'ttl-zero-during-transit',
  'bad-header',
];
const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];
const SCTP_CHUNKS = [
  'DATA',
  'INIT',
  'INIT_ACK',
  'SACK',
  'HEARTBEAT',
  'HEARTBEAT_ACK',
  'ABORT',
  'SHUTDOWN',
  'SHUTDOWN_ACK',
  'ERROR',
  'COOKIE_ECHO',
  'COOKIE_ACK',
  'SHUTDOWN_COMPLETE',
  'ASCONF',
];
const ROUTE_TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
];

/** Matches that go with a protocol: `-p tcp` brings them along. */
export const PROTOCOL_MATCHES: Readonly<Record<string, MatchMaker>> = {
  tcp: (s) => {
    const { random: r } = s;
    const flags = (): string => {
      if (r.chance(0.3)) return `${r.not()}--syn`;
      const mask = r.chance(0.8) ? r.sample(TCP_FLAGS, r.int(1, 4)) : r.chance(0.5) ? ['ALL'] : TCP_FLAGS;
      const set = (mask[0] === 'ALL' ? TCP_FLAGS : mask).filter(() => r.chance(0.4));
      return `${r.not()}--tcp-flags ${mask.join(',')} ${set.join(',') || 'NONE'}`;
    };
    return `-m tcp ${some(
      s,
      2,
      () => `${r.not()}--dport ${ports(s)}`,
      () => `${r.not()}--sport ${ports(s)}`,
      flags,
      () => `${r.not()}--tcp-option ${r.of(2, 3, 4, 8)}`,
    )}`;
  },
  udp: (s) =>
    `-m udp ${some(
      s,
      2,
      () => `${s.random.not()}--dport ${ports(s)}`,
      () => `${s.random.not()}--sport ${ports(s)}`,
    )}`,
  sctp: (s) => {
    const { random: r } = s;
    const chunk = (): string => {
      const name = r.pick(SCTP_CHUNKS);
      const flags: Record<string, readonly string[]> = {
        DATA: ['U', 'B', 'E', 'UBe', 'be'],
        ABORT: ['T', 't'],
        SHUTDOWN_COMPLETE: ['T', 't'],
      };
      const own = flags[name];
      return own && r.chance(0.4) ? `${name}:${r.pick(own)}` : name;
    };
    return `-m sctp ${some(
      s,
      2,
      () => `${r.not()}--dport ${ports(s)}`,
      () => `${r.not()}--sport ${ports(s)}`,
      () =>
        `${r.not()}--chunk-types ${r.of('any', 'all', 'only')} ${r.chance(0.7) ? chunk() : `${chunk()},${chunk()}`}`,
    )}`;
  },
  dccp: (s) =>
    `-m dccp ${some(
      s,
      2,
      () => `${s.random.not()}--dport ${ports(s)}`,
      () => `${s.random.not()}--sport ${ports(s)}`,
      () =>
        `${s.random.not()}--dccp-types ${list(s, ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK', 'INVALID'], 3)}`,
      () => `${s.random.not()}--dccp-option ${s.random.of(1, 2, 38)}`,
    )}`,
  icmp: (s) =>
    s.family === 4
      ? `-m icmp ${s.random.not()}--icmp-type ${s.random.of('8', '0', '3', '3/1', '3/3', '11', '11/0', '8/0', '13', '5', '12', s.random.pick(ICMP_NAMES))}`
      : `-m icmp6 ${s.random.not()}--icmpv6-type ${s.random.of('128', '129', '1', '1/4', '3', '4/1', '128/0', '2', '135', s.random.pick(ICMP6_NAMES))}`,
  esp: (s) => `-m esp ${s.random.not()}--espspi ${s.random.of('256', '0:255', '200:300', '0x100', '4096:', ':256')}`,
  ah: (s) =>
    s.family === 4
      ? `-m ah ${s.random.not()}--ahspi ${s.random.of('256', '0:255', '200:300')}`
      : `-m ah ${some(
          s,
          3,
          () => `${s.random.not()}--ahspi ${s.random.of('256', '0:255', '200:300')}`,
          () => `${s.random.not()}--ahlen ${s.random.of(12, 20, 24)}`,
          () => '--ahres',
        )}`,
  ipcomp: (s) =>
    `-m ipcomp ${some(
      s,
      2,
      () => `${s.random.not()}--ipcompspi ${s.random.of('2', '256', '0:255', '8000:9000')}`,
      () => '--compres',
    )}`,
};

/** All other matches, by name. */
export const MATCHES: Readonly<Record<string, MatchMaker>> = {
  addrtype: (s, place) => {
    const { random: r } = s;
    const types = (): string =>
      list(s, s.family === 4 ? ROUTE_TYPES : ['UNICAST', 'LOCAL', 'MULTICAST', 'ANYCAST', 'UNREACHABLE'], 2);
    const side =
      inputs(place) && place.hook !== 'FORWARD'
        ? '--limit-iface-in'
        : outputs(place)
          ? '--limit-iface-out'
          : r.of('--limit-iface-in', '--limit-iface-out');
    const limit = place.hook !== 'any' && r.chance(0.25);
    return `-m addrtype ${some(
      s,
      limit ? 1 : 2,
      () => `${r.not()}--src-type ${types()}`,
      () => `${r.not()}--dst-type ${types()}`,
    )}${limit ? ` ${side}` : ''}`;
  },
  // None reads the flow label of IPv6, by which the referee knows a packet again.
  bpf: (s) =>
    `-m bpf --bytecode "${s.random.of('4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0', '4,48 0 0 9,21 0 1 17,6 0 0 65535,6 0 0 0', '3,48 0 0 8,53 0 0 64,22 0 0 0', '1,6 0 0 1', `5,40 0 0 ${s.family === 4 ? 2 : 4},37 0 1 60,6 0 0 1,21 0 0 0,6 0 0 0`, '6,48 0 0 0,84 0 0 240,21 0 2 64,32 0 0 12,2 0 0 0,22 0 0 0')}"`,
  cgroup: (s, place) =>
    place.hook === 'INPUT' || outputs(place)
      ? `-m cgroup ${s.random.not()}--cgroup ${s.random.of(0, 1, 1048577)}`
      : undefined,
  cluster: (s) =>
    `-m cluster --cluster-total-nodes ${s.random.of('2', '3')} ${s.random.not()}--cluster-${s.random.of('local-node 1', 'local-node 2', 'local-nodemask 0x1', 'local-nodemask 0x3')} --cluster-hash-seed ${s.random.of('0xdeadbeef', '1')}`,
  comment: (s) =>
    `-m comment --comment ${s.random.of('"hello world"', 'plain', '"quote \\" inside"', '"-j DROP"', '"# not a comment"')}`,
  connbytes: (s) =>
    `-m connbytes ${s.random.not()}--connbytes ${s.random.of('0', '1', '2', '1:3', '40:', '0:100', '60')} --connbytes-mode ${s.random.of('packets', 'bytes', 'avgpkt')} --connbytes-dir ${s.random.of('original', 'reply', 'both')}`,
  connlabel: (s) =>
    `-m connlabel ${s.random.not()}--label ${s.random.of(0, 5, 127)}${s.random.chance(0.5) ? ' --set' : ''}`,
  connlimit: (s) =>
    `-m connlimit ${s.random.not()}--connlimit-${s.random.of('above', 'upto')} ${s.random.int(0, 2)}${s.random.chance(0.5) ? ` --connlimit-mask ${s.random.of(0, 8, 24, 32)}` : ''}${s.random.of('', ' --connlimit-saddr', ' --connlimit-daddr')}`,
  connmark: (s) => `-m connmark ${s.random.not()}--mark ${valueMask(s)}`,
  conntrack: (s) => {
    const { random: r } = s;
    const state = (): string => `${r.not()}--ctstate ${list(s, [...STATES, 'SNAT', 'DNAT'], 3)}`;
    if (r.chance(0.5)) return `-m conntrack ${state()}`;
    return `-m conntrack ${some(
      s,
      2,
      state,
      () => `${r.not()}--ctproto ${r.of(s.protocol === 'icmp' && s.family === 6 ? 'icmpv6' : s.protocol, 'tcp', '17')}`,
      () => `${r.not()}--ctorigsrc ${addressMask(s)}`,
      () => `${r.not()}--ctorigdst ${addressMask(s)}`,
      () => `${r.not()}--ctreplsrc ${addressMask(s)}`,
      () => `${r.not()}--ctrepldst ${addressMask(s)}`,
      () => `${r.not()}--ctorigsrcport ${ports(s)}`,
      () => `${r.not()}--ctorigdstport ${ports(s)}`,
      () => `${r.not()}--ctreplsrcport ${ports(s)}`,
      () => `${r.not()}--ctrepldstport ${ports(s)}`,
      () => `${r.not()}--ctstatus ${r.of('NONE', list(s, ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'], 2))}`,
      () => `--ctdir ${r.of('ORIGINAL', 'REPLY')}`,
    )}`;
  },
  devgroup: (s, place) =>
    inputs(place) && place.hook !== 'FORWARD'
      ? `-m devgroup ${s.random.not()}--src-group ${s.random.of('0x0', '0x1', '0x0/0x1')}`
      : outputs(place)
        ? `-m devgroup ${s.random.not()}--dst-group ${s.random.of('0x0', '0x1', '0x0/0x1')}`
        : place.hook === 'FORWARD'
          ? `-m devgroup ${s.random.not()}--src-group 0x0 ${s.random.not()}--dst-group ${s.random.of('0x0', '0x1')}`
          : undefined,
  dscp: (s) =>
    `-m dscp ${s.random.not()}${s.random.chance(0.6) ? `--dscp ${hex(s.random.of(0, 0x2e, 0x0a, 0x12, 1, 8))}` : `--dscp-class ${s.random.of('EF', 'AF11', 'CS1', 'BE', 'AF23')}`}`,
  ecn: (s, { protocol }) => {
    const { random: r } = s;
    const ip = (): string => `${r.not()}--ecn-ip-ect ${r.int(0, 3)}`;
    if (protocol !== 'tcp') return `-m ecn ${ip()}`;
    return `-m ecn ${some(
      s,
      2,
      ip,
      () => `${r.not()}--ecn-tcp-cwr`,
      () => `${r.not()}--ecn-tcp-ece`,
    )}`;
  },
  hashlimit: (s) => {
    const { random: r } = s;
    const rate = r.of('1/hour', '2/day', '1/min', '3/hour');
    const mode = r.of(
      '',
      ' --hashlimit-mode srcip',
      ' --hashlimit-mode dstip',
      ' --hashlimit-mode srcip,dstip,srcport,dstport',
      ' --hashlimit-mode dstport',
    );
    const masks =
      (mode.includes('srcip') && r.chance(0.3) ? ` --hashlimit-srcmask ${r.of(8, 24)}` : '') +
      (mode.includes('dstip') && r.chance(0.3) ? ` --hashlimit-dstmask ${r.of(16, 0)}` : '');
    return `-m hashlimit ${r.not()}--hashlimit-${r.of('upto', 'above')} ${rate} --hashlimit-burst ${r.int(1, 5)}${mode}${masks} --hashlimit-name h${r.int(0, 9999)}${r.chance(0.2) ? ' --hashlimit-htable-size 1000 --hashlimit-htable-max 5000 --hashlimit-htable-expire 600000 --hashlimit-htable-gcinterval 60000' : ''}`;
  },
  helper: (s) => `-m helper ${s.random.not()}--helper ${s.random.of('ftp', 'sip', '""')}`,
  iprange: (s) => {
    const one = (): string => range(...(s.random.sample(s.all, 2) as [string, string]));
    return `-m iprange ${some(
      s,
      2,
      () => `${s.random.not()}--src-range ${one()}`,
      () => `${s.random.not()}--dst-range ${one()}`,
    )}`;
  },
  length: (s) =>
    `-m length ${s.random.not()}--length ${s.random.of('40', '0:60', '60:', ':100', '28', '84', '100:1500', '1000', '68')}`,
  limit: (s) =>
    `-m limit --limit ${s.random.of('1/min', '2/hour', '3/day', '1/hour')} --limit-burst ${s.random.int(1, 5)}`,
  mac: (s, place) =>
    inputs(place)
      ? `-m mac ${s.random.not()}--mac-source ${s.random.of('02:00:00:00:99:99', '02:00:00:00:99:98', '00:11:22:33:44:55')}`
      : undefined,
  mark: (s) => `-m mark ${s.random.not()}--mark ${valueMask(s)}`,
  multiport: (s, { protocol }) => {
    if (!['tcp', 'udp', 'udplite', 'sctp', 'dccp'].includes(protocol ?? '')) return undefined;
    const one = (): string => (s.random.chance(0.7) ? String(port(s)) : ports(s, '\u0000').replace('\u0000', ':'));
    return `-m multiport ${s.random.not()}${s.random.of('--dports', '--sports', '--ports')} ${Array.from({ length: s.random.int(1, 4) }, one).join(',')}`;
  },
  owner: (s, place) => {
    if (!outputs(place)) return undefined;
    const { random: r } = s;
    const gid = (): string => `${r.not()}--gid-owner ${r.of('0', '1000', '1337', '1000-1999')}`;
    return `-m owner ${some(
      s,
      2,
      () => `${r.not()}--uid-owner ${r.of('0', '1000', '1337', '1000-1999', '0-999', 'root')}`,
      gid,
      () => `${r.not()}--socket-exists`,
    )}${r.chance(0.15) ? ` -m owner ${gid()} --suppl-groups` : ''}`;
  },
  physdev: (s, place) =>
    inputs(place)
      ? `-m physdev ${s.random.not()}${s.random.of('--physdev-in eth0', '--physdev-in et+', '--physdev-is-bridged', '--physdev-is-in')}`
      : undefined,
  pkttype: (s) => `-m pkttype ${s.random.not()}--pkt-type ${s.random.of('unicast', 'broadcast', 'multicast', 'host')}`,
  policy: (s, place) => {
    const { random: r } = s;
    const dir =
      place.hook === 'PREROUTING' || place.hook === 'INPUT'
        ? 'in'
        : outputs(place)
          ? 'out'
          : place.hook === 'FORWARD'
            ? r.of('in', 'out')
            : undefined;
    if (dir === undefined) return undefined;
    if (r.chance(0.5)) return `-m policy --dir ${dir} --pol none`;
    const mode = s.family === 4 ? '10.0.0.1' : 'fd00::1';
    return `-m policy --dir ${dir} --pol ipsec${r.chance(0.4) ? ` --strict --reqid ${r.of(1, 7)}` : r.of('', ` ${r.not()}--reqid 1`, ` ${r.not()}--spi 0x10`, ` ${r.not()}--proto esp`, ` ${r.not()}--mode tunnel --tunnel-src ${mode} --tunnel-dst ${mode}`)}`;
  },
  quota: (s) => `-m quota ${s.random.not()}--quota ${s.random.of(20, 39, 40, 100, 10000)}`,
  realm: (s, place) =>
    s.family === 4 && place.hook !== 'PREROUTING' && place.hook !== 'any'
      ? `-m realm ${s.random.not()}--realm ${s.random.of('0x0', '0x1', '0x7', '0x7/0xf')}`
      : undefined,
  recent: (s) => {
    const { random: r } = s;
    const what = r.of('--set', '--rcheck', '--update', '--remove');
    const more =
      what === '--rcheck' || what === '--update'
        ? r.of('', ' --seconds 60', ' --hitcount 1', ' --seconds 60 --hitcount 2', ' --seconds 60 --reap', ' --rttl')
        : what === '--set'
          ? ''
          : '';
    // A list has one mask, that of the first rule that names it.
    const masked = r.chance(0.2);
    return `-m recent ${r.not()}${what}${more} --name ${masked ? 'M' : r.of('A', 'B')}${r.of('', ' --rsource', ' --rdest')}${masked ? ` --mask ${s.family === 4 ? '255.255.255.0' : 'ffff:ffff::'}` : ''}`;
  },
  rpfilter: (s, { hook, table }) =>
    hook === 'PREROUTING' && (table === 'raw' || table === 'mangle')
      ? `-m rpfilter${['--loose', '--validmark', '--accept-local', '--invert']
          .filter(() => s.random.chance(0.3))
          .map((each) => ` ${each}`)
          .join('')}`
      : undefined,
  set: (s, place) => {
    const { random: r } = s;
    const set = s.sets.length > 0 ? r.pick(s.sets) : undefined;
    if (!set || (set.withInterface && !inputs(place))) return undefined;
    const directions = set.withInterface
      ? `${r.of('src', 'dst')},src`
      : Array.from({ length: set.dimensions }, () => r.of('src', 'dst')).join(',');
    const counters = set.counters
      ? r.of(
          '',
          ` --packets-gt ${r.int(0, 3)}`,
          ` ${r.not()}--packets-eq ${r.int(0, 4)}`,
          ` --packets-lt ${r.int(1, 4)}`,
          ` --bytes-gt ${r.int(0, 300)}`,
          ` ${r.not()}--bytes-eq ${r.of(0, 40)}`,
          ` --bytes-lt ${r.int(1, 300)}`,
        )
      : '';
    return `-m set ${r.not()}--match-set ${set.name} ${directions}${r.chance(0.15) ? ' --return-nomatch' : ''}${r.chance(0.15) ? ` ${r.of('', '! ')}--update-counters` : ''}${r.chance(0.1) ? ' ! --update-subcounters' : ''}${counters}`;
  },
  socket: (s, { hook, table }) =>
    (hook === 'PREROUTING' || hook === 'INPUT') && table !== 'security'
      ? `-m socket${s.random.of('', ' --transparent', ' --nowildcard', ' --restore-skmark', ' --transparent --nowildcard')}`
      : undefined,
  state: (s) => `-m state ${s.random.not()}--state ${list(s, STATES, 2)}`,
  statistic: (s) => {
    const every = s.random.int(1, 4);
    return `-m statistic --mode nth ${s.random.not()}--every ${every} --packet ${s.random.int(0, every - 1)}`;
  },
  string: (s) => {
    const { random: r } = s;
    const pattern = r.chance(0.7)
      ? `--string ${r.of('GET', '"xx"', 'host', 'get', '"x x"')}`
      : `--hex-string ${r.of('"|0d0a|host"', '"|12 34|"', '"x|78|x"')}`;
    return `-m string --algo ${r.of('bm', 'kmp')}${r.of('', ' --to 60', ' --from 40 --to 90', ' --from 20', ' --to 100')} ${r.not()}${pattern}${r.chance(0.3) ? ' --icase' : ''}`;
  },
  tcpmss: (s, { protocol }) =>
    protocol === 'tcp' ? `-m tcpmss ${s.random.not()}--mss ${s.random.of('1460', '0:1000', '1400:1500')}` : undefined,
  time: (s) =>
    `-m time ${s.random.of('--timestart 00:00 --timestop 12:00', '--weekdays Mon,Wed', '! --monthdays 1,2,3', '--datestart 2020-01-01', '--datestop 2020-01-01T00:00:00', '! --weekdays Sun', '--timestart 23:00 --timestop 01:00 --contiguous --datestart 1990')}`,
  tos: (s) =>
    `-m tos ${s.random.not()}--tos ${s.random.chance(0.7) ? `${hex(s.random.of(0, 8, 0x10, 0x2e, 0xb8))}/${hex(s.random.of(0xff, 0x3f, 0xfc, 0x10))}` : s.random.of('Minimize-Delay', 'Normal-Service', '0x10')}`,
  ttl: (s) =>
    `-m ${s.family === 4 ? 'ttl --ttl' : 'hl --hl'}`.replace(
      /(ttl|hl) --(ttl|hl)$/,
      (_, name: string, option: string) => {
        const value = s.random.of(1, 2, 63, 64, 65, 127, 128, 255);
        return `${name} ${s.random.of(`--${option}-eq ${value}`, `! --${option}-eq ${value}`, `--${option}-lt ${value}`, `--${option}-gt ${value}`)}`;
      },
    ),
  // None reads the identification of IPv4, which the kernel draws at random for what it sends itself.
  u32: (s) =>
    `-m u32 ${s.random.not()}--u32 ${
      s.family === 4
        ? s.random.of(
            '"6&0xff=6"',
            '"6&0xff=17"',
            '"0>>24=0x45"',
            '"0&0xffff=40:1500"',
            '"12=0x0af40209"',
            '"0>>22&0x3c@0&0xffff=53,80,443"',
            '"0>>22&0x3c@0>>16=32768:65535"',
            '"8>>24&0xff=64:128&&6&0xff=1,6"',
          )
        : s.random.of(
            '"6&0xff00=0x600"',
            '"4>>16=0:100"',
            '"40>>16=32768:65535"',
            '"40&0xffff=53,80,443"',
            '"7&0xff=64"',
          )
    }`,
  dst: (s) =>
    s.family === 6
      ? `-m dst${s.random.of('', ` ${s.random.not()}--dst-len ${s.random.of(8, 16)}`, ` --dst-opts ${s.random.of('1', '1:4', '5', '1:3')}`)}`
      : undefined,
  eui64: (s, place) => (s.family === 6 && inputs(place) ? '-m eui64' : undefined),
  frag: (s) =>
    s.family === 6
      ? `-m frag ${some(
          s,
          2,
          () => `${s.random.not()}--fragid ${s.random.of('7', '0:7', '8:9')}`,
          () => '--fragres',
          () => s.random.of('--fragfirst', '--fragmore', '--fraglast'),
          () => `--fraglen ${s.random.of(8, 16)}`,
        )}`
      : undefined,
  hbh: (s) =>
    s.family === 6
      ? `-m hbh${s.random.of('', ` ${s.random.not()}--hbh-len ${s.random.of(8, 16)}`, ` --hbh-opts ${s.random.of('1', '1:4', '5', '1:3')}`)}`
      : undefined,
  ipv6header: (s) =>
    s.family === 6
      ? `-m ipv6header ${s.random.chance(0.5) ? '--soft ' : ''}${s.random.not()}--header ${list(s, HEADERS, 2)}`
      : undefined,
  mh: (s, { protocol }) =>
    s.family === 6 && protocol === '135'
      ? `-m mh ${s.random.not()}--mh-type ${s.random.of('5', '0:4', 'binding-update', 'brr', '1:')}`
      : undefined,
  rt: (s) =>
    s.family === 6
      ? `-m rt ${some(
          s,
          2,
          () => `${s.random.not()}--rt-type ${s.random.of(0, 2, 4)}`,
          () => `${s.random.not()}--rt-segsleft ${s.random.of('0', '1', '0:3')}`,
          () => `${s.random.not()}--rt-len ${s.random.of(8, 24)}`,
        )}`
      : undefined,
  srh: (s) =>
    s.family === 6
      ? `-m srh ${some(
          s,
          2,
          () => `${s.random.not()}--srh-next-hdr ${s.random.of('6', '17', '59')}`,
          () => `${s.random.not()}--srh-hdr-len-${s.random.of('eq', 'gt', 'lt')} ${s.random.of(0, 2, 4)}`,
          () => `${s.random.not()}--srh-segs-left-${s.random.of('eq', 'gt', 'lt')} ${s.random.of(0, 1, 2)}`,
          () => `${s.random.not()}--srh-last-entry-${s.random.of('eq', 'gt', 'lt')} ${s.random.of(0, 1)}`,
          () => `${s.random.not()}--srh-tag ${s.random.of(0, 5, 7)}`,
          () => `${s.random.not()}--srh-psid ${network(s.random.pick(s.all), s.random.of(64, 128))}`,
          () => `${s.random.not()}--srh-nsid ${network(s.random.pick(s.all), s.random.of(64, 128))}`,
          () => `${s.random.not()}--srh-lsid ${network(s.random.pick(s.all), s.random.of(64, 128))}`,
        )}`
      : undefined,
};

/** The fixed part of a rule: addresses, interfaces, protocol. Gives back the protocol where it is certain. */
export function header(
  scene: Scene,
  place: Omit<Place, 'protocol'>,
  density: number,
  wanted?: readonly string[],
): { readonly text: string; readonly protocol: string | undefined } {
  const { random, family } = scene;
  const words: string[] = [];
  for (const option of ['-s', '-d'])
    if (random.chance(density)) words.push(`${random.not()}${option} ${addressMask(scene)}`);
  const { hook } = place;
  if ((hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD' || hook === 'any') && random.chance(0.12))
    words.push(`${random.not()}-i ${iface(scene)}`);
  if ((hook === 'OUTPUT' || hook === 'POSTROUTING' || hook === 'FORWARD' || hook === 'any') && random.chance(0.12))
    words.push(`${random.not()}-o ${iface(scene)}`);
  if (family === 4 && random.chance(0.04)) words.push(`${random.not()}-f`);
  const protocol = wanted
    ? random.pick(wanted)
    : random.chance(0.75)
      ? scene.protocol
      : random.of('tcp', 'udp', 'icmp', 'all', 'gre', 'igmp', '47');
  if (wanted || random.chance(0.65)) {
    const not = wanted || protocol === 'all' ? '' : random.not(0.1);
    words.push(`${not}-p ${protocol === 'icmp' && family === 6 ? 'icmpv6' : protocol}`);
    return { text: words.join(' '), protocol: not === '' && protocol !== 'all' ? protocol : undefined };
  }
  return { text: words.join(' '), protocol: undefined };
}

/** Up to `most` matches that can be at this place. */
export function matches(scene: Scene, place: Place, most: number, names = MATCH_NAMES): string {
  const { random } = scene;
  const words: string[] = [];
  const own = place.protocol === undefined ? undefined : PROTOCOL_MATCHES[place.protocol];
  if (own && random.chance(0.6)) words.push(own(scene, place) ?? '');
  for (const name of random.sample(names, random.int(0, most))) {
    const maker = MATCHES[name];
    const text = maker?.(scene, place);
    if (text !== undefined) words.push(text);
  }
  return words.filter((each) => each !== '').join(' ');
}

export const MATCH_NAMES: readonly string[] = Object.keys(MATCHES);
