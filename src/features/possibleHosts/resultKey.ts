import { formatAddress } from '../../core/net/address';
import { outcomeOf } from '../../core/netfilter/outcome';
import type { Traced } from '../../core/netfilter/trace';
import type { HostFacts } from '../../core/ruleset/host/hostFromFile';

/** Of at most this many outcomes each is compared; a Service of a thousand endpoints has more. */
const MOST_COMPARED = 64;

/**
 * What a person would call the result: verdicts, the rules that matched, and the final packet. By which interface
 * it leaves does not count where no rule asks for it, nor which of the made-up addresses it has.
 */
export function resultKey({ outcomes, truncated }: Traced, facts: HostFacts): string {
  const madeUp = new Set(
    facts.assumptions.flatMap(({ use }) => (use.kind === 'address' ? [formatAddress(use.address)] : [])),
  );
  if (facts.open.own?.own) madeUp.add(formatAddress(facts.open.own.address));
  return JSON.stringify([
    truncated,
    outcomes.length,
    ...outcomes.slice(0, MOST_COMPARED).map((walked) => {
      const {
        outcome,
        verdict,
        dropBy,
        hooks,
        matchedRules,
        verdicts,
        finalPacket,
        receiver,
        ctstate,
        assumptions,
        copy,
      } = outcomeOf(walked);
      const { iif, oif, ...packet } = finalPacket;
      void [iif, oif];
      const translated = walked.events.some(({ kind }) => kind === 'translate');
      const shown = Object.fromEntries(
        Object.entries(packet).map(([name, value]) => [
          name,
          translated && typeof value === 'string' && madeUp.has(value) ? 'an address of this host' : value,
        ]),
      );
      return [
        outcome,
        verdict,
        dropBy && { ...dropBy, detail: undefined },
        hooks,
        matchedRules,
        verdicts,
        shown,
        receiver,
        ctstate,
        assumptions,
        copy,
      ];
    }),
  ]);
}
