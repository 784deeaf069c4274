import type { Host } from '../net/host';

/**
 * The sysctls of a host that the walk does not evaluate, in words: those that may change the outcome of a packet and
 * that differ from what the walk assumes. A setting that only tunes, logs or times is omitted, and so is one that has
 * nothing to do with packets.
 */
export function unfollowedSysctls({ sysctls }: Host): readonly string[] {
  return [...sysctls].flatMap(([name, value]) => {
    const taken = takenFor(name);
    return taken === 'followed' || taken === value
      ? []
      : [`the sysctl ${name} is not evaluated here${taken === undefined ? '' : `: the trace assumes ${taken}`}`];
  });
}

/** `followed`: it is, or it makes no difference; a number: what it is taken to be; undefined: not known here. */
function takenFor(name: string): 'followed' | number | undefined {
  if (FOLLOWED.has(name) || WITHOUT_EFFECT.some((pattern) => pattern.test(name))) return 'followed';
  const [, family, iface = '', key = ''] = /^net\.ipv([46])\.conf\.(.+)\.([^.]+)$/.exec(name) ?? [];
  if (family === undefined) return TAKEN[name];
  if (BY_INTERFACE[family === '4' ? 4 : 6].has(key)) return 'followed';
  if (family === '6' && (iface === 'all' ? ALL_OF_IPV6 : iface === 'default' ? DEFAULT_OF_IPV6 : EMPTY).has(key))
    return 'followed';
  return TAKEN[`net.ipv${family}.conf.*.${key}`];
}

const FOLLOWED: ReadonlySet<string> = new Set([
  'net.ipv4.ip_forward',
  'net.ipv4.ip_default_ttl',
  'net.ipv4.fwmark_reflect',
  'net.ipv6.fwmark_reflect',
  'net.ipv6.bindv6only',
  'net.ipv4.icmp_echo_ignore_all',
  'net.ipv4.icmp_echo_ignore_broadcasts',
  'net.ipv4.icmp_errors_use_inbound_ifaddr',
  'net.ipv6.icmp.echo_ignore_all',
  'net.ipv6.icmp.echo_ignore_multicast',
  'net.ipv6.icmp.echo_ignore_anycast',
  'net.ipv6.anycast_src_echo_reply',
  'net.netfilter.nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_loose',
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst',
  'net.netfilter.nf_conntrack_checksum',
]);

/** Under net.ipv4.conf and net.ipv6.conf, for all and for each interface. */
const BY_INTERFACE: Readonly<Record<4 | 6, ReadonlySet<string>>> = {
  4: new Set(['forwarding', 'rp_filter', 'accept_local', 'route_localnet', 'src_valid_mark', 'accept_source_route']),
  6: new Set(),
};
/** IPv6 asks these for all interfaces together, as far as the walk does. */
const ALL_OF_IPV6: ReadonlySet<string> = new Set(['forwarding', 'hop_limit']);
const DEFAULT_OF_IPV6: ReadonlySet<string> = new Set(['hop_limit']);
const EMPTY: ReadonlySet<string> = new Set();

/** Those that may change the way of a packet, with what the walk takes them to be. `*`: of any interface. */
const TAKEN: Readonly<Record<string, number>> = {
  'net.ipv4.conf.*.bc_forwarding': 0,
  'net.ipv4.conf.*.drop_unicast_in_l2_multicast': 0,
  'net.ipv4.conf.*.mc_forwarding': 0,
  'net.ipv4.conf.*.send_redirects': 0,
  'net.ipv4.conf.*.accept_redirects': 0,
  'net.ipv4.conf.*.disable_policy': 0,
  'net.ipv4.conf.*.disable_xfrm': 0,
  'net.ipv4.conf.*.ignore_routes_with_linkdown': 0,
  'net.ipv4.conf.*.bootp_relay': 0,
  'net.ipv6.conf.*.disable_ipv6': 0,
  'net.ipv6.conf.*.drop_unicast_in_l2_multicast': 0,
  'net.ipv6.conf.*.mc_forwarding': 0,
  'net.ipv6.conf.*.seg6_enabled': 0,
  'net.ipv6.conf.*.rpl_seg_enabled': 0,
  'net.ipv6.conf.*.accept_source_route': 0,
  'net.ipv6.conf.*.accept_redirects': 0,
  'net.ipv6.conf.*.ioam6_enabled': 0,
  'net.ipv6.conf.*.disable_policy': 0,
  'net.ipv6.conf.*.forwarding': 1,
  'net.ipv6.conf.*.hop_limit': 64,
  'net.ipv6.conf.*.force_forwarding': 0,
  'net.ipv6.conf.*.ignore_routes_with_linkdown': 0,
  'net.ipv6.conf.*.use_oif_addrs_only': 0,
  'net.ipv4.icmp_echo_enable_probe': 0,
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv4.icmp_ratemask': 6168,
  'net.ipv4.tcp_fwmark_accept': 0,
  'net.ipv4.ip_forward_use_pmtu': 0,
  'net.ipv4.ip_no_pmtu_disc': 0,
  'net.ipv4.fib_multipath_hash_policy': 0,
  'net.ipv4.fib_multipath_use_neigh': 0,
  'net.ipv4.tcp_l3mdev_accept': 0,
  'net.ipv4.udp_l3mdev_accept': 0,
  'net.ipv4.raw_l3mdev_accept': 1,
  'net.ipv4.tcp_reflect_tos': 0,
  'net.ipv4.tcp_abort_on_overflow': 0,
  'net.ipv4.ip_nonlocal_bind': 0,
  'net.ipv6.icmp.ratelimit': 0,
  'net.ipv6.icmp.error_anycast_as_unicast': 0,
  'net.ipv6.fib_multipath_hash_policy': 0,
  'net.ipv6.ip_nonlocal_bind': 0,
  'net.bridge.bridge-nf-call-iptables': 0,
  'net.bridge.bridge-nf-call-ip6tables': 0,
  'net.bridge.bridge-nf-filter-vlan-tagged': 0,
  'net.bridge.bridge-nf-filter-pppoe-tagged': 0,
  'net.bridge.bridge-nf-pass-vlan-input-dev': 0,
  'net.netfilter.nf_hooks_lwtunnel': 0,
  'net.netfilter.nf_conntrack_helper': 0,
};

/** What tunes, times, logs or counts, and what has nothing to do with the way of a packet. */
const WITHOUT_EFFECT: readonly RegExp[] = [
  /^(?:kernel|vm|fs|user|dev|debug|abi|crypto|sunrpc)\./,
  /^net\.(?:core|unix|mptcp|sctp|rds|tipc|mpls|llc|ax25|vsock|smc|key)\./,
  /^net\.ipv[46]\.(?:neigh|route)\./,
  /^net\.netfilter\.nf_(?:log|flowtable)/,
  /^net\.netfilter\.nf_conntrack_(?:\w*_timeout\w*|acct|buckets|count|events|events_retry_timeout|expect_max|frag6_\w+|log_invalid|timestamp|tcp_max_retrans|max|dccp_loose)$/,
  /^net\.ipv4\.(?:ip_local_\w+|ip_unprivileged_port_start|ip_early_demux|ip_autobind_reuse|ip_dynaddr|ip_forward_update_priority|ipfrag_\w+|inet_peer_\w+|igmp_\w+|ping_group_range|cipso_\w+|fib_notify_\w+|fib_multipath_hash_(?:fields|seed)|fib_sync_mem|nexthop_\w+|icmp_msgs_\w+|icmp_ignore_bogus_error_responses|udp_(?:mem|rmem_min|wmem_min|early_demux|\w*hash_entries)|xfrm4_\w+)$/,
  /^net\.ipv4\.tcp_(?!fwmark_accept|l3mdev_accept|reflect_tos|abort_on_overflow)\w+$/,
  /^net\.ipv6\.(?:ip6frag_\w+|mld_\w+|flowlabel_\w+|auto_flowlabels|idgen_\w+|ioam6_id\w*|max_\w+|skip_notify_on_dev_down|fib_notify_\w+|fib_multipath_hash_fields|calipso_\w+|icmp\.ratemask|xfrm6_\w+|seg6_\w+)$/,
  /^net\.ipv4\.conf\.[^ ]+\.(?:log_martians|arp_\w+|proxy_arp\w*|drop_gratuitous_arp|force_igmp_version|igmpv[23]_\w+|medium_id|promote_secondaries|secure_redirects|shared_media|tag)$/,
  /^net\.ipv6\.conf\.[^ ]+\.(?:accept_(?:dad|ra\w*|untracked_na)|addr_gen_mode|autoconf|dad_transmits|drop_unsolicited_na|enhanced_dad|force_mld_version|force_tllao|ioam6_id\w*|keep_addr_on_down|max_addresses|max_desync_factor|mldv[12]_\w+|mtu|ndisc_\w+|optimistic_dad|proxy_ndp|ra_\w+|regen_\w+|router_\w+|seg6_require_hmac|stable_secret|suppress_frag_ndisc|temp_\w+|use_optimistic|use_tempaddr)$/,
];
