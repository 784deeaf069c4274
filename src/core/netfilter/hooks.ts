import { PROTOCOL } from '../net/packet';
import { lookAt, WRONG_CHECKSUM } from './checksum';
import { NO_ENTRY, NO_TEMPLATE, track } from './conntrack';
import { clashes } from './connectionFacts';
import { defragment } from './defragment';
import { overrideState } from './givenState';
import { stepsOf } from './hookOrder';
import { natStep } from './natStep';
import { routingKeyChanged } from './packetChanges';
import { Ended, type Passage } from './passage';
import { reroute } from './sending';
import { Tables } from './tables';
import type { Hook, TableName } from '../xtables/view';

/** Their checksum makes a packet INVALID for connection tracking. */
const CHECKED: ReadonlySet<number> = new Set([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMPV6]);

/** Takes a packet through the hooks, each with its steps in order: fragments, connection tracking, tables, NAT. */
export class Hooks {
  private readonly tables: Tables;
  private clash = false;

  constructor(private readonly passage: Passage) {
    this.tables = new Tables(passage);
  }

  run(hook: Hook): void {
    const { passage } = this;
    passage.move({ hook });
    const { packet, inInterface, outInterface } = passage.at;
    passage.emit({ kind: 'hook-enter', hook, packet, inInterface, outInterface });
    for (const step of stepsOf(hook, passage.context.ruleSet?.backend ?? 'legacy')) {
      if (step === 'defragment') this.defragment();
      else if (step === 'conntrack') this.track(hook);
      else if (step === 'confirm') this.confirm();
      else if (step === 'nat') natStep(passage, this.tables, hook);
      else this.visit(hook, step);
    }
    if (hook === 'OUTPUT' && passage.at.outRoute) passage.move({ outInterface: passage.at.outRoute.device });
    passage.keepFirstState();
    passage.emit({ kind: 'hook-leave', hook, packet: passage.at.packet, state: passage.state() });
    // IPv6 makes connections known one step before the end of INPUT (nf_conntrack_proto.c ipv6_conntrack_ops).
    if (this.clash) throw new Ended(passage.kernelDrop('nat-failed', 'another connection has the same addresses and ports in one direction, in the same zone', undefined, packet.family === 6 && hook === 'INPUT'));
  }

  private defragment(): void {
    const { passage } = this;
    const { packet, conntrack } = passage.at;
    const { tracking, ruleSet, world } = passage.context;
    if (!(tracking || ruleSet?.needsDefrag) || conntrack) return;
    const whole = defragment(packet, world);
    if (whole === undefined) {
      throw new Ended(passage.kernelDrop('fragment-incomplete', `${tracking ? 'connection tracking holds' : 'socket and TPROXY hold'} fragments back until all of them are there`, undefined, true));
    }
    if (whole !== packet) passage.change(whole);
  }

  private track(hook: Hook): void {
    const { at: { packet, conntrack, untracked, template }, context: { tracking, host, world }, arrival } = this.passage;
    if (!tracking || conntrack || untracked) return;
    const checks = (name: string): boolean => host.sysctls.get(`net.netfilter.nf_conntrack_${name}`) !== 0;
    const setting = { checksums: hook === 'PREROUTING' && checks('checksum'), liberal: checks('tcp_be_liberal') };
    const wrong = setting.checksums && this.findsChecksumWrong(hook);
    const tracked = wrong ? { view: NO_ENTRY('INVALID'), why: WRONG_CHECKSUM } : overrideState(track(packet, world, template ?? NO_TEMPLATE, setting), arrival.state, packet, world);
    this.passage.move({ conntrack: tracked.view });
    this.passage.emit({ kind: 'conntrack', hook, view: tracked.view, why: tracked.why });
  }

  private findsChecksumWrong(hook: Hook): boolean {
    const { at: { packet, checksum }, arrival } = this.passage;
    if (packet.family === 4 || !CHECKED.has(packet.protocol) || packet.fragmentOffset > 0) return false;
    // Of what a TCP or UDP socket sends, the checksum is computed only where it leaves the host.
    if (arrival.direction === 'out' && !arrival.raw && packet.protocol !== PROTOCOL.ICMPV6) return false;
    const looked = lookAt(checksum, packet, hook);
    if (looked) this.passage.move({ checksum: looked });
    return looked === undefined;
  }

  /** The connection becomes known to all once its first packet has passed every hook. */
  private confirm(): void {
    const { at: { conntrack }, context: { world } } = this.passage;
    const entry = conntrack?.entry;
    // An answer of REJECT carries the connection of the packet it refuses, and does not make it known (nf_conntrack_core.c __nf_conntrack_confirm).
    if (!entry || entry.confirmed || conntrack.direction === 'REPLY') return;
    if (clashes(entry, world)) {
      this.clash = true;
      return;
    }
    world.put(entry);
    this.passage.setEntry({ ...entry, confirmed: true });
  }

  private visit(hook: Hook, name: TableName): void {
    const before = this.passage.at.packet;
    if (!this.tables.visit(hook, name)) return;
    const { at: { packet, queued }, context: { ruleSet } } = this.passage;
    // nf_tables routes anew only what its chain accepts itself, not what it queues (net/netfilter/nft_chain_route.c).
    if (queued && ruleSet?.backend === 'nft') return;
    if (hook === 'OUTPUT' && name === 'mangle' && routingKeyChanged(before, packet)) reroute(this.passage);
  }
}
