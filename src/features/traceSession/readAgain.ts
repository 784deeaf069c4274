import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import { modelOf, type Dump, type FileModel } from '../fileModel';

/** The rule set that was shown before an edit: the same lines, else the same place in the list. */
export function sameDump(model: FileModel, before: Dump | undefined): Dump | undefined {
  if (before === undefined) return model.defaultDump;
  return (
    model.dumps.find(({ section }) => section === before.section) ??
    model.dumps.find(({ id, section }) => id === before.id && section.role === before.section.role) ??
    model.defaultDump
  );
}

/** The same file as the user has said to read it. */
export function asSaid(model: FileModel, tables: SaidTables): FileModel {
  return JSON.stringify(model.tables) === JSON.stringify(tables) ? model : modelOf(model.file, tables);
}
