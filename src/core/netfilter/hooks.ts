import type { Packet } from '../net/packet';
import { checked, WRONG_CHECKSUM } from './checksum';
import { NO_ENTRY, NO_TEMPLATE, track } from './conntrack';
import { clashes } from './connectionFacts';
import { defragment } from './defragment';
import { overrideState } from './givenState';
import { stepsOf, stepsOfBoth, type Step as HookStep } from './hookOrder';
import { natStep } from './natStep';
import { routingKeyChanged } from './packetChanges';
import { Ended, type Passage, type Step } from './passage';
import { reroute } from './sending';
import { visitTable } from './tables';
import type { Hook, TableName } from '../xtables/view';

/** Takes a packet through a hook: fragments, connection tracking, tables and NAT, in their order. */
export function runHook(hook: Hook): Step {
  return (passage) => {
    passage.move({ hook });
    const { packet, inInterface, outInterface } = passage.at;
    passage.emit({ kind: 'hook-enter', hook, packet, inInterface, outInterface });
    const { ruleSet, newer } = passage.context;
    const steps = newer
      ? stepsOfBoth(hook, newer).map(({ step, backend }) => (at: Passage) => {
          at.move({ beside: backend !== undefined && backend !== ruleSet?.backend });
          takeStep(at, hook, step);
        })
      : stepsOf(hook, ruleSet?.backend ?? 'legacy').map((step) => (at: Passage) => takeStep(at, hook, step));
    passage.then(...steps, (at) => leaveHook(at, hook));
  };
}

function takeStep(passage: Passage, hook: Hook, step: HookStep): void {
  switch (step) {
    case 'defragment': return assemble(passage);
    case 'conntrack': return trackPacket(passage, hook);
    case 'confirm': return confirm(passage);
    case 'nat': return natStep(passage, hook);
    default: {
      const before = passage.at.packet;
      return visitTable(passage, hook, step, (at) => routeAgain(at, hook, step, before));
    }
  }
}

function leaveHook(passage: Passage, hook: Hook): void {
  const { outRoute, packet } = passage.at;
  if (hook === 'OUTPUT' && outRoute) passage.move({ outInterface: outRoute.device });
  passage.keepFirstState();
  passage.emit({ kind: 'hook-leave', hook, packet, state: passage.state() });
  // IPv6 makes connections known one step before the end of INPUT (nf_conntrack_proto.c ipv6_conntrack_ops).
  if (passage.at.clash) throw new Ended(passage.kernelDrop('nat-failed', 'another connection has the same addresses and ports in one direction, in the same zone', undefined, packet.family === 6 && hook === 'INPUT'));
}

function assemble(passage: Passage): void {
  const { packet, conntrack } = passage.at;
  const { tracking, ruleSet, world } = passage.context;
  if (!(tracking || ruleSet?.needsDefrag || ruleSet?.beside?.needsDefrag) || conntrack) return;
  const whole = defragment(packet, world);
  if (whole === undefined) {
    throw new Ended(passage.kernelDrop('fragment-incomplete', `${tracking ? 'connection tracking holds' : 'socket and TPROXY hold'} fragments back until all of them are there`, undefined, true));
  }
  if (whole !== packet) passage.change(whole);
}

function trackPacket(passage: Passage, hook: Hook): void {
  const { at: { packet, conntrack, untracked, template }, context: { tracking, host, world }, arrival } = passage;
  if (!tracking || conntrack || untracked) return;
  const checks = (name: string): boolean => host.sysctls.get(`net.netfilter.nf_conntrack_${name}`) !== 0;
  const tcp = { liberal: checks('tcp_be_liberal'), loose: checks('tcp_loose'), ignoreInvalidReset: (host.sysctls.get('net.netfilter.nf_conntrack_tcp_ignore_invalid_rst') ?? 0) !== 0 };
  const setting = { checksums: hook === 'PREROUTING' && checks('checksum'), tcp };
  const wrong = setting.checksums && findsChecksumWrong(passage, hook);
  const tracked = wrong ? { view: NO_ENTRY('INVALID'), why: WRONG_CHECKSUM } : overrideState(track(packet, world, template ?? NO_TEMPLATE, setting), arrival.state, packet, world);
  passage.move({ conntrack: tracked.view });
  passage.emit({ kind: 'conntrack', hook, view: tracked.view, why: tracked.why });
}

function findsChecksumWrong(passage: Passage, hook: Hook): boolean {
  const looked = checked(passage.at, passage.arrival, hook);
  if (looked) passage.move({ checksum: looked });
  return looked === undefined;
}

/** The connection becomes known to all once its first packet has passed every hook. */
function confirm(passage: Passage): void {
  const { at: { conntrack }, context: { world } } = passage;
  const entry = conntrack?.entry;
  // An answer of REJECT carries the connection of the packet it refuses, and does not make it known (nf_conntrack_core.c __nf_conntrack_confirm).
  if (!entry || entry.confirmed || conntrack.direction === 'REPLY') return;
  if (clashes(entry, world)) {
    passage.move({ clash: true });
    return;
  }
  world.put(entry);
  passage.setEntry({ ...entry, confirmed: true });
}

/** What mangle changed in OUTPUT may lead elsewhere. */
function routeAgain(passage: Passage, hook: Hook, name: TableName, before: Packet): void {
  const { at: { packet, queued }, ruleSet } = passage;
  // nf_tables routes anew only what its chain accepts itself, not what it queues (net/netfilter/nft_chain_route.c).
  if (queued && ruleSet?.backend === 'nft') return;
  if (hook === 'OUTPUT' && name === 'mangle' && routingKeyChanged(before, packet)) reroute(passage);
}
