import { isTemplate, type ConntrackView } from '../../../core/net/conntrack';
import { tupleText } from '../../../core/net/endpoint';
import { PROTOCOL, type Packet } from '../../../core/net/packet';
import { protocolName } from '../../../core/net/protocols';
import type { PacketRequest } from '../../../core/net/packetRequest';
import type { CardAssumption, StateGroup, StateValue, StepId } from '../../../shared/traceReport';
import { AssumedValues } from '../card/assumedValues';
import { destinationOf, flagNames, packetWords, sourceOf } from '../packetWords';
import { selectedPath, type TraceInput } from '../traceInput';
import { momentsOf, type Moment } from './moments';

/**
 * The whole packet after a step, with its connection and its way, as a debugger shows variables: each value with what
 * it was when the packet was sent, and whether this step changed it. Empty for a path without a packet.
 */
export function packetState(input: TraceInput, step: StepId): readonly StateGroup[] {
  const walked = selectedPath(input);
  const moments = momentsOf(walked, step.event);
  if (!moments) return [];
  const { start, before, after } = moments;
  const assumed = new AssumedValues(input, walked);
  const groups = GROUPS.map(({ title, values, comparesWithStart }) => ({
    title,
    values: values.flatMap((value): StateValue[] => {
      const text = value.text(after);
      if (text === undefined) return [];
      const old = value.text(start);
      const sent = comparesWithStart && old !== undefined && old !== text ? { sent: old } : {};
      const last = value.text(before);
      const why = text === old ? value.assumed?.(assumed, after) : undefined;
      if (why && value.onlyKnown) return [];
      return [
        {
          name: value.name(after.packet),
          value: text,
          ...sent,
          ...(last !== text ? { changed: true as const } : {}),
          ...(why ? { assumed: why } : {}),
        },
      ];
    }),
  }));
  return groups.filter(({ values }) => values.length > 0);
}

interface ValueKind {
  name(packet: Packet): string;
  /** undefined where the packet has no such value, or the usual one that says nothing. */
  text(moment: Moment): string | undefined;
  assumed?(values: AssumedValues, moment: Moment): CardAssumption | undefined;
  /** Omitted where it is assumed: nobody would recognise it. */
  readonly onlyKnown?: true;
}

const PACKET: readonly ValueKind[] = [
  value('protocol', ({ packet }) => protocolName(packet.protocol), field('proto')),
  value(
    'src',
    ({ packet }) => sourceOf(packet),
    (values) => values.field('src') ?? values.field('sport'),
  ),
  value(
    'dst',
    ({ packet }) => destinationOf(packet),
    (values, { packet }) => values.address(packet.destination) ?? values.field('dst') ?? values.field('dport'),
  ),
  value('flags', ({ packet }) => given(flagNames(packet)), field('flags')),
  value('icmp', ({ packet }) => icmpText(packet), field('icmpType')),
  value('spi', ({ packet }) => (isIpsec(packet) ? hex(packet.spi) : undefined), field('spi')),
  {
    name: ({ family }) => (family === 4 ? 'ttl' : 'hop limit'),
    text: ({ packet }) => String(packet.ttl),
    assumed: field('ttl'),
  },
  {
    name: ({ family }) => (family === 4 ? 'tos' : 'traffic class'),
    text: ({ packet }) => hex(packet.tos),
    assumed: field('tos'),
  },
  value('length', ({ packet }) => `${packet.length} bytes`, field('length')),
  value('fragment', ({ packet }) => fragmentText(packet)),
  value('tcp options', ({ packet }) => given(bytes(packet.tcpOptions))),
  value('ip options', ({ packet }) => given(bytes(packet.ipOptions))),
  value('quotes', ({ packet }) => packet.inner && packetWords(packet.inner)),
];

const HERE: readonly ValueKind[] = [
  value(
    'in',
    ({ inInterface }) => given(inInterface),
    (values, { inInterface }) => values.field('iface') ?? values.interface(inInterface),
  ),
  value(
    'out',
    ({ outInterface }) => given(outInterface),
    (values, { outInterface, route }) => values.route(route?.by) ?? values.interface(outInterface),
  ),
  value('next hop', ({ route, outInterface }) => (outInterface === '' ? undefined : route?.gateway)),
  value(
    'mark',
    ({ packet }) => hex(packet.mark),
    (values, { socket }) => values.field('mark') ?? (socket?.kind === 'process' ? values.usual('mark') : undefined),
  ),
  value('priority', ({ packet }) => (packet.priority === 0 ? undefined : hex(packet.priority))),
  value('secmark', ({ packet }) => packet.secmark),
  value('uid', ({ socket }) => (socket?.kind === 'process' ? String(socket.uid) : undefined), field('uid')),
  value('gid', ({ socket }) => (socket?.kind === 'process' ? String(socket.gid) : undefined), field('gid')),
  {
    name: () => 'sender MAC',
    text: ({ packet, inInterface }) => (inInterface === '' ? undefined : packet.sourceMac),
    assumed: field('srcMac'),
    onlyKnown: true,
  },
];

const CONNECTION: readonly ValueKind[] = [
  value('state', ({ conntrack }) => (conntrack ? stateText(conntrack) : 'not tracked so far')),
  value('direction', ({ conntrack }) => entryOf(conntrack) && conntrack?.direction.toLowerCase()),
  value('original', ({ conntrack }) => tupleOfEntry(conntrack, 'original')),
  value('reply', ({ conntrack }) => tupleOfEntry(conntrack, 'reply')),
  value('nat', ({ conntrack }) => {
    const entry = entryOf(conntrack);
    const halves = [entry?.destinationNat ? 'destination' : '', entry?.sourceNat ? 'source' : ''];
    return given(halves.filter((half) => half !== '').join(', '));
  }),
  value('connmark', ({ conntrack }) => {
    const mark = entryOf(conntrack)?.mark;
    return mark === undefined ? undefined : hex(mark);
  }),
  value('helper', ({ conntrack }) => entryOf(conntrack)?.helper),
  value('zone', ({ conntrack }) => {
    const zone = conntrack?.entry?.zone;
    if (!zone || (zone.original === 0 && zone.reply === 0)) return undefined;
    return zone.original === zone.reply ? String(zone.original) : `${zone.original}, replies ${zone.reply}`;
  }),
  value('labels', ({ conntrack }) => given([...(entryOf(conntrack)?.labels ?? [])].join(', '))),
];

/** What connection tracking knows begins on this host; there is nothing that the packet was sent with. */
const GROUPS = [
  { title: 'Packet', values: PACKET, comparesWithStart: true },
  { title: 'On this host', values: HERE, comparesWithStart: true },
  { title: 'Connection', values: CONNECTION, comparesWithStart: false },
] as const;

function value(name: string, text: ValueKind['text'], assumed?: ValueKind['assumed']): ValueKind {
  return { name: () => name, text, ...(assumed ? { assumed } : {}) };
}

function field(name: keyof PacketRequest): NonNullable<ValueKind['assumed']> {
  return (values) => values.field(name) ?? values.usual(name);
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** What a rule in raw has said of the connection is not the connection yet. */
function entryOf(conntrack: ConntrackView | undefined): ConntrackView['entry'] {
  const entry = conntrack?.entry;
  return entry && !isTemplate(entry) ? entry : undefined;
}

function tupleOfEntry(conntrack: ConntrackView | undefined, side: 'original' | 'reply'): string | undefined {
  const entry = entryOf(conntrack);
  return entry && tupleText(entry[side]);
}

function stateText({ state, entry }: ConntrackView): string {
  const inside = entry && !isTemplate(entry) ? entry.tcpState : undefined;
  return inside === undefined ? state : `${state} (${inside})`;
}

function icmpText({ protocol, icmpType, icmpCode, icmpId, fragmentOffset }: Packet): string | undefined {
  if ((protocol !== PROTOCOL.ICMP && protocol !== PROTOCOL.ICMPV6) || fragmentOffset > 0) return undefined;
  return `type ${icmpType} code ${icmpCode}${icmpId === 0 ? '' : ` id ${icmpId}`}`;
}

function isIpsec({ protocol, fragmentOffset }: Packet): boolean {
  return (protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH) && fragmentOffset === 0;
}

function fragmentText({ fragmentOffset, moreFragments, dontFragment }: Packet): string | undefined {
  if (fragmentOffset > 0 || moreFragments)
    return `from byte ${fragmentOffset * 8}${moreFragments ? ', more follow' : ', the last'}`;
  return dontFragment ? 'not allowed (DF)' : undefined;
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

function bytes(list: Uint8Array): string {
  return Array.from(list, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
