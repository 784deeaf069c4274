import type { Columns } from '../../core/text/columns';
import { own } from '../../core/text/own';
import { explainName } from '../explain';
import type { FileModel } from '../fileModel';
import type { HoverBlock } from '../hover/blocks';
import { selectPath } from '../traceReport/traceInput';
import { textOfSpans, verdictOf } from '../traceReport/verdict';
import type { Term } from './condition';
import { CONDITION_WORDS, OTHER_WORDS, OUTCOME_WORDS } from './conditionWords';
import type { Expectation } from './expectation';
import type { ExpectationResult } from './expectationResult';
import { placeInFile } from './passedRules';
import { SETTING_WORDS } from './readSetting';
import { dumpMeant, modelMeant } from './settings';

export interface ExpectationHover extends Columns {
  readonly blocks: readonly HoverBlock[];
}

/**
 * What an expectation says at a column of its line: of a chain or a rule what it is, of a word what it means, of the
 * packet what becomes of it now. `run`: traces it.
 */
export function hoverExpectation(
  line: string,
  column: number,
  expectation: Expectation,
  model: FileModel | undefined,
  run: () => ExpectationResult | undefined,
): ExpectationHover | undefined {
  if (column < expectation.start) return undefined;
  const term = expectation.clauses
    .flatMap(({ terms }) => terms)
    .find(({ start, end }) => column >= start && column <= end);
  const place = term && model ? placeBlocks(term, model, expectation) : undefined;
  if (term && place) return { start: term.start, end: term.end, blocks: place };
  if (term) {
    const word = wordAt(line, column);
    const help = word && helpOf(word.text);
    return word && help !== undefined
      ? { start: word.start, end: word.end, blocks: [{ kind: 'title', name: word.text, what: help }] }
      : undefined;
  }
  if (column > expectation.packetEnd) return undefined;
  const result = run();
  return result && { start: expectation.packetStart, end: expectation.packetEnd, blocks: resultBlocks(result, model) };
}

/** The help of a line that says something of the file or the host. */
export function hoverSetting(line: string, column: number): ExpectationHover | undefined {
  const word = wordAt(line, column);
  const known = word && own(SETTING_WORDS, word.text);
  return known && word
    ? { start: word.start, end: word.end, blocks: [{ kind: 'title', name: word.text, what: known.help }] }
    : undefined;
}

function helpOf(word: string): string | undefined {
  const lower = word.toLowerCase();
  return own(OUTCOME_WORDS, lower)?.help ?? own(CONDITION_WORDS, lower)?.help ?? own(OTHER_WORDS, lower);
}

function wordAt(
  line: string,
  column: number,
): { readonly text: string; readonly start: number; readonly end: number } | undefined {
  const before = line.slice(line.slice(0, column).search(/[^\s,]*$/), column);
  const after = line.slice(column, column + line.slice(column).search(/[\s,]|$/));
  const text = before + after;
  return text === '' ? undefined : { text, start: column - before.length, end: column + after.length };
}

function placeBlocks(
  { condition }: Term,
  asWritten: FileModel,
  { settings }: Expectation,
): readonly HoverBlock[] | undefined {
  if (condition.kind !== 'via' && condition.kind !== 'by') return undefined;
  const { chain, number } = condition.place;
  const model = modelMeant(asWritten, settings);
  const dump = dumpMeant(model, settings);
  const { chains = [], missing } = dump ? placeInFile(condition.place, model, dump) : {};
  const rules = number === undefined ? [] : chains.flatMap((each) => each.rules[number - 1] ?? []);
  const blocks = [
    ...rules.map(({ line }): HoverBlock => ({ kind: 'code', text: `${line.index + 1}: ${line.text.trim()}` })),
    ...(explainName(chain.slice(chain.lastIndexOf('/') + 1), model) ?? []),
  ];
  if (blocks.length > 0) return blocks;
  return missing !== undefined && condition.kind === 'via' ? [{ kind: 'text', text: missing }] : undefined;
}

/** What becomes of the packet, by which rule, and whether that is as expected. */
function resultBlocks(
  { status, message, packet, walked, input, decision }: ExpectationResult,
  model: FileModel | undefined,
): readonly HoverBlock[] {
  if (!walked || !input) return [{ kind: 'text', text: message }];
  const index = input.traced.outcomes.indexOf(walked);
  return [
    {
      kind: 'title',
      name: status === 'holds' ? 'holds' : 'does not hold',
      what: textOfSpans(verdictOf(selectPath(input, index))),
    },
    ...(status === 'holds' ? [] : [{ kind: 'text', text: message } as const]),
    ...lineBlocks(decision?.line, model),
    ...(packet === undefined ? [] : [{ kind: 'small', text: `The packet: ${packet}` } as const]),
    ...(input.traced.outcomes.length > 1
      ? [{ kind: 'small', text: `${input.traced.outcomes.length} paths are possible.` } as const]
      : []),
  ];
}

function lineBlocks(line: number | undefined, model: FileModel | undefined): readonly HoverBlock[] {
  const shown = line !== undefined && model?.file.lines[line - 1];
  return shown ? [{ kind: 'code', text: `${line}: ${shown.text.trim()}` }] : [];
}
