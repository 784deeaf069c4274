import type { CommandParts } from '../syntax/command';
import type { Line, Problem } from '../syntax/tree';
import { parseRule } from './parseRule';
import type { RuleContext } from './parsedRule';
import { ruleNumber } from './ruleNumber';

/**
 * What is wrong with a line at which iptables-restore ends, because of -h or -V; undefined where it goes on. It ends
 * without an error, whatever comes after, and has not loaded the table. What it checks only once it has read the whole
 * line (addresses, the target) no longer matters.
 */
export function problemsOfEnd(
  line: Line,
  parts: CommandParts,
  ofParts: readonly Problem[],
  context: RuleContext,
): readonly Problem[] | undefined {
  if (!MAY_END.test(line.text)) return undefined;
  const { ends, problems } = parseRule(parts.words, context);
  if (!ends) return undefined;
  const later = ({ code, start }: Problem): boolean =>
    LATER.has(code) ||
    (code === 'attached-value' && READ_LATER.test(line.text.slice(start))) ||
    (code === 'bad-value' &&
      (isAfterAddressOption(line.text.slice(0, start)) || ADDRESS_WITHIN.test(line.text.slice(start))));
  const found = [
    ...ofParts.filter((problem) => problem.start < ends.start || OF_WORDS.has(problem.code)),
    ...problems.filter((problem) => !later(problem)),
  ];
  const { position, operation, operationWord } = parts;
  if (!position && operation === 'R')
    return [
      ...found,
      {
        severity: 'error',
        code: 'missing-value',
        message: '-R needs the number of the rule to replace',
        start: operationWord.start,
        end: operationWord.end,
      },
    ];
  if (!position || !'IRDZLS'.includes(operation) || ruleNumber(position.text) >= 1) return found;
  return [
    ...found,
    {
      severity: 'error',
      code: 'rule-number',
      message: `${position.text} is not a rule number`,
      start: position.start,
      end: position.end,
    },
  ];
}

/** A word that may be, or hold, -h or -V. */
const MAY_END = /[ \t]-(?:-[hv]|[A-Za-z0-9]*[hV])/;
/** A line is split into words before any is read. */
const OF_WORDS: ReadonlySet<string> = new Set(['too-many-words', 'word-too-long', 'line-too-long']);
/** Checked when all options are read. */
const LATER: ReadonlySet<string> = new Set([
  'unknown-target',
  'unknown-chain',
  'bad-address',
  'old-negation',
  'listing-option',
]);

/** Options whose value is, too: addresses, and the target. */
const ADDRESS_OPTION = /^(?:-[A-Za-z0-9]*[sd]|--(?:s(?:rc?|o\w*)?|d(?:s\w*|e\w*)?))/;
const WHOLE_ADDRESS_OPTION = new RegExp(`${ADDRESS_OPTION.source}$`);
const ADDRESS_WITHIN = /^--(?:s(?:rc?|o\w*)?|d(?:st?|e\w*)?)=/;
const READ_LATER = /^(?:-[A-Za-z0-9]*[sdj]|--(?:s|d(?!p)|j))/;

/** Whether a text ends within the value of an address option: in its word, or in the next one. */
function isAfterAddressOption(text: string): boolean {
  const blank = lastBlank(text, text.length);
  if (blank < 0) return false;
  if (ADDRESS_OPTION.test(text.slice(blank + 1))) return true;
  let end = blank;
  while (end > 0 && ' \t="'.includes(text.charAt(end - 1))) end--;
  const before = lastBlank(text, end);
  return before >= 0 && WHOLE_ADDRESS_OPTION.test(text.slice(before + 1, end));
}

/** The last blank before a column, or -1. */
function lastBlank(text: string, column: number): number {
  return column === 0 ? -1 : Math.max(text.lastIndexOf(' ', column - 1), text.lastIndexOf('\t', column - 1));
}
