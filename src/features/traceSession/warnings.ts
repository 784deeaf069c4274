import type { AssumedFact } from '../../shared/protocol';
import type { FileModel } from '../fileModel';
import { unreadLines } from '../unread';
import type { Evaluation } from './evaluate';

/**
 * Why the verdict may not be what it seems: what was asked and is not so, rules that do not load, rules left unread.
 * `refused`: the first problem of the rules.
 */
export function warningsOf(
  model: FileModel,
  { contradictions }: Evaluation,
  refused: AssumedFact | undefined,
): readonly string[] {
  return [...contradictions, ...(refused ? [refusedWords(refused)] : []), ...unreadRules(model)];
}

function refusedWords({ message, line }: AssumedFact): string {
  return line === undefined ? message : `${message} (line ${line})`;
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
