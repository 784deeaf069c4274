import { chunkTypes, dccpTypes, headerNames, hexFlags, not } from './values';
import type { ListedForm, ListedPart } from './form';

const PORTS: readonly ListedPart[] = [
  ['spts?:~(\\S+)', '~1 --sport $2'],
  ['dpts?:~(\\S+)', '~1 --dport $2'],
];
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

/** How `iptables -L` prints the matches of protocols and of fields of their headers: see MATCH_FORMS. */
export const PROTOCOL_MATCH_FORMS: Readonly<Record<string, ListedForm>> = {
  ah: {
    head: ['ah', ''],
    parts: [
      ['spis?:~(\\d+(?::\\d+)?)(?=length:|[ \\t]|$)', '~1 --ahspi $2'],
      ['length:~(\\d+)', '~1 --ahlen $2'],
      ['reserved', '--ahres'],
    ],
  },
  dccp: {
    head: ['dccp', ''],
    parts: [
      ...PORTS,
      ['option=~(\\d+)', '~1 --dccp-option $2'],
      ['~((?:\\d+|[A-Z]+)(?:,(?:\\d+|[A-Z]+))*)', ([sign, types = '']) => dccpTypes(types, not(sign))],
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
  hbh: lengthAndOptions('hbh'),
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
  ipv6header: {
    head: ['ipv6header', ''],
    parts: [
      ['flags:~(\\S+)', ([sign, flags = '']) => headerNames(flags, not(sign))],
      ['soft', '--soft'],
    ],
  },
  length: { parts: [['length ~(\\d+(?::\\d+)?)', '~1 --length $2']] },
  mh: { head: ['mh', ''], parts: [[`~(${MH_TYPE}(?::${MH_TYPE})?)`, '~1 --mh-type $2']] },
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
  tos: { parts: [['(?:tos|TOS) match ?~(\\S+)', '~1 --tos $2']] },
  ttl: hops('ttl', 'TTL'),
  udp: { head: ['udp', ''], parts: PORTS },
};
