import { protocolNumber } from '../../core/net/protocols';
import type { CommandNode, Word } from '../../core/syntax/tree';
import type { Extension } from '../../core/ruleset/optionHelp';
import type { Option } from '../../core/xtables/option';
import { classifyWords, protocolMatch } from '../ruleWords';

/** What the next word is the value of. */
export type OpenOption =
  | { readonly kind: 'builtin-option'; readonly name: string }
  /** `behind`: the words of the value that are there already. */
  | {
      readonly kind: 'option';
      readonly option: Option;
      readonly extension: Extension;
      readonly behind: readonly string[];
    };

/** What the words of a rule before the cursor say. */
export interface WrittenRule {
  /** Matches and the target that are loaded, the newest first; the match that -p brings along comes last. */
  readonly loaded: readonly Extension[];
  /** The number after `-p`; undefined where there is none, it is negated, or it means all. */
  readonly protocol: number | undefined;
  /** A `-p` is there, whatever it says. */
  readonly protocolGiven: boolean;
  readonly builtins: ReadonlySet<string>;
  readonly options: ReadonlySet<Option>;
  /** The `!` before the cursor. */
  readonly negation: Word | undefined;
  readonly open: OpenOption | undefined;
}

/** Reads the words of a rule up to the cursor. */
export function writtenRule(node: CommandNode, family: 4 | 6): WrittenRule {
  const loaded: Extension[] = [];
  const builtins = new Set<string>();
  const options = new Set<Option>();
  let protocol: string | undefined;
  let inverted = false;
  let open: OpenOption | undefined;
  let negation: Word | undefined;
  for (const { word, role } of classifyWords(node, family)) {
    const before = negation;
    negation = undefined;
    switch (role.kind) {
      case 'negation':
        negation = word;
        open = undefined;
        break;
      case 'builtin-option':
        builtins.add(role.name);
        if (role.name === 'protocol') inverted = before !== undefined;
        open = role.name === 'fragment' ? undefined : role;
        break;
      case 'builtin-value':
        if (role.name === 'protocol') protocol = word.text;
        open = undefined;
        break;
      case 'match-name':
      case 'target-name':
        if (role.extension) loaded.unshift(role.extension);
        open = undefined;
        break;
      case 'option':
        options.add(role.option);
        open = role.option.words === 0 ? undefined : { ...role, behind: [] };
        break;
      case 'value': {
        const behind: readonly string[] = open?.kind === 'option' ? [...open.behind, word.text] : [];
        open = behind.length < role.option.words ? { ...role, kind: 'option', behind } : undefined;
        break;
      }
      default:
        open = undefined;
    }
  }
  const brought = protocolMatch(protocol, family).filter((match) => !loaded.includes(match));
  const number = protocol === undefined || inverted ? undefined : protocolNumber(protocol);
  return {
    loaded: [...loaded, ...brought],
    protocol: number === 0 ? undefined : number,
    protocolGiven: protocol !== undefined,
    builtins,
    options,
    negation,
    open,
  };
}
