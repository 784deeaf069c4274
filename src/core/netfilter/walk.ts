import { knowsListeners } from '../net/host';
import { defragment } from './defragment';
import { whyRefusedAtDoor } from './door';
import type { Walked, WalkEnd } from './events';
import { Hooks } from './hooks';
import { routeInput, type InputRoute } from './inputRoute';
import { routeOutput } from './outputRoute';
import { Ended, Passage, type Arrival, type WalkContext } from './passage';
import { receiverOf } from './receiver';
import { checkRawHeader, mtuOf, takeRoute } from './sending';

/** One packet through all hooks, along one course where several are possible. The events are the whole truth about it. */
export function walk(arrival: Arrival, context: WalkContext): Walked {
  const passage = new Passage(arrival, context);
  const way = new Way(passage);
  let end: WalkEnd;
  try {
    end = arrival.direction === 'in' ? way.arrive() : way.send();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    end = error.end;
  }
  return { events: passage.events, end, assumptions: passage.assumptions };
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
    if (route.kind === 'drop') return passage.kernelDrop(route.reason, route.detail);
    const { packet, inInterface } = passage.at;
    passage.emit({ kind: 'route', phase: 'input', packet, type: route.kind === 'local' ? route.type : 'unicast', device: route.kind === 'local' ? inInterface : route.device, gateway: route.kind === 'local' ? undefined : route.gateway, table: route.table });
    return route.kind === 'local' ? this.deliver() : this.forward(route.device);
  }

  private deliver(): WalkEnd {
    const { passage } = this;
    this.assembleFragments();
    this.hooks.run('INPUT');
    const { packet, inInterface } = passage.at;
    const { host } = passage.context;
    const listener = receiverOf(host, packet, inInterface);
    const known = knowsListeners(host, packet.protocol);
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
    if (packet.length > mtu && (packet.family === 6 || packet.dontFragment)) return passage.kernelDrop('too-big', `it has ${packet.length} bytes, ${device} takes ${mtu}, and it may not be cut up`);
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
    const route = routeOutput(passage.at.packet, host, iface, socket?.uid, raw ? 'raw' : 'socket');
    if (route.kind === 'drop') return passage.kernelDrop(route.reason, route.detail, 'NONE');
    takeRoute(passage, route, 'output');
    if (raw) checkRawHeader(passage, route);
    if (attached) passage.move({ conntrack: attached });
    this.hooks.run('OUTPUT');
    this.hooks.run('POSTROUTING');
    return passage.at.outInterface === 'lo' ? this.comeBack() : this.sent();
  }

  /** What goes out over lo comes in again with its connection and its mark, but without its socket. */
  private comeBack(): WalkEnd {
    const { passage } = this;
    const { packet, conntrack, outRoute } = passage.at;
    passage.emit({ kind: 'loopback', packet });
    passage.move({
      socket: undefined, headerBySender: false, inInterface: 'lo', outInterface: '', readdressed: false,
      // Nothing is attached to an INVALID packet, so it is tracked as if it were new here; UNTRACKED stays (nf_conntrack_core.c nf_conntrack_in).
      ...(conntrack?.state === 'INVALID' && { conntrack: undefined, template: undefined }),
    });
    this.hooks.run('PREROUTING');
    // It still has the route it was sent with, which only NAT takes away (nf_nat_proto.c nf_nat_ipv4_pre_routing).
    if (passage.at.readdressed) return this.follow(routeInput(passage.at.packet, 'lo', passage.context.host));
    if (outRoute?.type !== 'local') return passage.kernelDrop('no-route', 'it was routed out over lo without being addressed to this host');
    passage.emit({ kind: 'route', phase: 'input', packet: passage.at.packet, type: 'local', device: 'lo', gateway: undefined, table: undefined });
    return this.deliver();
  }

  private sent(): WalkEnd {
    const { packet, outInterface } = this.passage.at;
    this.passage.emit({ kind: 'sent', iface: outInterface, packet });
    return this.passage.end('SENT', 'ACCEPT', undefined, { outInterface, inInterface: undefined });
  }
}
