import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Walked } from '../../../src/core/netfilter/events';
import { outcomeOf } from '../../../src/core/netfilter/outcome';
import { replyLegs } from '../../../src/features/journey/replyLegs';
import { HOST_JOURNEYS } from '../../fixtures/hostJourneys';
import { JOURNEYS } from '../../fixtures/istio/journeys';
import type { KernelAnswer } from '../../kernel/case';
import { readRecorded } from '../../kernel/fixtures';
import { hostJourney, istioJourney, type WalkedJourney } from './walked';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'kernel');
const RECORDED = new Map(
  ['journeys.jsonl', 'host-journeys.jsonl'].flatMap((file) =>
    readRecorded(join(FOLDER, file)).map(({ name, kernel }) => [name, kernel] as const),
  ),
);

/** What a journey shows of a leg: how it ends, by which interface, with which addresses, ports and mark. */
function shown(end: Pick<KernelAnswer, 'outcome' | 'outIface' | 'finalPacket'>): readonly unknown[] {
  const { src, sport, dst, dport, mark } = end.finalPacket ?? {};
  // The kernel reports no form of a packet that it drops.
  return end.outcome === 'DROPPED' ? [end.outcome] : [end.outcome, end.outIface, src, sport, dst, dport, mark ?? 0];
}

function ours(walked: Walked | undefined): readonly unknown[] {
  return walked ? shown(outcomeOf(walked)) : ['not traced'];
}

function kernelOf(name: string, packet: number): readonly unknown[] {
  const answer = RECORDED.get(name)?.[packet];
  return answer ? shown(answer) : ['not recorded'];
}

/** The journeys are traced in a file, the kernel was asked on a host with those interfaces and routes. */
describe('each leg ends as Linux has it', () => {
  const cases: readonly (readonly [string, () => WalkedJourney])[] = [
    ...JOURNEYS.map((journey) => [journey.name, () => istioJourney(journey)] as const),
    ...HOST_JOURNEYS.map((journey) => [journey.name, () => hostJourney(journey)] as const),
  ];
  test.each(cases)('%s', (name, walk) => {
    const { legs, loops, trace } = walk();
    for (const [i, { id, expression }] of legs.entries())
      expect([id, ...ours(trace(expression).input?.traced.outcomes[0])]).toEqual([id, ...kernelOf(name, i)]);
    for (const { id, of, reply } of replyLegs({ legs, loops }, trace))
      expect([id, ...ours(reply.traced.outcomes[0])]).toEqual([
        id,
        ...kernelOf(`${name}: ${id}, the answer to ${of.label}`, 1),
      ]);
  });
});
