import type { Chain } from '../ruleset/ruleSet';
import { sameStanding, type Standing } from './standing';

/** Everything that decides what a chain does with a packet. */
export interface Circumstances {
  readonly standing: Standing;
  /** What the host remembers: `World.state`. */
  readonly world: object;
  /** How many questions that chance answers were met on the way here. */
  readonly chances: number;
}

/** A visit of a chain that has begun. */
export interface Call {
  readonly chain: Chain;
  readonly before: Circumstances;
  /** How many events the table had at that time. */
  readonly events: number;
}

/** One that has come back. `events`: how many it made. */
export interface FinishedCall extends Call {
  readonly after: Circumstances;
}

/** Of each chain, this many visits in different circumstances are kept. */
const MOST_KEPT = 16;

/**
 * What chains did before. The kernel walks a chain again for each jump to it; where every chain calls the next one
 * twice, 22 of them make four million visits. A chain does the same in the same circumstances, so its answer is known
 * without another walk.
 */
export class Calls {
  /** undefined: none. In common with a copy until one of both writes. */
  private finished: Map<Chain, readonly FinishedCall[]> | undefined;
  private shared = false;

  /** For a path that parts from this one. */
  copy(): Calls {
    const copy = new Calls();
    copy.finished = this.finished;
    copy.shared = this.shared = true;
    return copy;
  }

  /**
   * A random choice may come out differently next time. Any other question has one answer, whichever way leads to it.
   */
  keep(call: FinishedCall): void {
    if (call.after.chances !== call.before.chances) return;
    const kept = this.finished?.get(call.chain) ?? [];
    if (kept.length >= MOST_KEPT || find(kept, call.before)) return;
    if (this.shared || !this.finished) this.finished = new Map(this.finished);
    this.shared = false;
    this.finished.set(call.chain, [...kept, call]);
  }

  find(chain: Chain, circumstances: Circumstances): FinishedCall | undefined {
    return find(this.finished?.get(chain) ?? [], circumstances);
  }
}

function find(calls: readonly FinishedCall[], circumstances: Circumstances): FinishedCall | undefined {
  return calls.find(({ before }) => sameCircumstances(before, circumstances));
}

function sameCircumstances(a: Circumstances, b: Circumstances): boolean {
  return a.world === b.world && sameStanding(a.standing, b.standing);
}
