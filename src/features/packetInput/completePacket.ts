import { parsePacketExpression } from '../../core/net/packetExpression';
import { PROTOCOL_WORDS } from '../../core/net/expressionWords';
import { editDistance } from '../../core/text/editDistance';
import { visible } from '../../core/text/visible';
import type { PacketCompletions } from '../../shared/protocol';
import type { Dump, FileModel } from '../fileModel';
import { isCommandLine } from './command';
import { contextOfFile } from './contextOfFile';
import { wordsOfFile } from './fileWords';
import {
  isInterfacePlace,
  proposeAddresses,
  proposeInterfaces,
  proposePacketWords,
  type PacketWordSource,
} from './packetWords';
import { readPacketInput } from './readPacketInput';
import { wordAt, WordList, type ProposedWord } from './wordList';

/** Nobody reads more below a box. */
const MOST_OFFERED = 60;
/** In letters that are to be changed. */
const MOST_SLIPS = 2;
/** In characters. A line of a log needs no words. */
const LONGEST = 1000;

/** A place of the packet box. `asked`: by a key, and not because something was typed. */
interface BoxPlace {
  readonly text: string;
  readonly column: number;
  readonly asked: boolean;
}

/** What can be written in the packet box at a column, and what was probably meant by a word that is not understood. */
export function completePacket(model: FileModel, dump: Dump, { text, column, asked }: BoxPlace): PacketCompletions {
  const { start, end, typed } = wordAt(text, Math.min(Math.max(column, 0), text.length));
  const items = isElsewhere(text) ? [] : offered(model, dump, { text, start, typed, asked });
  const word = text.slice(start, end);
  const isWord = items.some(({ label }) => label.toLowerCase() === word.toLowerCase());
  const wrong = wrongWords(text, model, dump);
  const isHere = (place: { readonly start: number; readonly end: number }): boolean =>
    place.start < end && place.end > start;
  // A word that is written is not in need of a longer one.
  const others = isWord && !asked ? [] : items.filter(({ label }) => label.toLowerCase() !== word.toLowerCase());
  const instead = wrong.find((each) => each.meant !== undefined && !(isHere(each) && others.length > 0));
  return {
    start,
    end,
    // A word that can be traced is not changed by the key that traces it.
    complete: isWord || typed === '' || !wrong.some((each) => isHere(each) && (!each.traceable || others.length > 0)),
    items: others.map(({ label, detail }) => ({ label, detail })),
    instead: instead && { start: instead.start, end: instead.end, label: instead.meant ?? '' },
  };
}

/** Whole lines of other tools have no words of ours. */
function isElsewhere(text: string): boolean {
  return text.length > LONGEST || text.includes('://') || /\b(?:SRC|IN|src)=/.test(text);
}

function offered(
  model: FileModel,
  dump: Dump,
  {
    text,
    start,
    typed,
    asked,
  }: { readonly text: string; readonly start: number; readonly typed: string } & Pick<BoxPlace, 'asked'>,
): readonly ProposedWord[] {
  const before = text.slice(0, start).toLowerCase();
  const words = before.split(/[\s,]+/).filter((each) => each !== '');
  const list = new WordList(typed);
  const source: PacketWordSource = { model, dump, names: new Map(), interfaces: [] };
  if (words.length > 0 && isCommandLine(text)) proposeAddresses(list, source);
  else if (typed !== '' || asked || asksForWord(before, words)) proposePacketWords(list, words, source, asked);
  else if (isInterfacePlace(words)) proposeInterfaces(list, 0, source);
  return list.items
    .filter(({ label, kind }) => fits(label, kind, typed) && visible(label) === label)
    .sort((a, b) => distanceOf(a, typed) - distanceOf(b, typed) || a.rank - b.rank)
    .slice(0, MOST_OFFERED);
}

/** Where one kind of word is due, they are offered before the first letter. */
function asksForWord(before: string, words: readonly string[]): boolean {
  return /(?:>|→)\s*$/.test(before) || words.at(-1) === 'at';
}

/** Words of the language are known by their beginning, names also by a part. */
function fits(label: string, kind: ProposedWord['kind'], typed: string): boolean {
  const [whole, part] = [label.toLowerCase(), typed.toLowerCase()];
  if (kind === 'keyword' || kind === 'value') return whole.startsWith(part);
  return part.length > 1 ? whole.includes(part) : whole.startsWith(part);
}

function distanceOf({ label }: ProposedWord, typed: string): number {
  return label.toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1;
}

interface WrongWord {
  readonly start: number;
  readonly end: number;
  readonly meant: string | undefined;
  /** It is the name of an interface that the file does not know. */
  readonly traceable: boolean;
}

/** Words that are not understood, and interfaces that the file does not know. */
function wrongWords(text: string, model: FileModel, dump: Dump): readonly WrongWord[] {
  const { problems = [] } = readPacketInput(text, contextOfFile(model, dump, undefined));
  const wrong = problems
    .filter(({ start, end }) => end > start)
    .map(({ start, end, meant }) => ({ start, end, meant, traceable: false }));
  return [...unknownInterfaces(withoutWords(text, wrong), model), ...wrong];
}

/** The text with blanks in place of words. */
function withoutWords(text: string, words: readonly WrongWord[]): string {
  return words.reduce(
    (left, { start, end }) => `${left.slice(0, start)}${' '.repeat(end - start)}${left.slice(end)}`,
    text,
  );
}

function unknownInterfaces(text: string, model: FileModel): readonly WrongWord[] {
  const parsed = parsePacketExpression(text);
  if (parsed.problems !== undefined) return [];
  const { interfaces, interfacePatterns } = wordsOfFile(model.file);
  const isKnown = (name: string): boolean =>
    interfaces.includes(name) || interfacePatterns.some((pattern) => name.startsWith(pattern.slice(0, -1)));
  return parsed.words.flatMap(({ role, text: name, start, end }): readonly WrongWord[] =>
    role === 'interface' && !isKnown(name)
      ? [{ start, end, meant: interfaceMeant(name, interfaces), traceable: true }]
      : [],
  );
}

/** Another interface, or a protocol: any word after `in` may be the name of an interface. */
function interfaceMeant(name: string, interfaces: readonly string[]): string | undefined {
  const [best] = [...interfaces.filter((each) => each !== 'lo'), ...PROTOCOL_WORDS]
    .map((each) => ({
      each,
      distance: editDistance(name, each, MOST_SLIPS),
      most: PROTOCOL_WORDS.has(each) ? 1 : MOST_SLIPS,
    }))
    .filter(({ distance, most }) => distance <= Math.min(most, name.length - 1))
    .sort((a, b) => a.distance - b.distance);
  return best?.each;
}
