import { tablesOf } from '../core/ruleset/oneHost/hosts';
import { inferredWords, placeOf } from '../core/ruleset/oneHost/tableParts';
import type { UndecidedTable, RulesSection } from '../core/syntax/sourceFile';
import { joined } from '../core/text/counted';
import { ownFactsNotes, ownFactsOf } from './ownFacts';
import { dumpFor, ruleSetOf, sectionsOf, type Dump, type FileModel } from './fileModel';
import { scriptGuesses } from './scriptGuesses';

/** Something that was settled about the rules themselves before any packet came. */
export interface RuleSetNote {
  readonly message: string;
  /** 1-based; undefined where it is about the rules as a whole. */
  readonly line: number | undefined;
}

/**
 * The tables of which lists of single tables (`iptables -S`, `iptables -L -t nat`, `iptables-save -t nat`) show
 * nothing. None where a whole iptables-save is among them, or what is loaded.
 */
export function tablesNotShown(sections: readonly RulesSection[]): readonly string[] {
  const parts = sections.flatMap((section) => section.parts ?? [section]).filter(({ form }) => form !== 'commands');
  const single = ({ form, title = '' }: RulesSection): boolean =>
    form === 'list' || (form === 'save' && / (-t|--table)/.test(title));
  if (parts.length === 0 || !parts.every(single)) return [];
  const shown = new Set(parts.flatMap((part) => [...tablesOf(part)]));
  return USUAL_TABLES.filter((table) => !shown.has(table));
}

/** Of these it matters that they are not shown; hardly any host has the fifth. */
const USUAL_TABLES = ['filter', 'nat', 'mangle', 'raw'] as const;

/**
 * What has to be said of the rules that a packet is traced with: which of several rule sets they are, into which tables
 * lines were read that do not say so, and what the host has besides. `choose`: how another one is chosen; `settle`: how
 * the table of lines is said, to be put after a note that it is a guess.
 */
export function ruleSetNotes(
  model: FileModel,
  dump: Dump,
  family: 4 | 6,
  choose: string,
  settle?: (open: UndecidedTable) => string,
): readonly RuleSetNote[] {
  const sections = sectionsOf(dumpFor(model, dump, family) ?? dump);
  const parts = sections.flatMap((section) => section.parts ?? [section]);
  const inferred = parts
    .flatMap((part) => inferredWords(part, settle))
    .map((message) => ({ message, line: undefined }));
  return [
    ...choiceNotes(model, dump, choose),
    ...ownFactsNotes(ownFactsOf(model, dump)).map((message) => ({ message, line: undefined })),
    ...backendNotes(sections),
    ...inferred,
    ...parts.filter(({ assumedRules }) => !assumedRules).flatMap(fragmentNote),
    ...sections.flatMap(unreachedNote),
    ...tablesNote(sections),
    ...sections.flatMap((section) => moreNote(section, sections)),
    ...scriptNotes(model, sections),
  ];
}

function backendNotes([first, second]: readonly RulesSection[]): readonly RuleSetNote[] {
  if (!first || !second) return [];
  return [
    {
      message:
        'iptables-legacy and iptables-nft both have rules here, and every packet passes both in each hook: ' +
        'what either of them drops is dropped',
      line: undefined,
    },
  ];
}

/** At most this many other rule sets are named. */
const MOST_NAMED = 5;

function choiceNotes({ dumps }: FileModel, dump: Dump, choose: string): readonly RuleSetNote[] {
  const others = dumps.filter(({ host }) => host !== dump.host);
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).map((each) => `${Number(each.id) + 1} (${each.label}, ${each.detail})`);
  const left = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  const message =
    `dump ${Number(dump.id) + 1} of ${dumps.length} (${dump.label}, ${dump.detail}) is used; the file has ` +
    `${others.length === 1 ? 'another dump' : 'other dumps'}, ${named.join(', ')}${left}: ${choose}`;
  return [{ message, line: undefined }];
}

function fragmentNote({ fragment, lines, inferred }: RulesSection): readonly RuleSetNote[] {
  if (!fragment) return [];
  const place = inferred?.place ?? placeOf(lines);
  return [
    {
      message:
        `${place} ${place.startsWith('lines') ? 'are' : 'is'} a part of a table: its policies and other rules ` +
        'are not in the file, and policies are assumed to be ACCEPT',
      line: undefined,
    },
  ];
}

/** At most this many chains are named. */
const MOST_CHAINS = 3;

/** The chains of a part to which no jump is shown, but for those after one of them. */
function unreachedNote(section: RulesSection): readonly RuleSetNote[] {
  if (!(section.parts ?? [section]).some(({ fragment }) => fragment)) return [];
  const chains = [...ruleSetOf(section).tables.values()].flatMap((table) => [...table.chains.values()]);
  const unreached = chains.filter(({ hook, reach, rules }) => hook === undefined && reach === 0 && rules.length > 0);
  const later = new Set(unreached.flatMap(({ rules }) => rules.map(({ jump }) => jump?.to)));
  const names = unreached.flatMap((chain) => (later.has(chain) ? [] : chain.name));
  const [first] = names;
  if (first === undefined) return [];
  const named = names.length > MOST_CHAINS ? [...names.slice(0, MOST_CHAINS - 1), 'others'] : names;
  return [
    {
      message:
        `nothing in the file jumps to ${names.length === 1 ? 'the chain' : 'the chains'} ${joined(named)}: ` +
        `say "at ${first}" to trace a packet through its rules`,
      line: undefined,
    },
  ];
}

function tablesNote(sections: readonly RulesSection[]): readonly RuleSetNote[] {
  const missing = tablesNotShown(sections);
  if (missing.length === 0) return [];
  return [
    {
      message:
        `${missing.length === 1 ? 'table' : 'tables'} ${missing.join(', ')}: not listed in the file, and assumed ` +
        'to have no rules; iptables-save shows all tables',
      line: undefined,
    },
  ];
}

/** Rules that the host has and the file does not show. */
export interface Beyond {
  /** `those of iptables-legacy`. */
  readonly rules: string;
  /** The command that shows them. */
  readonly program: string;
  /** Of the line that says so, 1-based. */
  readonly line: number;
}

/**
 * What the program itself says it does not show. Rules of the other back end are not missing where they are beside
 * these.
 */
export function beyondOf({ more }: RulesSection, sections: readonly RulesSection[]): Beyond | undefined {
  if (!more) return undefined;
  const [, name, backend] = /(ip6?tables)-(legacy|nft) tables present/.exec(more.text) ?? [];
  if (name === undefined || backend === undefined) {
    const table = /Table [`'"]?([^`'"]+?)['`"]? is incompatible/.exec(more.text)?.[1];
    return {
      rules: `those${table === undefined ? '' : ` of table ${table} of nft`} that iptables cannot show`,
      program: 'nft list ruleset',
      line: more.index + 1,
    };
  }
  return sections.some((section) => section.backend === backend)
    ? undefined
    : { rules: `those of ${name}-${backend}`, program: `${name}-${backend}-save`, line: more.index + 1 };
}

function moreNote(section: RulesSection, sections: readonly RulesSection[]): readonly RuleSetNote[] {
  const beyond = beyondOf(section, sections);
  if (!beyond) return [];
  const { rules, program, line } = beyond;
  return [
    {
      message:
        `the host has more rules, ${rules}, that are not in the file, and they see every packet too: they are ` +
        `assumed to let it pass unchanged; add the output of ${program}`,
      line,
    },
  ];
}

/** At most this many guesses about a script are listed one by one. */
const MOST_GUESSES = 5;

function scriptNotes(model: FileModel, sections: readonly RulesSection[]): readonly RuleSetNote[] {
  const guesses = scriptGuesses(model, sections);
  const more = guesses.length - MOST_GUESSES;
  return more <= 0
    ? guesses
    : [
        ...guesses.slice(0, MOST_GUESSES),
        { message: `${more} more guesses were made while the script was read`, line: undefined },
      ];
}
