import type { CommandNode, Word } from '../core/syntax/tree';
import { protocolName, protocolNumber } from '../core/net/protocols';
import type { MatchExtension, TargetExtension } from '../core/xtables/extension';
import type { Option } from '../core/xtables/option';
import { matchNamed, targetNamed } from '../core/xtables/registry';
import { own } from '../core/text/own';

/** What a word of a rule is. */
type WordRole =
  | { readonly kind: 'operation' | 'chain' | 'jump-chain' | 'table' | 'negation' | 'position' | 'policy' | 'other' }
  /** An option of iptables itself: `-s`, `-p`, `-m`, `-j`. `name` is its long name. */
  | { readonly kind: 'builtin-option'; readonly name: string }
  | { readonly kind: 'builtin-value'; readonly name: string }
  | { readonly kind: 'match-name'; readonly extension: MatchExtension | undefined }
  | { readonly kind: 'target-name'; readonly extension: TargetExtension | undefined }
  | { readonly kind: 'option'; readonly option: Option; readonly extension: MatchExtension | TargetExtension }
  | { readonly kind: 'value'; readonly option: Option; readonly extension: MatchExtension | TargetExtension };

export interface RuleWord {
  readonly word: Word;
  readonly role: WordRole;
}

/** Options of iptables itself that are in rules, by every spelling. */
const BUILTIN: Readonly<Record<string, string>> = {
  '-p': 'protocol',
  '--protocol': 'protocol',
  '--proto': 'protocol',
  '-s': 'source',
  '--source': 'source',
  '--src': 'source',
  '-d': 'destination',
  '--destination': 'destination',
  '--dst': 'destination',
  '-i': 'in-interface',
  '--in-interface': 'in-interface',
  '-o': 'out-interface',
  '--out-interface': 'out-interface',
  '-f': 'fragment',
  '--fragment': 'fragment',
  '--fragments': 'fragment',
  '-m': 'match',
  '--match': 'match',
  '-j': 'jump',
  '--jump': 'jump',
  '-g': 'goto',
  '--goto': 'goto',
  '-c': 'set-counters',
  '--set-counters': 'set-counters',
};

/** Returns for each word of a command what it is, as `parseRule` reads it. */
export function classifyWords(node: CommandNode, family: 4 | 6): readonly RuleWord[] {
  const list: RuleWord[] = [{ word: node.operationWord, role: { kind: 'operation' } }];
  if (node.table) list.push({ word: node.table, role: { kind: 'table' } });
  if (node.chain) list.push({ word: node.chain, role: { kind: 'chain' } });
  if (node.position) list.push({ word: node.position, role: { kind: 'position' } });
  if (node.argument) list.push({ word: node.argument, role: { kind: node.operation === 'P' ? 'policy' : 'chain' } });
  return [...list, ...ruleWords(node.words, family)];
}

/** The same for the words after the chain. */
export function ruleWords(words: readonly Word[], family: 4 | 6): readonly RuleWord[] {
  const list: RuleWord[] = [];
  const loaded: (MatchExtension | TargetExtension)[] = [];
  let protocol: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    // `--proto` is short for `--protocol`, and an option of `-m policy`, which goes before.
    const name = exactOption(word.text, loaded) ? undefined : own(BUILTIN, word.text);
    if (word.text === '!') list.push({ word, role: { kind: 'negation' } });
    else if (name !== undefined) {
      list.push({ word, role: { kind: 'builtin-option', name } });
      const value = name === 'fragment' ? undefined : words[i + 1];
      if (value === undefined) continue;
      i++;
      if (name === 'match') {
        const extension = matchNamed(value.text, family);
        if (extension) loaded.unshift(extension);
        list.push({ word: value, role: { kind: 'match-name', extension } });
      } else if (name === 'jump' || name === 'goto') {
        const extension = name === 'goto' ? undefined : targetNamed(value.text, family);
        if (extension) loaded.unshift(extension);
        list.push({ word: value, role: extension ? { kind: 'target-name', extension } : { kind: 'jump-chain' } });
      } else {
        if (name === 'protocol') protocol = value.text;
        list.push({ word: value, role: { kind: 'builtin-value', name } });
      }
    } else {
      const found = findOption(word.text, loaded) ?? findOption(word.text, protocolMatch(protocol, family));
      if (!found) {
        list.push({ word, role: { kind: 'other' } });
        continue;
      }
      list.push({ word, role: { kind: 'option', ...found } });
      for (let n = 0; n < found.option.words && i + 1 < words.length; n++) {
        i++;
        list.push({ word: words[i] as Word, role: { kind: 'value', ...found } });
      }
    }
  }
  return list;
}

/** The match that `-p` brings along; one at most. */
export function protocolMatch(protocol: string | undefined, family: 4 | 6): readonly MatchExtension[] {
  const number = protocol === undefined ? undefined : protocolNumber(protocol);
  if (number === undefined) return [];
  const name = protocolName(number);
  const extension = matchNamed(name === 'ipv6-icmp' ? 'icmp6' : name, family);
  return extension ? [extension] : [];
}

function findOption(
  name: string,
  loaded: readonly (MatchExtension | TargetExtension)[],
): { option: Option; extension: MatchExtension | TargetExtension } | undefined {
  if (!name.startsWith('--')) return undefined;
  const exact = exactOption(name, loaded);
  if (exact) return exact;
  for (const extension of loaded) {
    const options = extension.options.filter((each) =>
      [each.name, ...each.aliases].some((each) => each.startsWith(name)),
    );
    if (options.length === 1 && options[0]) return { option: options[0], extension };
  }
  return undefined;
}

function exactOption(
  name: string,
  loaded: readonly (MatchExtension | TargetExtension)[],
): { option: Option; extension: MatchExtension | TargetExtension } | undefined {
  for (const extension of loaded) {
    const option = extension.options.find((each) => each.name === name || each.aliases.includes(name));
    if (option) return { option, extension };
  }
  return undefined;
}
