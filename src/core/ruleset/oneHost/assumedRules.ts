import { isFilteredFrom, isFilteredTitle } from '../../syntax/echo';
import { parseLine } from '../../syntax/line';
import type { AssumedRule, RulesSection } from '../../syntax/sourceFile';
import type { Line } from '../../syntax/tree';
import { ASSUMED } from '../../syntax/typedLine';
import { BUILTIN_CHAINS, isTableName } from '../ruleSet';

/** A rule that a program writes on every host that it works on. */
export interface UsualRule {
  readonly chain: string;
  /** The conditions, as iptables takes them; empty: there are none. */
  readonly conditions: string;
  /** With its options: `MARK --or-mark 0x4000`. */
  readonly target: string;
  /** Its own comment; undefined: it has none. */
  readonly comment?: string;
  /** It is only of interest where rules jump to this chain; undefined: where there are rules of its target. */
  readonly where?: string;
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
   * A part of a table with the rules without which nothing would lead to those that it shows, or from there: the same
   * object each time, and the part itself where nothing is missing.
   */
  within(part: RulesSection): RulesSection {
    const table = part.defaultTable;
    if (part.form !== 'list' || part.fragment !== true || table === undefined) return part;
    const usual = this.usual(table);
    if (usual.length === 0) return part;
    let made = MADE.get(part);
    if (!made) MADE.set(part, (made = this.completed(part, table, usual)));
    return made;
  }

  private completed(part: RulesSection, table: string, usual: readonly UsualRule[]): RulesSection {
    const { chains, jumps, targets } = contentOf(part.lines);
    const shownHere = new Set(chains);
    if (!usual.some(({ target, where }) => (where === undefined ? chains.has(target) : targets.has(where))))
      return part;
    const assumed: AssumedRule[] = [];
    for (const rule of usual) {
      const { chain, target, where, program } = rule;
      const isMissed = where === undefined ? chains.has(target) : targets.has(where);
      const isThere = where === undefined ? jumps.has(`${chain} ${target}`) : shownHere.has(chain);
      if (!isMissed || isThere || !this.mayBeMissing(part, table, rule)) continue;
      const text = textOf(rule, `not in the file: ${program} writes it`);
      assumed.push({ line: parseLine(text, '\n', ASSUMED), rule: textOf(rule, undefined), program });
      chains.add(chain);
    }
    return assumed.length === 0
      ? part
      : { ...part, lines: [...part.lines, ...assumed.map(({ line }) => line)], assumedRules: assumed };
  }

  /**
   * Whether a rule may exist that the file does not show. A filter may take any rule away that it does not look for.
   * Who copies by hand omits a built-in chain as a whole, and of the chain of a program the rules that seem to have
   * nothing to do with the question.
   */
  private mayBeMissing({ title }: RulesSection, table: string, rule: UsualRule): boolean {
    const { chain } = rule;
    if (isFilteredTitle(title))
      return isFilteredFrom(title, textOf(rule, rule.comment)) && !this.shown.has(`:${chain}`);
    const builtin = isTableName(table) && (BUILTIN_CHAINS[table] as readonly string[]).includes(chain);
    return !this.shown.has(builtin ? chain : `:${chain}`);
  }

  /** `:X`: the chain X is declared, and with it all its rules; `X`: it has rules. Without what a filter let through. */
  private get shown(): ReadonlySet<string> {
    if (this.shownChains) return this.shownChains;
    const shown = new Set<string>();
    for (const { title, lines } of this.sections)
      if (!isFilteredTitle(title))
        for (const each of lines)
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

const MADE = new WeakMap<RulesSection, RulesSection>();

function textOf({ chain, conditions, target }: UsualRule, comment: string | undefined): string {
  const words = comment === undefined ? [] : [`-m comment --comment "${comment}"`];
  return ['-A', chain, ...(conditions === '' ? [] : [conditions]), ...words, '-j', target].join(' ');
}

/** The chains that have rules, `CHAIN TARGET` of each rule, and the targets. */
function contentOf(lines: readonly Line[]): {
  readonly chains: Set<string>;
  readonly jumps: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
} {
  const chains = new Set<string>();
  const jumps = new Set<string>();
  const targets = new Set<string>();
  for (const { node, text } of lines) {
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
