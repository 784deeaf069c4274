import { sameAddress, type Address } from '../../../core/net/address';
import type { Packet } from '../../../core/net/packet';
import { protocolName } from '../../../core/net/protocols';
import type { Peer } from '../../../core/knowledge/peer';
import type { TraceEvent, Walked } from '../../../core/netfilter/events';
import { isThrough } from '../../../core/netfilter/walkEnds';
import type { CardPart, CardRow } from '../../../shared/traceReport';
import { destinationOf, flagNames, inFragments, showsPorts, sourceOf } from '../packetWords';
import { isOwnWay, type TraceInput } from '../traceInput';
import { listens, proxySocket, unknownProxy, unknownReceiver } from '../receiverWords';
import { droppedBy } from '../verdict';
import { AssumedValues } from './assumedValues';
import { addressName, peerName, portName } from './names';
import { sendsBack } from './sendsBack';

/** What the packet was, what becomes of it, and what its sender gets, a row each. */
export function cardRows(input: TraceInput, walked: Walked, peer: Peer | undefined): readonly CardRow[] {
  const made = new CardRows(input, walked, peer);
  const rows = [made.start(), made.end()];
  const add = (label: string, text: string | undefined): void => {
    if (text !== undefined && text !== '') rows.push({ label, parts: [plain(text)] });
  };
  add('sends back', sendsBack(walked));
  const { dropBy } = walked.end;
  add('because', dropBy?.kind === 'kernel' ? dropBy.detail : undefined);
  const copy = walked.events.find((event) => event.kind === 'copy-end')?.end;
  if (copy)
    add(
      'a copy',
      copy.outcome === 'LOCAL' ? 'comes to this host itself' : `for this host itself is ${droppedBy(copy)}`,
    );
  return rows.filter((row) => row !== undefined);
}

/** `tcp 10.0.1.9:41522 → 10.96.0.1:443`: the packet as it was sent, without names. */
export function sentParts(input: TraceInput, walked: Walked): readonly CardPart[] {
  return new CardRows(input, walked, undefined).addressed().filter(({ style }) => style !== 'dim');
}

class CardRows {
  private readonly assumed: AssumedValues;
  private readonly first: Extract<TraceEvent, { readonly kind: 'start' }> | undefined;

  constructor(
    private readonly input: TraceInput,
    private readonly walked: Walked,
    private readonly peer: Peer | undefined,
  ) {
    this.assumed = new AssumedValues(input, walked);
    const [first] = walked.events;
    this.first = first?.kind === 'start' ? first : undefined;
  }

  /** `tcp 10.0.1.9:41522 → 10.96.0.1:443 SYN by eth0, Service default/kubernetes:https`. */
  start(): CardRow | undefined {
    if (!this.first) return undefined;
    const { packet, direction, iface } = this.first;
    const arrives = direction === 'in';
    const name = this.peer ? peerName(this.peer) : portName(this.input, packet);
    return {
      label: arrives ? 'arrives' : 'is sent',
      parts: [
        ...this.addressed(),
        ...words(flagNames(packet)),
        ...(arrives
          ? [plain(' by '), { ...code(iface), ...marked(this.assumed.field('iface') ?? this.assumed.interface(iface)) }]
          : []),
        ...(name === undefined ? [] : [dim(`  ${name}`)]),
      ],
    };
  }

  /** Protocol and both ends. */
  addressed(): readonly CardPart[] {
    if (!this.first) return [];
    const { packet } = this.first;
    const end = this.walked.end.packet;
    const moved = isThrough(this.walked);
    return [
      code(`${protocolName(packet.protocol)} `),
      {
        ...code(sourceOf(packet)),
        ...changed(moved && sourceOf(packet) !== sourceOf(end), 'before'),
        ...marked(this.assumed.field('src')),
      },
      ...this.named(packet.source),
      plain(' → '),
      {
        ...code(destinationOf(packet)),
        ...changed(moved && destinationOf(packet) !== destinationOf(end), 'before'),
        ...marked(this.assumed.address(packet.destination) ?? this.assumed.field('dst') ?? this.assumed.field('dport')),
      },
      // A Service is named by the rules that jump to it, with its port.
      ...(this.peer?.noun === 'Service' ? [] : this.named(packet.destination)),
    ];
  }

  end(): CardRow | undefined {
    // A packet that is dropped has no form that anybody gets.
    if (!isThrough(this.walked)) return undefined;
    return this.walked.end.outcome === 'SENT' ? this.leaves() : this.received();
  }

  private leaves(): CardRow {
    const { events, end } = this.walked;
    const own = isOwnWay(this.walked);
    const route = events.findLast((event, index) => event.kind === 'route' && own(index));
    const last = events.at(-1);
    const out = end.outInterface ?? 'no interface';
    const by = route?.kind === 'route' ? this.assumed.route(route.by) : undefined;
    return {
      label: 'leaves',
      parts: [
        ...this.addresses(end.packet),
        plain(' by '),
        { ...code(out), ...marked(by ?? this.assumed.interface(out)) },
        ...(route?.kind === 'route' && route.gateway !== undefined
          ? [plain(', next hop '), { ...code(route.gateway), ...marked(by) }]
          : []),
        ...words(last?.kind === 'sent' ? inFragments(last.fragments).trim() : ''),
      ],
    };
  }

  private received(): CardRow {
    const { end } = this.walked;
    const { packet, receiver, receiverKnown } = end;
    const from = this.input.listenersFrom;
    const addresses = this.addresses(packet);
    const proxy = proxySocket(this.walked);
    const who = receiver
      ? `${listens(receiver)}${from === undefined ? '' : ` (${from})`}`
      : receiverKnown
        ? 'no program listens there'
        : proxy === undefined
          ? unknownReceiver(end)
          : `the socket on ${proxy} receives it; ${unknownProxy}`;
    const between = addresses.length > 0 && this.named(packet.destination).length > 0 ? ' · ' : '  ';
    const port = showsPorts(packet) ? `port ${packet.destinationPort} of this host` : 'this host';
    return {
      label: 'comes to',
      parts: [...(addresses.length > 0 ? addresses : [plain(port)]), dim(`${between}${who}`)],
    };
  }

  /** Nothing where they are those of the row above. */
  private addresses(packet: Packet): readonly CardPart[] {
    const before = this.first?.packet ?? packet;
    const source = sourceOf(packet);
    const destination = destinationOf(packet);
    if (source === sourceOf(before) && destination === destinationOf(before)) return [];
    return [
      code(`${protocolName(packet.protocol)} `),
      {
        ...code(source),
        ...changed(source !== sourceOf(before), 'after'),
        ...(source !== sourceOf(before) && marked(this.drawn('source') ?? this.assumed.address(packet.source))),
      },
      ...(sameAddress(packet.source, before.source) ? [] : this.named(packet.source)),
      plain(' → '),
      {
        ...code(destination),
        ...changed(destination !== destinationOf(before), 'after'),
        ...(destination !== destinationOf(before) &&
          marked(this.drawn('destination') ?? this.assumed.address(packet.destination))),
      },
      ...(sameAddress(packet.destination, before.destination) ? [] : this.named(packet.destination)),
    ];
  }

  private named(address: Address): readonly CardPart[] {
    const name = addressName(this.input, this.walked, address);
    return name === undefined ? [] : [dim(` ${name}`)];
  }

  private drawn(side: 'source' | 'destination'): CardPart['assumed'] {
    return this.walked.end.randomPort === side
      ? { why: 'the port is drawn at random; this is one of the possible ones' }
      : undefined;
  }
}

function marked(assumed: CardPart['assumed']): Pick<CardPart, 'assumed'> {
  return assumed ? { assumed } : {};
}

function changed(is: boolean, side: 'before' | 'after'): Pick<CardPart, 'change'> {
  return is ? { change: side } : {};
}

function words(text: string): readonly CardPart[] {
  return text === '' ? [] : [plain(` ${text}`)];
}

function plain(text: string): CardPart {
  return { text };
}

function code(text: string): CardPart {
  return { text, style: 'code' };
}

function dim(text: string): CardPart {
  return { text, style: 'dim' };
}
