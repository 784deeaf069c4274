import { formatAddress, sameAddress } from '../net/address';
import type { Host } from '../net/host';
import type { Line } from '../syntax/tree';
import { lineWords } from '../syntax/typedLine';
import type { Effect } from '../xtables/extension';
import type { TraceEvent, Walked } from './events';
import { finding, type Finding } from './finding';

/** A packet that leaves by the interface that it came in by, to another destination than it was sent to. */
export interface Hairpin {
  /** It goes back to the sender itself. */
  readonly toItself: boolean;
  /** Why its reply does not come back through this host; undefined: it does. */
  readonly past: Finding | undefined;
  /** Why the reply comes back; undefined where it does not. */
  readonly back: Finding | undefined;
}

type Start = Extract<TraceEvent, { readonly kind: 'start' }>;

/**
 * The receiver is on the sender's link. It sees either the sender's address, and then replies there, or another one
 * that this host has given the packet.
 */
export function hairpinOf({ direction, iface, packet }: Start, walked: Walked, host: Host): Hairpin | undefined {
  const { end } = walked;
  if (direction === 'out' || end.outcome !== 'SENT' || end.outInterface !== iface) return undefined;
  if (sameAddress(end.packet.destination, packet.destination)) return undefined;
  const [receiver, sender, asked, seen] = [
    end.packet.destination,
    packet.source,
    packet.destination,
    end.packet.source,
  ].map(formatAddress) as [string, string, string, string];
  const toItself = receiver === sender;
  if (seen !== sender) {
    const line = sourceLine(walked);
    const given = line === undefined ? '' : `, which ${lineWords(line)} gives it`;
    const otherwise = toItself ? 'it would drop a packet from its own address' : `not directly to ${sender}`;
    return {
      toItself,
      past: undefined,
      back: finding(
        'hairpin with source NAT',
        `: ${receiver} is reached by ${iface}, the interface that ${sender} came in by, ` +
          `and sees ${seen}${given}. It replies there, through this host; ${otherwise}.`,
      ),
    };
  }
  const nat = `SNAT or MASQUERADE of what goes there makes the replies come back through this host.`;
  if (toItself)
    return {
      toItself,
      past: finding(
        WITHOUT,
        `: the packet goes back to ${sender} by ${iface}, with ${sender} as its ` +
          `source. A host drops what comes in from its own address (accept_local is off), so nothing replies. ${nat}`,
      ),
      back: undefined,
    };
  const bridged = bridgeCalls(host, packet.family, iface);
  const setting = `net.bridge.bridge-nf-call-${packet.family === 4 ? 'iptables' : 'ip6tables'}`;
  const seesIt =
    `${receiver} is reached by ${iface}, the interface that ${sender} came in by, and sees that address. It ` +
    `replies to ${sender} directly`;
  if (bridged === 'on')
    return {
      toItself,
      past: undefined,
      back: finding(
        WITHOUT,
        `: ${seesIt}, over the bridge ${iface}. As ${setting} is 1, the reply meets ` +
          'the rules of this host on its way, and is translated back.',
      ),
    };
  return {
    toItself,
    past: finding(
      WITHOUT,
      `: ${seesIt}, from ${receiver}. ${sender} has sent to ${asked}, so it drops the ` +
        `reply. ${nat}${bridged === 'open' ? ` If ${iface} is a bridge and ${setting} is 1, this host still translates the reply.` : ''}`,
    ),
    back: undefined,
  };
}

const WITHOUT = 'hairpin without source NAT';

/** Interfaces that the kernel or udev names so are not bridges: Ethernet, wireless, tunnels, ends of a veth pair. */
const NO_BRIDGE = /^(?:lo|eth|en[opsxbi]|wl|ww|ppp|tun|wg|veth|cali|lxc)/;
const BRIDGE = /^br-|br\d*$|bridge/;

/**
 * Whether what passes a bridge meets the rules of this host: `on` where the file says so and the interface is called
 * as bridges are, `open` where it may be. What the kernel does then is in docs/kernel-findings.md.
 */
function bridgeCalls({ sysctls }: Host, family: 4 | 6, iface: string): 'on' | 'off' | 'open' {
  if (NO_BRIDGE.test(iface)) return 'off';
  const value = sysctls.get(`net.bridge.bridge-nf-call-${family === 4 ? 'iptables' : 'ip6tables'}`);
  if (value === 0) return 'off';
  return value === 1 && BRIDGE.test(iface) ? 'on' : 'open';
}

function isSource(effect: Effect | undefined): boolean {
  return effect?.kind === 'masquerade' || (effect?.kind === 'nat' && effect.half === 'source');
}

/** The line of the rule of POSTROUTING that has given the packet its source. */
function sourceLine({ events }: Walked): Line | undefined {
  const at = events.findIndex((event) => event.kind === 'translate' && event.half === 'source' && !event.established);
  const rule = events
    .slice(0, Math.max(at, 0))
    .findLast((event) => event.kind === 'rule' && event.matched && isSource(event.effect));
  return rule?.kind === 'rule' ? rule.rule.line : undefined;
}
