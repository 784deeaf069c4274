import { PROTOCOL } from '../../net/packet';
import type { FieldTest } from '../../net/fields/fieldTest';
import { exactly, isIn, type PacketSet } from '../../net/fields/packetSet';
import { defineMatch, type Condition } from '../extension';
import { fieldCondition } from '../fieldCondition';
import { readField } from '../fields';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { missing } from '../shown';
import { CERTAIN_PORT, printPortRange, readPort, type PortRange } from '../values/port';
import { cutShort } from '../values/transport';

type PortSide = '--sports' | '--dports' | '--ports';

interface MultiportData {
  readonly side: PortSide;
  readonly ports: readonly PortRange[];
  readonly inverted: boolean;
}

/** How many ports fit into one match; a range takes the room of two. */
const ROOM = 15;
const PROTOCOLS: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.SCTP, PROTOCOL.DCCP];

const portList: ValueType<readonly PortRange[]> = {
  metavariable: 'port[,port|,port:port]…',
  names: 'port',
  certain: [`${CERTAIN_PORT}(?:,${CERTAIN_PORT}){0,${ROOM - 1}}`],
  parse(text, context): readonly PortRange[] | InvalidValue {
    // iptables checks the protocol when it reads the ports.
    if (context.protocol === undefined || !PROTOCOLS.includes(context.protocol))
      return invalid('-p tcp, udp, udplite, sctp or dccp must come before it');
    const ranges: PortRange[] = [];
    let used = 0;
    for (const item of text.split(',')) {
      const colon = item.indexOf(':');
      const first = readPort(colon < 0 ? item : item.slice(0, colon), context);
      const last = colon < 0 ? first : readPort(item.slice(colon + 1), context);
      if (first === undefined || last === undefined)
        return invalid(
          `"${item}" is neither a port from 0 to 65535, nor a range of two, nor a service of this protocol`,
        );
      if (colon >= 0 && first >= last) return invalid(`the range ${item} must be ascending`);
      used += colon < 0 ? 1 : 2;
      if (used > ROOM) return invalid(`at most ${ROOM} ports fit into one multiport match, and a range counts as two`);
      ranges.push([first, last]);
    }
    return ranges;
  },
};

const sports = option('--sports', portList, 'The source port is one of these.', {
  aliases: ['--source-ports'],
  invertible: true,
  excludes: ['--dports', '--ports'],
});
const dports = option('--dports', portList, 'The destination port is one of these.', {
  aliases: ['--destination-ports'],
  invertible: true,
  excludes: ['--sports', '--ports'],
});
const ports = option('--ports', portList, 'The source or the destination port is one of these.', {
  invertible: true,
  excludes: ['--sports', '--dports'],
});

/** `-m multiport`: up to 15 ports at once. Source: iptables-extensions(8) "multiport", net/netfilter/xt_multiport.c. */
export const multiport = defineMatch<MultiportData>({
  kind: 'match',
  name: 'multiport',
  families: [4, 6],
  protocols: PROTOCOLS,
  options: [sports, dports, ports],
  documentation: {
    summary: 'Matches ports in a list of up to 15 ports; a range counts as two.',
    details:
      'Works for tcp, udp, udplite, sctp and dccp; the -p option has to come before it. Does not match, ' +
      'negated or not, later fragments, which carry no ports.',
    source: 'iptables-extensions(8), multiport; net/netfilter/xt_multiport.c',
  },
  build(options) {
    const given = options.get(sports) ?? options.get(dports) ?? options.get(ports);
    if (given === undefined) return problem('multiport needs --sports, --dports or --ports');
    const side = options.has(sports) ? '--sports' : options.has(dports) ? '--dports' : '--ports';
    return { side, ports: given.value, inverted: given.inverted };
  },
  print: (data) => ` ${optionText(data)}`,
  conditions: (data) => [portsCondition(data)],
  including: ({ side, ports: list, inverted }, value) => {
    const room = list.reduce((sum, [first, last]) => sum + (first === last ? 1 : 2), 0);
    return inverted || typeof value !== 'number' || room >= ROOM
      ? undefined
      : { side, ports: [...list, [value, value]], inverted };
  },
  drops: (_data, { packet }) => cutShort(packet, 4, 'transport'),
});

function optionText({ side, ports: list, inverted }: MultiportData): string {
  return `${inverted ? '! ' : ''}${side} ${list.map(printPortRange).join(',')}`;
}

function portsCondition(data: MultiportData): Condition {
  const { side, ports: list, inverted } = data;
  const wanted = list.map(printPortRange).join(',');
  const asks = (field: 'sourcePort' | 'destinationPort'): FieldTest => ({
    field,
    values: { kind: 'spans', spans: list },
    negated: inverted,
  });
  if (side !== '--ports')
    return fieldCondition(asks(side === '--sports' ? 'sourcePort' : 'destinationPort'), { option: side, wanted });
  const [source, destination] = [asks('sourcePort'), asks('destinationPort')];
  // One of both is enough, so negated it is neither of both.
  const packets: PacketSet = inverted ? [[source, destination]] : [[source], [destination]];
  return {
    text: optionText(data),
    test: (view) => isIn(packets, (field) => readField(field, view)),
    actual: ({ packet }) =>
      packet.fragmentOffset > 0
        ? missing('no ports: not the first fragment')
        : `sport ${packet.sourcePort}, dport ${packet.destinationPort}`,
    denial: ({ packet }) =>
      `${inverted ? 'one' : 'neither'} of sport ${packet.sourcePort}, dport ${packet.destinationPort} is in ${wanted}`,
    bounds: () => exactly(packets),
  };
}
