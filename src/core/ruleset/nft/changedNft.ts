import type { RulesSection } from '../../syntax/sourceFile';
import type { Line } from '../../syntax/tree';
import type { LineProblem, NativeRules, RuleSet } from '../ruleSet';
import { bindNft } from './bindNft';

/** The rules, and what nft would refuse, with its line. */
export interface ChangedNative {
  readonly bound: RuleSet;
  readonly problems: readonly LineProblem[];
}

/**
 * The rules of nft as they would be without some lines, and after commands: read anew, as a command may change what any
 * rule means. The rule set itself stays as it is. What nft would refuse is among the problems, with its line.
 */
export function changedNft(ruleSet: RuleSet, without: ReadonlySet<Line>, commands: readonly Line[]): RuleSet {
  const { changed } = ruleSet;
  if (changed)
    return changedNft(changed.from, new Set([...changed.without, ...without]), [...changed.commands, ...commands]);
  const { section } = ruleSet;
  const { bound, problems } = changedNative({ section, without: new Set() }, without, commands);
  return { ...bound, section, problems, changed: { from: ruleSet, without, commands } };
}

/** The rules of nft of a host, as `changedNft` has them. */
export function changedNative(
  { section, without: before }: NativeRules['readFrom'],
  without: ReadonlySet<Line>,
  commands: readonly Line[],
): ChangedNative {
  const problems: LineProblem[] = [];
  const after: RulesSection = {
    ...section,
    nft: [...(section.nft ?? []), { kind: 'nft', form: 'commands', title: undefined, lines: commands }],
  };
  const bound = bindNft(after, {
    without: new Set([...before, ...without]),
    commands: new Set(commands),
    refused: (line, message) => {
      problems.push({ line, start: 0, end: line.text.length, severity: 'error', code: 'nft-refuses', message });
    },
  });
  return { bound, problems };
}
