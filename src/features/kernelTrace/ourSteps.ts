import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import type { Hook } from '../../core/xtables/view';

/** A step of a trace that a kernel writes too: a rule that matched, or the end of a chain. */
export interface OurStep {
  /** Index of the event. */
  readonly event: number;
  readonly hook: Hook;
  readonly chain: Chain;
  /** undefined: the end of the chain. */
  readonly rule: Rule | undefined;
}

/**
 * The steps of a path that a kernel writes when it traces the packet, in its order: the rules that matched and the ends
 * of chains. `backend`: of which tables, where both back ends have rules. `complete` is false where the path has steps
 * that are not listed.
 */
export function ourSteps(
  { events }: Walked,
  backend: 'legacy' | 'nft',
): { readonly steps: readonly OurStep[]; readonly complete: boolean } {
  const steps: OurStep[] = [];
  let hook: Hook | undefined;
  let complete = true;
  for (const [event, each] of events.entries()) {
    if (each.kind === 'table-enter') hook = isOf(each, backend) ? each.hook : undefined;
    else if (each.kind === 'table-leave') hook = undefined;
    else if (each.kind === 'repeated') complete = false;
    else if (hook !== undefined) {
      if (each.kind === 'rule' && each.matched && each.broken === undefined)
        steps.push({ event, hook, chain: each.rule.chain, rule: each.rule });
      else if ((each.kind === 'return' && !each.explicit) || each.kind === 'policy')
        steps.push({ event, hook, chain: each.chain, rule: undefined });
    }
  }
  return { steps, complete };
}

/** Tables of nftables are not traced by the kernel’s log, and those of the other back end by neither monitor. */
function isOf(
  { table, backend }: Extract<TraceEvent, { readonly kind: 'table-enter' }>,
  wanted: 'legacy' | 'nft',
): boolean {
  return backend === undefined ? wanted === 'nft' || !table.includes(' ') : backend === wanted;
}

/** `ip filter`, as nftables names it: of the tables of iptables with the family. */
export function tableOf(chain: Chain, family: 4 | 6): string {
  return fullName(chain.table, family);
}

export function fullName(table: string, family: 4 | 6): string {
  return table.includes(' ') ? table : `${family === 4 ? 'ip' : 'ip6'} ${table}`;
}
