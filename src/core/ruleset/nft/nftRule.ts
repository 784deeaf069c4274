import { NFT_MATCH } from '../../nft/extensions';
import type { NftScope } from '../../nft/operands';
import { nftRuleParts, type NftRuleParts } from '../../nft/rule';
import type { NftRuleText } from '../../syntax/nft/tables';
import type { Counters, Line } from '../../syntax/tree';
import type { Columns } from '../../text/columns';
import { EMPTY_HEADER } from '../header';
import type { BoundMatch, BoundTarget, Chain, Jump, Rule } from '../ruleSet';

/** A verdict at the end of a rule that jumps to another chain. */
const JUMP = /(?:^|[ \t])(jump|goto)[ \t]+"?([^ \t;{}"]+)"?[ \t]*(?:comment[ \t]+"[^"]*")?[ \t;]*$/;

/** A rule of nft: the words are read when a packet or a hover first meets it. */
export class NftRule implements Rule {
  readonly header = EMPTY_HEADER;
  readonly written: Columns;
  readonly line: Line;
  readonly jump: Jump | undefined;
  private parts: { readonly matches: readonly BoundMatch[]; readonly target: BoundTarget } | undefined;

  constructor(
    readonly family: 4 | 6,
    readonly chain: Chain,
    readonly number: number,
    private readonly from: NftRuleText,
    private readonly scope: NftScope,
    readonly chains: ReadonlyMap<string, Chain>,
  ) {
    this.line = from.line;
    this.written = { start: from.start, end: from.end };
    this.jump = this.readJump();
  }

  get handle(): number | undefined {
    return this.from.handle;
  }

  get text(): string {
    return this.line.text.slice(this.written.start, this.written.end);
  }

  get matches(): readonly BoundMatch[] {
    return this.read().matches;
  }

  get target(): BoundTarget {
    return this.read().target;
  }

  get endsChain(): boolean {
    return /^(?:accept|drop|return)(?:[ \t]+comment[ \t]+"[^"]*")?$/.test(this.text);
  }

  get counters(): Counters | undefined {
    const found = /\bcounter[ \t]+packets[ \t]+(\d+)[ \t]+bytes[ \t]+(\d+)/.exec(this.text);
    return found
      ? {
          packets: found[1] as string,
          bytes: found[2] as string,
          start: this.written.start + found.index,
          end: this.written.start + found.index + found[0].length,
        }
      : undefined;
  }

  passing(): Rule {
    return this.parts ? this : new NftRule(this.family, this.chain, this.number, this.from, this.scope, this.chains);
  }

  private readJump(): Jump | undefined {
    const found = JUMP.exec(this.text);
    if (!found) return undefined;
    const chain = found[2] as string;
    const to = this.chains.get(chain);
    const start = this.written.start + found.index + found[0].indexOf(chain, found[0].indexOf(found[1] as string) + 4);
    return {
      kind: 'jump',
      chain,
      goto: found[1] === 'goto',
      start,
      end: start + chain.length,
      to,
      refused: to?.hook ? `rules cannot jump to the base chain ${chain}` : undefined,
    };
  }

  private read(): NonNullable<NftRule['parts']> {
    return (this.parts ??= this.bind(nftRuleParts(this.line.text, this.written.start, this.written.end, this.scope)));
  }

  private bind({ conditions, end }: NftRuleParts): NonNullable<NftRule['parts']> {
    const matches = conditions.map((condition): BoundMatch => ({
      extension: NFT_MATCH,
      data: condition,
      word: undefined,
      conditions: [condition],
    }));
    return { matches, target: this.bindTarget(end) };
  }

  private bindTarget(end: NftRuleParts['end']): BoundTarget {
    switch (end.kind) {
      case 'none':
        return { kind: 'none' };
      case 'jump':
        return (
          this.jump ?? {
            kind: 'jump',
            chain: end.chain,
            goto: end.goto,
            start: end.start,
            end: end.end,
            to: this.chains.get(end.chain),
            refused: undefined,
          }
        );
      case 'action':
        return {
          kind: 'extension',
          extension: end.extension,
          data: end.action,
          word: { text: end.action.text, quoted: false, start: end.start, end: end.end },
        };
      case 'unknown':
        return {
          kind: 'unknown',
          name: end.name,
          options: '',
          word: { text: end.text, quoted: false, start: end.start, end: end.end },
        };
    }
  }
}
