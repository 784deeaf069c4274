import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { isThrough } from '../../core/netfilter/walkEnds';
import { allTables, type Chain, type Rule, type RuleSet, type Table } from '../../core/ruleset/ruleSet';
import { ruleSetsFor, type Dump, type FileModel } from '../fileModel';
import { decisiveEvent, isAccepting } from '../traceReport/verdict';
import { didYouMean } from './conditionWords';
import type { RulePlace } from './condition';

/** The chains of a rule set by their names, `INPUT` and `filter/INPUT`; those of the other back end among them. */
type ChainIndex = ReadonlyMap<string, readonly Chain[]>;

const indexes = new WeakMap<RuleSet, ChainIndex>();

export function chainsByName(ruleSet: RuleSet): ChainIndex {
  const known = indexes.get(ruleSet);
  if (known) return known;
  const index = new Map<string, Chain[]>();
  const add = (name: string, chain: Chain): void => {
    const list = index.get(name);
    if (list) list.push(chain);
    else index.set(name, [chain]);
  };
  for (const table of tablesOfBoth(ruleSet))
    for (const chain of table.chains.values()) {
      add(chain.name, chain);
      add(`${table.name}/${chain.name}`, chain);
    }
  indexes.set(ruleSet, index);
  return index;
}

/** The tables of a rule set, those of the other back end after them. */
export function tablesOfBoth(ruleSet: RuleSet): readonly Table[] {
  return [...allTables(ruleSet), ...(ruleSet.beside ? allTables(ruleSet.beside) : [])];
}

/** The chains that a place names, or why there is none such. */
export function chainsAt({ chain, number }: RulePlace, ruleSet: RuleSet | undefined): readonly Chain[] | string {
  const index = ruleSet && chainsByName(ruleSet);
  const found = index?.get(chain);
  if (!found) return `there is no chain ${chain} in these rules${didYouMean(chain, index?.keys() ?? [])}`;
  if (number === undefined || found.some(({ rules }) => number >= 1 && number <= rules.length)) return found;
  const count = Math.max(...found.map(({ rules }) => rules.length));
  return (
    `${chain} has ${count === 0 ? 'no rules' : count === 1 ? 'one rule' : `${count} rules`}, so there is no rule ` +
    `${number}`
  );
}

/** What a place names in the rules of a file, IPv4 and IPv6. */
export interface PlaceInFile {
  readonly chains: readonly Chain[];
  /** Why there is none such, where no family has it. */
  readonly missing: string | undefined;
}

export function placeInFile(place: RulePlace, model: FileModel, dump: Dump): PlaceInFile {
  const { v4, v6 } = ruleSetsFor(model, dump);
  const found = [v4, v6].flatMap((ruleSet) => (ruleSet ? [chainsAt(place, ruleSet)] : []));
  const chains = found.flatMap((each) => (typeof each === 'string' ? [] : each));
  const [first] = found;
  return { chains, missing: chains.length === 0 && typeof first === 'string' ? first : undefined };
}

/** What a path has passed: the chains that it came to, the rules that matched, the rules that the answer names. */
export class PassedRules {
  private entered: Set<Chain> | undefined;
  private matched: Set<Rule> | undefined;
  private decided: readonly Rule[] | undefined;

  constructor(private readonly walked: Walked) {}

  /** It came to one of the chains; with a number, that rule of it matched. */
  via(chains: readonly Chain[], number: number | undefined): boolean {
    if (number === undefined) {
      this.entered ??= enteredChains(this.walked);
      return chains.some((chain) => this.entered?.has(chain));
    }
    this.matched ??= matchedRules(this.walked);
    return chains.some((chain) => {
      const rule = chain.rules[number - 1];
      return rule !== undefined && this.matched?.has(rule);
    });
  }

  /** A rule of the chains, or that one, decided, let through or gave another source: as the trace's card names them. */
  by(chains: readonly Chain[], number: number | undefined): boolean {
    this.decided ??= decidingRules(this.walked);
    return this.decided.some((rule) => chains.includes(rule.chain) && (number === undefined || rule.number === number));
  }
}

function enteredChains({ events }: Walked): Set<Chain> {
  const entered = new Set<Chain>();
  for (const event of events) {
    if (event.kind === 'rule') {
      entered.add(event.rule.chain);
      const to = event.matched ? event.rule.jump?.to : undefined;
      if (to) entered.add(to);
    } else if ('chain' in event) entered.add(event.chain);
  }
  return entered;
}

function matchedRules({ milestones }: Walked): Set<Rule> {
  return new Set(milestones.flatMap((event) => (event.kind === 'rule' && event.matched ? [event.rule] : [])));
}

type RuleEvent = Extract<TraceEvent, { readonly kind: 'rule' }>;

function decidingRules(walked: Walked): readonly Rule[] {
  const { events } = walked;
  const index = decisiveEvent(walked);
  const decided = index === undefined ? undefined : events[index];
  return [
    ...(decided?.kind === 'rule' ? [decided.rule] : []),
    ...(isThrough(walked) ? [...lastRule(walked, isAccepting), ...lastRule(walked, isSourceNat)] : []),
  ];
}

function lastRule({ events }: Walked, wanted: (event: RuleEvent) => boolean): readonly Rule[] {
  const found = events.findLast((event): event is RuleEvent => event.kind === 'rule' && event.matched && wanted(event));
  return found ? [found.rule] : [];
}

function isSourceNat({ effect }: RuleEvent): boolean {
  return effect?.kind === 'masquerade' || (effect?.kind === 'nat' && effect.half === 'source');
}

function ofRule(rule: Rule): Decision {
  return { words: `by ${placeText(rule)}`, rule, line: rule.line.index + 1, detail: '' };
}

/** Who decided, and where that stands. */
export interface Decision {
  /** `by filter/INPUT:4`, `by policy of filter/INPUT`, `by kernel`. */
  readonly words: string;
  /** The rule, or `policy of filter/INPUT`. */
  readonly rule: Rule | undefined;
  /** Of the file with the rules, 1-based; undefined where no line states it. */
  readonly line: number | undefined;
  /** What the kernel has against it; empty where it has nothing. */
  readonly detail: string;
}

/** `source`: what gave it another source counts first. */
export function decisionOf(walked: Walked, about?: 'source'): Decision | undefined {
  const { end } = walked;
  const [translating] = about === 'source' ? lastRule(walked, isSourceNat) : [];
  if (translating) return ofRule(translating);
  if (end.dropBy?.kind === 'kernel')
    return { words: 'by kernel', rule: undefined, line: undefined, detail: end.dropBy.detail };
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (event?.kind === 'rule' && event.rule.target.kind !== 'jump') return ofRule(event.rule);
  if (event?.kind === 'policy') {
    const { chain } = event;
    return {
      words: `by policy of ${chain.table}/${chain.name}`,
      rule: undefined,
      line: chain.line === undefined ? undefined : chain.line.index + 1,
      detail: '',
    };
  }
  return undefined;
}

/** `filter/INPUT:4`. */
export function placeText({ chain, number }: Rule): string {
  return `${chain.table}/${chain.name}:${number}`;
}
