import { monthDays, not, unquoted } from './values';
import type { ListedForm, ListedPart } from './form';
import { PROTOCOL_MATCH_FORMS } from './protocolMatchForms';
import { RATE_MATCH_FORMS } from './rateMatchForms';

const tracked = (name: string): ListedPart => [
  `~${name} (\\S+)`,
  ([sign, value = '']) => [...not(sign), `--${name}`, value === 'anywhere' ? '0/0' : value],
];
const limited = (name: string): ListedPart => [`~${name} (\\d+)`, `~1 --${name} $2`];

const OTHER_MATCH_FORMS: Readonly<Record<string, ListedForm>> = {
  addrtype: {
    head: ['ADDRTYPE match', ''],
    parts: [
      ['src-type ~(\\S+)', '~1 --src-type $2'],
      ['dst-type ~(\\S+)', '~1 --dst-type $2'],
      ['limit-in', '--limit-iface-in'],
      ['limit-out', '--limit-iface-out'],
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
  connlabel: { head: ['connlabel ~"?([^"\\s]+)"?', '~1 --label $2'], parts: [['set', '--set']] },
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
  devgroup: {
    parts: [
      ['~src-group (\\S+)', '~1 --src-group $2'],
      ['~dst-group (\\S+)', '~1 --dst-group $2'],
    ],
  },
  helper: { parts: [['helper match ~"(.*?)"', '~1 --helper $2']] },
  iprange: {
    parts: [
      ['source IP range ~(\\S+)', '~1 --src-range $2'],
      ['destination IP range ~(\\S+)', '~1 --dst-range $2'],
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
  mac: { parts: [['MAC ~((?:[\\da-fA-F]{2}:){5}[\\da-fA-F]{2})', '~1 --mac-source $2']] },
  mark: { parts: [['(?:mark|MARK) match ~(\\S+)', '~1 --mark $2']] },
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
  state: { parts: [['~state (\\S+)', '~1 --state $2']] },
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
  u32: { parts: [['u32 ~"([^"]*)"', '~1 --u32 $2']] },
};

/**
 * How `iptables -L` prints each match, by the name of the match. Source: the print functions of extensions/libxt_*.c,
 * libipt_*.c and libip6t_*.c of iptables 1.8.9; what older ones print otherwise is beside it.
 */
export const MATCH_FORMS: Readonly<Record<string, ListedForm>> = {
  ...PROTOCOL_MATCH_FORMS,
  ...RATE_MATCH_FORMS,
  ...OTHER_MATCH_FORMS,
};
