import { completePacket } from '../../core/net/completePacket';
import { changedNumber } from '../../core/net/fields/fieldChange';
import { testHolds, type FieldTest } from '../../core/net/fields/fieldTest';
import { intersection, inverse, type Box, type PacketSet } from '../../core/net/fields/packetSet';
import type { Host } from '../../core/net/host';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { TraceEvent } from '../../core/netfilter/events';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import { tracePacket, type Traced } from '../../core/netfilter/trace';
import { allTables, type Rule, type RuleSet } from '../../core/ruleset/ruleSet';
import { boundsOf } from '../../core/xtables/fieldCondition';
import type { Hook } from '../../core/xtables/view';
import { requestOf, type TravelDirection } from './requestOf';
import { waysTo, type WayToRule } from './waysTo';

/** How many packets are tried before giving up, and how many rules they may be asked by together. */
const MOST_TRIES = 48;
const MOST_ASKED = 400_000;
/** So many packets are traced on every possible host, which takes longer. */
const MOST_HOSTS = 6;
/** Ways of passing by other rules that are waiting to be tried. */
const MOST_WAITING = 200;

export interface FindOptions {
  /** What is taken for what the rules leave open. */
  readonly wish?: PacketRequest;
  /**
   * Whether the addresses of the host are known; of those that are made up the expression says that they are its own.
   */
  readonly addressesKnown: boolean;
  /** Traces a packet on every host that is possible, where the file leaves that open. Left out: on the likeliest one. */
  readonly onEveryHost?: (request: PacketRequest) => Traced | undefined;
}

export type Found =
  /** This packet was traced, and the rule matched it. */
  | { readonly kind: 'found'; readonly expression: string }
  /** No packet was found that the rule matches. `nearest`: the best try; `obstacle`: what took it, in a clause. */
  | { readonly kind: 'not-found'; readonly nearest: string | undefined; readonly obstacle: string | undefined }
  /** No built-in chain leads to the rule. */
  | { readonly kind: 'unreachable' };

/**
 * A packet that reaches a rule and is matched by it. Chosen from what the rule and the jumps that lead to it ask, then
 * traced; where another rule takes it, that one is avoided in the next try.
 */
export function findPacket(host: Host, ruleSet: RuleSet, rule: Rule, options: FindOptions): Found {
  const ways = waysTo(ruleSet, rule);
  if (ways.length === 0) return { kind: 'unreachable' };
  const search = new Search(host, ruleSet, rule, options);
  const direct = ways.flatMap((way) => triesOf(way, rule, host));
  const tries = [...markedOnTheWay(direct, ruleSet, host), ...direct];
  // What a host sends to itself is not what one thinks of first.
  const expression =
    search.among(tries.filter(({ heading }) => heading !== 'loop')) ??
    search.among(tries.filter(({ heading }) => heading === 'loop')) ??
    search.onEveryHost();
  return expression === undefined ? { kind: 'not-found', ...search.nearest } : { kind: 'found', expression };
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

  /** The first packet that arrives, of these and of those that pass by the rules that take them. */
  among(tries: readonly Try[]): string | undefined {
    const waiting = [...tries];
    const most = this.tried.size + MOST_TRIES;
    for (let i = 0; i < waiting.length && this.tried.size < most && this.asked <= MOST_ASKED; i++) {
      const each = waiting[i] as Try;
      const request = this.requestFor(each);
      if (!request) continue;
      const expression = formatPacketExpression(request);
      if (this.tried.has(expression)) continue;
      this.tried.set(expression, request);
      const traced = this.trace(request);
      if (arrives(traced, this.rule)) return expression;
      this.asked += traced.asked;
      const takers = takersOf(traced, each, this.rule);
      if (this.nearest.nearest === undefined)
        this.nearest = { nearest: expression, obstacle: obstacleOf(traced, takers) };
      if (waiting.length < MOST_WAITING)
        for (const taker of takers)
          waiting.push(...avoiding(taker, this.host).map((box) => ({ ...each, box: [...each.box, ...box] })));
    }
    return undefined;
  }

  /** Of the packets that did not arrive on the likeliest host, one that arrives on another. */
  onEveryHost(): string | undefined {
    const { onEveryHost } = this.options;
    if (!onEveryHost) return undefined;
    return [...this.tried].slice(0, MOST_HOSTS).find(([, request]) => {
      const traced = onEveryHost(request);
      return traced && arrives(traced, this.rule);
    })?.[0];
  }

  private requestFor({ hook, heading, box }: Try): PacketRequest | undefined {
    const { host, rule } = this;
    const { wish = {}, addressesKnown } = this.options;
    const chosen = requestOf(box, { hook, heading, addressesKnown, host, family: rule.family, wish });
    return chosen && completePacket(chosen, host, { preferred: rule.family, marksOwn: !addressesKnown }).request;
  }

  private trace(request: PacketRequest): Traced {
    const { ruleSet, host } = this;
    return tracePacket(request, { ruleSets: ruleSet.family === 4 ? { v4: ruleSet } : { v6: ruleSet }, host });
  }
}

/** A packet to be tried: what it has to pass, and how it gets to the hook. */
interface Try {
  readonly hook: Hook;
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

/**
 * A packet has no mark of its own, unless the program that sent it gave it one: where a rule asks for one, packets are
 * tried first that another rule marks on their way.
 */
function markedOnTheWay(direct: readonly Try[], ruleSet: RuleSet, host: Host): readonly Try[] {
  const wanted = direct.filter(({ box }) => !box.filter(asksMark).every((test) => testHolds(test, 0)));
  const [first] = wanted;
  if (!first) return [];
  const marks = first.box.filter(asksMark);
  return settersOf(ruleSet, marks)
    .flatMap((setter) => waysTo(ruleSet, setter).flatMap(({ jumps }) => boxesOf([...jumps, setter], host).slice(0, 2)))
    .flatMap((marking) =>
      wanted.map((each): Try => ({ ...each, box: [...each.box.filter((test) => !asksMark(test)), ...marking] })),
    )
    .slice(0, MOST_BOXES);
}

function asksMark({ field }: FieldTest): boolean {
  return field === 'mark';
}

/** Rules after which a packet without a mark has one that passes these tests. */
function settersOf(ruleSet: RuleSet, marks: readonly FieldTest[]): readonly Rule[] {
  const setters: Rule[] = [];
  let looked = 0;
  for (const table of allTables(ruleSet)) {
    for (const chain of table.chains.values()) {
      for (const rule of chain.rules) {
        if (++looked > MOST_LOOKED || setters.length >= MOST_SETTERS) return setters;
        if (rule.jump || rule.target.kind !== 'extension') continue;
        const changes = rule.target.extension.changes?.(rule.target.data) ?? [];
        const sets = changes.some(
          (change) =>
            change.field === 'mark' &&
            change.kind === 'masked' &&
            marks.every((test) => testHolds(test, changedNumber(change, 0))),
        );
        if (sets) setters.push(rule);
      }
    }
  }
  return setters;
}

const MOST_SETTERS = 4;
/** Each rule that is looked at is read. */
const MOST_LOOKED = 20_000;

function triesOf({ hook, jumps }: WayToRule, rule: Rule, host: Host): readonly Try[] {
  return boxesOf([...jumps, rule], host).flatMap((box) =>
    HEADINGS[hook].map((heading): Try => ({ hook, heading, box })),
  );
}

/** What a packet must be to be matched by all these rules: each box is enough. */
function boxesOf(rules: readonly Rule[], host: Host): PacketSet {
  const sets = rules.map((rule) => packetsOf(rule, host));
  return (intersection(sets) ?? [sets.map((set) => set[0] ?? []).flat()]).slice(0, MOST_BOXES);
}

const MOST_BOXES = 16;

/** The packets that a rule may match; where fields say nothing of a condition, those that it surely takes. */
function packetsOf(rule: Rule, host: Host): PacketSet {
  const sets = conditionsOfRule(rule).map((condition) => {
    const { over, under } = boundsOf(condition, host);
    return over.some((box) => box.length === 0) && under.length > 0 ? under : over;
  });
  return intersection(sets) ?? [sets.map((set) => set[0] ?? []).flat()];
}

function arrives({ outcomes }: Traced, rule: Rule): boolean {
  return outcomes.some(({ events }) =>
    events.some((event) => event.kind === 'rule' && event.matched && event.rule === rule),
  );
}

/**
 * The rules that took the packet away before it came to the wanted one, the last one first: they dropped it, or ended a
 * chain or a table, or translated it to somewhere else.
 */
function takersOf({ outcomes }: Traced, { hook }: Try, rule: Rule): readonly Rule[] {
  const takers: Rule[] = [];
  for (const { events } of outcomes.slice(0, 4)) {
    for (const event of upToTable(events, hook, rule)) if (takes(event)) takers.unshift(event.rule);
  }
  return [...new Set(takers)].slice(0, MOST_TAKERS);
}

const MOST_TAKERS = 6;

/** What happened before the packet left the wanted table at the wanted hook. */
function* upToTable(events: readonly TraceEvent[], hook: Hook, { chain }: Rule): Iterable<TraceEvent> {
  for (const event of events) {
    if (event.kind === 'table-leave' && event.hook === hook && event.table === chain.table) return;
    yield event;
  }
}

function takes(event: TraceEvent): event is TraceEvent & { readonly kind: 'rule' } {
  if (event.kind !== 'rule' || !event.matched) return false;
  return event.effect !== undefined && event.effect.kind !== 'continue' && event.effect.kind !== 'jump';
}

/** Packets that a rule is sure not to match, by what one of its conditions asks. */
function avoiding(rule: Rule, host: Host): PacketSet {
  return conditionsOfRule(rule).flatMap((condition) =>
    (inverse(boundsOf(condition, host).over) ?? []).filter((box) => box.length > 0),
  );
}

function obstacleOf({ outcomes }: Traced, [taker]: readonly Rule[]): string | undefined {
  if (taker) return `line ${taker.line.index + 1} matches it first`;
  const end = outcomes[0]?.end;
  if (end?.dropBy?.kind === 'kernel') return `the kernel drops it: ${end.dropBy.detail || end.dropBy.reason}`;
  if (end?.dropBy?.kind === 'policy') return `the policy of ${end.dropBy.chain.name} drops it`;
  return undefined;
}
