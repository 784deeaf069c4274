import { makePacket, socketOwner } from '../../net/makePacket';
import { NO_HOST } from '../../net/host';
import { PROTOCOL } from '../../net/packet';
import type { PacketRequest } from '../../net/packetRequest';
import { headerMatches } from '../../ruleset/header';
import { conditionsOf } from '../../ruleset/ruleSet';
import type { RememberingView } from '../../xtables/view';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from '../view';

/**
 * Which packets still reach a rule, by the rules before it in the chain: those rules themselves are evaluated. These
 * are the few questions on which the common explanations of Istio's rules and the kernel part ways.
 */

/** How much of the traffic over lo still reaches a rule, from a process that is not the proxy's user. */
export type LoopbackLeft =
  /** Nothing before it takes the loopback traffic away. */
  | { readonly kind: 'all' }
  /** Behind a rule that takes all but TCP port 53 and what is not TCP, as with DNS capture. */
  | { readonly kind: 'dns'; readonly by: RuleView; readonly uid: string }
  /** Nothing: `by` and the rule for the proxy's user have taken it. */
  | { readonly kind: 'none'; readonly by: RuleView; readonly uid: string };

/** A user and group that no rule is about. */
const STRANGER = { uid: 4_000_000_123, gid: 4_000_000_123 } as const;

const REQUEST: PacketRequest = { ...STRANGER, dir: 'out', proto: PROTOCOL.TCP, sport: 40_000, dport: 8080 };

export function loopbackLeft(chain: ChainView, rule: RuleView): LoopbackLeft {
  const { family } = rule.bound;
  let left: LoopbackLeft = { kind: 'all' };
  for (const earlier of chain.rules) {
    if (earlier.number >= rule.number) break;
    const uid = returnsOthers(earlier);
    if (uid === undefined || !takes(earlier, overLo(REQUEST, family))) continue;
    const rest = [
      { ...REQUEST, dport: 53 },
      { ...REQUEST, proto: PROTOCOL.UDP },
    ];
    if (rest.every((request) => takes(earlier, overLo(request, family)))) return { kind: 'none', by: earlier, uid };
    if (left.kind === 'all') left = { kind: 'dns', by: earlier, uid };
  }
  return left;
}

/** The rule before this one at which packets of a user over lo return, because it excepts another one. */
export function otherUserReturns(chain: ChainView, rule: RuleView, uid: string): RuleView | undefined {
  const request = { ...REQUEST, uid: Number(uid) };
  return ruleBefore(chain, rule, (earlier) => {
    const excepted = returnsOthers(earlier);
    return excepted !== undefined && excepted !== uid && takes(earlier, overLo(request, rule.bound.family));
  });
}

/** The user that a `RETURN` for all others is not for; undefined for other rules. */
function returnsOthers(rule: RuleView): string | undefined {
  const shape = shapeOf(rule);
  const uid = condition(shape, 'uid');
  return shape.target === 'RETURN' && uid?.negated === true ? uid.values[0] : undefined;
}

/** The first rule of the chain that this test accepts and that comes before (or after) the given one. */
export function ruleBefore(chain: ChainView, rule: RuleView, test: (rule: RuleView) => boolean): RuleView | undefined {
  return chain.rules.find((each) => each.number < rule.number && test(each));
}

export function ruleAfter(chain: ChainView, rule: RuleView, test: (shape: RuleShape) => boolean): RuleView | undefined {
  return chain.rules.find((each) => each.number > rule.number && test(shapeOf(each)));
}

/** True of a rule that matches all TCP that arrives by an interface, whatever it is for. */
export function takesTcpOf(rule: RuleView, iface: string): boolean {
  const { family } = rule.bound;
  return valueOf(shapeOf(rule), 'in') === iface && takes(rule, arrivingBy(iface, family));
}

/** True where nothing jumps to the chain, so that its rules are never run. */
export function isUncalled(chain: ChainView | undefined): boolean {
  return chain !== undefined && !chain.builtin && chain.jumpedFrom.length === 0;
}

/** True where the sidecar's ISTIO_OUTPUT of nat also sees UDP: `OUTPUT -j ISTIO_OUTPUT` or `-p udp -j ISTIO_OUTPUT`. */
export function outputSeesUdp(ruleSet: RuleSetView): boolean {
  return (chainIn(ruleSet, 'nat', 'OUTPUT')?.rules ?? []).some((rule) => {
    const shape = shapeOf(rule);
    if (shape.target !== 'ISTIO_OUTPUT') return false;
    const proto = valueOf(shape, 'proto');
    return proto === undefined || proto === 'udp';
  });
}

/** `line 60`, as an editor counts. */
export function lineOf(rule: { readonly line: number }): string {
  return `line ${rule.line + 1}`;
}

/** Every condition of the rule certainly holds. */
function takes({ bound }: RuleView, view: RememberingView): boolean {
  const rule = bound.passing();
  return (
    rule.header.names === undefined &&
    headerMatches(rule.header, view) &&
    rule.matches.every((match) => conditionsOf(match, rule.family).every((asked) => asked.test(view) === true))
  );
}

/** A packet of this pod to its own address, in nat OUTPUT. */
function overLo(request: PacketRequest, family: 4 | 6): RememberingView {
  const [src, dst] = family === 4 ? ['10.0.0.1', '10.0.0.1'] : ['2001:db8::1', '2001:db8::1'];
  return {
    ...viewOf({ ...request, src, dst }, family),
    hook: 'OUTPUT',
    inInterface: '',
    outInterface: 'lo',
    socket: socketOwner(request),
  };
}

function arrivingBy(iface: string, family: 4 | 6): RememberingView {
  const [src, dst] = family === 4 ? ['192.0.2.1', '198.51.100.1'] : ['2001:db8::1', '2001:db8:1::1'];
  return {
    ...viewOf({ proto: PROTOCOL.TCP, sport: 40_000, dport: 8080, src, dst }, family),
    hook: 'PREROUTING',
    inInterface: iface,
    outInterface: '',
    socket: undefined,
  };
}

function viewOf(
  request: PacketRequest,
  family: 4 | 6,
): Omit<RememberingView, 'hook' | 'inInterface' | 'outInterface' | 'socket'> {
  return {
    packet: makePacket(request, undefined, family),
    table: 'nat',
    conntrack: undefined,
    // The rules asked about read the packet and its sender only.
    host: NO_HOST,
    memory: new Map<object | string, unknown>(),
    packetType: 'unicast',
    backend: 'legacy',
    assignedSocket: undefined,
  };
}
