import { fieldCondition, shownField } from '../fieldCondition';
import { DCCP_TYPES, dccpType } from '../values/dccpType';
import { ask } from '../draft';
import { PROTOCOL, type Packet } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { missing } from '../shown';
import { unsigned } from '../values/integer';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { printPortRange, type PortRange } from '../values/port';
import { orFirstFragment, portCondition } from '../values/portCondition';
import { resolvedPortRange } from '../values/resolvedPort';
import { tcpOptionPlaces } from '../values/tcpOptions';
import { cutShort, malformed, transportBytes } from '../values/transport';

interface DccpData {
  readonly sourcePorts: Inverted<PortRange> | undefined;
  readonly destinationPorts: Inverted<PortRange> | undefined;
  readonly types: Inverted<readonly number[]> | undefined;
  readonly option: Inverted<number> | undefined;
}

/** What each type has after the generic header, in bytes. */
const TYPE_HEADERS = [4, 12, 0, 8, 8, 8, 8, 12, 8, 8, 12];

const typeList: ValueType<readonly number[]> = {
  metavariable: 'type[,type]…',
  completions: DCCP_TYPES,
  parse(text): readonly number[] | InvalidValue {
    const given = new Set<number>();
    for (const word of text.split(',').filter((each) => each !== '')) {
      const type = DCCP_TYPES.findIndex((each) => each === word.toUpperCase());
      if (type < 0) return invalid(`"${word}" is not a DCCP packet type; the types are ${DCCP_TYPES.join(', ')}`);
      given.add(type);
    }
    return [...given].sort((a, b) => a - b);
  },
};

const sourcePort = option('--sport', resolvedPortRange, 'Source port or range of ports.', {
  aliases: ['--source-port'],
  invertible: true,
});
const destinationPort = option('--dport', resolvedPortRange, 'Destination port or range of ports.', {
  aliases: ['--destination-port'],
  invertible: true,
});
const typesOption = option('--dccp-types', typeList, 'The packet is of one of these types.', { invertible: true });
const optionOption = option('--dccp-option', unsigned('number', 1, 255), 'The DCCP option of this number is present.', {
  invertible: true,
});

/**
 * `-m dccp`: ports, packet type and options of DCCP. Source: iptables-extensions(8) "dccp", net/netfilter/xt_dccp.c.
 */
export const dccp = defineMatch<DccpData>({
  kind: 'match',
  name: 'dccp',
  families: [4, 6],
  protocols: [PROTOCOL.DCCP],
  options: [sourcePort, destinationPort, typesOption, optionOption],
  documentation: {
    summary: 'Matches the ports, the type and the options of a DCCP packet.',
    details: 'Does not match later fragments, negated or not.',
    source: 'iptables-extensions(8), dccp; net/netfilter/xt_dccp.c',
  },
  build: (options) => ({
    sourcePorts: keep(options.get(sourcePort)),
    destinationPorts: keep(options.get(destinationPort)),
    types: keep(options.get(typesOption)),
    option: keep(options.get(optionOption)),
  }),
  print: (data) =>
    invertedText('--sport', data.sourcePorts, printPortRange) +
    invertedText('--dport', data.destinationPorts, printPortRange) +
    invertedText('--dccp-types', data.types, printTypes) +
    invertedText('--dccp-option', data.option, String),
  conditions: (data) =>
    orFirstFragment([...beforeOption(data), ...(data.option ? [optionCondition(data.option)] : [])]),
  drops(data, view) {
    const short = cutShort(view.packet, 12, 'DCCP');
    if (short !== undefined || view.packet.fragmentOffset > 0 || data.option === undefined) return short;
    if (beforeOption(data).some((condition) => ask(condition, view) !== true)) return undefined;
    return optionBytes(view.packet) === undefined
      ? malformed('its DCCP data offset does not suit its type or its length', data.option.inverted)
      : undefined;
  },
});

function beforeOption({ sourcePorts, destinationPorts, types }: DccpData): readonly Condition[] {
  return [
    ...(sourcePorts ? [portCondition('source', sourcePorts)] : []),
    ...(destinationPorts ? [portCondition('destination', destinationPorts)] : []),
    ...(types ? [typesCondition(types)] : []),
  ];
}

function printTypes(types: readonly number[]): string {
  return types.map((type) => DCCP_TYPES[type]).join(',');
}

function typesCondition({ value, inverted }: Inverted<readonly number[]>): Condition {
  return fieldCondition(
    { field: 'dccpType', values: { kind: 'spans', spans: value.map((type) => [type, type]) }, negated: inverted },
    { option: '--dccp-types', wanted: printTypes(value), shown: (view) => shownField({ field: 'dccpType' }, view) },
  );
}

function optionCondition(given: Inverted<number>): Condition {
  return {
    text: invertedText('--dccp-option', given, String).trim(),
    test({ packet }) {
      const bytes = packet.fragmentOffset > 0 ? undefined : optionBytes(packet);
      return (
        bytes !== undefined && tcpOptionPlaces(bytes).some((place) => bytes[place] === given.value) !== given.inverted
      );
    },
    actual({ packet }) {
      const bytes = packet.fragmentOffset > 0 ? undefined : optionBytes(packet);
      return bytes === undefined || bytes.length === 0
        ? missing('no DCCP options')
        : `DCCP options ${tcpOptionPlaces(bytes)
            .map((place) => bytes[place])
            .join(', ')}`;
    },
  };
}

/** The bytes between the type's own header and the data. undefined where the data offset does not fit. */
function optionBytes(packet: Packet): Uint8Array | undefined {
  const bytes = transportBytes(packet);
  const header = ((bytes[8] ?? 0) & 1 ? 16 : 12) + (TYPE_HEADERS[dccpType(bytes)] as number);
  const count = (bytes[4] ?? 0) * 4 - header;
  if (count === 0) return new Uint8Array(0);
  return count < 0 || bytes.length < header + count ? undefined : bytes.subarray(header, header + count);
}
