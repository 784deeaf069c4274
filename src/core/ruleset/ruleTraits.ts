import type { MatchExtension, TargetExtension } from '../xtables/extension';

/** What is kept of a rule besides its jump. Rules that are alike in this share one object. */
export interface RuleTraits {
  /** The target extension's name; undefined where the rule jumps or has no target. */
  readonly targetName: string | undefined;
  /** A match or the target enables connection tracking. */
  readonly needsConntrack: boolean;
  /** A match or the target makes the kernel reassemble fragments. */
  readonly needsDefrag: boolean;
  /** See `Rule.endsChain`. */
  readonly endsChain: boolean;
  /** Matches and target that the kernel accepts in some places only: checked once the whole table is read. */
  readonly limits: readonly PlaceLimit[];
}

export interface PlaceLimit {
  readonly extension: MatchExtension | TargetExtension;
  /** Which of the rule's matches it is; undefined for its target. */
  readonly match: number | undefined;
  /** The hooks that it accepts, one bit each in the order of `HOOKS`. */
  readonly hooks: number;
}
