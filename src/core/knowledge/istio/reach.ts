import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from '../view';

/**
 * Which packets still reach a rule of the sidecar's ISTIO_OUTPUT, as far as the rules before it in the chain say. These
 * are the few questions on which the common explanations of Istio's rules and the kernel part ways.
 */

/** What of the traffic over lo is left at a rule, for a process that is not the proxy's user. */
export type LoopbackLeft =
  /** Nothing before it takes the loopback traffic away. */
  | { readonly kind: 'all' }
  /** `-o lo -p tcp ! --dport 53 … ! --uid-owner U -j RETURN` (DNS capture) leaves TCP port 53 and what is not TCP. */
  | { readonly kind: 'dns'; readonly by: RuleView; readonly uid: string }
  /** `-o lo … ! --uid-owner U -j RETURN` and `--uid-owner U -j RETURN` leave nothing. */
  | { readonly kind: 'none'; readonly by: RuleView; readonly uid: string };

export function loopbackLeft(chain: ChainView, rule: RuleView): LoopbackLeft {
  let left: LoopbackLeft = { kind: 'all' };
  for (const earlier of chain.rules) {
    if (earlier.number >= rule.number) break;
    const shape = shapeOf(earlier);
    if (shape.target !== 'RETURN' || valueOf(shape, 'out') !== 'lo') continue;
    const uid = condition(shape, 'uid');
    if (uid === undefined || !uid.negated) continue;
    if (shape.form === 'out !uid') return { kind: 'none', by: earlier, uid: uid.values[0] ?? '' };
    if (shape.form === '!dport out proto !uid' && left.kind === 'all')
      left = { kind: 'dns', by: earlier, uid: uid.values[0] ?? '' };
  }
  return left;
}

/** The rule before this one that returns everything of a user other than `uid` over lo; undefined where none does. */
export function otherUserReturns(chain: ChainView, rule: RuleView, uid: string): RuleView | undefined {
  return chain.rules.find((earlier) => {
    if (earlier.number >= rule.number) return false;
    const shape = shapeOf(earlier);
    const owner = condition(shape, 'uid');
    return (
      (shape.form === 'out !uid' || shape.form === '!dport out proto !uid') &&
      shape.target === 'RETURN' &&
      owner?.values[0] !== uid
    );
  });
}

/** The first rule of the chain that this test accepts and that stands before (or behind) the given one. */
export function ruleBefore(
  chain: ChainView,
  rule: RuleView,
  test: (shape: RuleShape) => boolean,
): RuleView | undefined {
  return chain.rules.find((each) => each.number < rule.number && test(shapeOf(each)));
}

export function ruleAfter(chain: ChainView, rule: RuleView, test: (shape: RuleShape) => boolean): RuleView | undefined {
  return chain.rules.find((each) => each.number > rule.number && test(shapeOf(each)));
}

/** True where nothing jumps to the chain, so that its rules are never run. */
export function isUncalled(chain: ChainView | undefined): boolean {
  return chain !== undefined && !chain.builtin && chain.jumpedFrom.length === 0;
}

/** True where the sidecar's ISTIO_OUTPUT of nat also sees UDP: `OUTPUT -j ISTIO_OUTPUT` or `-p udp -j ISTIO_OUTPUT`. */
export function outputSeesUdp(ruleSet: RuleSetView): boolean {
  return (chainIn(ruleSet, 'nat', 'OUTPUT')?.rules ?? []).some((rule) => {
    const shape = shapeOf(rule);
    if (shape.target !== 'ISTIO_OUTPUT') return false;
    const proto = valueOf(shape, 'proto');
    return proto === undefined || proto === 'udp';
  });
}

/** `line 60`, as an editor counts. */
export function lineOf(rule: { readonly line: number }): string {
  return `line ${rule.line + 1}`;
}
