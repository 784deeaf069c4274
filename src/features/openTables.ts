import type { HostAnswer } from '../core/netfilter/events';
import type { SaidTables } from '../core/ruleset/oneHost/saidTables';
import type { UndecidedTable } from '../core/syntax/sourceFile';
import { dumpFor, modelSaying, sectionsOf, type Dump, type FileModel } from './fileModel';

/**
 * The lines of a host whose table nothing in the file states, and those of which it was said, in the order of the file.
 */
export function openTablesOf(model: FileModel, dump: Dump, family: 4 | 6): readonly UndecidedTable[] {
  const parts = sectionsOf(dumpFor(model, dump, family) ?? dump).flatMap((section) => section.parts ?? [section]);
  return parts
    .flatMap(({ inferred }) => inferred?.open ?? [])
    .sort((a, b) => (a.lines[0]?.index ?? 0) - (b.lines[0]?.index ?? 0));
}

/** The same of everything in a file. */
export function allOpenTables({ dumps }: FileModel): readonly UndecidedTable[] {
  const sections = new Set(dumps.flatMap(sectionsOf));
  return [...sections]
    .flatMap((section) => section.parts ?? [section])
    .flatMap(({ inferred }) => inferred?.open ?? [])
    .sort((a, b) => (a.lines[0]?.index ?? 0) - (b.lines[0]?.index ?? 0));
}

/**
 * The tables that lines are offered for: hardly anybody has rules in security, and what is there might be in filter.
 */
export function tablesOffered({ candidates, table }: UndecidedTable): readonly string[] {
  return candidates.filter((each) => each !== 'security' || each === table);
}

/**
 * The same file and the same dump of it where more is said of tables, by `UndecidedTable.key`. undefined where the dump
 * is not one of its own any more.
 */
export function withTables(
  model: FileModel,
  dump: Dump,
  tables: SaidTables,
): { readonly model: FileModel; readonly dump: Dump } | undefined {
  let readings = otherReadings.get(model);
  if (!readings) otherReadings.set(model, (readings = new Map<string, FileModel>()));
  const name = JSON.stringify(tables);
  let said = readings.get(name);
  if (!said) readings.set(name, (said = modelSaying(model, { ...model.tables, ...tables })));
  const found = dumpLike(said, dump);
  return found && { model: said, dump: found };
}

const otherReadings = new WeakMap<FileModel, Map<string, FileModel>>();

/** The dump of another reading of the same file that shows the same host. */
export function dumpLike({ dumps }: FileModel, { section, id }: Dump): Dump | undefined {
  const [first] = section.lines;
  const family = section.family ?? 4;
  const same = dumps.filter((each) => (each.section.family ?? 4) === family);
  return (
    same.find((each) => each.section === section) ??
    same.find((each) =>
      sectionsOf(each).some(({ lines }) => lines[0] === first || lines.some((line) => line === first)),
    ) ??
    same.find((each) => each.id === id)
  );
}

const QUESTION = 'table/';

/** The id of the question for the table of some lines, by `UndecidedTable.key`. */
export function tableQuestion(key: string): string {
  return `${QUESTION}${key}`;
}

export function isTableQuestion(id: string): boolean {
  return id.startsWith(QUESTION);
}

/** `UndecidedTable.key` of a question. */
export function keyOfQuestion(id: string): string {
  return id.slice(QUESTION.length);
}

/** Under this key the answer is kept that lines are of a table. */
export function tableKey({ key }: UndecidedTable, table: string): string {
  return `${tableQuestion(key)}/${table}`;
}

/** That lines are of one of these tables, for a path on which they are taken so. */
export function tableAnswer(open: UndecidedTable, tables: readonly string[]): HostAnswer {
  const [table = ''] = tables;
  const { place } = open;
  return {
    what: `${place} ${place.startsWith('lines') ? 'are' : 'is'} of table ${tables.join(' or ')}`,
    value: true,
    choice: true,
    key: tableKey(open, table),
    word: `--table ${open.chain}=${table}`,
    reason: 'the file does not state which table it is',
  };
}
