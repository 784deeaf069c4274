import type { Columns } from '../../text/columns';
import type { Line } from '../tree';

export type NftFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

/** The words of a rule: columns of a line, without what a command has before them. */
export interface NftRuleText extends Columns {
  readonly line: Line;
  /** As `nft -a` prints it after the rule. */
  readonly handle: number | undefined;
}

/** Where the kernel calls a base chain. */
export interface NftBase {
  readonly type: string;
  /** As written: `prerouting`, `ingress`. */
  readonly hook: string;
  /** Lower ones go first. */
  readonly priority: number;
}

export interface NftChainText {
  name: string;
  readonly line: Line;
  /** undefined for a chain that others jump to. */
  base: NftBase | undefined;
  policy: 'accept' | 'drop' | undefined;
  comment: string | undefined;
  readonly rules: NftRuleText[];
}

/** A named set or map. */
export interface NftSetText {
  readonly kind: 'set' | 'map';
  readonly name: string;
  readonly line: Line;
  /** `type ipv4_addr . inet_service : verdict`, `flags interval`, one each. */
  readonly properties: string[];
  /** What is within the braces of its elements, piece by piece. */
  elements: (Columns & { readonly line: Line; /** The element is removed. */ readonly removed?: true })[];
}

export interface NftTableText {
  readonly family: NftFamily;
  readonly name: string;
  readonly line: Line;
  /** The kernel calls none of its chains (`flags dormant`). */
  dormant: boolean;
  readonly chains: Map<string, NftChainText>;
  readonly sets: Map<string, NftSetText>;
}

/** Standard names of priorities. Source: nftables src/rule.c, std_prio_lookup; the bridge family has others. */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
const BRIDGE_PRIORITIES: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

/** `filter`, `-100`, `srcnat + 5`, `mangle-1`. undefined where it is not one of these. */
function priorityOf(text: string, family: NftFamily): number | undefined {
  const found = /^"?([a-z]*)"?\s*(?:([+-])\s*)?(\d+)?$/.exec(text.trim());
  if (!found || text.trim() === '') return undefined;
  const [, name = '', sign, digits] = found;
  const base = name === '' ? 0 : (family === 'bridge' ? BRIDGE_PRIORITIES : PRIORITIES)[name];
  if (base === undefined) return undefined;
  const offset = digits === undefined ? 0 : Number(digits);
  return sign === '-' ? base - offset : base + offset;
}

/** `type nat hook prerouting priority dstnat`, as it is written in a chain; undefined for other text. */
export function baseOf(text: string, family: NftFamily): NftBase | undefined {
  const found = /^type\s+(\w+)\s+hook\s+(\w+)\s+(?:devices?\s+(?:=\s*)?(?:\{[^}]*\}|\S+)\s+)?priority\s+(.+)$/.exec(
    text.trim(),
  );
  const priority = found ? priorityOf(found[3] as string, family) : undefined;
  return found && priority !== undefined ? { type: found[1] as string, hook: found[2] as string, priority } : undefined;
}

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

export function isNftFamily(word: string | undefined): word is NftFamily {
  return word !== undefined && FAMILIES.has(word);
}
