import type { Rule } from '../core/ruleset/ruleSet';

/** What a rule does in one word: a target, or the chain that it jumps to; empty where it has neither. */
export function targetName({ target }: Pick<Rule, 'target'>): string {
  switch (target.kind) {
    case 'jump':
      return target.chain;
    case 'extension':
      return target.extension.name;
    case 'unknown':
      return target.name;
    case 'none':
      return '';
  }
}
