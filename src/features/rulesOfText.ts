import { listedInterfaces } from '../core/knowledge/knowledge';
import { parseSourceFile } from '../core/syntax/parse';
import { restoreInput } from '../core/syntax/restoreInput';
import { Shape } from '../core/syntax/shape';
import type { RulesSection, SourceFile } from '../core/syntax/sourceFile';
import { bindRules } from '../core/ruleset/bind';
import { familiesOf, nftRules, nftStates } from '../core/ruleset/oneHost/nftOfFile';
import type { RuleSet } from '../core/ruleset/ruleSet';
import { inputRules } from './inputRules';

/**
 * The whole text as one set of rules of one family, whatever headers say: the text is known to be what iptables-save
 * wrote or iptables-restore shall read. A list as of `iptables -S`, or commands, where there is no table in it.
 */
export function rulesOfText(text: string, family: 4 | 6): RulesSection {
  return rulesOfFile(rulesFile(text), family);
}

/** The text read as nothing but rules. */
export function rulesFile(text: string): SourceFile {
  return parseSourceFile(text, { languageId: 'iptables' });
}

function rulesOfFile(file: SourceFile, family: 4 | 6): RulesSection {
  if (!file.shapes.includes(Shape.Table)) {
    const lists = file.sections.filter((section) => section.kind === 'rules');
    const [first] = lists;
    if (first && (first.form === 'list' || first.form === 'commands'))
      return { ...first, family, lines: lists.length === 1 ? first.lines : file.lines };
  }
  return restoreInput(file, family);
}

/**
 * The rules of iptables of one family, and what `nft` prints or reads for the same host. undefined where there is
 * neither.
 */
export function rulesWithNft(text: string | undefined, nft: string | undefined, family: 4 | 6): RuleSet | undefined {
  return fileWithNft(text === undefined ? undefined : rulesFile(text), nft, family);
}

/** The same of a text that was read as nothing but rules. */
export function fileWithNft(file: SourceFile | undefined, nft: string | undefined, family: 4 | 6): RuleSet | undefined {
  const own = file && boundRules(file, family);
  const [state] = nft === undefined ? [] : nftStates(parseSourceFile(nft).sections);
  const section =
    state && familiesOf(state).includes(family) ? nftRules(state, family, own ? [own.section] : []) : undefined;
  const native = section && bindRules(section);
  return own && native?.native ? { ...own, native: native.native } : (own ?? native);
}

const bound = new WeakMap<SourceFile, Map<4 | 6, RuleSet>>();

/** The rules of one family; bound once, also where they are checked as well. */
export function boundRules(file: SourceFile, family: 4 | 6): RuleSet {
  const section = rulesOfFile(file, family);
  if (section.asInput) return inputRules(file, family);
  const families = bound.get(file) ?? new Map<4 | 6, RuleSet>();
  bound.set(file, families);
  const ruleSet = families.get(family) ?? bindRules(section, listedInterfaces);
  families.set(family, ruleSet);
  return ruleSet;
}
