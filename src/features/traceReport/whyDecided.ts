import { lineWords } from '../../core/syntax/typedLine';
import type { FieldName } from '../../core/net/fields/fields';
import { singleValue } from '../../core/net/fields/fieldTest';
import { askAgain } from '../../core/netfilter/asking';
import { deniedBy, evidenceOf, type Asked } from '../../core/netfilter/evidence';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Rule } from '../../core/ruleset/ruleSet';
import { targetName } from '../targetName';
import { counted, translationBehind } from './traceInput';
import type { DetailNote } from '../../shared/traceReport';
import { destinationOf } from './packetWords';
import { whyNot } from './whyNot';

/**
 * Why the packet was not spared: the rules above that would have let it go (RETURN and ACCEPT on the way to this one),
 * and what kept each from matching. Only for steps that decide: NAT, a drop, the policy DROP.
 */
export function explainDecision({ events }: Walked, index: number): readonly DetailNote[] {
  const event = events[index] as TraceEvent;
  const question = questionFor(events, index, event);
  if (question === undefined) return [];
  const passed = exclusionsPassed(events, index);
  if (passed.length === 0) return [];
  return [{ title: question, text: exclusionWords(passed) }];
}

function questionFor(events: readonly TraceEvent[], index: number, event: TraceEvent): string | undefined {
  if (event.kind === 'policy') return event.verdict === 'DROP' ? 'Why was it not accepted?' : undefined;
  if (event.kind !== 'rule') return undefined;
  const { effect } = event;
  if (effect?.kind === 'reject' || (effect?.kind === 'verdict' && effect.verdict === 'DROP'))
    return 'Why was it not accepted?';
  const redirects =
    effect?.kind === 'redirect' ||
    effect?.kind === 'tproxy' ||
    (effect?.kind === 'nat' && effect.half === 'destination');
  if (!redirects) return undefined;
  const translated = translationBehind(events, index);
  return translated || effect.kind === 'tproxy'
    ? `Why not straight to ${destinationOf(translated?.before ?? event.view.packet)}?`
    : undefined;
}

interface Passed {
  readonly rule: Rule;
  /** What kept it from matching. */
  readonly denied: Asked;
}

/**
 * Rules that were passed and would have let the packet go: ACCEPT anywhere in this table, RETURN in the user chains on
 * the way to this step (RETURN in the built-in chain means its policy).
 */
function exclusionsPassed(events: readonly TraceEvent[], index: number): readonly Passed[] {
  const lists: Passed[][] = [];
  const here = events[index] as TraceEvent;
  let depth = here.kind === 'rule' ? here.depth : 0;
  let chain = here.kind === 'rule' ? here.rule.chain : undefined;
  for (let i = index - 1; i >= 0; i--) {
    const event = events[i] as TraceEvent;
    if (event.kind === 'table-enter') break;
    if (event.kind === 'rule' && event.matched && event.depth < depth && event.rule.target.kind === 'jump') {
      depth = event.depth;
      chain = event.rule.chain;
    }
    if (event.kind !== 'skipped' && event.kind !== 'rule') continue;
    const leads =
      event.depth === depth && depth > 0 && (event.kind === 'skipped' ? event.chain : event.rule.chain) === chain;
    if (event.kind === 'rule') {
      if (!event.matched && spares(event.rule, leads)) lists.push(passedBy(event.rule, evidenceOf(event)));
      continue;
    }
    // A chain of thousands of rules is not asked again rule by rule.
    const from = Math.max(event.from, event.to - MOST_ASKED + 1);
    lists.push(
      event.rules
        .slice(from - 1, event.to)
        .filter((rule) => spares(rule, leads))
        .flatMap((rule) => passedBy(rule, askAgain(rule, event.view))),
    );
  }
  return lists.reverse().flat();
}

const MOST_ASKED = 500;

function passedBy(rule: Rule, evidence: readonly Asked[]): Passed[] {
  const denied = evidence.find(({ answer }) => answer === false) ?? evidence.find(deniedBy);
  return denied ? [{ rule, denied }] : [];
}

function spares({ target }: Rule, leads: boolean): boolean {
  return (
    target.kind === 'extension' && (target.extension.name === 'ACCEPT' || (leads && target.extension.name === 'RETURN'))
  );
}

/** `Port 3000 is not one of 15008, 22, 15090`; what is not a plain port has its own wording. */
function exclusionWords(passed: readonly Passed[]): string {
  const ports: string[] = [];
  const others: string[] = [];
  let port = '';
  for (const { rule, denied } of passed) {
    const { question, view, answer } = denied;
    const { text, asks } = question;
    const excluded = asks && PORTS.has(asks.field) && !asks.negated ? singleValue(asks) : undefined;
    if (answer === false && !denied.said && typeof excluded === 'number' && typeof question.actual(view) === 'string') {
      ports.push(String(excluded));
      port = String(view.packet.destinationPort);
    } else others.push(`${lineWords(rule.line)}: ${answer === false ? whyNot(denied) : `assumed not ${text}`}`);
  }
  const names = [...new Set(passed.map(({ rule }) => targetName(rule)))].join(' or ');
  const parts: string[] = [];
  if (ports.length === 1) parts.push(`port ${port} is not ${ports[0] ?? ''}`);
  else if (ports.length > 1) parts.push(`port ${port} is not one of ${listed(ports)}`);
  parts.push(...others.slice(0, MOST_LISTED));
  if (others.length > MOST_LISTED) parts.push(`and ${counted(others.length - MOST_LISTED, 'more rule')}`);
  return `No ${names} above matched: ${parts.join('; ')}.`;
}

const MOST_LISTED = 8;
/** A rule in this set asks for the port that the packet goes to. */
const PORTS: ReadonlySet<FieldName> = new Set(['destinationPort', 'destinationPortRead']);

function listed(values: readonly string[]): string {
  return values.length > 12 ? `${values.slice(0, 12).join(', ')} and ${values.length - 12} more` : values.join(', ');
}
