import { describe, expect, it } from 'vitest';
import { answerLine } from '../../src/cli/batch';

/** What batch says of a host with one setting. */
function warningsFor(name: string, value: number): unknown {
  const { warnings } = answerLine(
    JSON.stringify({
      rules: '*filter\nCOMMIT\n',
      topology: { sysctls: { [name]: value } },
      packet: { dir: 'in', src: '10.244.1.9', dst: '10.244.1.5', proto: 'udp' },
    }),
  );
  return warnings;
}

describe('settings that are followed, or that do not matter, need no word', () => {
  it.each([
    ['net.ipv4.ip_forward', 0],
    ['net/ipv4/ip_forward', 0],
    ['net.ipv4.conf.eth0.rp_filter', 2],
    ['net.ipv4.conf.all.accept_source_route', 1],
    ['net.ipv4.conf.eth0.100.rp_filter', 1],
    ['net.ipv6.conf.all.forwarding', 0],
    ['net.netfilter.nf_conntrack_tcp_loose', 0],
    ['net.netfilter.nf_conntrack_tcp_be_liberal', 0],
    ['net.netfilter.nf_conntrack_tcp_ignore_invalid_rst', 1],
    ['net.netfilter.nf_conntrack_checksum', 0],
    ['net.netfilter.nf_conntrack_tcp_timeout_established', 60],
    ['net.netfilter.nf_conntrack_udp_timeout_stream', 60],
    ['net.netfilter.nf_conntrack_max', 100000],
    ['net.netfilter.nf_log_all_netns', 1],
    ['net.ipv4.icmp_echo_ignore_all', 1],
    ['net.ipv4.ip_default_ttl', 128],
    ['net.ipv4.fwmark_reflect', 1],
    ['net.ipv6.bindv6only', 1],
    ['net.ipv6.icmp.echo_ignore_all', 1],
    ['net.ipv4.conf.all.log_martians', 1],
    ['net.ipv4.tcp_syncookies', 0],
    ['net.ipv4.neigh.default.gc_thresh1', 5],
    ['net.core.somaxconn', 4096],
    ['vm.swappiness', 10],
    ['kernel.pid_max', 4194304],
    ['net.ipv4.conf.all.send_redirects', 0],
    ['net.ipv6.conf.eth0.disable_ipv6', 0],
  ])('%s=%d', (name, value) => {
    expect(warningsFor(name, value)).toEqual([]);
  });
});

describe('what is not followed is said', () => {
  it.each([
    ['net.ipv4.conf.all.send_redirects', 1, ': the trace assumes 0'],
    ['net.ipv6.conf.eth0.disable_ipv6', 1, ': the trace assumes 0'],
    ['net.ipv6.conf.eth0.forwarding', 0, ': the trace assumes 1'],
    ['net.ipv4.conf.eth0.drop_unicast_in_l2_multicast', 1, ': the trace assumes 0'],
    ['net.ipv6.conf.all.seg6_enabled', 1, ': the trace assumes 0'],
    ['net.bridge.bridge-nf-call-iptables', 1, ': the trace assumes 0'],
    ['net.ipv4.icmp_ratelimit', 1000, ': the trace assumes 0'],
    ['net.ipv4.tcp_fwmark_accept', 1, ': the trace assumes 0'],
    ['net.ipv4.no_such_thing', 1, ''],
    ['net.netfilter.nf_conntrack_new_thing', 1, ''],
    ['ip_forward', 1, ''],
  ])('%s=%d', (name, value, more) => {
    expect(warningsFor(name, value)).toEqual([`the sysctl ${name} is not evaluated here${more}`]);
  });
});
