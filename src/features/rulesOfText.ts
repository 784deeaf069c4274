import { parseSourceFile } from '../core/syntax/parse';
import { restoreInput } from '../core/syntax/restoreInput';
import { Shape } from '../core/syntax/shape';
import type { RulesSection } from '../core/syntax/tree';

/**
 * The whole text as one set of rules of one family, whatever headers say: the text is known to be what iptables-save wrote or
 * iptables-restore shall read. A list as of `iptables -S`, or commands, where there is no table in it.
 */
export function rulesOfText(text: string, family: 4 | 6): RulesSection {
  const file = parseSourceFile(text, { languageId: 'iptables' });
  if (!file.shapes.includes(Shape.Table)) {
    const lists = file.sections.filter((section) => section.kind === 'rules');
    const [first] = lists;
    if (first && (first.form === 'list' || first.form === 'commands')) return { ...first, family, lines: lists.length === 1 ? first.lines : file.lines };
  }
  return restoreInput(file, family);
}
