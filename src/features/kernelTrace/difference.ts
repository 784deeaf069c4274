import type { SteppedLine } from '../../core/net/kernelTrace/kernelPackets';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Chain, Rule, RuleSet } from '../../core/ruleset/ruleSet';
import { allTables } from '../../core/ruleset/ruleSet';
import type { StepId } from '../../shared/traceReport';
import { badgeOf, droppedBy } from '../traceReport/verdict';
import { whyRule, whyRuleNot } from '../traceReport/ruleWhy';
import { isEnd } from './compareSteps';
import { fullName, tableOf, type OurStep } from './ourSteps';
import type { PacketDifference } from './packetDifference';
import { rulesNamed } from './ruleNamed';

/** What each of the two says where a kernel and a path part. Lines count from 1. */
export interface Difference {
  /** `filter INPUT rule 2 matched`. */
  readonly kernel: string;
  /** The line of the kernel's trace. */
  readonly kernelLine: number;
  /** `rule 2 did not match: dport 443 ≠ 80`. */
  readonly here: string;
  /** The line of the rules that `here` is about. */
  readonly line: number | undefined;
  readonly step: StepId | undefined;
}

interface Parting {
  readonly kernel: SteppedLine;
  readonly here: OurStep | undefined;
  readonly packets?: PacketDifference;
  /** The event up to which both agree; -1: none. */
  readonly agreed: number;
}

/** What a step of the kernel says, with what the file knows of its rule. */
export function kernelWords(step: SteppedLine, chain: Chain | undefined): string {
  const place = `${step.table} ${step.chain}`;
  const rules = chain?.rules.length;
  if (rules === undefined ? step.kind === 'end' : isEnd(step, rules)) {
    if (step.verdict === 'ACCEPT' || step.verdict === 'DROP') return `policy ${step.verdict} of ${place}`;
    return chain?.policy === undefined ? `end of ${place}` : `policy of ${place}`;
  }
  const [rule, more] = (chain && rulesNamed(step, chain)) ?? [];
  const number = step.number ?? (more ? undefined : rule?.number);
  const named =
    number !== undefined
      ? `rule ${number}`
      : step.text !== undefined && step.text !== ''
        ? `rule “${step.text.replace(/counter packets \d+ bytes \d+ ?/g, '')}”`
        : step.handle === undefined
          ? 'a rule'
          : `the rule with handle ${step.handle}`;
  const verdict = step.verdict === undefined ? '' : ` (${[step.verdict, step.to ?? ''].join(' ').trim()})`;
  return `${place} ${named} matched${verdict}`;
}

/** The chain of a step, where the file has it. */
export function chainOf(step: SteppedLine, ruleSet: RuleSet | undefined, family: 4 | 6): Chain | undefined {
  const wanted = fullName(step.table, family);
  for (const set of [ruleSet, ruleSet?.beside])
    for (const table of set ? allTables(set) : [])
      if (fullName(table.name, family) === wanted) {
        const chain = table.chains.get(step.chain);
        if (chain) return chain;
      }
  return undefined;
}

/** Puts the first disagreement into words. */
export function differenceOf(
  { kernel, here, agreed, packets }: Parting,
  walked: Walked,
  ruleSet: RuleSet | undefined,
  family: 4 | 6,
): Difference {
  const chain = chainOf(kernel, ruleSet, family);
  const base = { kernel: kernelWords(kernel, chain), kernelLine: kernel.line + 1 };
  if (packets && here)
    return {
      kernel: `${base.kernel}, with ${packets.kernel}`,
      kernelLine: (kernel.shown?.index ?? kernel.line) + 1,
      here: `the packet has ${packets.here} there`,
      line: here.rule && lineOf(here.rule),
      step: { kind: 'event', event: here.event },
    };
  if (!chain)
    return {
      ...base,
      here: `the rules have no chain ${kernel.chain} in ${kernel.table}`,
      line: undefined,
      step: undefined,
    };
  const ends = isEnd(kernel, chain.rules.length);
  const named = ends ? [] : rulesNamed(kernel, chain);
  const [rule] = named ?? [];
  if (!ends && named?.length === 0)
    return {
      ...base,
      here:
        `${chain.name} has ${chain.rules.length === 0 ? 'no rules' : `no such rule among its ${chain.rules.length}`}: ` +
        'these may not be the rules that the kernel had',
      line: chain.line && chain.line.index + 1,
      step: undefined,
    };
  const passed = rule && passedOver(walked.events, agreed, here?.event ?? walked.events.length, rule);
  if (rule && passed)
    return { ...base, here: `rule ${rule.number} did not match: ${passed.why}`, line: lineOf(rule), step: passed.step };
  if (here?.rule && sameTable(here, kernel, family))
    return {
      ...base,
      kernel: named ? `passed over rule ${here.rule.number} of ${here.chain.name}; ${base.kernel}` : base.kernel,
      here: `rule ${here.rule.number} of ${here.chain.name} matched: ${whyHere(walked, here)}`,
      line: lineOf(here.rule),
      step: { kind: 'event', event: here.event },
    };
  return { ...base, ...whereElse(walked, here, kernel, family) };
}

function whereElse(
  walked: Walked,
  here: OurStep | undefined,
  kernel: SteppedLine,
  family: 4 | 6,
): Pick<Difference, 'here' | 'line' | 'step'> {
  if (!here) {
    const { dropBy } = walked.end;
    return {
      here: `the packet’s path ended before: ${
        dropBy?.kind === 'rule'
          ? `rule ${dropBy.rule.number} of ${dropBy.rule.chain.name} dropped it`
          : dropBy?.kind === 'policy'
            ? `the policy of ${dropBy.chain.name} dropped it`
            : dropBy
              ? droppedBy(walked.end)
              : badgeOf(walked).text
      }`,
      line: dropBy?.kind === 'rule' ? lineOf(dropBy.rule) : undefined,
      step: { kind: 'event', event: walked.events.length - 1 },
    };
  }
  const { chain, rule, hook } = here;
  const line = rule ? lineOf(rule) : chain.line && chain.line.index + 1;
  const step = { kind: 'event', event: here.event } as const;
  if (sameTable(here, kernel, family) && !rule && chain.name === kernel.chain)
    return { here: `the policy of ${chain.name} is ${chain.policy ?? 'ACCEPT'}`, line, step };
  const place = `${chain.table} ${chain.name}${chain.name === hook ? '' : ` in ${hook}`}`;
  return {
    here: `the packet went on in ${place}, ${rule ? `where rule ${rule.number} matched` : 'to its end'}`,
    line,
    step,
  };
}

function sameTable({ chain }: OurStep, { table }: SteppedLine, family: 4 | 6): boolean {
  return tableOf(chain, family) === fullName(table, family);
}

function whyHere(walked: Walked, { event }: OurStep): string {
  const found = walked.events[event];
  return found?.kind === 'rule' ? whyRule(walked, event, found).why : '';
}

/** Where the path went past a rule between two events, and why. */
function passedOver(
  events: readonly TraceEvent[],
  after: number,
  before: number,
  rule: Rule,
): { readonly why: string; readonly step: StepId } | undefined {
  for (let i = after + 1; i < before; i++) {
    const event = events[i];
    if (event?.kind === 'skipped' && event.chain === rule.chain && event.from <= rule.number && rule.number <= event.to)
      return { why: whyRuleNot(rule, event.view), step: { kind: 'rule', event: i, rule: rule.number } };
    if (event?.kind === 'rule' && event.rule === rule && !event.matched)
      return { why: whyRuleNot(rule, event.view), step: { kind: 'event', event: i } };
  }
  return undefined;
}

function lineOf({ line }: Rule): number {
  return line.index + 1;
}
