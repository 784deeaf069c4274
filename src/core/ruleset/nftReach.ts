import { HOOKS, type Chain, type Rule } from './ruleSet';

/** `NFT_JUMP_STACK_SIZE` less the built-in chain. */
export const MOST_JUMPS = 15;

/** How nf_tables reaches the chains of a table. */
export interface NftReach {
  /** The hooks from which a chain is reached, as in `Chain.reach`. */
  readonly hooks: ReadonlyMap<Chain, number>;
  /** Jumps that it refuses to follow. */
  readonly tooDeep: ReadonlySet<Rule>;
}

/**
 * nf_tables follows every rule of a chain, also after one that lets no packet through, and at most this many jumps in a
 * row, where x_tables has no limit. Source: net/netfilter/nf_tables_api.c nft_chain_validate.
 */
export function nftReach(chains: Iterable<Chain>): NftReach {
  const hooks = new Map<Chain, number>();
  const tooDeep = new Set<Rule>();
  let level = new Map<Chain, number>();
  for (const chain of chains) if (chain.hook) level.set(chain, 1 << HOOKS.indexOf(chain.hook));
  for (let jumps = 0; level.size > 0; jumps++) {
    const next = new Map<Chain, number>();
    for (const [chain, bits] of level) {
      hooks.set(chain, (hooks.get(chain) ?? 0) | bits);
      for (const rule of chain.rules) {
        const to = rule.jump?.to;
        if (to === undefined || to.hook) continue;
        if (jumps < MOST_JUMPS) next.set(to, (next.get(to) ?? 0) | bits);
        else tooDeep.add(rule);
      }
    }
    level = next;
  }
  return { hooks, tooDeep };
}
