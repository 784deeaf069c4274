/** One question that a walk could not answer by itself, with as many branches as there are answers. */
interface Fork {
  readonly branches: number;
  taken: number;
}

/**
 * Leads a walk through every combination of answers to what is unknown: the walk is run again and again, each time taking the next
 * branch at the last fork that has one left. A walk is deterministic, so the forks before that one come up again in the same order.
 */
export class Decisions {
  private readonly forks: Fork[] = [];
  private position = 0;

  /** The branch to take at the fork that the walk has come to, from 0. */
  take(branches: number): number {
    let fork = this.forks[this.position];
    if (fork === undefined) {
      fork = { branches, taken: 0 };
      this.forks.push(fork);
    }
    this.position++;
    return fork.taken;
  }

  /** Makes ready for the next run; false when every combination was seen. */
  next(): boolean {
    this.position = 0;
    for (;;) {
      const last = this.forks[this.forks.length - 1];
      if (last === undefined) return false;
      if (last.taken + 1 < last.branches) {
        last.taken++;
        return true;
      }
      this.forks.pop();
    }
  }
}
