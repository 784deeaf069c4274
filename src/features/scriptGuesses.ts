import type { Walked } from '../core/netfilter/events';
import type { RulesSection } from '../core/syntax/sourceFile';
import type { LineProblem } from '../core/ruleset/ruleSet';
import { ruleSetOf, type FileModel } from './fileModel';

/** Something that was taken from nowhere while the script that makes rules was read. */
export interface ScriptGuess {
  readonly message: string;
  /** 1-based. */
  readonly line: number;
}

const GUESS: LineProblem['code'] = 'shell-assumption';

/** In the order of the lines. */
export function scriptGuesses({ file }: FileModel, sections: readonly RulesSection[]): readonly ScriptGuess[] {
  const commands = commandLines(sections);
  if (commands.size === 0) return [];
  const last = Math.max(...commands);
  return [
    ...file.problems.filter(({ code, line }) => code === GUESS && line.index <= last),
    ...sections.flatMap((section) => ruleSetOf(section).problems.filter(({ code }) => code === GUESS)),
  ]
    .map(({ message, line }) => ({ message, line: line.index + 1 }))
    .sort((a, b) => a.line - b.line);
}

/**
 * Whether a packet met what the commands made: a rule that matched, or the policy that decided. Which of the commands
 * would be others if a guess were wrong is not known, so each guess is taken to decide then.
 */
export function guessesDecide(sections: readonly RulesSection[], outcomes: readonly Walked[]): boolean {
  const commands = commandLines(sections);
  return outcomes.some(({ events }) =>
    events.some((event) => {
      if (event.kind === 'rule') return event.matched && commands.has(event.rule.line.index);
      // ACCEPT is what a chain has without a command. Where a listing states the policy, that is its line.
      if (event.kind !== 'policy' || event.verdict === 'ACCEPT') return false;
      return event.chain.line === undefined || commands.has(event.chain.line.index);
    }),
  );
}

/** The indices of lines that are commands. */
function commandLines(sections: readonly RulesSection[]): ReadonlySet<number> {
  const parts = sections.flatMap((section) => section.parts ?? [section]);
  return new Set(
    parts.filter(({ form }) => form === 'commands').flatMap(({ lines }) => lines.map(({ index }) => index)),
  );
}
