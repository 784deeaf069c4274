import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { option } from '../option';
import { keep, type Inverted } from '../values/inverted';
import type { PortRange } from '../values/port';
import { orFirstFragment, portCondition, portOptionText } from '../values/portCondition';
import { resolvedPortRange } from '../values/resolvedPort';
import { asksNoPort, translatedPortConditions } from '../values/translatedPorts';
import { cutShort } from '../values/transport';

interface UdpData {
  readonly sourcePorts: Inverted<PortRange> | undefined;
  readonly destinationPorts: Inverted<PortRange> | undefined;
}

const sourcePort = option('--sport', resolvedPortRange, 'Source port or range of ports.', {
  aliases: ['--source-port'],
  invertible: true,
});
const destinationPort = option('--dport', resolvedPortRange, 'Destination port or range of ports.', {
  aliases: ['--destination-port'],
  invertible: true,
});

/** `-m udp`: the ports of UDP. Source: iptables-extensions(8) "udp", net/netfilter/xt_tcpudp.c udp_mt. */
export const udp = defineMatch<UdpData>({
  kind: 'match',
  name: 'udp',
  families: [4, 6],
  protocols: [PROTOCOL.UDP],
  options: [sourcePort, destinationPort],
  documentation: {
    summary: 'Matches the ports of a UDP packet.',
    details:
      'Loaded automatically where a rule has -p udp and uses one of its options. Neither matches, negated or ' +
      'not, later fragments, which carry no UDP header. iptables-nft reads the data of a later fragment ' +
      'instead, and compares two negated single ports together: ! --sport 1 ! --dport 2 fails only if both ' +
      'ports are as written.',
    source: 'iptables-extensions(8), udp; net/netfilter/xt_tcpudp.c',
  },
  build: (options) => ({
    sourcePorts: keep(options.get(sourcePort)),
    destinationPorts: keep(options.get(destinationPort)),
  }),
  print: (data) => portOptionText('--sport', data.sourcePorts) + portOptionText('--dport', data.destinationPorts),
  conditions(data) {
    const { sourcePorts, destinationPorts } = data;
    if (isTranslated(data)) return translatedPortConditions(sourcePorts, destinationPorts);
    return orFirstFragment([
      ...(sourcePorts ? [portCondition('source', sourcePorts)] : []),
      ...(destinationPorts ? [portCondition('destination', destinationPorts)] : []),
    ]);
  },
  translated: isTranslated,
  drops: (data, { packet, backend }) =>
    backend === 'nft' && isTranslated(data) ? undefined : cutShort(packet, 8, 'UDP'),
});

/** True where iptables-nft translates the match instead of handing it to the kernel's xt_tcpudp. */
function isTranslated({ sourcePorts, destinationPorts }: UdpData): boolean {
  return !asksNoPort(sourcePorts) || !asksNoPort(destinationPorts);
}
