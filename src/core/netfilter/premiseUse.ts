import type { PremiseId } from '../xtables/premise';

/**
 * What a walk assumes. One object for all paths of a trace: a premise that any of them rests on is used.
 */
export interface PremiseUse {
  /** What neither the packet nor the host states. */
  readonly open: ReadonlySet<PremiseId>;
  /** What of it is in doubt: answers that rest on it are followed both ways. */
  readonly doubted: ReadonlySet<PremiseId>;
  /** Questions, by `Assumption.key`, that are not in doubt after all: they decide nothing. */
  readonly settled: ReadonlySet<string>;
  /** What the walk has rested on; filled while it goes on. */
  readonly used: Set<PremiseId>;
  /** What of it a settled question has rested on; filled as well. */
  readonly listed: Set<PremiseId>;
}
