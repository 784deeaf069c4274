import { parseSourceFile } from '../core/syntax/parse';
import { restoreInput } from '../core/syntax/restoreInput';
import { Shape } from '../core/syntax/shape';
import type { RulesSection } from '../core/syntax/tree';
import { bindRules } from '../core/ruleset/bind';
import { familiesOf, nftRules, nftStates } from '../core/ruleset/oneHost/nftOfFile';
import type { RuleSet } from '../core/ruleset/ruleSet';

/**
 * The whole text as one set of rules of one family, whatever headers say: the text is known to be what iptables-save
 * wrote or iptables-restore shall read. A list as of `iptables -S`, or commands, where there is no table in it.
 */
export function rulesOfText(text: string, family: 4 | 6): RulesSection {
  const file = parseSourceFile(text, { languageId: 'iptables' });
  if (!file.shapes.includes(Shape.Table)) {
    const lists = file.sections.filter((section) => section.kind === 'rules');
    const [first] = lists;
    if (first && (first.form === 'list' || first.form === 'commands'))
      return { ...first, family, lines: lists.length === 1 ? first.lines : file.lines };
  }
  return restoreInput(file, family);
}

/**
 * The rules of iptables of one family, and what `nft` shows or is told of the same host. undefined where there is
 * neither.
 */
export function rulesWithNft(text: string | undefined, nft: string | undefined, family: 4 | 6): RuleSet | undefined {
  const own = text === undefined ? undefined : bindRules(rulesOfText(text, family));
  const [state] = nft === undefined ? [] : nftStates(parseSourceFile(nft).sections);
  const section =
    state && familiesOf(state).includes(family) ? nftRules(state, family, own ? [own.section] : []) : undefined;
  const native = section && bindRules(section);
  return own && native?.native ? { ...own, native: native.native } : (own ?? native);
}
