import { STATES } from '../../core/net/expressionWords';
import type { Columns } from '../../core/text/columns';
import type { FileModel } from '../fileModel';
import {
  proposeChains,
  proposeInterfaces,
  proposePacketWords,
  type PacketWordSource,
} from '../packetInput/packetWords';
import { wordAt, WordList, type ProposedWord } from '../packetInput/wordList';
import { CONDITION_WORDS, OTHER_WORDS, OUTCOME_WORDS } from './conditionWords';
import { statementOf, type ExpectationForm } from './readExpectations';
import { SETTING_WORDS } from './readSetting';
import { dumpMeant, modelMeant, type Settings } from './settings';

export interface ExpectationCompletions {
  /** What a proposal replaces. */
  readonly range: Columns;
  readonly items: readonly ProposedWord[];
  /** To be asked for again when more is typed. */
  readonly incomplete: boolean;
}

/**
 * What can be written at a column of a line with an expectation. `settings`: what the lines before say. `about`:
 * the rules that it is about, where they are known. undefined: it is not such a line.
 */
export function completeExpectation(
  line: string,
  column: number,
  form: ExpectationForm,
  settings: Settings,
  about: FileModel | undefined,
): ExpectationCompletions | undefined {
  const start = startOf(line, form);
  if (start === undefined || column < start) return undefined;
  const before = line.slice(start, column);
  if (/(?:^|\s)#(?:\s|$)/.test(before)) return undefined;
  const { typed, ...range } = wordAt(line, column);
  const words = before
    .slice(0, before.length - typed.length)
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((each) => each !== '');
  const model = about && modelMeant(about, settings);
  const source: PacketWordSource = {
    model,
    dump: model && dumpMeant(model, settings),
    names: settings.names,
    interfaces: settings.interfaces.keys(),
  };
  const list = new WordList(typed);
  if (/=>|⇒/.test(before)) proposeConditions(list, words.at(-1) ?? '', source);
  else proposePacket(list, words, source);
  return { range, items: list.items, incomplete: list.incomplete };
}

/** Where the statement begins, also of a line that has none yet. */
function startOf(line: string, form: ExpectationForm): number | undefined {
  const place = statementOf(line, form);
  if (place) return place.start;
  if (form === 'iptest') return line.trimStart().startsWith('#') ? undefined : line.length - line.trimStart().length;
  return /^\s*(?:#+|\/\/|;+|--|<!--)\s*expect:\s*$/.test(line) ? line.length : undefined;
}

function proposeConditions(list: WordList, previous: string, source: PacketWordSource): void {
  switch (previous) {
    case 'via':
      return proposeChains(list, source);
    case 'by':
      list.add('keyword', 0, ['policy', 'the policy of a built-in chain'], ['kernel', 'the kernel, not a rule']);
      proposeChains(list, source);
      return proposeInterfaces(list, 2, source);
    case 'on':
      return proposeInterfaces(list, 0, source);
    case 'state':
      return list.add('value', 0, ...[...STATES].map((state) => [state.toUpperCase(), ''] as const));
    case 'reply':
      return list.add(
        'value',
        0,
        ['ok', 'it reaches the sender as the reply to what it sent'],
        ['dropped', 'there is one, and it does not reach the sender as the reply'],
        ['none', 'nobody replies'],
      );
    case 'to':
    case 'from':
      return list.add('name', 3, ...source.names);
  }
  for (const outcome of ['LOCAL', 'SENT', 'DROPPED', 'ACCEPT', 'DROP', 'REJECT', 'NONE'])
    list.add('outcome', 0, [outcome, OUTCOME_WORDS[outcome.toLowerCase()]?.help ?? '']);
  for (const [name, { help }] of Object.entries(CONDITION_WORDS)) list.add('keyword', 1, [name, help]);
  for (const [name, help] of Object.entries(OTHER_WORDS)) list.add('keyword', 2, [name, help]);
  list.add('name', 3, ...source.names);
}

function proposePacket(list: WordList, words: readonly string[], source: PacketWordSource): void {
  const afterThen = words.length === 1 && words[0] === 'then';
  if (words.length === 0) {
    for (const [name, { help }] of Object.entries(SETTING_WORDS)) list.add('keyword', 3, [name, help]);
    list.add('keyword', 2, ['then', 'the next packet on the same host, after the one before']);
  }
  if (afterThen)
    list.add('keyword', 0, ['again', 'the same packet once more'], ['reply', 'the reply to the packet before']);
  proposePacketWords(list, afterThen ? [] : words.filter((word, i) => i > 0 || word !== 'then'), source);
  if (words.length > 0) list.add('keyword', 6, ['=>', 'what must become of it']);
}
