import type { Packet } from '../net/packet';
import { checked, WRONG_CHECKSUM } from './checksum';
import { NO_ENTRY, NO_TEMPLATE, track } from './conntrack';
import { clashes } from './connectionFacts';
import { defragment } from './defragment';
import { overrideState } from './givenState';
import { stepsOf, stepsOfBoth, withBaseChains, type HostStep, type HookStage as HookStep } from './hookOrder';
import { natStep } from './natStep';
import { routingKeyChanged } from './packetChanges';
import { Ended, type Passage, type WalkStep } from './passage';
import { reroute } from './sending';
import { visitBaseChain, visitTable } from './tables';
import type { Hook } from '../xtables/view';

/** Takes a packet through a hook: fragments, connection tracking, tables and NAT, in their order. */
export function runHook(hook: Hook): WalkStep {
  return (passage) => {
    passage.move({ hook });
    const { packet, inInterface, outInterface } = passage.at;
    passage.emit({ kind: 'hook-enter', hook, packet, inInterface, outInterface });
    const {
      ruleSet,
      order: { newer, nativeNewer },
    } = passage.context;
    const own = newer
      ? stepsOfBoth(hook, newer)
      : stepsOf(hook, ruleSet?.backend ?? 'legacy').map((step): HostStep => ({ step, backend: ruleSet?.backend }));
    const steps = withBaseChains(own, hook, ruleSet?.native?.bases ?? [], nativeNewer).map(
      (step) =>
        (at: Passage): void => {
          if ('base' in step) {
            const before = at.at.packet;
            return visitBaseChain(at, hook, step, (behind) =>
              routeAgain(behind, hook, step.base.type === 'route', before),
            );
          }
          at.move({
            beside: newer !== undefined && step.backend !== undefined && step.backend !== ruleSet?.backend,
            native: false,
          });
          takeStep(at, hook, step.step);
        },
    );
    passage.then(...steps, (at) => leaveHook(at, hook));
  };
}

function takeStep(passage: Passage, hook: Hook, step: HookStep): void {
  switch (step) {
    case 'defragment':
      return assemble(passage);
    case 'conntrack':
      return trackPacket(passage, hook);
    case 'confirm':
      return confirm(passage);
    case 'nat':
      return natStep(passage, hook);
    default: {
      const before = passage.at.packet;
      return visitTable(passage, hook, step, (at) => routeAgain(at, hook, step === 'mangle', before));
    }
  }
}

function leaveHook(passage: Passage, hook: Hook): void {
  const { outRoute, packet } = passage.at;
  if (hook === 'OUTPUT' && outRoute) passage.move({ outInterface: outRoute.device });
  passage.keepFirstState();
  passage.emit({ kind: 'hook-leave', hook, packet, state: passage.state() });
  // IPv6 makes connections known one step before the end of INPUT (nf_conntrack_proto.c ipv6_conntrack_ops).
  if (passage.at.clash)
    throw new Ended(
      passage.kernelDrop(
        'nat-failed',
        'another connection has the same addresses and ports in one direction, in the same zone',
        undefined,
        packet.family === 6 && hook === 'INPUT',
      ),
    );
}

function assemble(passage: Passage): void {
  const { packet, conntrack } = passage.at;
  const { tracking, ruleSet, world } = passage.context;
  if (!(tracking || ruleSet?.needsDefrag || ruleSet?.beside?.needsDefrag || ruleSet?.native?.needsDefrag) || conntrack)
    return;
  const whole = defragment(packet, world);
  if (whole === undefined) {
    throw new Ended(
      passage.kernelDrop(
        'fragment-incomplete',
        `${tracking ? 'connection tracking holds' : 'socket and TPROXY hold'} fragments back until all of them ` +
          'have arrived',
        undefined,
        true,
      ),
    );
  }
  if (whole !== packet) passage.change(whole);
}

function trackPacket(passage: Passage, hook: Hook): void {
  const {
    at: { packet, conntrack, untracked, template },
    context: { tracking, host, world },
    arrival,
  } = passage;
  if (!tracking || conntrack || untracked) return;
  const checks = (name: string): boolean => host.sysctls.get(`net.netfilter.nf_conntrack_${name}`) !== 0;
  const tcp = {
    liberal: checks('tcp_be_liberal'),
    loose: checks('tcp_loose'),
    ignoreInvalidReset: (host.sysctls.get('net.netfilter.nf_conntrack_tcp_ignore_invalid_rst') ?? 0) !== 0,
  };
  const setting = { checksums: hook === 'PREROUTING' && checks('checksum'), tcp };
  const wrong = setting.checksums && findsChecksumWrong(passage, hook);
  const tracked = wrong
    ? { view: NO_ENTRY('INVALID'), why: WRONG_CHECKSUM }
    : overrideState(track(packet, world, template ?? NO_TEMPLATE, setting), arrival.state, packet, world);
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
  const {
    at: { conntrack },
    context: { world },
  } = passage;
  const entry = conntrack?.entry;
  // The reply of REJECT is attached to the connection of the packet it refuses, and does not confirm it
  // (nf_conntrack_core.c __nf_conntrack_confirm).
  if (!entry || entry.confirmed || conntrack.direction === 'REPLY') return;
  if (clashes(entry, world)) {
    passage.move({ clash: true });
    return;
  }
  world.put(entry);
  passage.setEntry({ ...entry, confirmed: true });
}

/** After a change in OUTPUT by mangle or a chain of type route, the packet may have another route. */
function routeAgain(passage: Passage, hook: Hook, routes: boolean, before: Packet): void {
  const {
    at: { packet, queued, native },
    ruleSet,
  } = passage;
  // nf_tables routes anew only what its chain accepts itself, not what it queues (net/netfilter/nft_chain_route.c).
  if (queued && (native || ruleSet?.backend === 'nft')) return;
  if (hook === 'OUTPUT' && routes && routingKeyChanged(before, packet)) reroute(passage);
}
