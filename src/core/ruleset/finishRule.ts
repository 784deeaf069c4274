import type { Word } from '../syntax/tree';
import { protocolName } from '../net/protocols';
import { ofKernel, ofNft } from '../xtables/backend';
import type { ValueContext } from '../xtables/option';
import type { HeaderReader } from './headerReader';
import type { Built, OptionReader, RuleSurroundings } from './optionReader';
import type { ParsedRule, RuleContext } from './parsedRule';
import type { BoundMatch, BoundTarget } from './ruleSet';
import { refusedMatch, unknownMatch } from './unknownMatch';

/** What was read of a rule after all of its words. */
export interface ReadParts {
  readonly words: readonly Word[];
  readonly header: HeaderReader;
  /** The matches and the target, in the order in which they were loaded. */
  readonly loaded: readonly OptionReader[];
  /** A jump to a chain, or a target that is not known. */
  readonly jump: BoundTarget | undefined;
  /** An option could not be read: what seems to be missing may be what it states. */
  readonly optionUnknown: boolean;
  /** Words are missing or not understood: what seems to be a rule without a target may have one. */
  readonly wordsUnread: boolean;
}

/** Makes the matches and the target of their options, and checks what concerns the rule as a whole. */
export function finishRule(
  { words, header, loaded, jump, optionUnknown, wordsUnread }: ReadParts,
  context: RuleContext,
  rule: RuleSurroundings,
): Pick<ParsedRule, 'headers' | 'matches' | 'target'> {
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
          : {
              extension:
                built.kind === 'refused'
                  ? refusedMatch(extension, built.data)
                  : unknownMatch(extension.name, reader.words, true),
              data: undefined,
              word,
              conditions: undefined,
            },
      );
    } else if (word) {
      target =
        built.kind === 'built'
          ? { kind: 'extension', extension, data: built.data, word }
          : {
              kind: 'unknown',
              name: extension.name,
              // As iptables-save would print it: -D may name it in other words.
              options:
                built.kind === 'refused'
                  ? extension.print(built.data, context)
                  : reader.words.map(({ text }) => ` ${text}`).join(''),
              word,
            };
    }
    if (context.operation === undefined) checkPlace(reader, built, start, header, context, rule);
  }
  return {
    headers: header.finish(),
    matches: matches.length === 0 ? NO_MATCHES : matches,
    target:
      target ?? (wordsUnread ? { kind: 'unknown', name: '', options: '', word: words.at(-1) ?? NO_WORD } : NO_TARGET),
  };
}

/**
 * Table and protocol that the kernel demands (`xt_check_match`, `xt_check_target`); hooks are checked once the jumps
 * are known. Of what iptables-nft translates the kernel demands nothing, and iptables-nft itself ignores the `!` of a
 * protocol.
 */
function checkPlace(
  { extension, word }: OptionReader,
  built: Built,
  start: Word,
  { protocol }: HeaderReader,
  { table, backend }: RuleContext,
  rule: RuleSurroundings,
): void {
  const { tables, protocols, nftRefuses: reason } = extension;
  if (reason !== undefined && backend === 'nft') rule.addComplaint(word ?? start, ofNft(reason));
  if (!tables && !protocols) return;
  const at = word ?? start;
  const what = `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`;
  const translated = built.kind === 'built' && extension.translated?.(built.data) === true;
  if (tables && !tables.includes(table)) {
    const message = `${what} works in table ${tables.join(', ')} only, not in ${table}`;
    if (extension.tablesOfProgram) rule.report(at, 'wrong-table', message);
    else rule.addComplaint(at, ofKernel(backend, translated ? 'taken' : 'sent', 'wrong-table', message));
  }
  const named = protocol !== undefined && protocols?.includes(protocol.value) === true;
  if (protocols && (!named || protocol.inverted)) {
    const message = `${what} needs ${protocols.map((each) => `-p ${protocolName(each)}`).join(' or ')} in the rule`;
    const atNft = !translated ? 'sent' : named ? 'taken' : 'read';
    rule.addComplaint(at, ofKernel(backend, atNft, 'wrong-protocol', message));
  }
}

export const NO_MATCHES: readonly BoundMatch[] = [];
export const NO_TARGET: BoundTarget = { kind: 'none' };
const NO_WORD: Word = { text: '', start: 0, end: 0, quoted: false };
