import type { Line } from '../syntax/tree';
import { ofNft, type Backend } from '../xtables/backend';
import type { OpenChain } from './openTable';
import type { LineProblem } from './ruleSet';

/**
 * What the kernel would refuse of the rules of a table that is not committed yet. x_tables sees the table as it is at
 * COMMIT, and not a rule that is gone by then. nf_tables gets each command of iptables-nft-restore and checks a rule
 * when it is added, whatever is done to it afterwards; only what `-F CHAIN` empties is never sent.
 */
export class KernelRefusals {
  private readonly ofChain = new Map<OpenChain, LineProblem[]>();
  /** What iptables-nft has refused before the flush. */
  private readonly ofFlushed: { readonly problem: LineProblem; readonly chain: OpenChain }[] = [];

  constructor(private readonly backend: Backend) {}

  add(chain: OpenChain, problem: LineProblem): void {
    const known = this.ofChain.get(chain);
    if (known) known.push(problem);
    else this.ofChain.set(chain, [problem]);
  }

  get isEmpty(): boolean {
    return this.ofChain.size === 0 && this.ofFlushed.length === 0;
  }

  /** `-F CHAIN`. */
  flush(chain: OpenChain): void {
    for (const problem of this.ofChain.get(chain) ?? [])
      if (problem.atCommit === 'read') this.ofFlushed.push({ problem, chain });
    this.ofChain.delete(chain);
  }

  /** The table is not going to be committed. */
  forget(): void {
    this.ofChain.clear();
    this.ofFlushed.length = 0;
  }

  /** What is refused when the table is committed; `gone` where the rule is no longer in the table. */
  commit(): readonly { readonly problem: LineProblem; readonly chain: OpenChain; readonly gone: boolean }[] {
    const refused = [...this.ofChain].flatMap(([chain, problems]) => {
      const left = new Set<Line>(chain.rules.map(({ line }) => line));
      return problems.flatMap((problem) => {
        const gone = !left.has(problem.line);
        const kept = gone ? this.ofGone(problem) : problem;
        return kept ? [{ problem: kept, chain, gone }] : [];
      });
    });
    for (const { problem, chain } of this.ofFlushed)
      refused.push({ problem: this.ofGone(problem) ?? problem, chain, gone: true });
    this.forget();
    return refused;
  }

  private ofGone(problem: LineProblem): LineProblem | undefined {
    if (problem.atCommit === 'taken') return undefined;
    if (this.backend === 'nft') return problem;
    const reason = `${problem.message}. It checks this rule although the rule is gone again at COMMIT`;
    const { line, start, end } = problem;
    return { ...ofNft(reason), line, start, end };
  }
}
