import { Command } from '../syntax/command';
import type { Counters, Line } from '../syntax/tree';
import { EMPTY_HEADER, type RuleHeader } from './header';
import { parseRule, type ParsedRule } from './parseRule';
import type { BoundMatch, BoundTarget, Chain, Jump, Rule } from './ruleSet';

/**
 * A rule that remembers its line and reads the words again when someone first asks for its parts: of the 100,000 rules of a large
 * node a packet meets a few. All rules were read once, and found without fault, when the rule set was made; one with a fault
 * keeps what was read then, because it depended on the chains known at that point.
 */
export class LineRule implements Rule {
  number = 0;
  private parsed: ParsedRule | undefined;

  constructor(
    readonly family: 4 | 6,
    public chain: Chain,
    readonly line: Line,
    /** Which of the headers that the line stands for. */
    private readonly headerIndex: number,
    /** Kept at hand for the graph of jumps; undefined where the rule does not jump. */
    public jump: Jump | undefined,
    faulty: ParsedRule | undefined,
  ) {
    this.parsed = faulty;
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

  get counters(): Counters | undefined {
    const { node } = this.line;
    return (node.kind === 'command' ? node.counters : undefined) ?? this.read().counters;
  }

  private read(): ParsedRule {
    return (this.parsed ??= this.readLine());
  }

  private readLine(): ParsedRule {
    const { node } = this.line;
    const words = node instanceof Command ? node.readOnce().words : node.kind === 'command' ? node.words : [];
    const { jump } = this;
    const parsed = parseRule(words, {
      family: this.family, table: this.chain.table, chain: this.chain.name,
      chains: { has: (name) => jump !== undefined && (name === jump.chain || name === jump.word.text) },
    });
    // Each rule of a line that lists several addresses has matches of its own, for what they remember of packets.
    return parsed.headers.length < 2 ? parsed : { ...parsed, matches: parsed.matches.map((match) => ({ ...match })) };
  }
}
