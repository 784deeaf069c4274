import { chunkTypes, dccpTypes, headerNames, hexFlags, monthDays, unquoted } from './values';
import type { ListedForm, ListedPart } from './form';

const PORTS: readonly ListedPart[] = [
  ['spts?:~(\\S+)', '~1 --sport $2'],
  ['dpts?:~(\\S+)', '~1 --dport $2'],
];
const tracked = (name: string): ListedPart => [
  `~${name} (\\S+)`,
  ([sign, value = '']) => [...not(sign), `--${name}`, value === 'anywhere' ? '0/0' : value],
];
const limited = (name: string): ListedPart => [`~${name} (\\d+)`, `~1 --${name} $2`];
const lengthAndOptions = (name: string): ListedForm => ({
  head: [name, ''],
  parts: [
    [`length:~(\\d+)`, `~1 --${name}-len $2`],
    [`opts (\\S+)`, `--${name}-opts $1`],
  ],
});
/** The hop limit of either family, which compares alike. */
const hops = (name: string, upper: string): ListedForm => ({
  parts: [
    [`${upper} match ${upper} == (\\d+)`, `--${name}-eq $1`],
    [`${upper} match ${upper} != (\\d+)`, `! --${name}-eq $1`],
    [`${upper} match ${upper} < (\\d+)`, `--${name}-lt $1`],
    [`${upper} match ${upper} > (\\d+)`, `--${name}-gt $1`],
  ],
});
/** `icmptype 3 code 1` with -n, `icmp host-unreachable` without; older ones have a blank before `type`. */
const icmpTypes = (name: string, option: string): ListedForm => ({
  parts: [
    [`${name} ?~type (\\d+) codes? (\\d+)`, `~1 ${option} $2/$3`],
    [`${name} ?~type 255`, name === 'icmp' ? `~1 ${option} any` : `~1 ${option} 255`],
    [`${name} ?~type (\\d+)`, `~1 ${option} $2`],
    [`${name} ~([a-zA-Z][a-zA-Z0-9-]+)`, `~1 ${option} $2`],
  ],
});
const compared = (listed: string, option: string): readonly ListedPart[] =>
  ['eq', 'gt', 'lt'].map((sign) => [`${listed}-${sign}:~(\\d+)`, `~1 ${option}-${sign} $2`]);
/** By number with -n, else by name. */
const MH_TYPE = '(?:\\d+|binding-[a-z-]+|home-test[a-z-]*|careof-test[a-z-]*)';
/** Bytes with -n, `625`, and bits without, `5000bit`. */
const bits = (rate: string | undefined): string =>
  rate && /^\d+$/.test(rate) ? `${BigInt(rate) * 8n}bit` : (rate ?? '');
const not = (sign: string | undefined): readonly string[] => (sign ? ['!'] : []);

/**
 * How `iptables -L` prints each match, by the name of the match. Source: the print functions of extensions/libxt_*.c,
 * libipt_*.c and libip6t_*.c of iptables 1.8.9; what older ones print otherwise stands beside it.
 */
export const MATCH_FORMS: Readonly<Record<string, ListedForm>> = {
  addrtype: {
    head: ['ADDRTYPE match', ''],
    parts: [
      ['src-type ~(\\S+)', '~1 --src-type $2'],
      ['dst-type ~(\\S+)', '~1 --dst-type $2'],
      ['limit-in', '--limit-iface-in'],
      ['limit-out', '--limit-iface-out'],
    ],
  },
  ah: {
    head: ['ah', ''],
    parts: [
      ['spis?:~(\\d+(?::\\d+)?)(?=length:|[ \\t]|$)', '~1 --ahspi $2'],
      ['length:~(\\d+)', '~1 --ahlen $2'],
      ['reserved', '--ahres'],
    ],
  },
  bpf: {
    head: ['match[ -]bpf(?=[ \\d]|pinned)', ''],
    parts: [
      ['pinned (\\S+)', '--object-pinned $1'],
      // iptables 1.8.9 prints a zero byte after it, and no blank before what follows.
      [
        '(\\d+ \\d+ \\d+ \\d+(?:,\\d+ \\d+ \\d+ \\d+)*)\\0?(?=[^\\d,]|$)',
        ([code = '']) => ['--bytecode', `${code.split(',').length},${code}`],
      ],
    ],
  },
  cgroup: {
    parts: [
      ['cgroup ~(\\d+)', '~1 --cgroup $2'],
      ['cgroup ~(/\\S*)', '~1 --path $2'],
    ],
  },
  cluster: {
    head: ['cluster', ''],
    parts: [
      ['~node_mask=(\\S+)', '~1 --cluster-local-nodemask $2'],
      ['total_nodes=(\\d+)', '--cluster-total-nodes $1'],
      ['hash_seed=(\\S+)', '--cluster-hash-seed $1'],
    ],
  },
  connbytes: {
    parts: [
      ['connbytes mode (\\S+)', '--connbytes-mode $1'],
      ['connbytes direction (\\S+)', '--connbytes-dir $1'],
      ['~connbytes (\\d+(?::\\d*)?)', '~1 --connbytes $2'],
    ],
  },
  connlabel: { head: ['connlabel ~"?([^"\\s]+)"?', '~1 --label $2'], parts: [['set', '--set']] },
  connlimit: {
    parts: [
      ['#conn src/(\\S+) > (\\d+)', '--connlimit-above $2 --connlimit-mask $1 --connlimit-saddr'],
      ['#conn src/(\\S+) <= (\\d+)', '--connlimit-upto $2 --connlimit-mask $1 --connlimit-saddr'],
      ['#conn dst/(\\S+) > (\\d+)', '--connlimit-above $2 --connlimit-mask $1 --connlimit-daddr'],
      ['#conn dst/(\\S+) <= (\\d+)', '--connlimit-upto $2 --connlimit-mask $1 --connlimit-daddr'],
      ['#conn/(\\S+) > (\\d+)', '--connlimit-above $2 --connlimit-mask $1'],
      ['#conn/(\\S+) <= (\\d+)', '--connlimit-upto $2 --connlimit-mask $1'],
    ],
  },
  connmark: { parts: [['(?:connmark|CONNMARK) match +~(\\S+)', '~1 --mark $2']] },
  conntrack: {
    parts: [
      tracked('ctstate'),
      ['~ctproto (\\S+)', '~1 --ctproto $2'],
      ...[
        'ctorigsrc',
        'ctorigdst',
        'ctreplsrc',
        'ctrepldst',
        'ctorigsrcport',
        'ctorigdstport',
        'ctreplsrcport',
        'ctrepldstport',
      ].map(tracked),
      tracked('ctstatus'),
      tracked('ctexpire'),
      ['ctdir (\\S+)', '--ctdir $1'],
    ],
  },
  cpu: { parts: [['cpu ~(\\d+)', '~1 --cpu $2']] },
  dccp: {
    head: ['dccp', ''],
    parts: [
      ...PORTS,
      ['option=~(\\d+)', '~1 --dccp-option $2'],
      ['~((?:\\d+|[A-Z]+)(?:,(?:\\d+|[A-Z]+))*)', ([sign, types = '']) => dccpTypes(types, not(sign))],
    ],
  },
  devgroup: {
    parts: [
      ['~src-group (\\S+)', '~1 --src-group $2'],
      ['~dst-group (\\S+)', '~1 --dst-group $2'],
    ],
  },
  dscp: { parts: [['DSCP match ~(\\S+)', '~1 --dscp $2']] },
  dst: lengthAndOptions('dst'),
  ecn: {
    head: ['ECN match', ''],
    parts: [
      ['~CWR', '~1 --ecn-tcp-cwr'],
      ['~ECE', '~1 --ecn-tcp-ece'],
      ['~ECT=(\\d)', '~1 --ecn-ip-ect $2'],
    ],
  },
  esp: { head: ['esp', ''], parts: [['spis?:~(\\S+)', '~1 --espspi $2']] },
  eui64: { head: ['eui64', ''], parts: [] },
  frag: {
    head: ['frag', ''],
    parts: [
      ['ids?:~(\\S+)', '~1 --fragid $2'],
      ['length:~(\\d+)', '~1 --fraglen $2'],
      ['reserved', '--fragres'],
      ['first', '--fragfirst'],
      ['more', '--fragmore'],
      ['last', '--fraglast'],
    ],
  },
  // The name of the table is not printed: which rules share one is not known, so each has its own (`readText.ts`).
  hashlimit: {
    head: [
      'limit: (up to|above) (\\S+)',
      ([limit, rate = '']) => [limit === 'above' ? '--hashlimit-above' : '--hashlimit-upto', rate],
    ],
    parts: [
      ['burst (\\S+)', '--hashlimit-burst $1'],
      ['mode (\\S+)', ([mode = '']) => ['--hashlimit-mode', mode.replaceAll('-', ',')]],
      ...['htable-size', 'htable-max', 'htable-gcinterval', 'htable-expire', 'srcmask', 'dstmask', 'rate-interval'].map(
        (name): ListedPart => [`${name} (\\d+)`, `--hashlimit-${name} $1`],
      ),
      ['rate-match', '--hashlimit-rate-match'],
    ],
  },
  hbh: lengthAndOptions('hbh'),
  helper: { parts: [['helper match ~"(.*?)"', '~1 --helper $2']] },
  hl: hops('hl', 'HL'),
  icmp: icmpTypes('icmp', '--icmp-type'),
  icmp6: icmpTypes('ipv6-icmp', '--icmpv6-type'),
  ipcomp: {
    head: ['comp', ''],
    parts: [
      ['spis?:~(\\S+)', '~1 --ipcompspi $2'],
      ['reserved', '--compres'],
    ],
  },
  iprange: {
    parts: [
      ['source IP range ~(\\S+)', '~1 --src-range $2'],
      ['destination IP range ~(\\S+)', '~1 --dst-range $2'],
    ],
  },
  ipv6header: {
    head: ['ipv6header', ''],
    parts: [
      ['flags:~(\\S+)', ([sign, flags = '']) => headerNames(flags, not(sign))],
      ['soft', '--soft'],
    ],
  },
  ipvs: {
    parts: [
      ['~ipvs', '~1 --ipvs'],
      ['~v?proto (\\S+)', '~1 --vproto $2'],
      ['~vaddr (\\S+)', '~1 --vaddr $2'],
      ['~vport (\\d+)', '~1 --vport $2'],
      ['vdir (\\S+)', '--vdir $1'],
      ['~vmethod (\\S+)', '~1 --vmethod $2'],
      ['~vportctl (\\d+)', '~1 --vportctl $2'],
    ],
  },
  length: { parts: [['length ~(\\d+(?::\\d+)?)', '~1 --length $2']] },
  limit: { parts: [['limit: avg (\\S+) burst (\\d+)', '--limit $1 --limit-burst $2']] },
  mac: { parts: [['MAC ~((?:[\\da-fA-F]{2}:){5}[\\da-fA-F]{2})', '~1 --mac-source $2']] },
  mark: { parts: [['(?:mark|MARK) match ~(\\S+)', '~1 --mark $2']] },
  mh: { head: ['mh', ''], parts: [[`~(${MH_TYPE}(?::${MH_TYPE})?)`, '~1 --mh-type $2']] },
  multiport: {
    parts: [
      ['multiport sports +~(\\S+)', '~1 --sports $2'],
      ['multiport dports +~(\\S+)', '~1 --dports $2'],
      ['multiport ports +~(\\S+)', '~1 --ports $2'],
    ],
  },
  nfacct: { parts: [['nfacct-name +(\\S+)', '--nfacct-name $1']] },
  osf: { parts: [['OS fingerprint match (! )?(\\S+)', '~1 --genre $2']] },
  owner: {
    parts: [
      ['~owner socket exists', '~1 --socket-exists'],
      ['~(?:owner|OWNER) UID match (\\S+)', '~1 --uid-owner $2'],
      ['~(?:owner|OWNER) GID match (\\S+)', '~1 --gid-owner $2'],
      ['incl\\. suppl\\. groups', '--suppl-groups'],
    ],
  },
  physdev: {
    head: ['PHYSDEV match', ''],
    parts: [
      ['~--physdev-is-in', '~1 --physdev-is-in'],
      ['~--physdev-is-out', '~1 --physdev-is-out'],
      ['~--physdev-is-bridged', '~1 --physdev-is-bridged'],
      ['~--physdev-in (\\S+)', '~1 --physdev-in $2'],
      ['~--physdev-out (\\S+)', '~1 --physdev-out $2'],
    ],
  },
  pkttype: {
    parts: [
      ['PKTTYPE = (\\S+)', '--pkt-type $1'],
      ['PKTTYPE != (\\S+)', '! --pkt-type $1'],
    ],
  },
  policy: {
    head: ['policy match dir (in|out)', '--dir $1'],
    parts: [
      ['pol (\\S+)', '--pol $1'],
      ['strict', '--strict'],
      ['\\[0\\]', ''],
    ],
    repeated: [
      ['\\[\\d+\\]', '--next'],
      ['~reqid (\\d+)', '~1 --reqid $2'],
      ['~spi (\\S+)', '~1 --spi $2'],
      ['~proto (\\S+)', '~1 --proto $2'],
      ['~mode (\\S+)', '~1 --mode $2'],
      ['~tunnel-dst (\\S+)', '~1 --tunnel-dst $2'],
      ['~tunnel-src (\\S+)', '~1 --tunnel-src $2'],
    ],
  },
  quota: { parts: [['quota: (\\d+) bytes', '--quota $1']] },
  rateest: {
    head: ['rateest match (\\S+)', '--rateest1 $1'],
    parts: [
      ['delta', '--rateest-delta'],
      // Of both kinds of rate the sign is said twice.
      [
        'bps (\\d\\S*) (\\d\\S*) ~(eq|lt|gt) pps (\\d+) (?:! )?(?:eq|lt|gt) (\\d+)',
        ([one, two, sign, mode, three = '', four = '']) => [
          '--rateest-bps1',
          bits(one),
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest-bps2',
          bits(two),
          '--rateest-pps1',
          three,
          '--rateest-pps2',
          four,
        ],
      ],
      [
        'bps (\\d\\S*) ~(eq|lt|gt) pps (?:! )?(?:eq|lt|gt) (\\d+)',
        ([rate, sign, mode, packets = '']) => [
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest-bps',
          bits(rate),
          '--rateest-pps',
          packets,
        ],
      ],
      [
        'bps (\\d\\S*) (\\d\\S*) ~(eq|lt|gt)',
        ([one, two, sign, mode]) => [
          '--rateest-bps1',
          bits(one),
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest-bps2',
          bits(two),
        ],
      ],
      [
        'bps (\\d\\S*) ~(eq|lt|gt) (\\S+) bps (\\d\\S*)',
        ([one, sign, mode, other = '', two]) => [
          '--rateest-bps1',
          bits(one),
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest2',
          other,
          '--rateest-bps2',
          bits(two),
        ],
      ],
      [
        'bps (\\d\\S*) ~(eq|lt|gt)',
        ([rate, sign, mode]) => [...not(sign), `--rateest-${mode}`, '--rateest-bps', bits(rate)],
      ],
      ['bps ~(eq|lt|gt) (\\S+) bps', '~1 --rateest-$2 --rateest-bps --rateest2 $3'],
      ['pps (\\d+) ~(eq|lt|gt) (\\S+) pps (\\d+)', '--rateest-pps1 $1 ~2 --rateest-$3 --rateest2 $4 --rateest-pps2 $5'],
      ['pps (\\d+) ~(eq|lt|gt) (\\d+)', '--rateest-pps1 $1 ~2 --rateest-$3 --rateest-pps2 $4'],
      ['pps ~(eq|lt|gt) (\\S+) pps', '~1 --rateest-$2 --rateest-pps --rateest2 $3'],
      ['pps ~(eq|lt|gt) (\\d+)', '~1 --rateest-$2 --rateest-pps $3'],
    ],
  },
  realm: { parts: [['~realm (\\S+)', '~1 --realm $2']] },
  recent: {
    head: [
      '~recent: (SET|CHECK|UPDATE|REMOVE)',
      ([sign, what]) => [
        ...not(sign),
        { SET: '--set', CHECK: '--rcheck', UPDATE: '--update', REMOVE: '--remove' }[what ?? ''] ?? '--rcheck',
      ],
    ],
    parts: [
      ['seconds: (\\d+)', '--seconds $1'],
      ['reap', '--reap'],
      ['hit_count: (\\d+)', '--hitcount $1'],
      ['TTL-Match', '--rttl'],
      ['name: (.*?)(?= side: |$)', '--name $1'],
      ['side: source', '--rsource'],
      ['side: dest', '--rdest'],
      ['mask: (\\S+)', '--mask $1'],
    ],
  },
  rpfilter: {
    head: ['rpfilter', ''],
    parts: [
      ['loose', '--loose'],
      ['validmark', '--validmark'],
      ['accept-local', '--accept-local'],
      ['invert', '--invert'],
    ],
  },
  rt: {
    head: ['rt', ''],
    parts: [
      ['types?:~(-?\\d+)', ([sign, type = '']) => [...not(sign), '--rt-type', String(Number(type) >>> 0)]],
      ['segslefts?:~(\\S+)', '~1 --rt-segsleft $2'],
      ['length:~(\\d+)', '~1 --rt-len $2'],
      ['reserved', '--rt-0-res'],
      ['0-addrs (\\S+)', '--rt-0-addrs $1'],
      ['0-not-strict', '--rt-0-not-strict'],
    ],
  },
  sctp: {
    head: ['sctp', ''],
    parts: [
      ...PORTS,
      ['~(any|all|only) (\\S+)', ([sign, scope = '', types = '']) => chunkTypes(scope, types, not(sign))],
    ],
  },
  set: {
    head: ['~match-set (\\S+) (\\S+)', '~1 --match-set $2 $3'],
    parts: [
      ['return-nomatch', '--return-nomatch'],
      ['~update-counters', '~1 --update-counters'],
      ['~update-subcounters', '~1 --update-subcounters'],
      ...['packets-eq', 'packets-lt', 'packets-gt', 'bytes-eq', 'bytes-lt', 'bytes-gt'].map(limited),
    ],
  },
  socket: {
    head: ['socket', ''],
    parts: [
      ['--transparent', '--transparent'],
      ['--nowildcard', '--nowildcard'],
      ['--restore-skmark', '--restore-skmark'],
    ],
  },
  srh: {
    head: ['srh', ''],
    parts: [
      ['next-hdr:~(\\d+)', '~1 --srh-next-hdr $2'],
      ...compared('hdr-len', '--srh-hdr-len'),
      ...compared('segs-left', '--srh-segs-left'),
      ...compared('last-entry', '--srh-last-entry'),
      ['tag:~(\\d+)', '~1 --srh-tag $2'],
      ['psid +~(\\S+)', '~1 --srh-psid $2'],
      ['nsid +~(\\S+)', '~1 --srh-nsid $2'],
      ['lsid +~(\\S+)', '~1 --srh-lsid $2'],
    ],
  },
  state: { parts: [['~state (\\S+)', '~1 --state $2']] },
  statistic: {
    parts: [
      ['statistic mode random ~probability (\\S+)', '--mode random ~1 --probability $2'],
      ['statistic mode nth ~every (\\d+) packet (\\d+)', '--mode nth ~1 --every $2 --packet $3'],
      ['statistic mode nth ~every (\\d+)', '--mode nth ~1 --every $2 --packet 0'],
    ],
  },
  string: {
    head: [
      'STRING match +~"((?:[^"\\\\]|\\\\.)*)" ALGO name (\\S+)',
      ([sign, text = '', algorithm = '']) => [
        ...not(sign),
        ...(/^\|(?:[\da-fA-F]{2})+\|$/.test(text) ? ['--hex-string', text] : ['--string', unquoted(text)]),
        '--algo',
        algorithm,
      ],
    ],
    parts: [
      ['FROM (\\d+)', '--from $1'],
      ['TO (\\d+)', '--to $1'],
      ['ICASE', '--icase'],
    ],
  },
  tcp: {
    head: ['tcp', ''],
    parts: [
      ...PORTS,
      ['option=~(\\d+)', '~1 --tcp-option $2'],
      [
        'flags:~([\\w,]+)/([\\w,]+)',
        ([sign, mask = '', set = '']) => [...not(sign), '--tcp-flags', hexFlags(mask), hexFlags(set)],
      ],
    ],
  },
  tcpmss: { parts: [['tcpmss match ~(\\S+)', '~1 --mss $2']] },
  time: {
    head: ['TIME', ''],
    parts: [
      ['from (\\d\\d:\\d\\d(?::\\d\\d)?) to (\\d\\d:\\d\\d(?::\\d\\d)?)', '--timestart $1 --timestop $2'],
      ['on ((?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?)+)', '--weekdays $1'],
      ['on ((?:\\d+(?:st|nd|rd|th),?)+)', ([days = '']) => ['--monthdays', monthDays(days)]],
      ['starting from (\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)', '--datestart $1T$2'],
      ['until date (\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)', '--datestop $1T$2'],
      ['UTC', '--utc'],
      ['contiguous', '--contiguous'],
    ],
    without: ['--utc', '--kerneltz'],
  },
  tos: { parts: [['(?:tos|TOS) match ?~(\\S+)', '~1 --tos $2']] },
  ttl: hops('ttl', 'TTL'),
  u32: { parts: [['u32 ~"([^"]*)"', '~1 --u32 $2']] },
  udp: { head: ['udp', ''], parts: PORTS },
};
