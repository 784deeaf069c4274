import { outcomeOf } from '../../core/netfilter/outcome';
import type { PremiseUse } from '../../core/netfilter/premiseUse';
import { tracePacket, type Traced, type TraceSetting } from '../../core/netfilter/trace';
import type { Walked } from '../../core/netfilter/events';
import type { PacketRequest } from '../../core/net/packetRequest';
import { premise, premisesOf, type PremiseId } from '../../core/xtables/premise';

/** A trace, and what it assumes although nothing states it. */
export interface DoubtingTrace {
  readonly traced: Traced;
  /** What rules read and what decided nothing: what decides is open in the outcomes. */
  readonly rests: readonly PremiseId[];
}

/**
 * At most this many questions are tried one by one, whether they decide something, and at most this many rules are
 * evaluated in each trace.
 */
const MOST_QUESTIONS = 12;
const MOST_ASKED = 20_000;

/**
 * Traces a packet with the usual value for everything that nothing states. Where that decides what becomes of the
 * packet, the trace has every answer instead, and only to the questions that decide. `given`: the packet as it was
 * given, before anything was filled in.
 */
export function traceDoubting(request: PacketRequest, given: PacketRequest, setting: TraceSetting): DoubtingTrace {
  const open = premisesOf(given);
  const plainUse = useOf(open, new Set(), new Set());
  const plain = tracePacket(request, { ...setting, premises: plainUse });
  const doubted = new Set([...plainUse.used].filter((id) => premise(id).doubt === 'asked'));
  if (doubted.size === 0) return { traced: plain, rests: [...plainUse.used] };
  const follow = (settled: ReadonlySet<string>): { readonly traced: Traced; readonly use: PremiseUse } => {
    const use = useOf(open, doubted, settled);
    return { traced: tracePacket(request, { ...setting, premises: use }), use };
  };
  let best = follow(new Set());
  const wanted = outcomeKeys(best.traced);
  if (wanted === outcomeKeys(plain)) return { traced: plain, rests: [...plainUse.used] };
  const settled = new Set<string>();
  for (const key of best.traced.asked > MOST_ASKED ? [] : questionsOf(best.traced).slice(0, MOST_QUESTIONS)) {
    if (setting.answers?.has(key)) continue;
    const without = follow(new Set([...settled, key]));
    if (outcomeKeys(without.traced) !== wanted) continue;
    settled.add(key);
    best = without;
  }
  const deciding = new Set(
    best.traced.outcomes.flatMap(({ assumptions }) => assumptions.flatMap(({ premise: id }) => id ?? [])),
  );
  return {
    traced: best.traced,
    rests: [...best.use.used].filter((id) => !deciding.has(id) || best.use.listed.has(id)),
  };
}

function useOf(
  open: ReadonlySet<PremiseId>,
  doubted: ReadonlySet<PremiseId>,
  settled: ReadonlySet<string>,
): PremiseUse {
  return { open, doubted, settled, used: new Set(), listed: new Set() };
}

/** The questions that are open only because a premise is in doubt, by key, in the order in which they come up. */
function questionsOf({ outcomes }: Traced): readonly string[] {
  return [
    ...new Set(
      outcomes.flatMap(({ assumptions }) =>
        assumptions.flatMap((assumption) => (assumption.premise === undefined ? [] : [assumption.key])),
      ),
    ),
  ];
}

/** What becomes of the packet on the paths, regardless of the rules that it passes there. */
function outcomeKeys({ outcomes, truncated }: Traced): string {
  return [...new Set([...outcomes.map(outcomeKey), ...(truncated ? ['and more'] : [])])].sort().join('\n');
}

function outcomeKey(walked: Walked): string {
  const { outcome, verdict, dropBy, outIface, finalPacket, receiver } = outcomeOf(walked);
  return JSON.stringify([
    outcome,
    verdict,
    dropBy && { ...dropBy, detail: undefined },
    outIface,
    finalPacket,
    receiver,
  ]);
}
