import { packs } from '../../core/knowledge/knowledge';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { RichText } from '../../shared/traceReport';
import { packetMatch, sidesIn } from './packetMatch';
import type { DecisionPlace } from './place';
import type { RuleCommand } from './remedy';

/** A place that the program which manages the rules keeps for the user's own. */
export interface ManagedPlace {
  readonly title: RichText;
  readonly command: RuleCommand;
  /** What to run instead of the command, where the program has a word for it. */
  readonly text?: string;
  readonly note: string;
}

/** Where programs want rules of the user, if they are at work in the chain that dropped the packet. */
export function managedPlaces(place: DecisionPlace, ruleSet: RuleSet | undefined): readonly ManagedPlace[] {
  const { chain, view } = place;
  const chains = ruleSet?.tables.get('filter')?.chains;
  if (chain.table !== 'filter' || !chains || (view.conntrack !== undefined && view.conntrack.state !== 'NEW'))
    return [];
  const rule = `${packetMatch(view.packet, sidesIn(view))} -j ACCEPT`;
  return packs.flatMap((pack) => {
    const found: ManagedPlace[] = [];
    for (const user of pack.userChains ?? []) {
      if (user.of !== chain.name || !place.visited.has(user.chain)) continue;
      found.push({
        title: [{ text: 'Accept it in ' }, { text: user.chain, style: 'code' }],
        command: { table: 'filter', chain: user.chain, operation: 'I', rule },
        note: user.elsewhere,
      });
    }
    const allowed = pack.allow?.({ chain: chain.name, packet: view.packet, has: (name) => chains.has(name) });
    if (allowed)
      found.push({
        title: [{ text: allowed.title }],
        command: { table: 'filter', chain: allowed.chain, operation: 'A', rule },
        text: allowed.text,
        note: allowed.note,
      });
    return found;
  });
}
