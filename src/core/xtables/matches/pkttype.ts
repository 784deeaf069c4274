import { oneValue } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { PACKET_TYPES } from '../fields';
import { defineMatch } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { openFor } from '../premise';
import { invertedText, type Inverted } from '../values/inverted';
import { being } from '../values/denials';

type PacketType = (typeof PACKET_TYPES)[number];

const NAMES: ReadonlyMap<string, PacketType> = new Map<string, PacketType>([
  ['unicast', 'unicast'],
  ['broadcast', 'broadcast'],
  ['multicast', 'multicast'],
  ['otherhost', 'otherhost'],
  ['host', 'unicast'],
  ['bcast', 'broadcast'],
  ['mcast', 'multicast'],
]);

const packetType: ValueType<PacketType> = {
  metavariable: 'unicast|broadcast|multicast|otherhost',
  completions: ['unicast', 'broadcast', 'multicast', 'otherhost'],
  parse: (text): PacketType | InvalidValue =>
    NAMES.get(text.toLowerCase()) ??
    invalid(`"${text}" is not a packet type; the types are unicast, broadcast, multicast and otherhost`),
};

const type = option('--pkt-type', packetType, 'The link-layer packet type.', { invertible: true, required: true });

/**
 * `-m pkttype`: the link layer's kind of address. Source: iptables-extensions(8) "pkttype", net/netfilter/xt_pkttype.c.
 */
export const pkttype = defineMatch<Inverted<PacketType>>({
  kind: 'match',
  name: 'pkttype',
  families: [4, 6],
  options: [type],
  documentation: {
    summary: 'Matches unicast, broadcast or multicast by the link-layer address.',
    details:
      'Packets that this host sends count as unicast until they are on the wire. The copy that it receives of ' +
      'its own broadcast or multicast counts as such. Frames for another host do not reach the rules.',
    source: 'iptables-extensions(8), pkttype; net/netfilter/xt_pkttype.c',
  },
  build(options) {
    const { value, inverted } = options.get(type);
    return { value, inverted };
  },
  print: (data) => invertedText('--pkt-type', data, String),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'packetType', values: oneValue(PACKET_TYPES.indexOf(value)), negated: inverted },
      {
        option: '--pkt-type',
        wanted: value,
        shown: (view) => view.packetType,
        denial: (view) => being(view.packetType, value, inverted),
        premises: (view) => openFor(view, 'frame'),
      },
    ),
  ],
});
