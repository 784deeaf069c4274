import type { Proviso, Walked } from '../core/netfilter/events';
import { tablesOf } from '../core/ruleset/oneHost/hosts';
import type { Chain, Rule } from '../core/ruleset/ruleSet';
import type { RulesSection, SourceFile } from '../core/syntax/sourceFile';
import type { EmbeddedLine } from '../core/syntax/tree';
import { joined } from '../core/text/counted';
import { sectionsOf, type Dump } from './fileModel';
import type { NotFollowed } from './nftTables';
import { beyondOf, tablesNotShown } from './ruleSetNotes';
import { omittedRules } from './omittedRules';
import { skippedProvisos } from './skippedCommands';
import { virtualServerProvisos } from './virtualServers';

/** The rules that a packet of a family meets, as the file shows them. */
export interface RulesShown {
  readonly file: SourceFile;
  readonly family: 4 | 6;
  /** The one that was chosen. */
  readonly dump: Dump;
  /** The one that has rules for the packet; undefined where the file has none. */
  readonly met: Dump | undefined;
  /** Rules of nft that no trace follows. */
  readonly unfollowed: NotFollowed | undefined;
}

/**
 * What has to be so of rules that the file does not show, or of lines that do not name their table, for a packet of a
 * family to end as it does. Nothing where the packet never came to what is in doubt.
 */
export function rulesProvisos({ file, family, dump, met, unfollowed }: RulesShown, walked: Walked): readonly Proviso[] {
  const { milestones } = walked;
  if (!milestones.some(({ kind }) => kind === 'hook-enter')) return [];
  const entered = new Set<string>(milestones.flatMap((event) => (event.kind === 'table-enter' ? [event.table] : [])));
  const matched = new Set(milestones.flatMap((event) => (event.kind === 'rule' ? [event.rule.line] : [])));
  const sections = met ? sectionsOf(met) : [];
  const parts = sections.flatMap((section) => section.parts ?? [section]);
  const other =
    met && met.host !== dump.host
      ? [
          {
            what: `${met.label} (${met.detail}) is from the same host as ${dump.label} (${dump.detail})`,
            reason: 'nothing in the file says so',
          },
        ]
      : [];
  const typed = [...matched]
    .filter((line) => (line as Partial<EmbeddedLine>).maybeComment)
    .map(({ index }) => index + 1);
  const comments =
    typed.length === 0
      ? []
      : [
          {
            what:
              `${typed.length === 1 ? 'line' : 'lines'} ${joined(typed.map(String))} ` +
              `${typed.length === 1 ? 'was' : 'were'} typed by root, and ` +
              `${typed.length === 1 ? 'is not a comment' : 'are not comments'}`,
            reason: 'only "# " precedes, which is either a root prompt or the mark of a comment',
          },
        ];
  const nft = unfollowed && {
    what: `the rules of nft that are not followed (${unfollowed.words}) let it pass unchanged`,
    reason: 'a trace does not follow them',
    unseen: true as const,
  };
  const omitted = omittedRules(parts, walked);
  return [
    ...other,
    ...comments,
    ...(nft ? [nft] : []),
    ...parts.flatMap((part) => guessedTable(part, matched)),
    ...assumedRules(parts, walked),
    ...listedInterfaces(walked),
    ...standIns(walked).map(({ proviso }) => proviso),
    ...virtualServerProvisos(file, walked),
    ...skippedProvisos(file, sections, family, walked),
    ...omitted.unread,
    ...unseen([...omitted.rules, ...notInFile(sections, parts, family, entered)]),
  ];
}

function guessedTable({ inferred }: RulesSection, matched: ReadonlySet<object>): readonly Proviso[] {
  const guessed = (inferred?.open ?? []).filter(({ said, lines }) => !said && lines.some((line) => matched.has(line)));
  return guessed.map(({ key, place, table, why }) => ({
    what: `${place} ${place.startsWith('lines') ? 'are' : 'is'} of table ${table}`,
    reason: why,
    table: key,
  }));
}

/** The lines of rules that did something, and of those that led there; not of what only returned. */
function effectiveRules({ milestones }: Walked): ReadonlySet<object> {
  const matched = milestones.flatMap((event) => (event.kind === 'rule' && event.matched ? [event.rule] : []));
  const entered = new Map<Chain, Rule[]>();
  for (const rule of matched) entered.set(rule.chain, [...(entered.get(rule.chain) ?? []), rule]);
  const asked = new Set<Chain>();
  const isEffective = ({ target }: Rule): boolean => {
    if (target.kind !== 'jump') return target.kind !== 'extension' || target.extension.name !== 'RETURN';
    const { to } = target;
    if (!to || asked.has(to)) return false;
    asked.add(to);
    const found = entered.get(to)?.some(isEffective) === true;
    asked.delete(to);
    return found;
  };
  return new Set(matched.filter(isEffective).map(({ line }) => line));
}

/**
 * What was taken for values of the rules of a path that the file does not show: a proviso for each, by the value as it
 * is printed.
 */
export function standIns({ milestones }: Walked): readonly { readonly is: string; readonly proviso: Proviso }[] {
  const found = new Map<string, { readonly is: string; readonly proviso: Proviso }>();
  for (const event of milestones)
    if (event.kind === 'rule' && event.matched)
      for (const { what, is } of event.rule.standIns ?? []) {
        const text = `${what} in line ${event.rule.line.index + 1} is ${is}`;
        found.set(text, { is, proviso: { what: text, reason: 'the file does not show what it stands for' } });
      }
  return [...found.values()];
}

/** One clause for each program. */
function listedInterfaces({ milestones }: Walked): readonly Proviso[] {
  const programs = milestones.flatMap((event) =>
    event.kind === 'rule' && event.matched ? (event.rule.listedInterfaces?.program ?? []) : [],
  );
  return [...new Set(programs)].map((program) => ({
    what: `the rules of ${program} test the interfaces that ${program} gives such rules`,
    reason: 'the listing was made without -v and does not show interfaces',
  }));
}

/** One clause for each program: `OUTPUT → SERVICES`. */
function assumedRules(parts: readonly RulesSection[], walked: Walked): readonly Proviso[] {
  if (!parts.some((part) => part.assumedRules)) return [];
  const effective = effectiveRules(walked);
  const used = parts.flatMap((part) => (part.assumedRules ?? []).filter(({ line }) => effective.has(line)));
  return [...new Set(used.map(({ program }) => program))].map((program) => {
    const targets = new Map<string, string[]>();
    for (const { chain, target } of used.filter((each) => each.program === program))
      targets.set(chain, [...(targets.get(chain) ?? []), target]);
    const rules = [...targets].map(([chain, all]) => `${chain} → ${all.join(', ')}`);
    return {
      what: `the rules that ${program} always writes are there (${rules.join('; ')})`,
      reason: 'the file shows rules of it that are of no use without them, and not these',
    };
  });
}

/** `the rest of table filter`, `tables nat and raw`, `those of iptables-legacy`. */
function notInFile(
  sections: readonly RulesSection[],
  parts: readonly RulesSection[],
  family: 4 | 6,
  entered: ReadonlySet<string>,
): readonly string[] {
  if (sections.length === 0) return [`those for IPv${family}`];
  const rest = new Set(
    parts
      .filter(({ fragment }) => fragment)
      .flatMap((part) => [...tablesOf(part)])
      .filter((table) => entered.has(table)),
  );
  const missing = tablesNotShown(sections);
  // Nobody lists the tables that hardly any host uses; that they are empty is listed with what is assumed.
  const named = missing.includes('filter') || missing.includes('nat') ? missing : [];
  return [
    ...[...rest].map((table) => `the rest of table ${table}`),
    ...(named.length === 0 ? [] : [`${named.length === 1 ? 'table' : 'tables'} ${joined(named)}`]),
    ...sections.flatMap((section) => beyondOf(section, sections)?.rules ?? []),
  ];
}

function unseen(rules: readonly string[]): readonly Proviso[] {
  return rules.length === 0
    ? []
    : [
        {
          what: `the rules that are not in the file (${rules.join('; ')}) let it pass unchanged`,
          reason: 'the file shows only a part of what this host has',
          unseen: true,
        },
      ];
}
