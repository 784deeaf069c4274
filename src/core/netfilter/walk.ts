import { forwarded } from './checksum';
import { knowsListeners } from '../net/host';
import { PROTOCOL } from '../net/packet';
import { isJoinedGroup } from '../net/routing';
import { fragmentLengths, isTooBig } from './fragmentation';
import { defragment } from './defragment';
import { whyRefusedOnReceive } from './receiveChecks';
import type { WalkEnd } from './events';
import { groupNote, takesCopy, whyItStays } from './groupCopy';
import { runHook } from './hooks';
import { routeInput, type InputRoute } from './inputRoute';
import { forwardOptions, withOptions } from './ipOptions';
import { routeOutput } from './outputRoute';
import { Ended, type Passage, type WalkStep } from './passage';
import { boundSocket, packetEnd } from './receiver';
import { checkRawHeader, mtuOf, takeRoute } from './sending';
import type { Standing } from './standing';
import { packetTypeOf } from './standingView';
import type { Arrival } from './walkContext';

/** The first step of a packet on its way through the host: in, to this host or on to another, or out. */
export function firstStep({ direction }: Arrival): WalkStep {
  return direction === 'in' ? arrive : send;
}

function arrive(passage: Passage): void {
  const { host } = passage.context;
  const iface = passage.arrival.iface ?? 'lo';
  passage.move({ inInterface: iface });
  passage.emit({ kind: 'start', direction: 'in', packet: passage.at.packet, iface });
  const refused = whyRefusedOnReceive(passage.at.packet, iface, host);
  if (refused) return passage.finish(passage.kernelDrop(refused.reason, refused.detail, 'NONE'));
  passage.then(runHook('PREROUTING'), (at) =>
    follow(at, withOptions(at, routeInput(at.at.packet, iface, host), iface)),
  );
}

function follow(passage: Passage, route: InputRoute): void {
  const { packet, inInterface } = passage.at;
  if (route.kind === 'drop') {
    if (route.reason === 'no-route') passage.note(groupNote(packet, false, passage.context.host));
    return passage.finish(passage.kernelDrop(route.reason, route.detail));
  }
  passage.move({ routedAs: packet });
  passage.emit({
    kind: 'route',
    phase: 'input',
    packet,
    type: route.kind === 'local' ? route.type : 'unicast',
    device: route.kind === 'local' ? inInterface : route.device,
    gateway: route.kind === 'local' ? undefined : route.gateway,
    table: route.table,
    tableName: passage.context.host.tableNames?.get(route.table ?? -1),
    by: route.by,
  });
  if (route.kind === 'local') deliver(passage);
  else forward(passage, route.device);
}

function deliver(passage: Passage): void {
  assembleFragments(passage);
  passage.then(runHook('INPUT'), receive);
}

function receive(passage: Passage): void {
  const { packet, inInterface, assignedSocket } = passage.at;
  const { host, world } = passage.context;
  const listener =
    typeof assignedSocket === 'object'
      ? assignedSocket
      : (world.socketOf(packet) ?? (assignedSocket ? undefined : boundSocket(host, packetEnd(packet), inInterface)));
  const known =
    listener !== undefined || (!assignedSocket && knowsListeners(host, packet.protocol) && !hasUnlistedSocket(passage));
  passage.emit({ kind: 'delivered', packet, listener, known });
  passage.finish(passage.end('LOCAL', 'ACCEPT', undefined, { receiver: listener, receiverKnown: known }));
}

/** A program that is connected has a socket of its own, which lists of those that listen do not show. */
function hasUnlistedSocket({ at, context }: Passage): boolean {
  return !context.rawSockets && at.conntrack?.state === 'ESTABLISHED';
}

/**
 * Without connection tracking, IPv4 fragments for this host are reassembled before INPUT; IPv6 ones only after
 * it.
 */
function assembleFragments(passage: Passage): void {
  const {
    at: { packet },
    context,
  } = passage;
  if (context.tracking || packet.family === 6) return;
  const whole = defragment(packet, context.world);
  if (whole === undefined)
    throw new Ended(
      passage.kernelDrop('fragment-incomplete', 'this host holds fragments back until all of them have arrived'),
    );
  if (whole !== packet) passage.change(whole);
}

function forward(passage: Passage, device: string): void {
  const refused = whyNotForwarded(passage, device);
  if (refused) return passage.finish(refused);
  const { ttl } = passage.at.packet;
  passage.emit({ kind: 'ttl', before: ttl, after: ttl - 1 });
  passage.change({ ttl: ttl - 1 });
  passage.move({ outInterface: device, checksum: forwarded(passage.at.checksum) });
  // The incoming interface stays known in POSTROUTING (ip_output passes it on), so `-i` in a chain reached from there
  // can match.
  passage.then(runHook('FORWARD'), forwardOptions, runHook('POSTROUTING'), leaveHost);
}

function whyNotForwarded(passage: Passage, device: string): WalkEnd | undefined {
  const { packet, assignedSocket } = passage.at;
  if (packetTypeOf(passage.at) !== 'unicast')
    return passage.kernelDrop('not-forwarded', 'a broadcast or multicast frame is not forwarded');
  if (assignedSocket)
    return passage.kernelDrop(
      'not-forwarded',
      'TPROXY assigned it to a socket of this host, so it cannot be forwarded; a policy rule for the mark has ' +
        'to deliver it here',
    );
  if (packet.ttl <= 1)
    return passage.kernelDrop(
      'ttl-exceeded',
      `its ${packet.family === 4 ? 'TTL' : 'hop limit'} is ${packet.ttl}: a router does not forward it and ` +
        'sends "time exceeded" to the sender',
    );
  const mtu = mtuOf(passage.context.host, device);
  return isTooBig(packet, mtu) ? passage.kernelDrop('too-big', tooBigWords(packet.length, device, mtu)) : undefined;
}

function send(passage: Passage): void {
  const {
    arrival: { socket, iface, raw = false, attached },
    context: { host },
  } = passage;
  passage.move({ socket, headerBySender: raw });
  passage.emit({ kind: 'start', direction: 'out', packet: passage.at.packet, iface: iface ?? '' });
  const route = routeOutput(
    passage.at.packet,
    host,
    iface,
    socket?.uid,
    raw ? 'raw' : socket === undefined || socket.kind === 'kernel' ? 'kernel' : 'socket',
  );
  if (route.kind === 'drop') return passage.finish(passage.kernelDrop(route.reason, route.detail, 'NONE'));
  takeRoute(passage, route, 'output');
  if (raw) checkRawHeader(passage, route);
  if (attached) passage.move(attached === 'beyond-ct' ? { beyondCt: true } : { conntrack: attached });
  passage.then(runHook('OUTPUT'), passage.at.packet.family === 4 ? leaveIpv4 : leaveIpv6);
}

/**
 * Of what goes to many, the copy for this host goes first, and both go through POSTROUTING. Source:
 * net/ipv4/ip_output.c ip_mc_output.
 */
function leaveIpv4(passage: Passage): void {
  const only = whyItStays(passage);
  const rest: WalkStep = (at) => (at.at.outInterface === 'lo' ? comeBack(at, 'lo') : leaveHost(at));
  takeCopy(passage, only, (at, copied) => {
    if (copied && only !== undefined) at.finish(copied);
    else at.then(runHook('POSTROUTING'), rest);
  });
}

/**
 * The copy is taken of what has come out of POSTROUTING, and sees it again. Source: net/ipv6/ip6_output.c
 * ip6_finish_output2.
 */
function leaveIpv6(passage: Passage): void {
  passage.then(runHook('POSTROUTING'), (at) => {
    if (at.at.outInterface === 'lo') return comeBack(at, 'lo');
    const only = whyItStays(at);
    takeCopy(at, only, (behind, copied) => {
      if (only === undefined) leaveHost(behind);
      else behind.finish(copied ?? behind.kernelDrop('bad-destination', only));
    });
  });
}

/**
 * Lets this host take its own copy of what it sends to many, and goes on with how that ended; undefined: there was
 * none. `only`: why the packet itself stays.
 */
function takeCopy(
  passage: Passage,
  only: string | undefined,
  then: (passage: Passage, copied: WalkEnd | undefined) => void,
): void {
  const original = passage.at;
  const { packet, outInterface } = original;
  const copied = takesCopy(passage);
  if (outInterface !== 'lo') passage.note(groupNote(packet, copied, passage.context.host));
  if (!copied) return then(passage, undefined);
  passage.emit({ kind: 'copy', iface: outInterface, packet, only });
  passage.move({
    socket: undefined,
    headerBySender: false,
    ...(packet.family === 6 && { shared: { open: true, changes: {} } }),
  });
  passage.thenCatch((at, end) => {
    if (only === undefined) endCopy(at, original, end);
    then(at, end);
  });
  passage.then(runHook('POSTROUTING'), (at) => comeBack(at, outInterface));
}

/** On with the packet itself. */
function endCopy(passage: Passage, original: Standing, end: WalkEnd): void {
  const { conntrack, shared } = passage.at;
  // Both belong to the same connection, and what has become of that concerns both.
  const same = conntrack?.entry !== undefined && conntrack.entry.id === original.conntrack?.entry?.id;
  passage.move({ ...original, packet: { ...original.packet, ...shared?.changes }, ...(same && { conntrack }) });
  passage.emit({ kind: 'copy-end', end, packet: passage.at.packet });
}

/**
 * What goes out over lo comes in again with its connection and its mark, but without its socket; so does, by the
 * interface that it was sent by, the copy of what goes to many (net/core/dev.c dev_loopback_xmit).
 */
function comeBack(passage: Passage, iface: string): void {
  const { packet, conntrack } = passage.at;
  if (iface === 'lo') passage.emit({ kind: 'loopback', packet });
  if (packet.assembledFrom && passage.state() === 'UNTRACKED')
    passage.note(
      'an untracked packet comes back over lo in its fragments, and rules in PREROUTING see each of them: it ' +
        'is shown whole here',
    );
  const refused = whyRefusedOnReceive(packet, iface, passage.context.host, true);
  if (refused) return passage.finish(passage.kernelDrop(refused.reason, refused.detail));
  passage.move({
    socket: undefined,
    headerBySender: false,
    beyondCt: false,
    inInterface: iface,
    outInterface: '',
    readdressed: false,
    ownCopy: iface !== 'lo',
    // Nothing is attached to an INVALID packet, so it is tracked as if it were new here; UNTRACKED stays
    // (nf_conntrack_core.c nf_conntrack_in).
    ...(conntrack?.state === 'INVALID' && { conntrack: undefined, template: undefined }),
  });
  passage.then(runHook('PREROUTING'), (at) => routeBack(at, iface));
}

/**
 * What came back still has the route it was sent with, which only NAT removes (nf_nat_proto.c nf_nat_ipv4_pre_routing).
 */
function routeBack(passage: Passage, iface: string): void {
  const {
    at: { packet, outRoute, readdressed },
    context: { host },
  } = passage;
  if (readdressed) {
    const scope = outRoute?.result.route?.device ?? iface;
    return follow(passage, withOptions(passage, routeInput(packet, iface, host, scope), iface));
  }
  if (!isForThisHost(outRoute, packet.family))
    return passage.finish(
      passage.kernelDrop('no-route', 'it was routed out over lo without being addressed to this host'),
    );
  const type = outRoute?.type === 'broadcast' || outRoute?.type === 'multicast' ? outRoute.type : 'local';
  // Its route leads to ip6_mc_input, which looks for the group once more (net/ipv6/ip6_input.c).
  if (packet.family === 6 && type === 'multicast' && !isJoinedGroup(host, packet.destination))
    return passage.finish(passage.kernelDrop('no-route', 'it was sent to a group and has another destination now'));
  const route = withOptions(passage, { kind: 'local', type, table: undefined }, iface);
  if (route.kind !== 'local') return follow(passage, route);
  passage.emit({
    kind: 'route',
    phase: 'input',
    packet: passage.at.packet,
    type,
    device: iface,
    gateway: undefined,
    table: undefined,
    sentAs: outRoute?.type,
    by: undefined,
  });
  deliver(passage);
}

function leaveHost(passage: Passage): void {
  const {
    at: { packet, outInterface },
    arrival,
    context: { host },
  } = passage;
  const mtu = mtuOf(host, outInterface);
  const bySocket = arrival.direction === 'out' && !arrival.raw;
  // TCP makes segments of what its socket is given.
  const fragments =
    bySocket && packet.protocol === PROTOCOL.TCP ? [packet.length] : fragmentLengths(packet, mtu, bySocket);
  if (!fragments) return passage.finish(passage.kernelDrop('too-big', tooBigWords(packet.length, outInterface, mtu)));
  passage.emit({ kind: 'sent', iface: outInterface, packet, fragments });
  passage.finish(passage.end('SENT', 'ACCEPT', undefined, { outInterface, inInterface: undefined }));
}

function tooBigWords(length: number, device: string, mtu: number): string {
  return `it has ${length} bytes, the MTU of ${device} is ${mtu}, and it may not be fragmented`;
}

/**
 * What comes in with the route it was sent with; IPv4 takes all that was sent over lo, but multicasts to groups that it
 * has not joined. Source: net/ipv4/route.c __mkroute_output.
 */
function isForThisHost(route: Passage['at']['outRoute'], family: 4 | 6): boolean {
  if (!route) return false;
  if (route.type === 'local' || route.result.toThisHost) return true;
  return family === 4 && route.type !== 'multicast';
}
