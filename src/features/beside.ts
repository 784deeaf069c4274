import type { RuleSetView } from '../core/knowledge/knowledge';
import type { RulesSection } from '../core/syntax/sourceFile';
import { ruleSetOf, sectionsOf, type FileModel } from './fileModel';
import { ruleSetView } from './ruleSetView';

/** The other rule sets of the host that a section is of: those of the other IP version and of the other back end. */
export function besideOf(model: FileModel, section: RulesSection): readonly RuleSetView[] {
  const own = model.dumps.find((dump) => sectionsOf(dump).includes(section));
  if (own === undefined) return [];
  return model.dumps
    .filter(({ host }) => host === own.host)
    .flatMap(sectionsOf)
    .filter((each) => each !== section)
    .map((each) => ruleSetView(ruleSetOf(each)));
}
