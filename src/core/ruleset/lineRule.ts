import { Command } from '../syntax/command';
import type { Columns } from '../text/columns';
import type { Counters, Line } from '../syntax/tree';
import type { MatchExtension, TargetExtension } from '../xtables/extension';
import type { StandIn } from '../xtables/option';
import type { TableName } from '../xtables/view';
import { EMPTY_HEADER, type ListedInterfaces, type RuleHeader } from './header';
import { withUnshown } from './listedRule';
import { parseRule } from './parseRule';
import type { ParsedRule } from './parsedRule';
import type { Program } from './program';
import type { PlaceLimit, RuleTraits } from './ruleTraits';
import { HOOKS, hookBits, type BoundMatch, type BoundTarget, type Chain, type Jump, type Rule } from './ruleSet';

/**
 * A rule that remembers its line and reads the words again when its parts are first needed: of the 100,000 rules of a
 * large node a packet meets a few. All rules were read once, and found without fault, when the rule set was made; one
 * with a fault keeps what was read then, because it depended on the chains known at that point.
 */
export class LineRule implements Rule {
  number = 0;

  constructor(
    readonly program: Program,
    public chain: Chain<TableName>,
    readonly line: Line,
    /** Which of the headers that the line stands for. */
    private readonly headerIndex: number,
    /** Kept at hand for the graph of jumps; undefined where the rule does not jump. */
    public jump: Jump | undefined,
    readonly traits: RuleTraits,
    /** What was read of the words, where they cannot be read again. */
    private parsed: ParsedRule | undefined,
    /**
     * Shared by the rules of a line that lists several addresses: 300 sources and 300 destinations are 90,000 rules,
     * and one line to read.
     */
    private readonly siblings: SharedReading | undefined = undefined,
  ) {}

  /** The rule of a line whose words were read just now. */
  static of(
    program: Program,
    chain: Chain<TableName>,
    line: Line,
    headerIndex: number,
    from: ParsedRule,
    siblings?: SharedReading,
  ): LineRule {
    const kept =
      from.problems.length > 0 ? { ...from, matches: from.matches.map((match) => ({ ...match })) } : undefined;
    return new LineRule(
      program,
      chain,
      line,
      headerIndex,
      from.target.kind === 'jump' ? from.target : undefined,
      traitsOf(from, headerIndex),
      kept,
      siblings,
    );
  }

  /**
   * The same rule in a rule set that is made anew, where nothing that it depends on has changed: it is still to be
   * found in `chain`, and its target is a chain or an extension as before. undefined where the words must be read
   * again.
   */
  again(chain: Chain<TableName>, chains: { has(name: string): boolean }): LineRule | undefined {
    if (
      this.jump
        ? !chains.has(this.jump.chain)
        : this.traits.targetName !== undefined && chains.has(this.traits.targetName)
    )
      return undefined;
    return new LineRule(
      this.program,
      chain,
      this.line,
      this.headerIndex,
      this.jump && { ...this.jump, to: undefined, refused: undefined },
      this.traits,
      this.parsed,
      this.siblings,
    );
  }

  /** The same rule in a copy of its chain; what was read of it so far is shared, and so is what it remembers. */
  copied(chain: Chain<TableName>): LineRule {
    const copy = new LineRule(
      this.program,
      chain,
      this.line,
      this.headerIndex,
      this.jump && { ...this.jump },
      this.traits,
      this.parsed,
      this.siblings,
    );
    copy.number = this.number;
    return copy;
  }

  get family(): 4 | 6 {
    return this.program.family;
  }

  /** The line made other rules too. */
  get hasSiblings(): boolean {
    return this.siblings !== undefined;
  }

  get header(): RuleHeader {
    return this.read().headers[this.headerIndex] ?? EMPTY_HEADER;
  }

  get matches(): readonly BoundMatch[] {
    return this.read().matches;
  }

  get target(): BoundTarget {
    return this.jump ?? this.read().target;
  }

  get standIns(): readonly StandIn[] | undefined {
    // What is taken for something was reported, so it is kept.
    return this.parsed?.standIns;
  }

  get listedInterfaces(): ListedInterfaces | undefined {
    return this.line.listed && this.read().known;
  }

  get endsChain(): boolean {
    return this.traits.endsChain;
  }

  get counters(): Counters | undefined {
    const { node } = this.line;
    return (node.kind === 'command' ? node.counters : undefined) ?? this.read().counters;
  }

  /**
   * The name of a target that was not known when the line was read. iptables-restore refuses a jump to a chain that is
   * only made below; what such text means is a jump all the same.
   */
  get unknownTarget(): { readonly name: string; readonly goto: boolean; readonly at: Columns } | undefined {
    const target = this.parsed?.target;
    if (this.jump || target?.kind !== 'unknown' || target.options !== '') return undefined;
    const { name, word } = target;
    return { name, goto: /(?:-g|--goto)[ \t=]*$/.test(this.line.text.slice(0, word.start)), at: word };
  }

  /** Reads the words now, before something changes that they would be read with. */
  keep(): void {
    this.read();
  }

  /**
   * The same rule for reading its parts once: what is read is not kept, so that reading a million rules leaves nothing
   * in memory.
   */
  passing(): Rule {
    if (this.parsed || this.siblings) return this;
    const rule = new LineRule(this.program, this.chain, this.line, this.headerIndex, this.jump, this.traits, undefined);
    rule.number = this.number;
    return rule;
  }

  private read(): ParsedRule {
    return (this.parsed ??= this.readLine());
  }

  private readLine(): ParsedRule {
    const { siblings } = this;
    if (!siblings) return this.readWords();
    const parsed = (siblings.parsed ??= this.readWords());
    // Each has matches of its own, for what they remember of packets.
    return { ...parsed, matches: parsed.matches.map((match) => ({ ...match })) };
  }

  private readWords(): ParsedRule {
    const { node } = this.line;
    const words = node instanceof Command ? node.readOnce().words : node.kind === 'command' ? node.words : [];
    const {
      program,
      jump,
      chain,
      line: { listed },
    } = this;
    const at = { table: chain.table, chain: chain.name };
    const parsed = parseRule(words, {
      ...program,
      ...at,
      chains: { get: (name) => (jump?.chain === name ? { name } : undefined), values: () => [].values() },
    });
    if (!listed) return parsed;
    const context = { ...program, ...at, jumpsAbove: jumpsAbove(chain.rules, this.number - 1) };
    return withUnshown(parsed, listed, context, this.number < chain.rules.length);
  }
}

/** The chains that the two rules before a place jump to, the nearest one first. */
export function jumpsAbove(rules: readonly Rule[], place: number): readonly (string | undefined)[] {
  return [1, 2].map((distance) => (rules[place - distance] as LineRule | undefined)?.jump?.chain);
}

/** What was read of a line that stands for several rules, once one of them was needed. */
export interface SharedReading {
  parsed?: ParsedRule;
}

const shared = new Map<string, RuleTraits>();

function traitsOf({ matches, target, headers }: ParsedRule, headerIndex: number): RuleTraits {
  const limits: PlaceLimit[] = [];
  let needsConntrack = false;
  let needsDefrag = false;
  const note = (extension: MatchExtension | TargetExtension, data: unknown, match: number | undefined): void => {
    if (
      extension.kind === 'target' && extension.needsTracking ? extension.needsTracking(data) : extension.needsConntrack
    )
      needsConntrack = true;
    if (extension.needsDefrag) needsDefrag = true;
    if (extension.hooks || extension.check || (extension.kind === 'target' && extension.shares))
      limits.push({ extension, match, hooks: hookBits(extension.hooks ?? HOOKS) });
  };
  for (const [i, { extension, data }] of matches.entries()) note(extension, data, i);
  const targetName = target.kind === 'extension' ? target.extension.name : undefined;
  if (target.kind === 'extension') note(target.extension, target.data, undefined);
  const endsChain =
    matches.length === 0 &&
    targetName !== undefined &&
    VERDICTS.has(targetName) &&
    asksNothing(headers[headerIndex] ?? EMPTY_HEADER);
  const key =
    `${targetName ?? ''} ${needsConntrack} ${needsDefrag} ` +
    `${endsChain}${limits.map(({ extension, match }) => ` ${extension.kind} ${extension.name} ${match}`).join('')}`;
  let traits = shared.get(key);
  if (traits === undefined) {
    traits = { targetName, needsConntrack, needsDefrag, endsChain, limits };
    shared.set(key, traits);
  }
  return traits;
}

const VERDICTS = new Set(['ACCEPT', 'DROP', 'QUEUE', 'RETURN']);

/** `unconditional()` of the kernel compares bytes: `-i +` and `! -s 0.0.0.0/0` are conditions to it. */
function asksNothing({
  source,
  destination,
  inInterface,
  outInterface,
  protocol,
  fragment,
  names,
}: RuleHeader): boolean {
  return (
    !inInterface &&
    !outInterface &&
    !fragment &&
    !names &&
    (protocol === undefined || protocol.value === 0) &&
    isAny(source) &&
    isAny(destination)
  );
}

function isAny(block: RuleHeader['source']): boolean {
  return block === undefined || (!block.inverted && block.value.mask.words.every((word) => word === 0));
}
