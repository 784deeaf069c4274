import { packs } from './packs';
import type { Peer } from './peer';
import type { RuleSetView, RuleView } from './view';

/** Whom the rules that a packet matched, in their order, say that it was sent to; undefined where they name none. */
export function peerOf(ruleSet: RuleSetView, matched: Iterable<RuleView>): Peer | undefined {
  let found: Peer | undefined;
  for (const rule of matched) {
    for (const pack of packs) {
      const peer = pack.peer?.(ruleSet, rule);
      if (peer === undefined) continue;
      const { behind = found?.behind } = peer;
      found = { noun: peer.noun, name: peer.name || (found?.name ?? ''), ...(behind && { behind }) };
      break;
    }
  }
  return found;
}
