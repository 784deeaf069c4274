import { isFilteredTitle, isLetThrough } from '../../syntax/echo';
import { parseLine } from '../../syntax/line';
import type { AssumedRule, RulesSection } from '../../syntax/sourceFile';
import { ASSUMED } from '../../syntax/typedLine';
import { HOOKS } from '../ruleSet';
import { addedParts } from './addedTables';
import { tablesOf } from './hosts';

/** A rule that a program writes on every host that it works on. */
export interface UsualRule {
  readonly table: string;
  readonly chain: string;
  /** The conditions, as iptables takes them; empty: there are none. */
  readonly conditions: string;
  /** `-j` or `-g`. */
  readonly jump: string;
  /** With its options: `MARK --or-mark 0x4000`. A chain whose name ends with `*` is each such chain that is shown. */
  readonly target: string;
  /** Its own comment; undefined: it has none. */
  readonly comment: string | undefined;
  /** It is only of interest where rules jump to this chain; undefined: where there are rules of its target. */
  readonly where: string | undefined;
  /** The table of `where`. */
  readonly whereTable: string;
  /** As people call the program. */
  readonly program: string;
}

/**
 * Those of a table. A jump stands after the rules of the chain that it leads to, and rules of one chain are in their
 * order.
 */
export type UsualRules = (table: string) => readonly UsualRule[];

/** Rules that a file does not show because its rules were picked from a whole, by grep or by hand. */
export class AssumedRules {
  private shownChains: ReadonlySet<string> | undefined;

  constructor(
    private readonly sections: readonly RulesSection[],
    private readonly usual: UsualRules,
  ) {}

  /**
   * The parts of one host and one family with the rules without which nothing would lead to those that they show, or
   * from there: one part more for each table in which such rules are missing. The same objects each time.
   */
  completed(parts: readonly RulesSection[]): readonly RulesSection[] {
    const [first] = parts;
    if (!first || !parts.some(isPicked)) return parts;
    const known = MADE.get(first);
    if (known && known.of.length === parts.length && known.of.every((part, i) => part === parts[i])) return known.made;
    const more = TABLES.flatMap((table) => this.missing(parts, table) ?? []);
    const made = more.length === 0 ? parts : [...parts, ...more];
    MADE.set(first, { of: parts, made });
    return made;
  }

  private missing(all: readonly RulesSection[], table: string): RulesSection | undefined {
    const picked = all.filter(isPicked);
    const parts = picked.filter(({ defaultTable }) => defaultTable === table);
    const [first = picked[0]] = parts;
    // A table that is shown whole has what it has.
    if (!first || all.some((part) => !isPicked(part) && tablesOf(part).has(table))) return undefined;
    const { chains, jumps, targets } = contentOf(parts);
    const targetsElsewhere = contentOf(picked.filter((part) => !parts.includes(part))).targets;
    const shownHere = new Set(chains);
    const assumed: AssumedRule[] = [];
    for (const usual of this.usual(table))
      for (const rule of each(usual, chains)) {
        const { chain, target, where, whereTable, program } = rule;
        const users = whereTable === table ? targets : targetsElsewhere;
        const isMissed = where === undefined ? chains.has(target) : users.has(where);
        const isThere = where === undefined ? jumps.has(`${chain} ${target}`) : shownHere.has(chain);
        if (!isMissed || isThere || !this.mayBeMissing(parts, rule)) continue;
        const text = textOf(rule, `not in the file: ${program} writes it`);
        assumed.push({ line: parseLine(text, '\n', ASSUMED), chain, target: target.replace(/ .*/, ''), program });
        chains.add(chain);
      }
    if (assumed.length === 0) return undefined;
    const { inferred: _inferred, omissions: _omissions, ...rest } = first;
    return { ...rest, defaultTable: table, lines: assumed.map(({ line }) => line), assumedRules: assumed };
  }

  /**
   * Whether a rule may exist that the file does not show. A filter may take any rule away that it does not look for.
   * Who copies by hand omits a built-in chain as a whole, and of the chain of a program the rules that seem to have
   * nothing to do with the question.
   */
  private mayBeMissing(parts: readonly RulesSection[], rule: UsualRule): boolean {
    const { chain } = rule;
    const text = textOf(rule, rule.comment);
    if (parts.some(({ title }) => isLetThrough(title, text))) return false;
    return !this.shown.has((HOOKS as readonly string[]).includes(chain) ? chain : `:${chain}`);
  }

  /**
   * `:X`: the chain X is declared, and with it all its rules; `X`: it has rules. Without what a filter let through, and
   * without input that adds to a table: others may add to its chains too.
   */
  private get shown(): ReadonlySet<string> {
    if (this.shownChains) return this.shownChains;
    const shown = new Set<string>();
    for (const section of this.sections)
      if (!isFilteredTitle(section.title) && !addedParts(section).some(({ added }) => added))
        for (const each of section.lines)
          for (const { node } of each.embedded ?? [each]) {
            const name =
              node.kind === 'chain' ? node.name.text : node.kind === 'command' ? node.chain?.text : undefined;
            if (name === undefined) continue;
            shown.add(name);
            if (node.kind === 'chain' || (node.kind === 'command' && 'NP'.includes(node.operation)))
              shown.add(`:${name}`);
          }
    return (this.shownChains = shown);
  }
}

/** By the first of the parts. */
const MADE = new WeakMap<
  RulesSection,
  { readonly of: readonly RulesSection[]; readonly made: readonly RulesSection[] }
>();

const TABLES = ['raw', 'mangle', 'nat', 'filter'];

/** The rule for each of the chains that its target stands for. */
function each(rule: UsualRule, chains: ReadonlySet<string>): readonly UsualRule[] {
  const { target, conditions } = rule;
  if (!target.endsWith('*')) return [rule];
  const prefix = target.slice(0, -1);
  return [...chains]
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ ...rule, target: name, conditions: conditions.replace('*', name.slice(prefix.length)) }));
}

/** Rules of one table out of what a host has. */
function isPicked({ form, fragment, defaultTable }: RulesSection): boolean {
  return form === 'list' && fragment === true && defaultTable !== undefined;
}

function textOf({ chain, conditions, jump, target }: UsualRule, comment: string | undefined): string {
  const words = comment === undefined ? [] : [`-m comment --comment "${comment}"`];
  return ['-A', chain, ...(conditions === '' ? [] : [conditions]), ...words, jump, target].join(' ');
}

/** The chains that have rules, `CHAIN TARGET` of each rule, and the targets. */
function contentOf(parts: readonly RulesSection[]): {
  readonly chains: Set<string>;
  readonly jumps: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
} {
  const chains = new Set<string>();
  const jumps = new Set<string>();
  const targets = new Set<string>();
  for (const { node, text } of parts.flatMap(({ lines }) => lines)) {
    if (node.kind !== 'command' || !node.chain || !'AI'.includes(node.operation)) continue;
    const chain = node.chain.text;
    chains.add(chain);
    const target = TARGET.exec(text)?.[1];
    if (target === undefined) continue;
    jumps.add(`${chain} ${target}`);
    targets.add(target);
  }
  return { chains, jumps, targets };
}

const TARGET = /[ \t](?:-[jg]|--jump|--goto)[ \t]+(\S+)/;
