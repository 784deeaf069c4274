import type { ConntrackView } from '../../../core/net/conntrack';
import type { Packet, SocketOwner } from '../../../core/net/packet';
import type { TraceEvent, Walked } from '../../../core/netfilter/events';
import type { PacketView } from '../../../core/xtables/view';
import { natTranslation } from '../ruleChanges';

type RouteEvent = Extract<TraceEvent, { readonly kind: 'route' }>;

/** What a packet is and has on its way, at one moment. */
export interface Moment {
  readonly packet: Packet;
  /** Empty where the packet has none, or not yet. */
  readonly inInterface: string;
  readonly outInterface: string;
  /** undefined: connection tracking has not seen the packet yet, or does not run. */
  readonly conntrack: ConntrackView | undefined;
  /** The socket that sent it, while that is known. */
  readonly socket: SocketOwner | undefined;
  /** The route that was chosen last. */
  readonly route: RouteEvent | undefined;
}

/** The moments of one step. */
export interface StepMoments {
  readonly start: Moment;
  readonly before: Moment;
  readonly after: Moment;
}

/**
 * The packet as it was sent, before a step and after it; `index` is that of the step's event. undefined where no packet
 * was sent.
 */
export function momentsOf(walked: Walked, index: number): StepMoments | undefined {
  const { events } = walked;
  const [first] = events;
  if (first?.kind !== 'start' || index >= events.length) return undefined;
  const start: Moment = {
    packet: first.packet,
    inInterface: first.direction === 'in' ? first.iface : '',
    outInterface: '',
    conntrack: undefined,
    socket: firstView(events)?.socket,
    route: undefined,
  };
  let moment = start;
  for (let i = 1; i < index; i++) moment = after(walked, i, moment);
  const event = events[index] as TraceEvent;
  return { start, before: before(event, moment), after: index === 0 ? start : after(walked, index, moment) };
}

/** The first that a rule could have read. */
function firstView(events: readonly TraceEvent[]): PacketView | undefined {
  for (const event of events)
    if (event.kind === 'table-enter' || event.kind === 'skipped' || event.kind === 'rule') return event.view;
  return undefined;
}

function before(event: TraceEvent, moment: Moment): Moment {
  switch (event.kind) {
    case 'rule':
    case 'skipped':
    case 'table-enter':
      return seen(moment, event.view);
    case 'translate':
      return { ...moment, packet: event.before };
    default:
      return moment;
  }
}

function after(walked: Walked, index: number, moment: Moment): Moment {
  const event = walked.events[index] as TraceEvent;
  switch (event.kind) {
    case 'hook-enter': {
      const { packet, inInterface, outInterface } = event;
      return { ...moment, packet, inInterface, outInterface };
    }
    case 'conntrack':
      return { ...moment, conntrack: event.view };
    case 'table-enter':
    case 'skipped':
      return seen(moment, event.view);
    case 'rule':
      return afterRule(walked, index, event, moment);
    case 'translate':
      return { ...moment, packet: event.after, conntrack: conntrackAfter(walked, index, moment) };
    case 'route':
      return { ...moment, packet: event.packet, route: event };
    case 'ttl':
      return { ...moment, packet: { ...moment.packet, ttl: event.after } };
    case 'loopback':
      return { ...moment, packet: event.packet, socket: undefined, route: undefined };
    case 'hook-leave':
    case 'kernel-drop':
    case 'copy':
    case 'copy-end':
    case 'sent':
    case 'delivered':
      return { ...moment, packet: event.packet };
    default:
      return moment;
  }
}

/** NAT changes the packet once its table is done, and its rule is what did it. */
function afterRule(
  walked: Walked,
  index: number,
  event: Extract<TraceEvent, { readonly kind: 'rule' }>,
  moment: Moment,
): Moment {
  const translated = natTranslation(walked.events, index, event);
  const now = seen(moment, event.view);
  return {
    ...now,
    packet: translated?.after ?? event.after,
    conntrack: event.matched ? conntrackAfter(walked, index, now) : now.conntrack,
  };
}

/** As the next event that reads the packet finds it; a rule may have changed the mark of its connection. */
function conntrackAfter({ events, end }: Walked, index: number, moment: Moment): ConntrackView | undefined {
  for (let i = index + 1; i < events.length; i++) {
    const event = events[i] as TraceEvent;
    if (event.kind === 'loopback' || event.kind === 'copy' || event.kind === 'copy-end') return moment.conntrack;
    if ('view' in event) return event.kind === 'conntrack' ? event.view : event.view.conntrack;
  }
  return end.conntrack ?? moment.conntrack;
}

function seen(moment: Moment, view: PacketView): Moment {
  const { packet, inInterface, outInterface, conntrack, socket } = view;
  return { ...moment, packet, inInterface, outInterface, conntrack, socket };
}
