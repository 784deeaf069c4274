import path from 'node:path';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf, type Dump, type FileModel } from '../../../src/features/fileModel';
import { completePacket } from '../../../src/features/packetInput/completePacket';
import { contextOfFile } from '../../../src/features/packetInput/contextOfFile';
import { readPacketInput } from '../../../src/features/packetInput/readPacketInput';
import { answersOf } from '../../answers';
import { cursor } from '../sample';
import { BARE, LISTED, NODE, POD, WORDS } from './files';

const MODELS: Readonly<Record<string, FileModel>> = Object.fromEntries(
  Object.entries({ POD, NODE, BARE, WORDS, LISTED }).map(([name, text]) => [name, modelOf(parseSourceFile(text))]),
);

function modelFor(section: string): { readonly model: FileModel; readonly dump: Dump } {
  const model = MODELS[section.split(':')[0] ?? ''];
  if (!model?.defaultDump) throw new Error(`${section} names no file`);
  return { model, dump: model.defaultDump };
}

/** What is typed in the packet box: the expression and all notes, or what is wrong at which words. */
answersOf(path.join(import.meta.dirname, 'inputs.txt'), (text, section) => {
  const { model, dump } = modelFor(section);
  const found = readPacketInput(text, contextOfFile(model, dump, undefined));
  if (found.problems)
    return found.problems.map(({ start, end, message }) => `! [${text.slice(start, end)}] ${message}`);
  return [found.expression, ...found.notes.map((note) => `- ${note}`)];
});

/** The words that the packet box offers at a mark; a second mark: they are asked for by a key. */
answersOf(path.join(import.meta.dirname, 'completions.txt'), (marked, section) => {
  const { model, dump } = modelFor(section);
  const { text, column } = cursor(marked.replace('‸‸', '‸'));
  const found = completePacket(model, dump, { text, column, asked: marked.includes('‸‸') });
  const { start, end, complete, items, instead } = found;
  return [
    `[${text.slice(start, end)}]${complete ? '' : ' incomplete'}${instead ? ` [${text.slice(instead.start, instead.end)}] meant: ${instead.label}` : ''}`,
    ...items.map(({ label, detail }) => (detail === '' ? label : `${label}: ${detail}`)),
  ];
});
