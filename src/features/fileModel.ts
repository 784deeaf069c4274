import type { Host } from '../core/net/host';
import { listedInterfaces, tablesOfChain, usualRules } from '../core/knowledge/knowledge';
import { bindRules } from '../core/ruleset/bind';
import { boundOf } from '../core/ruleset/boundTables';
import { defaultRuleSet, ruleSetsOfFile, type HostRuleSet } from '../core/ruleset/oneHost/ruleSetsOfFile';
import { NO_TABLES_SAID, type SaidTables } from '../core/ruleset/oneHost/saidTables';
import { rebindRules } from '../core/ruleset/rebind';
import type { RuleSet } from '../core/ruleset/ruleSet';
import type { Machine } from '../core/syntax/machine';
import type { RulesEdit } from '../core/syntax/rulesEdit';
import type { RulesSection, SourceFile } from '../core/syntax/sourceFile';
import { boundRulesOfInput, inputAfter, rulesOfInput } from './inputRules';
import { lostAfter } from './lostBytes';
import { isOneLine, joinedRanges, rangesText, type LineRange } from './lineRanges';

/**
 * One rule set of a file, for the list that a person chooses from: what is shown of one family of one host, wherever it
 * stands.
 */
export interface Dump {
  readonly id: string;
  /** `saved state, IPv4`. */
  readonly label: string;
  /** `lines 71–98`, `lines 2–5, 9–14`, 1-based. */
  readonly detail: string;
  readonly section: RulesSection;
  /** The rules of the other back end of the same host; undefined where the file shows none. */
  readonly beside: RulesSection | undefined;
  /** The rules of nftables of the same host, where there are rules of iptables as well. */
  readonly native: RulesSection | undefined;
  /** Dumps with the same number are of one host in one state, one for each family. */
  readonly host: number;
  /** Where the programs ran that printed them; undefined where nothing states it. */
  readonly machine: Machine | undefined;
}

/** What the features know of a file: its rule sets, bound when first asked for, and what is where. */
export interface FileModel {
  readonly file: SourceFile;
  readonly dumps: readonly Dump[];
  readonly defaultDump: Dump | undefined;
  /** What was said of tables that the file does not name. */
  readonly tables: SaidTables;
  /** These are not the rules of the file, but what they would be; undefined: they are. */
  readonly whatIf?: WhatIfModel;
}

export interface WhatIfModel {
  /** As the file has it. What its rules show of the host stays true, whatever rules are tried on it. */
  readonly of: FileModel;
  /** How the host would be. */
  readonly host: (host: Host) => Host;
  /** The same changes where something else is said of tables. */
  readonly saying: (tables: SaidTables) => FileModel;
}

const ruleSets = new WeakMap<RulesSection, RuleSet>();
/** The file, where the section is all that it shows of any rules. */
const filesOfSections = new WeakMap<RulesSection, SourceFile>();
const withOtherBackend = new WeakMap<RulesSection, RuleSet>();

export function modelOf(file: SourceFile, tables: SaidTables = NO_TABLES_SAID): FileModel {
  const found = ruleSetsOfFile(file, tablesOfChain, tables, usualRules);
  const dumps = found.map(asDump);
  const chosen = defaultRuleSet(found);
  const [only] = dumps;
  if (only && dumps.length === 1 && !only.beside && !only.native) filesOfSections.set(only.section, file);
  return { file, dumps, defaultDump: dumps.find(({ section }) => section === chosen?.section), tables };
}

/** By `Dump.id`. */
export function dumpWithId({ dumps }: FileModel, wanted: string | undefined): Dump | undefined {
  return dumps.find(({ id }) => id === wanted);
}

/** The same file where something else is said of its tables, with what is tried on it. */
export function modelSaying({ file, whatIf }: FileModel, tables: SaidTables): FileModel {
  return whatIf ? whatIf.saying(tables) : modelOf(file, tables);
}

/** The model with other rules in some of its sections. The file is the same. */
export function modelWithRules(
  model: FileModel,
  changed: ReadonlyMap<RulesSection, RuleSet>,
  whatIf: WhatIfModel,
): FileModel {
  const made = new Map<RulesSection, RulesSection>();
  for (const [section, ruleSet] of changed) {
    const own = { ...section };
    ruleSets.set(own, { ...ruleSet, section: own });
    made.set(section, own);
  }
  const now = (section: RulesSection): RulesSection => made.get(section) ?? section;
  const dumps = model.dumps.map((dump) => ({
    ...dump,
    section: now(dump.section),
    beside: dump.beside && now(dump.beside),
    native: dump.native && now(dump.native),
  }));
  const chosen = model.dumps.findIndex((dump) => dump === model.defaultDump);
  return { ...model, dumps, defaultDump: dumps[chosen], whatIf };
}

/** The rule set of a section; bound once, and not at all where it was when the file was checked. */
export function ruleSetOf(section: RulesSection): RuleSet {
  let ruleSet = ruleSets.get(section);
  if (ruleSet === undefined) {
    const file = filesOfSections.get(section);
    ruleSet = (file && rulesOfInput(file, section)) ?? bindRules(section, listedInterfaces);
    ruleSets.set(section, ruleSet);
  }
  return ruleSet;
}

/**
 * The model after an edit that changed rules of one table and nothing else: what is known of the others is taken over,
 * and so is what was bound. undefined where the model has to be made anew. The earlier model must not be used any more.
 */
export function modelAfter(model: FileModel, file: SourceFile, edit: RulesEdit): FileModel | undefined {
  const [dump] = model.dumps;
  if (model.dumps.length !== 1 || !dump || dump.section !== edit.from || dump.beside || dump.native) return undefined;
  const { to } = edit;
  inputAfter(model.file, file, edit);
  lostAfter(model.file.lines, file.lines, edit);
  lostAfter(edit.from.lines, to.lines, edit);
  const known = ruleSets.get(edit.from);
  ruleSets.delete(edit.from);
  filesOfSections.set(to, file);
  // Those that were bound when the file was checked are taken over with it.
  if (known && boundOf(known) && !boundRulesOfInput(file, to)) {
    const ruleSet = rebindRules(known, to, edit);
    if (ruleSet) ruleSets.set(to, ruleSet);
  }
  const now: Dump = { ...dump, detail: placesOf([to]), section: to };
  return { file, dumps: [now], defaultDump: model.defaultDump && now, tables: model.tables };
}

/** The rule set of a section where it has been bound already, for callers that can do without. */
export function boundRuleSetOf(section: RulesSection): RuleSet | undefined {
  return ruleSets.get(section);
}

/** The sections of a dump, of both back ends. */
export function sectionsOf({ section, beside }: Pick<Dump, 'section' | 'beside'>): readonly RulesSection[] {
  return beside ? [section, beside] : [section];
}

/** The same with that of the rules of nft. */
export function allSectionsOf(dump: Pick<Dump, 'section' | 'beside' | 'native'>): readonly RulesSection[] {
  return dump.native ? [...sectionsOf(dump), dump.native] : sectionsOf(dump);
}

/**
 * The dump that a packet of a family meets: the chosen one, and for the other family that of the same host, else the
 * last one of the same kind. Whether that is of the same host is not known, which is a proviso.
 */
export function dumpFor({ dumps }: FileModel, dump: Dump, family: 4 | 6): Dump | undefined {
  if ((dump.section.family ?? 4) === family) return dump;
  const others = dumps.filter(({ section }) => (section.family ?? 4) === family);
  return (
    others.find(({ host }) => host === dump.host) ??
    others.filter(({ section }) => section.role === dump.section.role).at(-1) ??
    others.at(-1)
  );
}

/** The rule sets to trace with. */
export function ruleSetsFor(
  model: FileModel,
  dump: Dump,
): { readonly v4: RuleSet | undefined; readonly v6: RuleSet | undefined } {
  const [v4, v6] = ([4, 6] as const).map((family) => dumpFor(model, dump, family));
  return { v4: v4 && rulesToTrace(v4), v6: v6 && rulesToTrace(v6) };
}

/** The rule set of a dump, with that of the other back end beside it. */
function rulesToTrace({ section, beside, native }: Pick<Dump, 'section' | 'beside' | 'native'>): RuleSet {
  const own = ruleSetOf(section);
  if (!beside && !native) return own;
  const other = beside && ruleSetOf(beside);
  const tables = native && ruleSetOf(native).native;
  const known = withOtherBackend.get(section);
  if (known && known.beside === other && known.native === tables) return known;
  const both: RuleSet = { ...own, ...(other && { beside: other }), ...(tables && { native: tables }) };
  withOtherBackend.set(section, both);
  return both;
}

function asDump({ section, beside, native, host, machine }: HostRuleSet, index: number): Dump {
  const what =
    section.title ??
    (section.role === 'saved-state'
      ? 'saved state'
      : section.form === 'commands'
        ? 'commands'
        : section.fragment
          ? 'rules'
          : 'input of iptables-restore');
  const family = section.family === undefined ? '' : `, IPv${section.family}`;
  const sections = [section, beside, native].filter((each) => each !== undefined);
  return {
    id: String(index),
    label:
      `${what}${family}${beside ? `, ${section.backend} and ${beside.backend}` : ''}` +
      `${native ? ', with nftables' : ''}`,
    detail: placesOf(sections),
    section,
    beside,
    native,
    host,
    machine,
  };
}

/** `line 4`, `lines 2–5, 9–14`. Of very many the last one tells how far they go. */
function placesOf(sections: readonly RulesSection[]): string {
  const ranges = joinedRanges(
    sections
      .flatMap((section) => section.parts ?? [section])
      .filter(({ assumedRules }) => !assumedRules)
      .map(({ lines }) => [(lines[0]?.index ?? 0) + 1, (lines.at(-1)?.index ?? 0) + 1] as const),
  );
  if (isOneLine(ranges)) return `line ${rangesText(ranges)}`;
  const first = ranges[MOST_PLACES - 1];
  const last = ranges.at(-1);
  const shown: readonly LineRange[] =
    ranges.length > MOST_PLACES && first && last ? [...ranges.slice(0, MOST_PLACES - 1), [first[0], last[1]]] : ranges;
  return `lines ${rangesText(shown)}`;
}

const MOST_PLACES = 5;
