import { parseSourceFile } from '../syntax/parse';
import type { Line } from '../syntax/tree';
import { changedRules } from './changedRules';
import { changedNative } from './nft/changedNft';
import type { LineProblem, RuleSet } from './ruleSet';

export interface RulesAfter {
  readonly ruleSet: RuleSet;
  /** What is wrong with the commands themselves. */
  readonly problems: readonly LineProblem[];
}

const NONE: ReadonlySet<Line> = new Set();

/**
 * The rules as they would be after commands of iptables and of nft; the rule set itself stays as it is. Rules that the
 * commands leave alone keep their lines, tables of iptables without a command are the same objects. `without`: lines
 * whose rules of nft are not there.
 */
export function afterCommands(
  ruleSet: RuleSet,
  commands: readonly string[],
  without: ReadonlySet<Line> = NONE,
): RulesAfter {
  const { lines, sections } = parseSourceFile(commands.join('\n'), { fileName: 'commands.sh' });
  const ofNft = sections.flatMap((section) => (section.kind === 'nft' ? section.lines : []));
  const others = lines.filter((line) => !ofNft.includes(line));
  const changed = others.length === 0 ? ruleSet : changedRules(ruleSet, NONE, others);
  const problems = changed.problems.filter(({ line, severity }) => severity === 'error' && others.includes(line));
  if (!changed.native || (ofNft.length === 0 && without.size === 0)) return { ruleSet: changed, problems };
  const { bound, problems: refused } = changedNative(changed.native.readFrom, without, ofNft);
  return {
    ruleSet:
      changed.section.form === 'nft'
        ? { ...bound, section: changed.section, ...(changed.changed && { changed: changed.changed }) }
        : { ...changed, ...(bound.native && { native: bound.native }) },
    problems: [...problems, ...refused],
  };
}
