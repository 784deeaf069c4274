import { completePacket } from '../../core/net/completePacket';
import { intersection, type Box, type PacketSet } from '../../core/net/fields/packetSet';
import type { Host } from '../../core/net/host';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import { tracePacket, type Traced } from '../../core/netfilter/trace';
import type { Rule, RuleSet } from '../../core/ruleset/ruleSet';
import { lineWords } from '../../core/syntax/typedLine';
import type { Hook } from '../../core/xtables/view';
import { boxesOf, isEmpty, MOST_BOXES } from './boxes';
import { changedOnTheWay } from './changedOnTheWay';
import { requestOf, type TravelDirection } from './requestOf';
import { canPass, changedOnTheWayTo, shadowedBy } from './shadowed';
import { avoiding, letThrough, returning, takersOf, type Taker } from './takers';
import { isJumpedTo, possibleWays, type WayToRule } from './waysTo';

/** How many packets are tried before giving up, and how many rules they may be asked by together. */
const MOST_TRIES = 256;
const MOST_ASKED = 400_000;
/** Open questions are answered this often, those that follow included. */
const MOST_ROUNDS = 12;
/** At most this many packets are traced on every possible host, which takes longer. */
const MOST_HOSTS = 6;
/** Ways of passing by other rules that are waiting to be tried. */
const MOST_WAITING = 200;

export interface FindOptions {
  /** What is taken for what the rules leave open. */
  readonly wish?: PacketRequest;
  /**
   * Whether the addresses of the host are known; of those that are made up the expression says that they are its own.
   */
  readonly addressesKnown: Readonly<Record<4 | 6, boolean>>;
  /** The host as it is for a packet that says more of it than the file; omitted: the same for all. */
  readonly hostFor?: (request: PacketRequest) => Host;
  /** Traces a packet on every host that is possible, where the file leaves that open. Omitted: on the likeliest one. */
  readonly onEveryHost?: (request: PacketRequest) => Traced | undefined;
}

export type Found =
  /**
   * This packet was traced, and the rule matched it: with these answers, by `Assumption.key`, where too much is open
   * for all paths to be followed.
   */
  | { readonly kind: 'found'; readonly expression: string; readonly answers?: Readonly<Record<string, boolean>> }
  /**
   * No packet was found that the rule matches. `nearest`: the best try; `obstacle`: what took it, in a clause.
   * `contradictory`: what the rule and the jumps to it ask of a packet contradicts itself, on every way to the rule.
   */
  | {
      readonly kind: 'not-found';
      readonly nearest: string | undefined;
      readonly obstacle: string | undefined;
      readonly contradictory: boolean;
    }
  /** No packet is matched by the rule: `by`, a rule before it, matches each that would be. `nearest`: one of them. */
  | { readonly kind: 'shadowed'; readonly nearest: string | undefined; readonly by: Rule }
  /** The rule is not reached from any built-in chain. `jumped`: no packet comes to the jumps that lead to it. */
  | { readonly kind: 'unreachable'; readonly jumped: boolean };

/**
 * A packet that reaches a rule and is matched by it. Chosen from what the rule and the jumps that lead to it ask, then
 * traced; where another rule takes it, that one is avoided in the next try.
 */
export function findPacket(host: Host, ruleSet: RuleSet, rule: Rule, options: FindOptions): Found {
  const first = possibleWays(ruleSet, rule, () => true);
  if (first.ways.length === 0) return { kind: 'unreachable', jumped: isJumpedTo(ruleSet, rule) };
  const possible = (): ReturnType<typeof possibleWays> => possibleWays(ruleSet, rule, canPass(ruleSet, rule, host));
  const { ways } = first.complete ? first : possible();
  const search = new Search(host, ruleSet, rule, options);
  const direct = [
    ...ways.flatMap((way) => triesOf(way, rule, host)),
    ...ways.flatMap((way) => triesWithChanges(way, rule, host, ruleSet)),
  ].filter(({ box }) => !isEmpty(box, rule.family));
  const { marked, sent } = changedOnTheWay(direct, rule, ruleSet, host);
  // What goes through this host was often sent to it. What it receives is redirected less often than not.
  const isThrough = ({ hook }: Try): boolean => hook !== 'INPUT';
  const tries = [...marked, ...sent.filter(isThrough), ...direct, ...sent.filter((each) => !isThrough(each))];
  // What a host sends to itself is not what one thinks of first.
  const reaching =
    search.among(tries.filter(({ heading }) => heading !== 'loop')) ??
    search.among(tries.filter(({ heading }) => heading === 'loop')) ??
    search.onEveryHost();
  if (reaching) return { kind: 'found', ...reaching };
  const { nearest } = search.nearest;
  const taker = shadowedBy(ruleSet, rule, host);
  if (taker) return { kind: 'shadowed', nearest, by: taker };
  if (nearest !== undefined) return { kind: 'not-found', contradictory: false, ...search.nearest };
  const left = possible();
  return { kind: 'not-found', contradictory: left.complete && left.ways.length === 0, ...search.nearest };
}

class Search {
  nearest: { readonly nearest: string | undefined; readonly obstacle: string | undefined } = {
    nearest: undefined,
    obstacle: undefined,
  };
  private readonly tried = new Map<string, PacketRequest>();
  private asked = 0;

  constructor(
    private readonly host: Host,
    private readonly ruleSet: RuleSet,
    private readonly rule: Rule,
    private readonly options: FindOptions,
  ) {}

  /**
   * The first packet that arrives, of these and of those that pass by the rules that take them. Each of the given ones
   * is followed in turn, and of each the one that passes by the most.
   */
  among(tries: readonly Try[]): Reaching | undefined {
    const waiting = tries.map((each) => [each]);
    const most = this.tried.size + MOST_TRIES;
    while (waiting.length > 0) {
      for (let i = 0; i < waiting.length; i++) {
        if (this.tried.size >= most || this.asked > MOST_ASKED) return undefined;
        const stack = waiting[i] as Try[];
        const each = stack.pop();
        if (!each) {
          waiting.splice(i--, 1);
          continue;
        }
        const found = this.attempt(each, stack);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** The packet of a try, if it arrives; else the ways around what takes it are put on the stack, the best one last. */
  private attempt(each: Try, stack: Try[]): Reaching | undefined {
    const request = this.requestFor(each);
    if (!request) return undefined;
    const expression = formatPacketExpression(request);
    if (this.tried.has(expression)) return undefined;
    this.tried.set(expression, request);
    const { host, rule, ruleSet } = this;
    const traced = this.trace(request);
    if (arrives(traced, rule)) return { expression };
    this.asked += traced.asked;
    const answers = this.answersFor(request, traced, each);
    if (answers) return { expression, answers };
    const takers = takersOf(traced, each.hook, rule);
    if (this.nearest.nearest === undefined)
      this.nearest = { nearest: expression, obstacle: obstacleOf(traced, takers) };
    if (stack.length >= MOST_WAITING) return undefined;
    const needed = new Set(each.jumps);
    const around = [
      ...takers.flatMap((taker) => [...avoiding(taker, needed, host), ...returning(taker, host)]),
      ...letThrough(traced, ruleSet, { table: rule.chain.table, hook: each.hook }, host),
    ];
    for (const box of around.reverse()) stack.push({ ...each, box: [...each.box, ...box] });
    return undefined;
  }

  /** Of the packets that did not arrive on the likeliest host, one that arrives on another. */
  onEveryHost(): Reaching | undefined {
    const { onEveryHost } = this.options;
    if (!onEveryHost) return undefined;
    const found = [...this.tried].slice(0, MOST_HOSTS).find(([, request]) => {
      const traced = onEveryHost(request);
      return traced && arrives(traced, this.rule);
    });
    return found && { expression: found[0] };
  }

  /**
   * Answers to what the rules leave open with which the packet arrives: yes for those that have to match, no for the
   * others. Of very many paths only some are followed, and the one to the rule may be missing among them.
   */
  private answersFor(
    request: PacketRequest,
    { truncated, outcomes }: Traced,
    { jumps }: Try,
  ): Readonly<Record<string, boolean>> | undefined {
    if (!truncated) return undefined;
    const needed = new Set([...jumps, this.rule]);
    const answers = new Map<string, boolean>();
    let open = outcomes;
    for (let i = 0; i < MOST_ROUNDS; i++) {
      const before = answers.size;
      for (const { assumptions } of open)
        for (const { key, rule } of assumptions) if (!answers.has(key)) answers.set(key, needed.has(rule));
      if (answers.size === before) return undefined;
      const traced = this.trace(request, answers);
      this.asked += traced.asked;
      if (arrives(traced, this.rule)) return Object.fromEntries(answers);
      open = traced.outcomes;
    }
    return undefined;
  }

  private requestFor({ hook, heading, box }: Try): PacketRequest | undefined {
    const { host, rule } = this;
    const { wish = {}, addressesKnown } = this.options;
    const chosen = requestOf(box, {
      hook,
      heading,
      addressesKnown: addressesKnown[rule.family],
      host,
      family: rule.family,
      wish,
    });
    return chosen && completePacket(chosen, host, { preferred: rule.family, addressesKnown }).request;
  }

  private trace(request: PacketRequest, answers?: ReadonlyMap<string, boolean>): Traced {
    const { ruleSet, options } = this;
    const host = options.hostFor?.(request) ?? this.host;
    return tracePacket(request, {
      ruleSets: ruleSet.family === 4 ? { v4: ruleSet } : { v6: ruleSet },
      host,
      ...(answers && { answers }),
    });
  }
}

/** A packet that the rule matches, and the answers with which it does. */
interface Reaching {
  readonly expression: string;
  readonly answers?: Readonly<Record<string, boolean>>;
}

/** A packet to be tried: what it has to pass, and how it gets to the hook. */
interface Try {
  readonly hook: Hook;
  /** The jumps that lead to the wanted rule. */
  readonly jumps: readonly Rule[];
  readonly heading: TravelDirection;
  readonly box: Box;
}

const HEADINGS: Readonly<Record<Hook, readonly TravelDirection[]>> = {
  PREROUTING: ['in', 'through', 'loop'],
  INPUT: ['in', 'loop'],
  FORWARD: ['through'],
  OUTPUT: ['out', 'loop'],
  POSTROUTING: ['out', 'through', 'loop'],
};

function triesOf({ hook, jumps }: WayToRule, rule: Rule, host: Host): readonly Try[] {
  return withHeadings(boxesOf([...jumps, rule], host), hook, jumps);
}

/**
 * The same for packets of which rules between those of the way change a field that several of these ask: it has to be
 * as the first one asks.
 */
function triesWithChanges({ hook, jumps }: WayToRule, rule: Rule, host: Host, ruleSet: RuleSet): readonly Try[] {
  const sets = [...jumps, rule].map((each) => boxesOf([each], host));
  const asked = sets.map((set) => new Set(set.flat().map(({ field }) => field)));
  const again = asked.map((own, i) => [...own].filter((field) => asked.slice(0, i).some((other) => other.has(field))));
  // To know what the table changes, all its rules have to be read.
  if (again.flat().length === 0) return [];
  const changed = changedOnTheWayTo(ruleSet, rule);
  if (!again.flat().some((field) => changed.has(field))) return [];
  const open = sets.map((set, i) =>
    set.map((box) => box.filter(({ field }) => !changed.has(field) || again[i]?.includes(field) !== true)),
  );
  return withHeadings((intersection(open) ?? []).slice(0, MOST_BOXES), hook, jumps);
}

function withHeadings(boxes: PacketSet, hook: Hook, jumps: readonly Rule[]): readonly Try[] {
  return boxes.flatMap((box) => HEADINGS[hook].map((heading): Try => ({ hook, jumps, heading, box })));
}

function arrives({ outcomes }: Traced, rule: Rule): boolean {
  return outcomes.some(({ events }) =>
    events.some((event) => event.kind === 'rule' && event.matched && event.rule === rule),
  );
}

function obstacleOf({ outcomes }: Traced, [taker]: readonly Taker[]): string | undefined {
  if (taker) return `${lineWords(taker.rule.line)} matches it first`;
  const end = outcomes[0]?.end;
  if (end?.dropBy?.kind === 'kernel') return `the kernel drops it: ${end.dropBy.detail || end.dropBy.reason}`;
  if (end?.dropBy?.kind === 'policy') return `the policy of ${end.dropBy.chain.name} drops it`;
  return undefined;
}
