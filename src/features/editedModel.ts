import { followEdit, type TextEdit } from '../core/syntax/edit';
import type { SourceFile } from '../core/syntax/sourceFile';
import { modelAfter, modelOf, type FileModel } from './fileModel';

/** A file after an edit, with its model where that follows from the one before. */
export interface Edited {
  readonly file: SourceFile;
  readonly model: FileModel | undefined;
}

/**
 * Follows an edit. `model`: that of the file, where there is one. Neither must be used any more. An edit of rules costs
 * what those rules cost; after any other the model is made when it is asked for.
 */
export function edited(file: SourceFile, model: FileModel | undefined, edit: TextEdit): Edited {
  const { file: now, rules } = followEdit(file, edit);
  return { file: now, model: model && rules && modelAfter(model, now, rules) };
}

/** The model of a file after an edit of it. */
export function editedModel(model: FileModel, edit: TextEdit): FileModel {
  const { file, model: now } = edited(model.file, model, edit);
  return now ?? modelOf(file, model.tables);
}
