import { explainRule } from '../../core/netfilter/ruleTest';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import type { PacketView } from '../../core/xtables/view';
import { counted, translationBehind, type RuleEvent } from './course';
import type { DetailNote } from './model';
import { destinationOf } from './packetWords';
import { readCondition, whyNot } from './whyNot';

/**
 * Why the packet was not spared: the rules above that would have let it go (RETURN and ACCEPT on the way to this one), and what
 * kept each from matching. Only for steps that decide: NAT, a drop, the policy DROP.
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
  if (effect?.kind === 'reject' || effect?.kind === 'verdict' && effect.verdict === 'DROP') return 'Why was it not accepted?';
  const redirects = effect?.kind === 'redirect' || effect?.kind === 'tproxy' || effect?.kind === 'nat' && effect.half === 'destination';
  if (!redirects) return undefined;
  const translated = translationBehind(events, index);
  return translated || effect.kind === 'tproxy' ? `Why not straight to ${destinationOf((translated?.before ?? event.view.packet))}?` : undefined;
}

interface Passed {
  readonly rule: Rule;
  readonly view: PacketView;
}

/** Rules with RETURN or ACCEPT that were passed in the chains that lead to this step, nearest chain last. */
function exclusionsPassed(events: readonly TraceEvent[], index: number): readonly Passed[] {
  const lists: Passed[][] = [];
  const chains = new Set<Chain>();
  const here = events[index] as TraceEvent;
  let depth = here.kind === 'rule' ? here.depth : 0;
  let chain = here.kind === 'rule' ? here.rule.chain : here.kind === 'policy' ? here.chain : undefined;
  if (chain) chains.add(chain);
  for (let i = index - 1; i >= 0; i--) {
    const event = events[i] as TraceEvent;
    if (event.kind === 'table-enter') break;
    if (event.kind === 'rule' && event.depth < depth && event.matched && event.rule.target.kind === 'jump') {
      depth = event.depth;
      chain = event.rule.chain;
      chains.add(chain);
    } else if (event.kind === 'skipped' && event.depth === depth && event.chain === chain) {
      // A chain of thousands of rules is summed up by its count; its rules are not asked again one by one.
      const from = Math.max(event.from, event.to - MOST_ASKED + 1);
      lists.push(event.chain.rules.slice(from - 1, event.to).filter(spares).map((rule) => ({ rule, view: event.view })));
    } else if (event.kind === 'rule' && !event.matched && event.depth === depth && event.rule.chain === chain && spares(event.rule)) {
      lists.push([{ rule: event.rule, view: (event as RuleEvent).view }]);
    }
  }
  return lists.reverse().flat();
}

const MOST_ASKED = 500;

function spares({ target }: Rule): boolean {
  return target.kind === 'extension' && (target.extension.name === 'RETURN' || target.extension.name === 'ACCEPT');
}

/** `Port 3000 is none of 15008, 22, 15090`; what is no plain port is told by its own words. */
function exclusionWords(passed: readonly Passed[]): string {
  const ports: string[] = [];
  const others: string[] = [];
  let port = '';
  for (const { rule, view } of passed) {
    const no = explainRule(rule, view).find(({ answer }) => answer === false);
    if (!no) continue;
    const { inverted, option, value } = readCondition(no.text);
    if (!inverted && option === '--dport' && no.actual.startsWith('dport ')) {
      ports.push(value);
      port = no.actual.slice('dport '.length);
    } else others.push(`line ${rule.line.index + 1}: ${whyNot(no.text, no.actual)}`);
  }
  const names = [...new Set(passed.map(({ rule }) => (rule.target.kind === 'extension' ? rule.target.extension.name : '')))].join(' or ');
  const parts: string[] = [];
  if (ports.length === 1) parts.push(`port ${port} is not ${ports[0] ?? ''}`);
  else if (ports.length > 1) parts.push(`port ${port} is none of ${listed(ports)}`);
  parts.push(...others.slice(0, MOST_TOLD));
  if (others.length > MOST_TOLD) parts.push(`and ${counted(others.length - MOST_TOLD, 'more rule')}`);
  return `No ${names} above matched: ${parts.join('; ')}.`;
}

const MOST_TOLD = 6;

function listed(values: readonly string[]): string {
  return values.length > 12 ? `${values.slice(0, 12).join(', ')} and ${values.length - 12} more` : values.join(', ');
}
