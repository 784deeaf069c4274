import { inferredWords, placeOf } from '../core/ruleset/oneHost/inferTables';
import type { RulesSection } from '../core/syntax/tree';
import { sectionsOf, type Dump, type FileModel } from './fileModel';

/** Something that was settled about the rules themselves before any packet came. */
export interface RuleSetNote {
  readonly message: string;
  /** 1-based; undefined where it is about the rules as a whole. */
  readonly line: number | undefined;
}

/**
 * What has to be said of the rules that a packet is traced with: which of several rule sets they are, into which tables lines were read that do not
 * say so, and what the host has besides. `choose`: how another one is chosen.
 */
export function ruleSetNotes(model: FileModel, dump: Dump, family: 4 | 6, choose: string): readonly RuleSetNote[] {
  const own = model.dumps.filter((each) => each.host === dump.host && (each.section.family ?? 4) === family);
  const sections = (own.length > 0 ? own : [dump]).flatMap(sectionsOf);
  const parts = sections.flatMap((section) => section.parts ?? [section]);
  return [...choiceNotes(model, dump, choose), ...backendNotes(sections), ...parts.flatMap(inferredNote), ...parts.flatMap(fragmentNote), ...sections.flatMap((section) => moreNote(section, sections))];
}

function backendNotes([first, second]: readonly RulesSection[]): readonly RuleSetNote[] {
  if (!first || !second) return [];
  return [{ message: 'iptables-legacy and iptables-nft both have rules here, and every packet meets both in each hook: what one of them drops is dropped', line: undefined }];
}

/** So many other rule sets are named. */
const MOST_NAMED = 5;

function choiceNotes({ dumps }: FileModel, dump: Dump, choose: string): readonly RuleSetNote[] {
  const others = dumps.filter(({ host }) => host !== dump.host);
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).map((each) => `${Number(each.id) + 1} (${each.label}, ${each.detail})`);
  const left = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  const message = `dump ${Number(dump.id) + 1} of ${dumps.length} (${dump.label}, ${dump.detail}) is used; the file has ${others.length === 1 ? 'another dump' : 'other dumps'}, ${named.join(', ')}${left}: ${choose}`;
  return [{ message, line: undefined }];
}

function inferredNote(part: RulesSection): readonly RuleSetNote[] {
  const message = inferredWords(part);
  return message === undefined ? [] : [{ message, line: undefined }];
}

function fragmentNote({ fragment, lines }: RulesSection): readonly RuleSetNote[] {
  if (!fragment) return [];
  const place = placeOf(lines);
  return [{ message: `${place} ${place.startsWith('lines') ? 'are' : 'is'} a part of a table: its policies and other rules are not in the file, and policies are taken to be ACCEPT`, line: undefined }];
}

/** What the program itself says it does not show. Rules of the other back end are not missing where they stand beside these. */
function moreNote({ more }: RulesSection, sections: readonly RulesSection[]): readonly RuleSetNote[] {
  if (!more) return [];
  const other = /(ip6?tables)-(legacy|nft) tables present/.exec(more.text);
  if (other && sections.some(({ backend }) => backend === other[2])) return [];
  const what = other ? `${other[1]}-${other[2]} has rules on this host that are not in the file` : 'there is a table with rules that iptables cannot show';
  return [{ message: `${what}, and they see every packet too: that they let it pass unchanged is assumed${other ? `; add the output of ${other[1]}-${other[2]}-save` : ''}`, line: more.index + 1 }];
}
