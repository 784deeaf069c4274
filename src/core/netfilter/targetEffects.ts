import type { Effect } from '../xtables/extension';
import { premise } from '../xtables/premise';
import { setUpNat } from './nat';
import { rangeOf } from './natRange';
import type { Passage } from './passage';
import { currentRoute } from './sending';
import { tproxySocket } from './tproxySocket';
import type { Applied } from './traveller';

/** Sets up the translation of a connection. A packet without a connection is accepted as it is. */
export function applyNat(
  passage: Passage,
  effect: Extract<Effect, { kind: 'nat' | 'redirect' | 'masquerade' }>,
): Applied {
  const { packet, conntrack, hook = 'PREROUTING', inInterface, outInterface } = passage.at;
  const entry = conntrack?.entry;
  if (!entry) return { kind: 'accept' };
  const half = effect.kind === 'nat' ? effect.half : effect.kind === 'redirect' ? 'destination' : 'source';
  const range = rangeOf(effect, {
    packet,
    hook,
    inInterface,
    outInterface,
    route: currentRoute(passage),
    host: passage.context.host,
  });
  const setup = range && setUpNat(entry, half, range, passage.context.world);
  if (!setup) {
    const detail = range
      ? 'no free translation was found'
      : `${effect.kind === 'redirect' ? inInterface : outInterface} has no address to translate to`;
    const reason = range ? 'nat-failed' : 'redirect-without-address';
    return { kind: 'failed', end: passage.kernelDrop(reason, detail, undefined, true) };
  }
  if (setup.random) passage.move({ natRandom: half });
  passage.setEntry(
    effect.kind === 'masquerade' && !entry.confirmed ? { ...setup.entry, masqueradeDevice: outInterface } : setup.entry,
  );
  return { kind: 'accept' };
}

/** Gives the packet a socket of this host, and the mark. Without such a socket it is dropped. */
export function applyTproxy(passage: Passage, effect: Extract<Effect, { kind: 'tproxy' }>): Applied {
  const { packet, inInterface } = passage.at;
  const socket = tproxySocket(
    passage.context.host,
    packet,
    effect,
    inInterface,
    passage.context.world.socketOf(packet),
  );
  if (socket === undefined) return { kind: 'drop', reject: false };
  passage.move({ assignedSocket: socket });
  passage.change({ mark: ((packet.mark & ~effect.markMask) ^ effect.mark) >>> 0 });
  return { kind: 'accept' };
}

export const NOBODY_LISTENS = 'no program listens, or it drops the packet';

/** What may become of a packet that is handed to user space. */
export function queueChoice(effect: Extract<Effect, { kind: 'queue' }>): Extract<Effect, { kind: 'choice' }> {
  return {
    kind: 'choice',
    reason: premise('queue').reason,
    premise: 'queue',
    choices: [
      { text: 'a program lets it pass', effect: { ...effect, bypass: true } },
      { text: NOBODY_LISTENS, effect: { kind: 'verdict', verdict: 'DROP' } },
    ],
  };
}
