import type { SaidTables } from '../core/ruleset/oneHost/saidTables';
import { isTableName } from '../core/ruleset/ruleSet';
import type { UndecidedTable, SourceFile } from '../core/syntax/sourceFile';
import { modelOf, type FileModel } from '../features/fileModel';
import { allOpenTables } from '../features/openTables';
import { UsageError } from './arguments';

/**
 * The file as `--table` says to read it: `nat` for all lines whose table it leaves open, `INPUT=nat,MARKS=mangle` for
 * those of some chains.
 */
export function modelWithTables(file: SourceFile, option: string | undefined, name: string): FileModel {
  const model = modelOf(file);
  if (option === undefined) return model;
  const said = readTables(option);
  const open = allOpenTables(model);
  const list = open
    .slice(0, MOST_LISTED)
    .map(({ chain, place, candidates }) => `${chain} (${place}: ${candidates.join(' or ')})`)
    .join(', ');
  const asks =
    open.length === 0
      ? `${name} states the table of all its rules`
      : `${name} does not state the table of ` +
        `${list}${open.length > MOST_LISTED ? ` and ${open.length - MOST_LISTED} more` : ''}`;
  for (const [chain, table] of Object.entries(said)) {
    if (!open.some((each) => (chain === '*' || each.chain === chain) && each.candidates.includes(table)))
      throw new UsageError(`--table ${chain === '*' ? '' : `${chain}=`}${table}: ${asks}`);
  }
  return modelOf(file, said);
}

/** How the table of lines is said on the command line. */
export function settleWords({ chain, table, candidates }: UndecidedTable): string {
  return `: --table ${chain}=${candidates.find((each) => each !== table) ?? table} changes it`;
}

const MOST_LISTED = 8;

function readTables(option: string): SaidTables {
  const said: Record<string, string> = {};
  for (const part of option.split(',')) {
    const at = part.lastIndexOf('=');
    const table = part.slice(at + 1);
    if (!isTableName(table))
      throw new UsageError(`--table ${option}: "${table}" is not one of filter, nat, mangle, raw and security`);
    said[at < 0 ? '*' : part.slice(0, at)] = table;
  }
  return said;
}
