import type { KernelDropReason } from '../../core/netfilter/events';

/** Why the kernel threw a packet away without any rule, as the end of the sentence "the kernel drops it: …". */
export function explainKernelDrop(reason: KernelDropReason): string {
  return REASONS[reason];
}

const REASONS: Readonly<Record<KernelDropReason, string>> = {
  'other-host': 'the frame is addressed to another machine',
  'loopback-address': 'loopback addresses may not be seen on the wire',
  'bad-source': 'such an address cannot be a source',
  'bad-options': 'the IP options of the packet cannot be read, so the host throws it away',
  'source-route': 'a host does not let the sender choose the way of a packet, unless accept_source_route is on',
  'bad-destination': 'such a destination means nothing beyond its own interface',
  'martian-source': 'the source address cannot come from there (martian source)',
  'martian-destination': 'the destination address cannot be reached from there (martian destination)',
  'reverse-path': 'answers would leave by another interface, and rp_filter forbids that',
  'no-route': 'there is no route to the destination',
  blackhole: 'the route to the destination is a blackhole',
  unreachable: 'the route to the destination says unreachable',
  prohibited: 'the route to the destination says prohibited',
  'forwarding-off': 'the destination is not this host, and forwarding is off',
  'ttl-exceeded': 'its time to live is used up',
  'too-big': 'it is larger than the outgoing interface takes and may not be fragmented',
  'redirect-without-address': 'the interface has no address to redirect or masquerade to',
  'reroute-failed': 'after a change it could not be routed again',
  'not-followed': 'the rules lead through more chains than can be followed',
  'nat-failed': 'NAT could not translate it',
  'fragment-incomplete': 'fragments wait for the others before the rules see them',
  'no-socket': 'no socket takes it',
  'broken-packet': 'a match threw the packet away',
  'not-forwarded': 'such packets are not forwarded',
};
