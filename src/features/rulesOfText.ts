import { parseSourceFile } from '../core/syntax/parse';
import type { Line, RulesSection } from '../core/syntax/tree';

/** The whole text as one set of rules of one family, whatever headers say: the text is known to be iptables-save or restore input. */
export function rulesOfText(text: string, family: 4 | 6): RulesSection {
  const file = parseSourceFile(text, { languageId: 'iptables' });
  const sections = file.sections.filter((section) => section.kind === 'rules');
  const first = sections[0];
  const lines: Line[] = sections.length === 1 && first ? [...first.lines] : [...file.lines];
  return {
    kind: 'rules', form: first?.form === 'list' || first?.form === 'commands' ? first.form : 'save', role: 'saved-state', family,
    backend: first?.backend, version: first?.version, title: undefined, noflush: false, lines,
  };
}
