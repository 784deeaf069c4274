import { HOOKS, hookBits, type Chain, type RuleSet } from '../ruleset/ruleSet';
import type { Hook, TableName } from '../xtables/view';

/** A chain that a packet is put into by whoever asks, in place of the built-in chain of its table. */
export interface StartChain {
  readonly chain: Chain;
  /** Rules of the other back end. */
  readonly beside: boolean;
  /** The hooks in which that may happen, one bit each in the order of `HOOKS`. */
  readonly hooks: number;
}

/** `CHAIN` or `TABLE/CHAIN` in these rules; undefined where there is none. Of several tables the first counts in which a rule stands in the chain. */
export function startChain(wanted: string, ruleSet: RuleSet | undefined): StartChain | undefined {
  const slash = wanted.indexOf('/');
  const table = slash < 0 ? undefined : wanted.slice(0, slash);
  const name = wanted.slice(slash + 1);
  const found: { readonly chain: Chain; readonly beside: boolean }[] = [];
  for (const [rules, beside] of [[ruleSet, false], [ruleSet?.beside, true]] as const) {
    for (const each of rules?.tables.values() ?? []) {
      const chain = table === undefined || table === each.name ? each.chains.get(name) : undefined;
      if (chain) found.push({ chain, beside });
    }
  }
  const chosen = found.find(({ chain }) => chain.rules.length > 0) ?? found[0];
  return chosen && { ...chosen, hooks: hooksOf(chosen.chain) };
}

/** Where the packet may meet the chain: the hooks that lead to it, else those that its rules and the chains behind them may stand in. */
function hooksOf(chain: Chain): number {
  if (chain.hook) return hookBits([chain.hook]);
  if (chain.reach !== 0) return chain.reach;
  let hooks = hookBits(HOOKS_OF_TABLE[chain.table]);
  const seen = new Set<Chain>([chain]);
  const waiting = [chain];
  let asked = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const rule of next.rules) {
      if (asked++ > MOST_RULES) return hooks;
      const { target, jump, matches } = rule.passing();
      for (const extension of [...matches.map((match) => match.extension), ...(target.kind === 'extension' ? [target.extension] : [])]) {
        const left = extension.hooks ? hooks & hookBits(extension.hooks) : hooks;
        if (left !== 0) hooks = left;
      }
      if (jump?.to && !seen.has(jump.to)) {
        seen.add(jump.to);
        waiting.push(jump.to);
      }
    }
  }
  return hooks;
}

const MOST_RULES = 10_000;

const HOOKS_OF_TABLE: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ['PREROUTING', 'OUTPUT'], mangle: HOOKS, nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], filter: ['INPUT', 'FORWARD', 'OUTPUT'], security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** What has to be said where a trace begins so. */
export function startNote({ chain }: StartChain, hook: Hook): string {
  const place = `the packet is put into chain ${chain.name} of table ${chain.table} in ${hook}`;
  if (chain.hook) return `${place}, where it comes anyway`;
  if (chain.reach !== 0) return `${place}: what stands in front of it in ${hook} is not asked`;
  return `${place}: nothing in the file jumps there, so whether a packet gets there is not known`;
}
