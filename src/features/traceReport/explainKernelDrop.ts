import type { KernelDropReason } from '../../core/netfilter/events';

/** Why the kernel dropped a packet without any rule, as the end of the sentence "the kernel drops it: …". */
export function explainKernelDrop(reason: KernelDropReason): string {
  return REASONS[reason];
}

const REASONS: Readonly<Record<KernelDropReason, string>> = {
  'other-host': 'the frame is addressed to another machine',
  'loopback-address': 'loopback addresses may not appear on the wire',
  'bad-source': 'this address cannot be a source',
  'bad-options': 'the IP options of the packet cannot be read, so the host drops it',
  'source-route': 'the host accepts no source route, unless accept_source_route is on',
  'bad-destination': 'such a destination means nothing beyond its own interface',
  'martian-source': 'the source address cannot come from there (martian source)',
  'martian-destination': 'the destination address cannot be reached from there (martian destination)',
  'reverse-path': 'replies would leave by another interface, and rp_filter forbids that',
  'no-route': 'there is no route to the destination',
  blackhole: 'the route to the destination is a blackhole',
  unreachable: 'the route to the destination is of type unreachable',
  prohibited: 'the route to the destination is of type prohibit',
  'forwarding-off': 'the destination is not this host, and forwarding is off',
  'ttl-exceeded': 'its TTL or hop limit has expired',
  'too-big': 'it is larger than the MTU of the outgoing interface and may not be fragmented',
  'redirect-without-address': 'the interface has no address to redirect or masquerade to',
  'reroute-failed': 'it was changed and could not be routed again',
  'not-followed': 'the rules jump through more chains than can be followed',
  'nat-failed': 'NAT could not translate it',
  'fragment-incomplete': 'fragments are held until the packet can be reassembled, and the rules see none of them',
  'no-socket': 'no socket accepts it',
  'broken-packet': 'a match dropped the packet',
  'not-forwarded': 'such packets are not forwarded',
};
