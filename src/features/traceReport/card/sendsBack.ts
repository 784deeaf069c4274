import { isMulticast } from '../../../core/net/address';
import type { Walked } from '../../../core/netfilter/events';
import { hasNoListener } from '../../../core/netfilter/walkEnds';
import { PROTOCOL } from '../../../core/net/packet';

/**
 * What REJECT, or the kernel where nobody listens, sends back to the sender, and what a program there makes of it;
 * undefined where nothing is sent back. Source: net/ipv4/icmp.c icmp_err_convert, net/ipv6/icmp.c icmpv6_err_convert,
 * net/ipv4/tcp_input.c tcp_reset.
 */
export function sendsBack({ end, events }: Pick<Walked, 'end' | 'events'>): string | undefined {
  if (hasNoListener(end)) {
    // No error is sent about what came to many (net/ipv4/icmp.c icmp_send, net/ipv6/icmp.c icmp6_send).
    const type = events.findLast((event) => event.kind === 'route')?.type;
    if (type === 'broadcast' || type === 'multicast' || isMulticast(end.packet.destination)) return undefined;
    return end.packet.protocol === PROTOCOL.TCP ? RESET : icmp(PORT_UNREACHABLE);
  }
  if (end.verdict !== 'REJECT' || end.dropBy?.kind !== 'rule') return undefined;
  const { rule } = end.dropBy;
  const rejected = events.findLast((event) => event.kind === 'rule' && event.rule === rule && event.matched);
  if (rejected?.kind !== 'rule' || rejected.effect?.kind !== 'reject') return undefined;
  const { reply, note } = rejected.effect;
  if (reply.kind === 'none') return note ?? 'nothing';
  return reply.name === 'tcp-reset' ? RESET : icmp(reply.name.replace(/^icmp6?-/, ''));
}

const PORT_UNREACHABLE = 'port-unreachable';
const REFUSED = 'Connection refused';
const RESET = `a TCP reset: the sender sees “${REFUSED}”`;

/** What `connect` says of each. */
const ERRORS: Readonly<Record<string, string>> = {
  [PORT_UNREACHABLE]: REFUSED,
  'net-unreachable': 'Network is unreachable',
  'net-prohibited': 'Network is unreachable',
  'host-unreachable': 'No route to host',
  'host-prohibited': 'No route to host',
  'admin-prohibited': 'No route to host',
  'proto-unreachable': 'Protocol not available',
  'no-route': 'Network is unreachable',
  'addr-unreachable': 'No route to host',
  'adm-prohibited': 'Permission denied',
  'policy-fail': 'Permission denied',
  'reject-route': 'Permission denied',
};

function icmp(name: string): string {
  const error = ERRORS[name];
  return `ICMP ${name}${error === undefined ? '' : `: the sender sees “${error}”`}`;
}
