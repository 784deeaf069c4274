import { packs, type WordFile } from '../../core/knowledge/knowledge';
import { ruleSetOf, type FileModel } from '../fileModel';
import { settingOf } from '../fileTrace';
import { ruleSetView } from '../ruleSetView';
import { detailBlocks, type HoverBlock } from './blocks';

/**
 * A word of a program's documentation, `inbound`: what it means there, and in this file. Undefined for other words, and
 * where the file has no rules of such a program.
 */
export function programWordBlocks(word: string, model?: FileModel): readonly HoverBlock[] | undefined {
  const files = model && (() => filesOf(model));
  for (const pack of packs) {
    const fact = pack.words?.(word, files);
    if (fact) return [{ kind: 'title', name: word, what: fact.title }, ...detailBlocks(fact)];
  }
  return undefined;
}

/** What is looked up in the file is looked up when it is asked for. */
function filesOf(model: FileModel): readonly WordFile[] {
  return [...(model.defaultDump ? [model.defaultDump] : []), ...model.dumps].map((dump) => ({
    rules: ruleSetView(ruleSetOf(dump.section)),
    get listeners() {
      return settingOf(model, dump).setting.host.listeners;
    },
  }));
}
