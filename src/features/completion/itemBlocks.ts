import { boundRuleSetOf, type FileModel } from '../fileModel';
import { ruleSetView } from '../ruleSetView';
import type { HoverBlock } from '../hover/blocks';
import { OPERATIONS } from '../hover/builtinOptions';
import {
  builtinOptionBlocks,
  chainBlocks,
  extensionBlocks,
  optionBlocks,
  tableBlocks,
  valueBlocks,
} from '../hover/nameBlocks';
import type { Subject } from './completion';

/** The documentation of a proposal, as a hover over it would show; undefined where its one line says all. */
export function itemBlocks(subject: Subject, model: FileModel | undefined): readonly HoverBlock[] | undefined {
  switch (subject.kind) {
    case 'operation':
      return [{ kind: 'title', name: `-${subject.letter}`, what: OPERATIONS[subject.letter] ?? '' }];
    case 'table':
      return tableBlocks(subject.name);
    case 'chain':
      return chainBlocks(boundView(subject, model), subject.table, subject.name);
    case 'extension':
      return extensionBlocks(subject.extension);
    case 'option':
      return optionBlocks(subject.option, subject.extension);
    case 'builtin-option':
      return builtinOptionBlocks(subject.name);
    case 'value': {
      const { value, of } = subject;
      const known = valueBlocks(of.kind === 'option' ? of.option.name : of.name, value, {
        ruleSet: undefined,
        chain: undefined,
      });
      return known ?? itemBlocks(of, model);
    }
    case 'none':
      return undefined;
  }
}

/**
 * What the file says of a chain, where its rules have been bound already: a list of proposals is not a reason to read a
 * large file.
 */
function boundView(
  { table, name }: Extract<Subject, { readonly kind: 'chain' }>,
  model: FileModel | undefined,
): ReturnType<typeof ruleSetView> | undefined {
  for (const { section } of model?.dumps ?? []) {
    const ruleSet = boundRuleSetOf(section);
    if (ruleSet && [...ruleSet.tables.values()].some((each) => each.name === table && each.chains.has(name)))
      return ruleSetView(ruleSet);
  }
  return undefined;
}
