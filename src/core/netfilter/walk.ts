import { knowsListeners } from '../net/host';
import { PROTOCOL } from '../net/packet';
import { isJoinedGroup } from '../net/routing';
import { cutUp, isTooBig } from './cutUp';
import { defragment } from './defragment';
import { whyRefusedAtDoor } from './door';
import type { Walked, WalkEnd } from './events';
import { groupNote, takesCopy, whyItStays } from './groupCopy';
import { Hooks } from './hooks';
import { routeInput, type InputRoute } from './inputRoute';
import { routeOutput } from './outputRoute';
import { Ended, Passage, type Arrival, type WalkContext } from './passage';
import { boundSocket, packetEnd } from './receiver';
import { checkRawHeader, mtuOf, takeRoute } from './sending';

/** One packet through all hooks, along one course where several are possible. The events are the whole truth about it. */
export function walk(arrival: Arrival, context: WalkContext): Walked {
  const passage = new Passage(arrival, context);
  const way = new Way(passage);
  const end = endOf(() => (arrival.direction === 'in' ? way.arrive() : way.send()));
  return { events: passage.events, end, assumptions: passage.assumptions, notes: passage.notes };
}

function endOf(course: () => WalkEnd): WalkEnd {
  try {
    return course();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return error.end;
  }
}

/** The way of a packet through the host: in, to this host or on to another, or out. */
class Way {
  private readonly hooks: Hooks;

  constructor(private readonly passage: Passage) {
    this.hooks = new Hooks(passage);
  }

  arrive(): WalkEnd {
    const { passage } = this;
    const { host } = passage.context;
    const iface = passage.arrival.iface ?? 'lo';
    passage.move({ inInterface: iface });
    passage.emit({ kind: 'start', direction: 'in', packet: passage.at.packet, iface });
    const refused = whyRefusedAtDoor(passage.at.packet, iface, host);
    if (refused) return passage.kernelDrop(refused.reason, refused.detail, 'NONE');
    this.hooks.run('PREROUTING');
    return this.follow(routeInput(passage.at.packet, iface, host));
  }

  private follow(route: InputRoute): WalkEnd {
    const { passage } = this;
    const { packet, inInterface } = passage.at;
    if (route.kind === 'drop') {
      if (route.reason === 'no-route') passage.note(groupNote(packet, false));
      return passage.kernelDrop(route.reason, route.detail);
    }
    passage.move({ routedAs: packet });
    passage.emit({ kind: 'route', phase: 'input', packet, type: route.kind === 'local' ? route.type : 'unicast', device: route.kind === 'local' ? inInterface : route.device, gateway: route.kind === 'local' ? undefined : route.gateway, table: route.table });
    return route.kind === 'local' ? this.deliver() : this.forward(route.device);
  }

  private deliver(): WalkEnd {
    const { passage } = this;
    this.assembleFragments();
    this.hooks.run('INPUT');
    const { packet, inInterface, assignedSocket } = passage.at;
    const { host, world } = passage.context;
    const listener = typeof assignedSocket === 'object' ? assignedSocket : (world.socketOf(packet) ?? (assignedSocket ? undefined : boundSocket(host, packetEnd(packet), inInterface)));
    const known = listener !== undefined || (!assignedSocket && knowsListeners(host, packet.protocol));
    passage.emit({ kind: 'delivered', packet, listener, known });
    return passage.end('LOCAL', 'ACCEPT', undefined, { receiver: listener, receiverKnown: known });
  }

  /** Without connection tracking, IPv4 fragments for this host are put together in front of INPUT; IPv6 ones only behind it. */
  private assembleFragments(): void {
    const { at: { packet }, context } = this.passage;
    if (context.tracking || packet.family === 6) return;
    const whole = defragment(packet, context.world);
    if (whole === undefined) throw new Ended(this.passage.kernelDrop('fragment-incomplete', 'this host holds fragments back until all of them are there'));
    if (whole !== packet) this.passage.change(whole);
  }

  private forward(device: string): WalkEnd {
    const { passage } = this;
    const { packet, assignedSocket } = passage.at;
    if (passage.packetType() !== 'unicast') return passage.kernelDrop('not-forwarded', 'a broadcast or multicast frame is not forwarded');
    if (assignedSocket) return passage.kernelDrop('not-forwarded', 'TPROXY gave it to a socket of this host, so it may not be passed on; a policy rule for the mark has to deliver it here');
    if (packet.ttl <= 1) return passage.kernelDrop('ttl-exceeded', `its ${packet.family === 4 ? 'TTL' : 'hop limit'} is ${packet.ttl}: a router may not pass it on and tells the sender "time exceeded"`);
    const mtu = mtuOf(passage.context.host, device);
    if (isTooBig(packet, mtu)) return passage.kernelDrop('too-big', tooBigWords(packet.length, device, mtu));
    passage.emit({ kind: 'ttl', before: packet.ttl, after: packet.ttl - 1 });
    passage.change({ ttl: packet.ttl - 1 });
    passage.move({ outInterface: device });
    this.hooks.run('FORWARD');
    // The incoming interface stays known in POSTROUTING (ip_output passes it on), so `-i` in a chain reached from there can match.
    this.hooks.run('POSTROUTING');
    return this.sent();
  }

  send(): WalkEnd {
    const { passage } = this;
    const { arrival: { socket, iface, raw = false, attached }, context: { host } } = passage;
    passage.move({ socket, headerBySender: raw });
    passage.emit({ kind: 'start', direction: 'out', packet: passage.at.packet, iface: iface ?? '' });
    const route = routeOutput(passage.at.packet, host, iface, socket?.uid, raw ? 'raw' : socket?.kind === 'kernel' ? 'kernel' : 'socket');
    if (route.kind === 'drop') return passage.kernelDrop(route.reason, route.detail, 'NONE');
    takeRoute(passage, route, 'output');
    if (raw) checkRawHeader(passage, route);
    if (attached) passage.move(attached === 'beyond-ct' ? { beyondCt: true } : { conntrack: attached });
    this.hooks.run('OUTPUT');
    return passage.at.packet.family === 4 ? this.leaveIpv4() : this.leaveIpv6();
  }

  /** Of what goes to many, the copy for this host goes first, and both go through POSTROUTING. Source: net/ipv4/ip_output.c ip_mc_output. */
  private leaveIpv4(): WalkEnd {
    const { passage } = this;
    const only = whyItStays(passage);
    const copied = this.takeCopy(only);
    if (copied && only !== undefined) return copied;
    this.hooks.run('POSTROUTING');
    return passage.at.outInterface === 'lo' ? this.comeBack('lo') : this.sent();
  }

  /** The copy is taken of what has come out of POSTROUTING, and sees it again. Source: net/ipv6/ip6_output.c ip6_finish_output2. */
  private leaveIpv6(): WalkEnd {
    const { passage } = this;
    this.hooks.run('POSTROUTING');
    if (passage.at.outInterface === 'lo') return this.comeBack('lo');
    const only = whyItStays(passage);
    const copied = this.takeCopy(only);
    if (only === undefined) return this.sent();
    return copied ?? passage.kernelDrop('bad-destination', only);
  }

  /** Lets this host take its own copy of what it sends to many; gives back how that ends. `only`: why the packet itself stays. */
  private takeCopy(only: string | undefined): WalkEnd | undefined {
    const { passage } = this;
    const original = passage.at;
    const { packet, outInterface } = original;
    const copied = takesCopy(passage);
    if (outInterface !== 'lo') passage.note(groupNote(packet, copied));
    if (!copied) return undefined;
    passage.emit({ kind: 'copy', iface: outInterface, packet, only });
    passage.move({ socket: undefined, headerBySender: false, ...(packet.family === 6 && { shared: { open: true, changes: {} } }) });
    const end = endOf(() => {
      this.hooks.run('POSTROUTING');
      return this.comeBack(outInterface);
    });
    if (only !== undefined) return end;
    const { conntrack, shared } = passage.at;
    // Both belong to the same connection, and what has become of that concerns both.
    const same = conntrack?.entry !== undefined && conntrack.entry.id === original.conntrack?.entry?.id;
    passage.move({ ...original, packet: { ...packet, ...shared?.changes }, ...(same && { conntrack }) });
    passage.emit({ kind: 'copy-end', end, packet: passage.at.packet });
    return end;
  }

  /**
   * What goes out over lo comes in again with its connection and its mark, but without its socket; so does, by the interface that it was sent
   * by, the copy of what goes to many (net/core/dev.c dev_loopback_xmit).
   */
  private comeBack(iface: string): WalkEnd {
    const { passage } = this;
    const { packet, conntrack, outRoute } = passage.at;
    if (iface === 'lo') passage.emit({ kind: 'loopback', packet });
    const refused = whyRefusedAtDoor(packet, iface, passage.context.host, true);
    if (refused) return passage.kernelDrop(refused.reason, refused.detail);
    passage.move({
      socket: undefined, headerBySender: false, beyondCt: false, inInterface: iface, outInterface: '', readdressed: false, ownCopy: iface !== 'lo',
      // Nothing is attached to an INVALID packet, so it is tracked as if it were new here; UNTRACKED stays (nf_conntrack_core.c nf_conntrack_in).
      ...(conntrack?.state === 'INVALID' && { conntrack: undefined, template: undefined }),
    });
    this.hooks.run('PREROUTING');
    // It still has the route it was sent with, which only NAT takes away (nf_nat_proto.c nf_nat_ipv4_pre_routing).
    if (passage.at.readdressed) return this.follow(routeInput(passage.at.packet, iface, passage.context.host));
    if (!isForThisHost(outRoute, packet.family)) return passage.kernelDrop('no-route', 'it was routed out over lo without being addressed to this host');
    const type = outRoute?.type === 'broadcast' || outRoute?.type === 'multicast' ? outRoute.type : 'local';
    // Its route leads to ip6_mc_input, which asks for the group once more (net/ipv6/ip6_input.c).
    if (packet.family === 6 && type === 'multicast' && !isJoinedGroup(passage.context.host, passage.at.packet.destination)) return passage.kernelDrop('no-route', 'it was sent to a group and has another destination now');
    passage.emit({ kind: 'route', phase: 'input', packet: passage.at.packet, type, device: iface, gateway: undefined, table: undefined });
    return this.deliver();
  }

  private sent(): WalkEnd {
    const { at: { packet, outInterface }, arrival, context: { host } } = this.passage;
    const mtu = mtuOf(host, outInterface);
    const bySocket = arrival.direction === 'out' && !arrival.raw;
    // TCP makes segments of what its socket is given.
    const fragments = bySocket && packet.protocol === PROTOCOL.TCP ? [packet.length] : cutUp(packet, mtu, bySocket);
    if (!fragments) return this.passage.kernelDrop('too-big', tooBigWords(packet.length, outInterface, mtu));
    this.passage.emit({ kind: 'sent', iface: outInterface, packet, fragments });
    return this.passage.end('SENT', 'ACCEPT', undefined, { outInterface, inInterface: undefined });
  }
}

function tooBigWords(length: number, device: string, mtu: number): string {
  return `it has ${length} bytes, ${device} takes ${mtu}, and it may not be cut up`;
}

/** What comes in with the route it was sent with; IPv4 takes all that was sent over lo, but multicasts to strange groups. Source: net/ipv4/route.c __mkroute_output. */
function isForThisHost(route: Passage['at']['outRoute'], family: 4 | 6): boolean {
  if (!route) return false;
  if (route.type === 'local' || route.result.toThisHost) return true;
  return family === 4 && route.type !== 'multicast';
}
