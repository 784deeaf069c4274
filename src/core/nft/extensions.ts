import type { Condition, Effect, MatchExtension, TargetExtension } from '../xtables/extension';
import type { RememberingView } from '../xtables/view';

/** What a rule of nft does in the end. */
export interface NftAction {
  /** As written. */
  readonly text: string;
  apply(view: RememberingView): Effect;
  /** Completes "the rule …". */
  readonly describes: string;
}

const SOURCE = 'nft(8)';

function noOptions(): never {
  throw new Error('rules of nft are not made of options');
}

/** Each condition of a rule of nft is one match, so that a trace asks, words and explains it as any other. */
export const NFT_MATCH: MatchExtension = {
  kind: 'match',
  name: 'nft',
  families: [4, 6],
  options: [],
  documentation: { summary: 'A condition of nftables.', source: SOURCE },
  build: noOptions,
  print: (data) => ` ${(data as Condition).text}`,
  conditions: (data) => [data as Condition],
};

const targets = new Map<string, TargetExtension>();

/** The target of a rule of nft, by the name that iptables has for what it does: `DROP`, `REDIRECT`. */
export function nftTarget(name: string, terminates: TargetExtension['terminates']): TargetExtension {
  let target = targets.get(name);
  if (!target) {
    target = {
      kind: 'target',
      name,
      families: [4, 6],
      options: [],
      terminates,
      documentation: { summary: `${name} of nftables.`, source: SOURCE },
      build: noOptions,
      print: (data) => ` ${(data as NftAction).text}`,
      describe: (data) => (data as NftAction).describes,
      apply: (data, view) => (data as NftAction).apply(view),
    };
    targets.set(name, target);
  }
  return target;
}
