import type { ConntrackView } from '../../core/net/conntrack';
import type { Host } from '../../core/net/host';
import type { Packet, SocketOwner } from '../../core/net/packet';
import type { TraceEvent } from '../../core/netfilter/events';
import type { Rule } from '../../core/ruleset/ruleSet';
import type { AnyTableName, Hook, PacketView } from '../../core/xtables/view';
import type { Cursor, Recording } from './recording';

/** What is the case where a debugger stands: before what is there is evaluated. */
export interface Moment {
  readonly packet: Packet;
  readonly inInterface: string;
  readonly outInterface: string;
  readonly conntrack: ConntrackView | undefined;
  readonly socket: SocketOwner | undefined;
  /** undefined outside of the tables. */
  readonly hook: Hook | undefined;
  readonly table: AnyTableName | undefined;
  readonly chain: string | undefined;
  readonly rule: Rule | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  /** Whether the rule will match; undefined where there is none. */
  readonly matched: boolean | undefined;
  /** What rules see; undefined outside of the tables. */
  readonly view: PacketView | undefined;
  readonly host: Host;
  readonly event: TraceEvent | undefined;
}

/** `host`: the one that the path is on. */
export function momentAt(recording: Recording, cursor: Cursor, host: Host): Moment {
  const { end } = recording.walked;
  const event = recording.eventAt(cursor);
  const frame = recording.frameAt(cursor);
  const rule = recording.ruleAt(cursor);
  const view = viewAt(recording, cursor);
  const after = event === undefined;
  return {
    packet: view?.packet ?? (event?.kind === 'translate' ? event.before : packetOf(event)) ?? end.packet,
    inInterface: (after ? end.inInterface : view?.inInterface) ?? '',
    outInterface: (after ? (end.outInterface ?? end.lastOutInterface) : view?.outInterface) ?? '',
    conntrack: after ? end.conntrack : view?.conntrack,
    socket: view?.socket,
    hook: frame?.hook ?? view?.hook,
    table: frame?.table,
    chain: frame?.chain.name,
    rule,
    line: recording.lineAt(cursor),
    matched: event?.kind === 'rule' ? event.matched : event?.kind === 'skipped' ? false : undefined,
    view,
    host: view?.host ?? host,
    event,
  };
}

/** The last view that rules had before the place; of a rule, its own. */
function viewAt({ events }: Recording, { event: index }: Cursor): PacketView | undefined {
  const event = events[index];
  if (event?.kind === 'rule' || event?.kind === 'skipped') return event.view;
  if (event?.kind !== 'policy') return undefined;
  for (let at = index - 1; at >= 0; at--) {
    const before = events[at] as TraceEvent;
    // What the last rule did to the packet shows in the next view only.
    if (before.kind === 'rule') return { ...before.view, packet: before.after };
    if (before.kind === 'skipped' || before.kind === 'table-enter') return before.view;
  }
  return undefined;
}

function packetOf(event: TraceEvent | undefined): Packet | undefined {
  return event && 'packet' in event ? event.packet : undefined;
}
