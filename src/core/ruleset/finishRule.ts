import type { Word } from '../syntax/tree';
import { protocolName } from '../net/protocols';
import type { ValueContext } from '../xtables/option';
import type { HeaderReader } from './headerReader';
import type { OptionReader, RuleSurroundings } from './optionReader';
import type { ParsedRule, RuleContext } from './parseRule';
import type { BoundMatch, BoundTarget } from './ruleSet';
import { unknownMatch } from './unknownMatch';

/** What was read of a rule once all of its words were looked at. */
export interface ReadParts {
  readonly words: readonly Word[];
  readonly header: HeaderReader;
  /** The matches and the target, in the order in which they were loaded. */
  readonly loaded: readonly OptionReader[];
  /** A jump to a chain, or a target that nobody knows. */
  readonly jump: BoundTarget | undefined;
  /** An option could not be read: what seems to be missing may be what it was to say. */
  readonly optionUnknown: boolean;
}

/** Makes the matches and the target of their options, and checks what concerns the rule as a whole. */
export function finishRule({ words, header, loaded, jump, optionUnknown }: ReadParts, context: RuleContext, rule: RuleSurroundings): Pick<ParsedRule, 'headers' | 'matches' | 'target'> {
  const matches: BoundMatch[] = [];
  let target = jump;
  const values: ValueContext = rule.valueContext();
  const start = words[0] ?? NO_WORD;
  for (const reader of loaded) {
    const { extension, word } = reader;
    const built = reader.finish(values, start, optionUnknown);
    if (extension.kind === 'match') {
      matches.push(
        built.kind === 'built'
          ? { extension, data: built.data, word, conditions: undefined }
          : { extension: unknownMatch(extension.name, reader.words, true), data: undefined, word, conditions: undefined },
      );
    } else if (word) {
      target = built.kind === 'built'
        ? { kind: 'extension', extension, data: built.data, word }
        : { kind: 'unknown', name: extension.name, options: reader.words.map(({ text }) => ` ${text}`).join(''), word };
    }
    if (context.operation === undefined) checkPlace(reader, start, header, context, rule);
  }
  return { headers: header.finish(), matches: matches.length === 0 ? NO_MATCHES : matches, target: target ?? NO_TARGET };
}

/** Table and protocol that the kernel demands (`xt_check_match`, `xt_check_target`); hooks are checked once the jumps are known. */
function checkPlace({ extension, word }: OptionReader, start: Word, { protocol }: HeaderReader, { table }: RuleContext, rule: RuleSurroundings): void {
  if (!extension.tables && !extension.protocols) return;
  const at = word ?? start;
  const what = `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`;
  if (extension.tables && !extension.tables.includes(table)) {
    rule.report(at, 'wrong-table', `${what} works in table ${extension.tables.join(', ')} only, not in ${table}`);
  }
  if (extension.protocols && (protocol === undefined || protocol.inverted || !extension.protocols.includes(protocol.value))) {
    rule.report(at, 'wrong-protocol', `${what} needs ${extension.protocols.map((each) => `-p ${protocolName(each)}`).join(' or ')} in the rule`);
  }
}

export const NO_MATCHES: readonly BoundMatch[] = [];
export const NO_TARGET: BoundTarget = { kind: 'none' };
const NO_WORD: Word = { text: '', start: 0, end: 0, quoted: false };
