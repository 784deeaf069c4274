import { logFlags, unquoted } from './values';
import type { ListedForm, ListedPart } from './form';

const flag = (word: string): ListedPart => [word, `--${word}`];
const RANDOM: readonly ListedPart[] = [flag('random'), flag('random-fully')];
const hops = (name: string, upper: string): ListedForm => ({
  parts: [
    [`${upper} set to (\\d+)`, `--${name}-set $1`],
    [`${upper} decrement by (\\d+)`, `--${name}-dec $1`],
    [`${upper} increment by (\\d+)`, `--${name}-inc $1`],
  ],
});
const prefixes = (name: string): ListedForm => ({
  head: [name, ''],
  parts: [
    ['src-pfx (\\S+)', '--src-pfx $1'],
    ['dst-pfx (\\S+)', '--dst-pfx $1'],
  ],
});
/** The mark of a packet and that of a connection are changed in the same words. */
const MARKS: readonly ListedPart[] = [
  ['xset (\\S+)', '--set-xmark $1'],
  ['set (\\S+)', '--set-xmark $1'],
  ['and (\\S+)', '--and-mark $1'],
  ['or (\\S+)', '--or-mark $1'],
  ['xor (\\S+)', '--xor-mark $1'],
];

/**
 * How `iptables -L` prints each target after the matches, by the name of the target; where there is nothing, it prints
 * none. Source: the print functions of extensions/libxt_*.c, libipt_*.c and libip6t_*.c of iptables 1.8.9.
 */
export const TARGET_FORMS: Readonly<Record<string, ListedForm>> = {
  ACCEPT: { parts: [] },
  AUDIT: { parts: [['AUDIT (\\S+)', '--type $1']] },
  CHECKSUM: { parts: [['CHECKSUM fill', '--checksum-fill']] },
  CLASSIFY: { parts: [['CLASSIFY set (\\S+)', '--set-class $1']] },
  CLUSTERIP: {
    head: ['CLUSTERIP', ''],
    parts: [
      ['hashmode=(\\S+)', '--new --hashmode $1'],
      ['clustermac=(\\S+)', '--clustermac $1'],
      ['total_nodes=(\\d+)', '--total-nodes $1'],
      ['local_node=(\\d+)', '--local-node $1'],
      ['hash_init=(\\d+)', '--hash-init $1'],
    ],
  },
  CONNMARK: {
    head: ['CONNMARK', ''],
    parts: [
      ...MARKS,
      ['(save|restore) mask (\\S+)', '--$1-mark --mask $2'],
      ['(save|restore) ctmask (\\S+) nfmask ~?(\\S+)', '--$1-mark --nfmask $4 --ctmask $2'],
      ['(save|restore)', '--$1-mark'],
      ['left-shift-mark (\\d+)', '--left-shift-mark $1'],
      ['right-shift-mark (\\d+)', '--right-shift-mark $1'],
    ],
  },
  CONNSECMARK: { parts: [['CONNSECMARK (save|restore)', '--$1']] },
  CT: {
    parts: [['NOTRACK', '--notrack']],
    repeated: [
      ['CT', ''],
      ['notrack', '--notrack'],
      ['helper (\\S+)', '--helper $1'],
      ['timeout (\\S+)', '--timeout $1'],
      ['ctevents (\\S+)', '--ctevents $1'],
      ['expevents (\\S+)', '--expevents $1'],
      ['zone-orig (\\S+)', '--zone-orig $1'],
      ['zone-reply (\\S+)', '--zone-reply $1'],
      ['zone (\\S+)', '--zone $1'],
    ],
  },
  DNAT: { head: ['to:(\\S+)', '--to-destination $1'], parts: [...RANDOM, flag('persistent')] },
  DNPT: prefixes('DNPT'),
  DROP: { parts: [] },
  DSCP: { parts: [['DSCP set (\\S+)', '--set-dscp $1']] },
  ECN: {
    head: ['ECN', ''],
    parts: [
      ['TCP remove', '--ecn-tcp-remove'],
      ['ECE=(\\d)', '--ecn-tcp-ece $1'],
      ['CWR=(\\d)', '--ecn-tcp-cwr $1'],
      ['ECT codepoint=(\\d)', '--ecn-ip-ect $1'],
    ],
  },
  HL: hops('hl', 'HL'),
  HMARK: {
    head: ['HMARK', ''],
    parts: [
      ['mod (\\d+) \\+ (\\S+)', '--hmark-mod $1 --hmark-offset $2'],
      ['mod (\\d+)', '--hmark-mod $1'],
      ['rnd (\\S+)', '--hmark-rnd $1'],
      ['ct,', '--hmark-tuple ct'],
      ['src-prefix ([\\d.]+)', '--hmark-src-prefix $1'],
      ['dst-prefix ([\\d.]+)', '--hmark-dst-prefix $1'],
      // ip6tables 1.8.9 omits the value.
      ['src-prefix', '--hmark-src-prefix 128'],
      ['dst-prefix', '--hmark-dst-prefix 128'],
      ['sport-mask (\\S+)', '--hmark-sport-mask $1'],
      ['dport-mask (\\S+)', '--hmark-dport-mask $1'],
      ['spi-mask (\\S+)', '--hmark-spi-mask $1'],
      ['sport (\\S+)', '--hmark-sport $1'],
      ['dport (\\S+)', '--hmark-dport $1'],
      ['spi (\\S+)', '--hmark-spi $1'],
      ['proto-mask (\\S+)', '--hmark-proto-mask $1'],
    ],
  },
  IDLETIMER: {
    parts: [
      ['timeout:(\\d+)', '--timeout $1'],
      ['label:(\\S+)', '--label $1'],
      ['alarm', '--alarm'],
      ['send_nl_msg:\\S+', ''],
    ],
  },
  LED: {
    parts: [
      ['led-trigger-id:"([^"]*)"', '--led-trigger-id $1'],
      ['led-delay: ?inf', '--led-delay inf'],
      ['led-delay: ?(\\d+)ms', '--led-delay $1'],
      ['led-always-blink', '--led-always-blink'],
    ],
  },
  LOG: {
    head: ['LOG', ''],
    parts: [
      ['flags (\\d+)', ([flags = '']) => logFlags(flags)],
      ['level warn', '--log-level warning'],
      ['level err', '--log-level error'],
      ['level (\\S+)', '--log-level $1'],
      ...['tcp-sequence', 'tcp-options', 'ip-options', 'uid', 'macdecode'].map((name): ListedPart => [
        name,
        `--log-${name}`,
      ]),
      ['prefix ["`](.*)["\']', '--log-prefix $1'],
    ],
  },
  MARK: { head: ['MARK', ''], parts: MARKS },
  MASQUERADE: { parts: [['masq ports: (\\S+)', '--to-ports $1'], ...RANDOM] },
  NETMAP: {
    parts: [
      ['to:(\\S+)', '--to $1'],
      ['(\\d[\\d.]*(?:/\\S+)?)', '--to $1'],
    ],
  },
  NFLOG: {
    parts: [
      ['nflog-prefix +"((?:[^"\\\\]|\\\\.)*)"', ([text = '']) => ['--nflog-prefix', unquoted(text)]],
      ['nflog-prefix +(\\S+)', '--nflog-prefix $1'],
      ['nflog-group (\\d+)', '--nflog-group $1'],
      ['nflog-range (\\d+)', '--nflog-range $1'],
      ['nflog-size (\\d+)', '--nflog-size $1'],
      ['nflog-threshold (\\d+)', '--nflog-threshold $1'],
    ],
  },
  NFQUEUE: {
    head: ['NFQUEUE', ''],
    parts: [
      ['num (\\d+)', '--queue-num $1'],
      ['balance (\\d+:\\d+)', '--queue-balance $1'],
      ['bypass', '--queue-bypass'],
      ['cpu-fanout', '--queue-cpu-fanout'],
    ],
  },
  NOTRACK: { parts: [['NOTRACK', '']] },
  QUEUE: { parts: [] },
  RATEEST: {
    parts: [
      ['name (\\S+)', '--rateest-name $1'],
      ['interval (\\S+)', '--rateest-interval $1'],
      ['ewmalog (\\S+)', '--rateest-ewmalog $1'],
    ],
  },
  REDIRECT: { parts: [['redir ports (\\S+)', '--to-ports $1'], flag('random')] },
  REJECT: { parts: [['reject-with (\\S+)', '--reject-with $1']] },
  RETURN: { parts: [] },
  SECMARK: { parts: [['SECMARK selctx (\\S+)', '--selctx $1']] },
  SET: {
    parts: [
      ['add-set (\\S+) (\\S+)', '--add-set $1 $2'],
      ['del-set (\\S+) (\\S+)', '--del-set $1 $2'],
      ['map-set (\\S+) (\\S+)', '--map-set $1 $2'],
      flag('exist'),
      ['timeout (\\d+)', '--timeout $1'],
      flag('map-mark'),
      flag('map-prio'),
      flag('map-queue'),
    ],
  },
  SNAT: { head: ['to:(\\S+)', '--to-source $1'], parts: [...RANDOM, flag('persistent')] },
  SNPT: prefixes('SNPT'),
  SYNPROXY: {
    head: ['SYNPROXY', ''],
    parts: [
      flag('sack-perm'),
      flag('timestamp'),
      ['wscale (\\d+)', '--wscale $1'],
      ['mss (\\d+)', '--mss $1'],
      flag('ecn'),
    ],
  },
  TCPMSS: {
    parts: [
      ['TCPMSS set (\\d+)', '--set-mss $1'],
      ['TCPMSS clamp to PMTU', '--clamp-mss-to-pmtu'],
    ],
  },
  TCPOPTSTRIP: { parts: [['TCPOPTSTRIP options (\\S+)', '--strip-options $1']] },
  TEE: { head: ['TEE gw:(\\S+)', '--gateway $1'], parts: [['oif=(\\S+)', '--oif $1']] },
  TOS: {
    parts: [
      ['TOS set ?(\\S+)', '--set-tos $1'],
      ['TOS and (\\S+)', '--and-tos $1'],
      ['TOS or (\\S+)', '--or-tos $1'],
      ['TOS xor (\\S+)', '--xor-tos $1'],
    ],
  },
  TPROXY: { parts: [['TPROXY redirect (\\S+):(\\d+) mark (\\S+)', '--on-port $2 --on-ip $1 --tproxy-mark $3']] },
  TRACE: { parts: [] },
  TTL: hops('ttl', 'TTL'),
  ULOG: {
    head: ['ULOG', ''],
    parts: [
      ['copy_range (\\d+)', '--ulog-cprange $1'],
      ['nlgroup (\\d+)', '--ulog-nlgroup $1'],
      ['prefix ["`](.*)["\']', '--ulog-prefix $1'],
      ['queue_threshold (\\d+)', '--ulog-qthreshold $1'],
    ],
  },
};
