import { loadProblems } from '../loadProblems';
import { ruleSetOf, sectionsOf, type Dump, type FileModel } from '../fileModel';
import { unreadLines } from '../unread';
import type { Evaluation } from './evaluate';

/**
 * Why the verdict may not be what it seems: what was asked and is not so, rules that do not load, rules left unread.
 */
export function warningsOf(model: FileModel, dump: Dump, { contradictions }: Evaluation): readonly string[] {
  return [...contradictions, ...refused(dump), ...unreadRules(model)];
}

function refused(dump: Dump): readonly string[] {
  const [first] = sectionsOf(dump).flatMap((section) => loadProblems(ruleSetOf(section), 1));
  return first === undefined ? [] : [`${first.message}${first.line === undefined ? '' : ` (line ${first.line})`}`];
}

const made = new WeakMap<FileModel, readonly string[]>();

function unreadRules(model: FileModel): readonly string[] {
  let words = made.get(model);
  if (words === undefined) {
    const rules = unreadLines(model).filter(({ text }) => RULE.test(text));
    const [first] = rules;
    words =
      first === undefined
        ? []
        : [
            rules.length === 1
              ? `Line ${first.line} looks like a rule and was not read.`
              : `${rules.length} lines look like rules and were not read; the first is line ${first.line}.`,
          ];
    made.set(model, words);
  }
  return words;
}

const RULE = /(?:^|\s)(?:-A|-I|--append|--insert|-R|--replace)\s+\S/;
