import type { TraceEvent, Walked, WalkEnd } from '../../core/netfilter/events';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import type { Listener } from '../../core/net/host';
import type { Effect } from '../../core/xtables/extension';
import { destinationOf } from './packetWords';

/** Who has a connection that is there already is not among the sockets that listen. */
export function unknownReceiver({ state }: WalkEnd): string {
  return `the file does not say which program ${state === 'ESTABLISHED' ? 'has this connection' : 'listens there'}`;
}

/** `proxy pid 16 listens on 0.0.0.0:15006`. */
export function listens({ process, pid, text }: Listener): string {
  return `${process ?? 'A program'}${pid === undefined ? '' : ` pid ${pid}`} listens on ${text}`;
}

/** What comes after the socket on which TPROXY hands a packet to nobody knows whom. */
export const unknownProxy = 'the file does not say which program has it, and where none has, TPROXY drops the packet';

/**
 * `port 12345`, `127.0.0.1:12345`: where TPROXY looks for a socket, whatever the destination of the packet; undefined
 * where no TPROXY matched or the socket is known.
 */
export function proxySocket({ events, end }: Walked): string | undefined {
  if (end.receiver) return undefined;
  for (const event of events) {
    const found = tproxyOf(event);
    if (!found) continue;
    const { address, port } = found;
    return address === undefined
      ? `port ${port}`
      : destinationOf({ ...end.packet, destination: address, destinationPort: port });
  }
  return undefined;
}

/** What TPROXY did, by a rule that matched. In a rule of nft other statements may come after it. */
export function tproxyOf(event: TraceEvent): Extract<Effect, { readonly kind: 'tproxy' }> | undefined {
  if (event.kind !== 'rule' || !event.matched) return undefined;
  if (event.effect?.kind === 'tproxy') return event.effect;
  if (event.rule.written === undefined) return undefined;
  for (const { effect } of conditionsOfRule(event.rule).flatMap((each) => each.changes?.(event.view, true) ?? []))
    if (effect?.kind === 'tproxy') return effect;
  return undefined;
}
