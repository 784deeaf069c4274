import { isLinkLocal, isMulticast, sameAddress } from '../net/address';
import type { ConntrackEntry, ConntrackView } from '../net/conntrack';
import { knowsListeners, type Host } from '../net/host';
import type { Packet, SocketOwner } from '../net/packet';
import type { Rule, RuleSet } from '../ruleset/ruleSet';
import type { Unknown } from '../xtables/answer';
import type { Effect, MatchChange } from '../xtables/extension';
import type { Hook, PacketView, TableName } from '../xtables/view';
import { NO_TEMPLATE, track, type Template } from './conntrack';
import { CLASH_DROPS, clashes, destinationTranslated, templateView, untouchedByNat } from './connectionFacts';
import type { Decisions } from './decisions';
import { defragment } from './defragment';
import { whyRefusedAtDoor } from './door';
import type { Assumption, KernelDropReason, TraceEvent, Walked, WalkEnd } from './events';
import { natHalf, stepsOf } from './hookOrder';
import { overrideState } from './givenState';
import { routeInput, type InputRoute } from './inputRoute';
import { canTranslate, setUpNat, translate, type NatHalf } from './nat';
import { rangeOf } from './natRange';
import { lookupRoute, type RouteResult } from '../net/routing';
import { receiverOf } from './receiver';
import { routeOutput, type OutputRoute } from './outputRoute';
import { routingKeyChanged, samePacket } from './packetChanges';
import { tproxySocket } from './tproxySocket';
import { traverse, type Applied, type TableEnd, type Traveller } from './traverse';
import { isIcmpErrorPacket } from '../net/icmpTypes';
import type { World } from './world';

/** A packet at the door of the host. */
export interface Arrival {
  readonly packet: Packet;
  readonly direction: 'in' | 'out';
  /** Where it arrives (`in`), or the interface the sender bound to (`out`). */
  readonly iface: string | undefined;
  readonly socket: SocketOwner | undefined;
  /** What connection tracking is said to say of it, where that is given from outside. */
  readonly state: ConntrackView['state'] | undefined;
  /** Sent through a raw socket that is not bound to the source in the packet, as tools that inject packets do. */
  readonly raw?: boolean;
  /** For a packet that the host makes in answer to another: the connection it is attached to from the start. */
  readonly attached?: ConntrackView;
}

/** What a walk needs besides the packet. */
export interface WalkContext {
  /** undefined: no rules of that family were given, all tables are empty. */
  readonly ruleSet: RuleSet | undefined;
  readonly host: Host;
  readonly world: World;
  readonly decisions: Decisions;
  /** What the user said about questions that nothing in the file answers, by `Assumption.key`. */
  readonly answers: ReadonlyMap<string, boolean>;
  /** Whether connection tracking runs: it is on for the host, or a rule asks for it. */
  readonly tracking: boolean;
}

/** One packet through all hooks, along one course where several are possible. The events are the whole truth about it. */
export function walk(arrival: Arrival, context: WalkContext): Walked {
  return new Walk(arrival, context).run();
}

/** Ends a walk from anywhere inside of it. */
class Ended extends Error {
  constructor(readonly end: WalkEnd) {
    super('the walk has ended');
  }
}

class Walk implements Traveller {
  private readonly events: TraceEvent[] = [];
  private readonly assumptions: Assumption[] = [];
  private packet: Packet;
  private hook: Hook | undefined;
  private table: TableName = 'raw';
  private inInterface = '';
  private outInterface = '';
  private conntrack: ConntrackView | undefined;
  private untracked = false;
  private template: Template | undefined;
  private socket: SocketOwner | undefined;
  private assignedSocket = false;
  private headerBySender = false;
  private natRandom: WalkEnd['randomPort'];
  private firstState: WalkEnd['state'];
  private stateSeen = false;
  private cachedView: PacketView | undefined;
  private readonly ruleSet: RuleSet | undefined;
  private readonly host: Host;

  constructor(
    private readonly arrival: Arrival,
    private readonly context: WalkContext,
  ) {
    this.packet = arrival.packet;
    this.ruleSet = context.ruleSet;
    this.host = context.host;
  }

  run(): Walked {
    let end: WalkEnd;
    try {
      end = this.arrival.direction === 'in' ? this.arrive() : this.send();
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      end = error.end;
    }
    return { events: this.events, end, assumptions: this.assumptions };
  }

  // ---------------------------------------------------------------- the way through the host

  private arrive(): WalkEnd {
    this.inInterface = this.arrival.iface ?? 'lo';
    this.emit({ kind: 'start', direction: 'in', packet: this.packet, iface: this.inInterface });
    const refused = whyRefusedAtDoor(this.packet, this.inInterface, this.host);
    if (refused) return this.kernelDrop(refused.reason, refused.detail, 'NONE');
    this.runHook('PREROUTING');
    const route = routeInput(this.packet, this.inInterface, this.host);
    return this.follow(route);
  }

  private follow(route: InputRoute): WalkEnd {
    if (route.kind === 'drop') return this.kernelDrop(route.reason, route.detail);
    this.emit({ kind: 'route', phase: 'input', packet: this.packet, type: route.kind === 'local' ? route.type : 'unicast', device: route.kind === 'local' ? this.inInterface : route.device, gateway: route.kind === 'local' ? undefined : route.gateway, table: route.table });
    return route.kind === 'local' ? this.deliver() : this.forward(route.device);
  }

  private deliver(): WalkEnd {
    this.assembleFragments();
    this.runHook('INPUT');
    const listener = receiverOf(this.host, this.packet, this.inInterface);
    const known = knowsListeners(this.host, this.packet.protocol);
    this.emit({ kind: 'delivered', packet: this.packet, listener, known });
    return this.end('LOCAL', 'ACCEPT', undefined, { receiver: listener, receiverKnown: known });
  }

  /** Without connection tracking, IPv4 fragments for this host are put together in front of INPUT; IPv6 ones only behind it. */
  private assembleFragments(): void {
    if (this.context.tracking || this.packet.family === 6) return;
    const whole = defragment(this.packet, this.context.world);
    if (whole === undefined) throw new Ended(this.kernelDrop('fragment-incomplete', 'this host holds fragments back until all of them are there'));
    if (whole !== this.packet) this.change(whole);
  }

  private forward(device: string): WalkEnd {
    if (this.packetType() !== 'unicast') return this.kernelDrop('not-forwarded', 'a broadcast or multicast frame is not forwarded');
    if (this.assignedSocket) return this.kernelDrop('not-forwarded', 'TPROXY gave it to a socket of this host, so it may not be passed on; a policy rule for the mark has to deliver it here');
    if (this.packet.ttl <= 1) return this.kernelDrop('ttl-exceeded', `its ${this.packet.family === 4 ? 'TTL' : 'hop limit'} is ${this.packet.ttl}: a router may not pass it on and tells the sender "time exceeded"`);
    const mtu = this.host.interfaces.find(({ name }) => name === device)?.mtu ?? 1500;
    if (this.packet.length > mtu && (this.packet.family === 6 || this.packet.dontFragment)) return this.kernelDrop('too-big', `it has ${this.packet.length} bytes, ${device} takes ${mtu}, and it may not be cut up`);
    this.emit({ kind: 'ttl', before: this.packet.ttl, after: this.packet.ttl - 1 });
    this.change({ ttl: this.packet.ttl - 1 });
    this.outInterface = device;
    this.runHook('FORWARD');
    // The incoming interface stays known in POSTROUTING (ip_output passes it on), so `-i` in a chain reached from there can match.
    this.runHook('POSTROUTING');
    return this.sent();
  }

  private send(): WalkEnd {
    this.socket = this.arrival.socket;
    this.headerBySender = this.arrival.raw ?? false;
    this.emit({ kind: 'start', direction: 'out', packet: this.packet, iface: this.arrival.iface ?? '' });
    const route = routeOutput(this.packet, this.host, this.arrival.iface, this.socket?.uid, this.arrival.raw ? 'raw' : 'socket');
    if (route.kind === 'drop') return this.kernelDrop(route.reason, route.detail, 'NONE');
    this.take(route, 'output');
    if (this.arrival.attached) {
      this.conntrack = this.arrival.attached;
      this.refresh();
    }
    this.runHook('OUTPUT');
    this.runHook('POSTROUTING');
    return this.outInterface === 'lo' ? this.comeBack() : this.sent();
  }

  private localRoute = false;

  private take(route: Extract<OutputRoute, { kind: 'route' }>, phase: 'output' | 'reroute'): void {
    this.outRoute = route;
    this.localRoute = route.type === 'local';
    this.emit({ kind: 'route', phase, packet: this.packet, type: route.type, device: route.device, gateway: route.gateway, table: route.table });
    if (phase === 'output') {
      this.outInterface = route.device;
      this.refresh();
    }
  }

  private readdressed = false;
  private outRoute: Extract<OutputRoute, { kind: 'route' }> | undefined;

  /** What goes out over lo comes in again with its connection and its mark, but without its socket. */
  private comeBack(): WalkEnd {
    this.emit({ kind: 'loopback', packet: this.packet });
    this.socket = undefined;
    this.headerBySender = false;
    // Nothing is attached to an INVALID packet, so it is tracked as if it were new here; UNTRACKED stays (nf_conntrack_core.c nf_conntrack_in).
    if (this.conntrack?.state === 'INVALID') this.conntrack = this.template = undefined;
    this.inInterface = 'lo';
    this.outInterface = '';
    this.refresh();
    this.readdressed = false;
    this.runHook('PREROUTING');
    // It still has the route it was sent with, which only NAT takes away (nf_nat_proto.c nf_nat_ipv4_pre_routing).
    if (this.readdressed) return this.follow(routeInput(this.packet, 'lo', this.host));
    if (!this.localRoute) return this.kernelDrop('no-route', 'it was routed out over lo without being addressed to this host');
    this.emit({ kind: 'route', phase: 'input', packet: this.packet, type: 'local', device: 'lo', gateway: undefined, table: undefined });
    return this.deliver();
  }

  private sent(): WalkEnd {
    this.emit({ kind: 'sent', iface: this.outInterface, packet: this.packet });
    return this.end('SENT', 'ACCEPT', undefined, { outInterface: this.outInterface, inInterface: undefined });
  }

  // ---------------------------------------------------------------- one hook

  private runHook(hook: Hook): void {
    this.hook = hook;
    this.refresh();
    this.emit({ kind: 'hook-enter', hook, packet: this.packet, inInterface: this.inInterface, outInterface: this.outInterface });
    for (const step of stepsOf(hook, this.ruleSet?.backend ?? 'legacy')) {
      if (step === 'defragment') this.stepDefragment();
      else if (step === 'conntrack') this.stepConntrack(hook);
      else if (step === 'confirm') this.stepConfirm();
      else if (step === 'nat') this.stepNat(hook);
      else this.stepTable(hook, step);
    }
    if (hook === 'OUTPUT' && this.outRoute) {
      this.outInterface = this.outRoute.device;
      this.refresh();
    }
    if (!this.stateSeen && this.context.tracking) {
      this.stateSeen = true;
      this.firstState = this.conntrack?.state ?? (this.untracked ? 'UNTRACKED' : undefined);
    }
    this.emit({ kind: 'hook-leave', hook, packet: this.packet, state: this.conntrack?.state ?? (this.untracked ? 'UNTRACKED' : undefined) });
    if (this.clash) throw new Ended(this.kernelDrop('nat-failed', 'another connection has the same addresses and ports in one direction, in the same zone'));
  }

  private stepDefragment(): void {
    if (!this.context.tracking || this.conntrack) return;
    const whole = defragment(this.packet, this.context.world);
    if (whole === undefined) {
      throw new Ended(this.kernelDrop('fragment-incomplete', 'connection tracking holds fragments back until all of them are there', undefined, true));
    }
    if (whole !== this.packet) this.change(whole);
  }

  private stepConntrack(hook: Hook): void {
    if (!this.context.tracking || this.conntrack) return;
    if (this.untracked) return;
    const checks = (name: string): boolean => this.host.sysctls.get(`net.netfilter.nf_conntrack_${name}`) !== 0;
    const setting = { checksums: hook === 'PREROUTING' && checks('checksum'), liberal: checks('tcp_be_liberal') };
    const tracked = overrideState(track(this.packet, this.context.world, this.template ?? NO_TEMPLATE, setting), this.arrival.state, this.packet, this.context.world);
    this.conntrack = tracked.view;
    this.refresh();
    this.emit({ kind: 'conntrack', hook, view: tracked.view, why: tracked.why });
  }

  /** The connection becomes known to all once its first packet has passed every hook. */
  private stepConfirm(): void {
    const entry = this.conntrack?.entry;
    // An answer of REJECT carries the connection of the packet it refuses, and does not make it known (nf_conntrack_core.c __nf_conntrack_confirm).
    if (!entry || entry.confirmed || this.conntrack?.direction === 'REPLY') return;
    if (CLASH_DROPS.has(this.packet.protocol) && clashes(entry, this.context.world)) {
      this.clash = true;
      return;
    }
    this.context.world.put(entry);
    this.setEntry({ ...entry, confirmed: true });
  }

  private clash = false;

  private stepTable(hook: Hook, name: TableName): void {
    const before = this.packet;
    this.queued = false;
    this.runTable(hook, name);
    // nf_tables routes anew only what its chain accepts itself, not what it queues (net/netfilter/nft_chain_route.c).
    if (this.queued && this.ruleSet?.backend === 'nft') return;
    if (hook === 'OUTPUT' && name === 'mangle' && routingKeyChanged(before, this.packet)) this.reroute();
  }

  private runTable(hook: Hook, name: TableName): boolean {
    const table = this.ruleSet?.tables.get(name);
    const chain = table?.chains.get(hook);
    if (!table || !chain) return false;
    this.table = name;
    this.refresh();
    this.emit({ kind: 'table-enter', hook, table: name, chain, view: this.view() });
    const end = traverse(chain, this);
    this.leaveTable(hook, name, end);
    return true;
  }

  private leaveTable(hook: Hook, table: TableName, end: TableEnd): void {
    if (end.kind === 'failed') throw new Ended(this.failed ?? this.kernelDrop('nat-failed', 'the target could not do its work', undefined, true));
    if (end.kind === 'hotdrop') throw new Ended(this.kernelDrop('broken-packet', end.reason, undefined, true));
    this.emit({ kind: 'table-leave', hook, table, verdict: end.verdict, by: end.by });
    if (end.verdict === 'ACCEPT') return;
    const dropBy: WalkEnd['dropBy'] = end.by.kind === 'policy'
      ? { kind: 'policy', chain: end.by.chain, hook }
      : { kind: 'rule', rule: end.by.rule, hook, target: targetName(end.by.rule) };
    throw new Ended(this.end('DROPPED', end.verdict, dropBy, {}));
  }

  // ---------------------------------------------------------------- NAT

  private stepNat(hook: Hook): void {
    const tracked = this.conntrack;
    const half = natHalf(hook);
    if (!this.context.tracking) return;
    if (!tracked?.entry) {
      if (tracked || this.untracked) this.skipNat(hook, `the packet is ${tracked?.state ?? 'UNTRACKED'}, and NAT needs a connection`);
      return;
    }
    const isError = tracked.state === 'RELATED' && isIcmpErrorPacket(this.packet);
    // An ICMP error is translated and let go before Linux asks whether the connection's interface has changed.
    if (!isError) this.endStrayMasquerade(hook, tracked);
    const done = half === 'source' ? tracked.entry.sourceNatDone : tracked.entry.destinationNatDone;
    if (isError) this.skipNat(hook, 'an ICMP error is translated like the connection that it is about');
    else if (tracked.state === 'ESTABLISHED') this.skipNat(hook, 'only the first packet of a connection visits nat; later ones are translated the same way');
    else if (done) this.skipNat(hook, hook === 'PREROUTING' || hook === 'INPUT' ? 'this half of the translation is decided already' : 'only the first packet of a connection visits nat');
    else this.decideNat(hook, half);
    this.applyTranslation(hook, half);
  }

  /** A masqueraded connection whose packets are routed elsewhere now has a wrong address. Source: nf_nat_core.c nf_nat_oif_changed. */
  private endStrayMasquerade(hook: Hook, { entry, direction }: ConntrackView): void {
    const device = entry?.masqueradeDevice;
    if (hook !== 'POSTROUTING' || device === undefined || direction !== 'ORIGINAL' || device === this.outInterface || !entry) return;
    this.context.world.remove(entry);
    throw new Ended(this.kernelDrop('nat-failed', `the connection was masqueraded for ${device}, and this packet leaves by ${this.outInterface}: Linux ends the connection`, undefined, true));
  }

  private skipNat(hook: Hook, why: string): void {
    if (this.ruleSet?.tables.has('nat')) this.emit({ kind: 'table-skipped', hook, table: 'nat', why });
  }

  private decideNat(hook: Hook, half: NatHalf): void {
    if (!this.runTable(hook, 'nat')) return;
    const entry = this.conntrack?.entry;
    if (!entry || (half === 'source' ? entry.sourceNatDone : entry.destinationNatDone)) return;
    if (this.natLeftOpen) {
      // The verdict of NFQUEUE leaves the hook at once, so this half stays undecided (nf_nat_core.c nf_nat_inet_fn).
      this.natLeftOpen = false;
      return;
    }
    const setup = setUpNat(entry, half, undefined, this.context.world);
    if (!setup) throw new Ended(this.kernelDrop('nat-failed', 'no free translation was found', undefined, true));
    if (setup.random) this.natRandom = half;
    this.setEntry(setup.entry);
  }

  private applyTranslation(hook: Hook, half: NatHalf): void {
    const tracked = this.conntrack;
    if (!tracked?.entry) return;
    const before = this.packet;
    if (tracked.state === 'RELATED' && before.family === 4 && before.icmpType === ICMP_REDIRECT && !untouchedByNat(tracked.entry)) {
      throw new Ended(this.kernelDrop('nat-failed', 'an ICMP redirect about a connection that is or may yet be translated is thrown away', undefined, true));
    }
    const after = translate(before, tracked, half);
    if (after !== before && !canTranslate(before)) throw new Ended(this.kernelDrop('nat-failed', 'the packet is too short to be translated', undefined, true));
    if (after !== before) {
      this.readdressed ||= !sameAddress(before.destination, after.destination);
      this.change(after);
      if (!samePacket(before, after)) this.emit({ kind: 'translate', hook, half, before, after, established: tracked.state !== 'NEW' });
    }
    if (hook === 'OUTPUT' && destinationTranslated(tracked)) this.reroute(before);
  }

  /** `shown`: the packet as the rules saw it last, which is how a failure reports it. */
  private reroute(shown = this.packet): void {
    // A link-local or multicast destination means something on its link only (net/ipv6/netfilter.c ip6_route_me_harder).
    const { destination, family } = this.packet;
    const device = family === 6 && (isLinkLocal(destination) || isMulticast(destination)) ? this.outInterface : undefined;
    const route = routeOutput(this.packet, this.host, this.arrival.iface ?? device, this.socket?.uid, 'reroute');
    if (route.kind === 'drop') this.packet = shown;
    if (route.kind === 'drop') throw new Ended(this.kernelDrop('reroute-failed', `after the change it has to be routed again, and ${route.detail}`, undefined, true));
    this.take(route, 'reroute');
  }

  // ---------------------------------------------------------------- Traveller

  view(): PacketView {
    return (this.cachedView ??= {
      packet: this.packet, hook: this.hook ?? 'PREROUTING', table: this.table, inInterface: this.inInterface, outInterface: this.outInterface,
      conntrack: this.conntrack ?? (this.template ? templateView(this.template, this.packet.family) : this.untracked ? { state: 'UNTRACKED', entry: undefined, direction: 'ORIGINAL' } : undefined),
      socket: this.socket, headerBySender: this.headerBySender, host: this.host, memory: this.context.world, packetType: this.packetType(), backend: this.ruleSet?.backend ?? 'legacy',
      assignedSocket: this.assignedSocket, findConnection: (tuple) => this.context.world.find(tuple, NO_TEMPLATE.zone)?.entry,
    });
  }

  emit(event: TraceEvent): void {
    this.events.push(event);
  }

  settle(rule: Rule, condition: string, answer: Unknown): boolean {
    const key = assumptionKey(rule, condition);
    const said = this.context.answers.get(key);
    const value = said ?? this.context.decisions.take(2) === 0;
    this.assume(rule, condition, value, answer.reason, answer.probability === undefined ? undefined : value ? answer.probability : 1 - answer.probability);
    return value;
  }

  presume(rule: Rule, condition: string, answer: boolean): boolean {
    const value = this.context.answers.get(assumptionKey(rule, condition)) ?? answer;
    this.assume(rule, condition, value, FRESH, undefined);
    return value;
  }

  alter(change: MatchChange): void {
    this.change(change);
  }

  apply(rule: Rule, effect: Effect): Applied {
    switch (effect.kind) {
      case 'continue':
      case 'verdict':
        if (effect.packet) this.change(effect.packet);
        if (effect.conntrack && this.conntrack?.entry) this.setEntry({ ...this.conntrack.entry, ...effect.conntrack });
        if (effect.kind === 'continue') return { kind: 'continue' };
        return effect.verdict === 'ACCEPT' ? { kind: 'accept' } : effect.verdict === 'RETURN' ? { kind: 'return' } : { kind: 'drop', reject: false };
      case 'reject':
        return { kind: 'drop', reject: true };
      case 'queue':
        this.queued = true;
        this.natLeftOpen = this.table === 'nat';
        return effect.bypass ? { kind: 'accept' } : { kind: 'drop', reject: false };
      case 'nat': case 'redirect': case 'masquerade':
        return this.applyNat(effect);
      case 'tproxy':
        return this.applyTproxy(effect);
      case 'untrack':
        if (!this.conntrack && this.template === undefined) this.untracked = true;
        this.refresh();
        return { kind: 'continue' };
      case 'template':
        if (!this.conntrack && !this.untracked) this.template ??= { zone: effect.zone, helper: effect.helper };
        this.refresh();
        return { kind: 'continue' };
      case 'stolen':
        return { kind: 'drop', reject: false };
      case 'choice':
        return this.applyChoice(rule, effect);
    }
  }

  private applyChoice(rule: Rule, effect: Extract<Effect, { kind: 'choice' }>): Applied {
    const answered = effect.choices.findIndex(({ text }) => this.context.answers.get(assumptionKey(rule, text)) === true);
    const choice = effect.choices[answered >= 0 ? answered : this.context.decisions.take(effect.choices.length)];
    if (choice === undefined) return { kind: 'continue' };
    this.assume(rule, choice.text, true, effect.reason, choice.probability);
    return this.apply(rule, choice.effect);
  }

  private applyNat(effect: Extract<Effect, { kind: 'nat' | 'redirect' | 'masquerade' }>): Applied {
    const entry = this.conntrack?.entry;
    if (!entry) return { kind: 'accept' };
    const half = effect.kind === 'nat' ? effect.half : effect.kind === 'redirect' ? 'destination' : 'source';
    const range = rangeOf(effect, { packet: this.packet, hook: this.hook ?? 'PREROUTING', inInterface: this.inInterface, outInterface: this.outInterface, route: this.currentRoute(), host: this.host });
    const setup = range && setUpNat(entry, half, range, this.context.world);
    if (!setup) {
      const detail = range ? 'no free translation was found' : `${effect.kind === 'redirect' ? this.inInterface : this.outInterface} has no address to translate to`;
      this.failed = this.kernelDrop(range ? 'nat-failed' : 'redirect-without-address', detail, undefined, true);
      return { kind: 'failed' };
    }
    if (setup.random) this.natRandom = half;
    this.setEntry(effect.kind === 'masquerade' && !entry.confirmed ? { ...setup.entry, masqueradeDevice: this.outInterface } : setup.entry);
    return { kind: 'accept' };
  }

  private failed: WalkEnd | undefined;
  private natLeftOpen = false;
  /** The table was left by handing the packet to user space. */
  private queued = false;

  /** The route that a packet in POSTROUTING is on, for MASQUERADE's choice of an address. */
  private currentRoute(): RouteResult {
    return this.outRoute?.result ?? lookupRoute(this.host, {
      destination: this.packet.destination, source: this.arrival.packet.source, mark: this.packet.mark, inInterface: this.arrival.iface, tos: this.packet.tos,
    });
  }

  private applyTproxy(effect: Extract<Effect, { kind: 'tproxy' }>): Applied {
    const socket = tproxySocket(this.host, this.packet, effect, this.inInterface);
    if (socket === 'none') return { kind: 'drop', reject: false };
    this.assignedSocket = true;
    this.change({ mark: ((this.packet.mark & ~effect.markMask) ^ effect.mark) >>> 0 });
    return { kind: 'accept' };
  }

  // ---------------------------------------------------------------- small things

  private assume(rule: Rule, match: string, value: boolean, reason: string, probability: number | undefined): void {
    this.assumptions.push({
      table: rule.chain.table, chain: rule.chain.name, num: rule.number, match, value, probability, reason, rule, key: assumptionKey(rule, match),
    });
  }

  private packetType(): PacketView['packetType'] {
    const mac = this.packet.destinationMac;
    if (mac === undefined || this.inInterface === 'lo' || this.inInterface === '') return 'unicast';
    if (mac === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
    return parseInt(mac.slice(0, 2), 16) & 1 ? 'multicast' : 'unicast';
  }

  private change(patch: Partial<Packet>): void {
    this.packet = { ...this.packet, ...patch };
    this.refresh();
  }

  private refresh(): void {
    this.cachedView = undefined;
  }

  private setEntry(entry: ConntrackEntry): void {
    if (this.conntrack) this.conntrack = { ...this.conntrack, entry };
    if (this.context.world.entry(entry.id)) this.context.world.put(entry);
    this.refresh();
  }

  private kernelDrop(reason: KernelDropReason, detail: string, outcome: 'DROPPED' | 'NONE' = 'DROPPED', inHook = false): WalkEnd {
    this.emit({ kind: 'kernel-drop', reason, hook: this.hook, inHook, packet: this.packet, detail });
    return this.end(outcome, outcome === 'NONE' ? 'NONE' : 'DROP', { kind: 'kernel', reason, hook: this.hook, inHook, detail }, {});
  }

  private end(outcome: WalkEnd['outcome'], verdict: WalkEnd['verdict'], dropBy: WalkEnd['dropBy'], rest: Partial<WalkEnd>): WalkEnd {
    return {
      outcome, verdict, dropBy, outInterface: undefined, packet: this.packet, inInterface: this.inInterface === '' ? undefined : this.inInterface,
      receiver: undefined, receiverKnown: false, state: this.firstState,
      randomPort: this.natRandom, lastOutInterface: this.outInterface === '' ? undefined : this.outInterface, ...rest,
    };
  }
}

/** What is assumed of matches that remember earlier packets. */
const FRESH = 'it depends on the packets before: the rules count as just loaded, and packets follow each other at once';

function assumptionKey(rule: Rule, match: string): string {
  return `${rule.chain.table}/${rule.chain.name}/${rule.number}/${match}`;
}

function targetName(rule: Rule): string {
  return rule.target.kind === 'extension' ? rule.target.extension.name : rule.target.kind === 'unknown' ? rule.target.name : '';
}

const ICMP_REDIRECT = 5;
