import { lineWords } from '../../core/syntax/typedLine';
import type { Chain } from '../../core/ruleset/ruleSet';
import { knownNames } from '../../core/knowledge/knowledge';
import { visible } from '../../core/text/visible';
import { explainName, similarNames } from '../explain';
import { ruleSetOf } from '../fileModel';
import { blocksToText } from '../hover/blocks';
import { didYouMean } from '../expectations/conditionWords';
import { chainsByName, tablesOfBoth } from '../expectations/passedRules';
import { limited } from './limited';
import { dumpNumbered, fileLine, type ToolFile } from './toolFile';
import type { ToolFields, ToolInput, ToolProblem } from './toolInput';

export const EXPLAIN_FIELDS: ToolFields = {
  name: { type: 'string', required: true, most: 200 },
  file: { type: 'string', most: 4000 },
  rules: { type: 'string', most: 2_000_000 },
  ruleSet: { type: 'integer', most: 1000 },
};

/** At most this many rules of a chain are listed. */
const MOST_RULES = 60;

/**
 * What a chain, match, target, option, port or mark is for, and of a chain its rules. Without a file, what is known of
 * the name alone.
 */
export function explainForModel(file: ToolFile | undefined, input: ToolInput): string | ToolProblem {
  const given = input.text('name') ?? '';
  // `nat/WEB`, as the other answers write it.
  const [, table, chain = given] = /^(\w+)[/ ](\S+)$/.exec(given) ?? [];
  const dump = file && dumpNumbered(file, input.number('ruleSet'));
  if (dump && 'problem' in dump) return dump;
  const ruleSet = dump && ruleSetOf(dump.section);
  const chains = (ruleSet ? tablesOfBoth(ruleSet) : [])
    .filter(({ name }) => table === undefined || name === table)
    .flatMap((each) => each.chains.get(chain) ?? []);
  const names = [...(table === undefined ? [] : [`${table} ${chain}`]), chain, given];
  const known = names.map((name) => explainName(name, file?.model)).find((blocks) => blocks !== undefined);
  if (!known && chains.length === 0) {
    const near = similarNames(chain, file?.model).slice(0, 5).join(', ');
    const meant =
      near === ''
        ? didYouMean(chain, [...(ruleSet ? chainsByName(ruleSet).keys() : []), ...knownNames()])
        : `; did you mean ${near}?`;
    return { problem: `nothing is known of "${given}"${meant}` };
  }
  const parts = [
    ...(file && dump ? [`File: ${fileLine(file, dump)}`] : []),
    ...(ruleSet && chains.length === 0 ? ['No chain of these rules has that name.'] : []),
    ...(known ? [blocksToText(known).replace(/\n{3,}/g, '\n\n')] : []),
    ...chains.map((each) => `${chainLines(each).map(visible).join('\n')}\n`),
  ];
  return limited(`${parts.join('\n')}\n`, 'trace a packet to see which of the rules it meets');
}

function chainLines({ table, name, rules, policy, line }: Chain): readonly string[] {
  const declared = line === undefined ? '' : `, declared in ${lineWords(line)}`;
  const head =
    `Chain ${table}/${name}: ${rules.length} ` +
    `${rules.length === 1 ? 'rule' : 'rules'}${policy === undefined ? '' : `, policy ${policy}`}${declared}`;
  const shown = rules.slice(0, MOST_RULES).map((rule) => {
    const text = rule.written ? rule.line.text.slice(rule.written.start, rule.written.end) : rule.line.text.trim();
    return `  ${lineWords(rule.line)}: ${text}`;
  });
  return [head, ...shown, ...(rules.length > MOST_RULES ? [`  … and ${rules.length - MOST_RULES} more`] : [])];
}
