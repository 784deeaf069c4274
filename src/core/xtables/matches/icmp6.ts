import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { option } from '../option';
import { icmpCondition, icmpTypeValue, printIcmpType, type IcmpTypeValue } from '../values/icmpType';
import { invertedText, type Inverted } from '../values/inverted';
import { cutShort } from '../values/transport';

const type = option('--icmpv6-type', icmpTypeValue(6), 'The ICMPv6 type, or type and code.', {
  invertible: true,
  required: true,
});

/**
 * `-m icmp6`: type and code of an ICMPv6 message. Source: iptables-extensions(8) "icmp6", net/netfilter/xt_tcpudp.c.
 */
export const icmp6 = defineMatch<Inverted<IcmpTypeValue>>({
  kind: 'match',
  name: 'icmp6',
  aliases: ['icmpv6'],
  families: [6],
  protocols: [PROTOCOL.ICMPV6],
  options: [type],
  documentation: {
    summary: 'Matches the type and code of an ICMPv6 message.',
    details: 'Names may be abbreviated as long as they are unambiguous.',
    source:
      'iptables-extensions(8), icmp6; net/netfilter/xt_tcpudp.c (before Linux 6.2 net/ipv6/netfilter/ip6_tables.c)',
  },
  build(options) {
    const { value, inverted } = options.get(type);
    return { value, inverted };
  },
  print: (data) => invertedText('--icmpv6-type', data, printIcmpType),
  conditions: (data) => [icmpCondition('--icmpv6-type', data)],
  drops: (_data, { packet }) => cutShort(packet, 8, 'ICMPv6'),
});
