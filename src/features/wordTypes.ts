import { HOOKS } from '../core/ruleset/ruleSet';
import type { RuleWord } from './ruleWords';
import type { TokenType } from './tokenTypes';

/** What a word of a rule is coloured as. */
export function typeOfWord({ role, word }: RuleWord): TokenType {
  switch (role.kind) {
    case 'operation':
      return 'iptablesKeyword';
    case 'table':
      return 'iptablesTable';
    case 'chain':
      return chainType(word.text);
    case 'jump-chain':
      return chainType(word.text);
    case 'policy':
      return 'iptablesVerdict';
    case 'negation':
      return 'iptablesNegation';
    case 'position':
      return 'iptablesNumber';
    case 'target-name':
      return VERDICTS.has(word.text) ? 'iptablesVerdict' : 'iptablesTarget';
    case 'match-name':
      return 'iptablesMatch';
    case 'builtin-option':
      return role.name === 'jump' || role.name === 'goto' ? 'iptablesJump' : 'iptablesOption';
    case 'option':
      return 'iptablesOption';
    case 'builtin-value':
    case 'value':
      return /^!?[\d[]|^0x|^[\da-f]*:[\da-f:]*(?:\/|$)/i.test(word.text) ? 'iptablesNumber' : 'iptablesText';
    default:
      return 'iptablesText';
  }
}

const VERDICTS = new Set(['ACCEPT', 'DROP', 'REJECT', 'RETURN', 'QUEUE']);

export function chainType(name: string): TokenType {
  return (HOOKS as readonly string[]).includes(name) ? 'iptablesBuiltinChain' : 'iptablesChain';
}
