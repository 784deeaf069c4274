import { BUILTIN_CHAINS, HOOKS, hookBits, isTableName, type Chain, type RuleSet, type Table } from '../ruleset/ruleSet';
import type { Hook } from '../xtables/view';

/** A chain that a packet is put into by the caller, in place of the built-in chain of its table. */
export interface StartChain {
  readonly chain: Chain;
  /** Rules of the other back end. */
  readonly beside: boolean;
  /** Rules of nftables. */
  readonly native: boolean;
  /** The hooks in which that may happen, one bit each in the order of `HOOKS`. */
  readonly hooks: number;
}

/**
 * `CHAIN` or `TABLE/CHAIN` in these rules (a table of nftables with its family or without, `mesh-nat/output`);
 * undefined where there is none. Of several tables the first counts in which a rule is in the chain.
 */
export function startChain(wanted: string, ruleSet: RuleSet | undefined): StartChain | undefined {
  const found: StartPlace[] = [];
  for (const [rules, beside] of [
    [ruleSet, false],
    [ruleSet?.beside, true],
  ] as const) {
    for (const each of rules?.tables.values() ?? []) found.push(...placesIn(each, wanted, beside, false));
  }
  for (const each of ruleSet?.native?.tables.values() ?? []) found.push(...placesIn(each, wanted, false, true));
  const chosen = found.find(({ chain }) => chain.rules.length > 0) ?? found[0];
  return chosen && { ...chosen, hooks: hooksOf(chosen.chain) };
}

type StartPlace = Omit<StartChain, 'hooks'>;

/** Names of chains of nftables may hold a slash themselves. */
function placesIn({ name, chains }: Table, wanted: string, beside: boolean, native: boolean): readonly StartPlace[] {
  const names = native ? [name, name.slice(name.indexOf(' ') + 1)] : [name];
  const within = names.flatMap((table) => (wanted.startsWith(`${table}/`) ? [wanted.slice(table.length + 1)] : []));
  return [wanted, ...within]
    .flatMap((each) => {
      const chain = chains.get(each);
      return chain ? [{ chain, beside, native }] : [];
    })
    .slice(0, 1);
}

/**
 * Where the packet may meet the chain: the hooks from which it is reached, else those that its rules and the chains
 * after them may be in.
 */
function hooksOf(chain: Chain): number {
  if (chain.hook) return hookBits([chain.hook]);
  if (chain.reach !== 0) return chain.reach;
  let hooks = hookBits(isTableName(chain.table) ? BUILTIN_CHAINS[chain.table] : HOOKS);
  const seen = new Set<Chain>([chain]);
  const waiting = [chain];
  let asked = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const rule of next.rules) {
      if (asked++ > MOST_RULES) return hooks;
      const { target, jump, matches } = rule.passing();
      for (const extension of [
        ...matches.map((match) => match.extension),
        ...(target.kind === 'extension' ? [target.extension] : []),
      ]) {
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

/** The remark for a trace that begins in a chain. */
export function startNote({ chain }: StartChain, hook: Hook): string {
  const place = `the packet begins in chain ${chain.name} of table ${chain.table} in ${hook}`;
  if (chain.hook) return `${place}, which it reaches anyway`;
  if (chain.reach !== 0) return `${place}: what comes before it in ${hook} is skipped`;
  return `${place}: nothing in the file jumps there, so whether a packet gets there is not known`;
}
