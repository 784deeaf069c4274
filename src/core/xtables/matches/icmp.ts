import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { option } from '../option';
import { icmpCondition, icmpTypeValue, printIcmpType, type IcmpTypeValue } from '../values/icmpType';
import { invertedText, type Inverted } from '../values/inverted';
import { cutShort } from '../values/transport';

const type = option('--icmp-type', icmpTypeValue(4), 'The ICMP type, or type and code.', {
  invertible: true,
  required: true,
});

/** `-m icmp`: type and code of an ICMP message. Source: iptables-extensions(8) "icmp", net/netfilter/xt_tcpudp.c. */
export const icmp = defineMatch<Inverted<IcmpTypeValue>>({
  kind: 'match',
  name: 'icmp',
  families: [4],
  protocols: [PROTOCOL.ICMP],
  options: [type],
  documentation: {
    summary: 'Matches the type and code of an ICMP message.',
    details:
      'Names may be abbreviated as long as they are unambiguous. Type 255 means any type, so a rule cannot ' +
      'match on type 255 itself.',
    source: 'iptables-extensions(8), icmp; net/netfilter/xt_tcpudp.c (before Linux 6.2 net/ipv4/netfilter/ip_tables.c)',
  },
  build(options) {
    const { value, inverted } = options.get(type);
    return { value, inverted };
  },
  print: (data) => invertedText('--icmp-type', data, printIcmpType),
  conditions: (data) => [icmpCondition('--icmp-type', data)],
  drops: (_data, { packet }) => cutShort(packet, 8, 'ICMP'),
});
