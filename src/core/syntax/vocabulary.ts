/**
 * The words of iptables that a reader of lines has to know without knowing what they mean: for a word that a terminal
 * cut in two. A test holds the lists against the registry of extensions.
 */
const LONG_OPTIONS = wordsOf(`
  accept-local add-set ahlen ahres ahspi alarm algo and-mark and-tos bytecode bytes-eq bytes-gt bytes-lt cgroup
  checksum-fill chunk-types clamp-mss-to-pmtu cluster-hash-seed cluster-local-node cluster-local-nodemask
  cluster-total-nodes clustermac comment compres connbytes connbytes-dir connbytes-mode connlimit-above
  connlimit-daddr connlimit-mask connlimit-saddr connlimit-upto contiguous cpu ctdir ctevents ctexpire ctmask
  ctorigdst ctorigdstport ctorigsrc ctorigsrcport ctproto ctrepldst ctrepldstport ctreplsrc ctreplsrcport ctstate
  ctstatus datestart datestop dccp-option dccp-types del-set destination-port destination-ports dir dport dports
  dscp dscp-class dst-group dst-len dst-opts dst-pfx dst-range dst-type ecn ecn-ip-ect ecn-tcp-cwr ecn-tcp-ece
  ecn-tcp-remove espspi every exist expevents fragfirst fragid fraglast fraglen fragmore fragres from gateway genre
  gid-owner hash-init hashlimit hashlimit-above hashlimit-burst hashlimit-dstmask hashlimit-htable-expire
  hashlimit-htable-gcinterval hashlimit-htable-max hashlimit-htable-size hashlimit-mode hashlimit-name
  hashlimit-rate-interval hashlimit-rate-match hashlimit-srcmask hashlimit-upto hashmode hbh-len hbh-opts header
  helper hex-string hitcount hl hl-dec hl-eq hl-gt hl-inc hl-lt hl-set hmark-dport hmark-dport-mask
  hmark-dst-prefix hmark-mod hmark-offset hmark-proto-mask hmark-rnd hmark-spi hmark-spi-mask hmark-sport
  hmark-sport-mask hmark-src-prefix hmark-tuple icase icmp-type icmpv6-type invert ipcompspi ipvs kerneltz label
  led-always-blink led-delay led-trigger-id left-shift-mark length limit limit-burst limit-iface-in limit-iface-out
  local-node localtz log log-ip-options log-level log-macdecode log-prefix log-tcp-options log-tcp-sequence log-uid
  loose mac-source map-mark map-prio map-queue map-set mark mask match-set mh-type mode monthdays mss name new next
  nfacct-name nflog-group nflog-prefix nflog-range nflog-size nflog-threshold nfmask notrack nowildcard
  object-pinned oif on-ip on-port or-mark or-tos packet packets-eq packets-gt packets-lt path persistent physdev-in
  physdev-is-bridged physdev-is-in physdev-is-out physdev-out pkt-type pol ports probability proto queue-balance
  queue-bypass queue-cpu-fanout queue-num quota random random-fully rateest rateest-bps rateest-bps1 rateest-bps2
  rateest-delta rateest-eq rateest-ewmalog rateest-gt rateest-interval rateest-lt rateest-name rateest-pps
  rateest-pps1 rateest-pps2 rateest1 rateest2 rcheck rdest realm reap reject-with remove reqid restore restore-mark
  restore-skmark return-nomatch right-shift-mark rsource rt-0-addrs rt-0-not-strict rt-0-res rt-len rt-segsleft
  rt-type rttl sack-perm save save-mark seconds selctx set set-class set-dscp set-dscp-class set-mark set-mss
  set-tos set-xmark socket-exists soft source-port source-ports spi sport sports src-group src-pfx src-range
  src-type srh-hdr-len-eq srh-hdr-len-gt srh-hdr-len-lt srh-last-entry-eq srh-last-entry-gt srh-last-entry-lt
  srh-lsid srh-next-hdr srh-nsid srh-psid srh-segs-left-eq srh-segs-left-gt srh-segs-left-lt srh-tag state strict
  string strip-options suppl-groups syn tcp-flags tcp-option timeout timestamp timestart timestop to to-destination
  to-ports to-source tos total-nodes tproxy-mark transparent ttl ttl-dec ttl-eq ttl-gt ttl-inc ttl-lt ttl-set
  tunnel-dst tunnel-src type u32 uid-owner ulog-cprange ulog-nlgroup ulog-prefix ulog-qthreshold update
  update-counters update-subcounters utc vaddr validmark vdir vmethod vport vportctl vproto weekdays wscale
  xor-mark xor-tos zone zone-orig zone-reply
`);

/** Those of iptables itself; iptables(8). */
const OWN_OPTIONS = wordsOf(`
  -p -s -d -i -o -f -m -j -g -c --protocol --proto --source --src --destination --dst --in-interface --out-interface --fragment --match --jump
  --goto --set-counters --ipv4 --ipv6
`);

export const MATCH_NAMES: ReadonlySet<string> = wordsOf(`
  addrtype ah bpf cgroup cluster comment connbytes connlabel connlimit connmark conntrack cpu dccp devgroup dscp
  dst ecn esp eui64 frag hashlimit hbh helper hl icmp icmp6 ipcomp iprange ipv6header ipvs length limit mac mark mh
  multiport nfacct osf owner physdev pkttype policy quota rateest realm recent rpfilter rt sctp set socket srh
  state statistic string tcp tcpmss time tos ttl u32 udp
`);

export const TARGET_NAMES: ReadonlySet<string> = wordsOf(`
  ACCEPT AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DNPT DROP DSCP ECN HL HMARK IDLETIMER LED
  LOG MARK MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK QUEUE RATEEST REDIRECT REJECT RETURN SECMARK SET SNAT SNPT
  SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG
`);

/** Whether a word is an option of iptables or of an extension, spelled out. */
export function isOption(word: string): boolean {
  return word.startsWith('-') && (OWN_OPTIONS.has(word) || (word.startsWith('--') && LONG_OPTIONS.has(word.slice(2))));
}

export const LONG_OPTION_NAMES: ReadonlySet<string> = LONG_OPTIONS;

function wordsOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
