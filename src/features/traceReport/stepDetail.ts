import { capital } from '../../core/text/capital';
import { chainKnowledge, ruleKnowledge, type ChangedBy } from '../../core/knowledge/knowledge';
import { chainIn } from '../../core/knowledge/view';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { askAgain } from '../../core/netfilter/asking';
import { allConditions, evidenceOf, type ExplainedCondition } from '../../core/netfilter/evidence';
import type { Chain, Rule } from '../../core/ruleset/ruleSet';
import { ruleChanges } from './ruleChanges';
import { selectedPath, type RuleEvent, type TraceInput } from './traceInput';
import { lineNumber, lineWords } from '../../core/syntax/typedLine';
import { explainKernelDrop } from './explainKernelDrop';
import type {
  ReportedCondition,
  DetailNote,
  PacketChange,
  RichText,
  StepDetail,
  StepId,
} from '../../shared/traceReport';
import { packetState } from './packetState/packetState';
import { inFragments, packetChanges, packetWords } from './packetWords';
import { ruleTokens } from './ruleTokens';
import { stepTries } from './stepTries';
import { policyAfter, whyRule, whyRuleNot } from './ruleWhy';
import { eventAt } from './makeReport';
import { droppedBy } from './verdict';
import { explainDecision } from './whyDecided';

type WithoutState = Omit<StepDetail, 'state' | 'tries'>;

/** Everything about one step. undefined where the path has no such step. */
export function stepDetail(input: TraceInput, step: StepId): StepDetail | undefined {
  const detail = detailOf(input, step);
  return detail && { ...detail, state: packetState(input, step), tries: stepTries(input, step) };
}

function detailOf(input: TraceInput, step: StepId): WithoutState | undefined {
  const walked = selectedPath(input);
  const { event, rule } = eventAt(input, step);
  const index = step.event;
  if (!event) return undefined;
  if (step.kind === 'beside') return { ...EMPTY, step, ...besideWords(step.why) };
  if (event.kind === 'rule') return ruleDetail(input, walked, step, index, event);
  if (event.kind === 'skipped') return rule && skippedDetail(input, step, event, rule);
  return { ...EMPTY, step, ...eventWords(walked, index, event) };
}

const EMPTY: Omit<WithoutState, 'step' | 'title'> = {
  tokens: [],
  happened: '',
  purpose: [],
  conditions: [],
  changes: [],
  consequence: '',
  notes: [],
  changedBy: [],
  line: undefined,
};

function ruleDetail(input: TraceInput, walked: Walked, step: StepId, index: number, event: RuleEvent): WithoutState {
  const { rule } = event;
  const { why } = whyRule(walked, index, event);
  const known = knowledge(input, rule);
  const changes = ruleChanges(walked.events, index, event);
  return {
    step,
    title: ruleTitle(rule),
    tokens: ruleTokens(rule, true),
    happened: event.matched ? matchedWords(event, why, policyAfter(walked, index + 1)) : `Did not match: ${why}.`,
    ...known,
    conditions: allConditions(rule, event.view, evidenceOf(event)).map(reportedCondition),
    changes,
    consequence: consequenceOf(event, changes),
    notes: [...(event.matched ? explainDecision(walked, index) : []), ...known.notes],
    line: lineNumber(rule.line),
  };
}

function skippedDetail(
  input: TraceInput,
  step: StepId,
  event: Extract<TraceEvent, { readonly kind: 'skipped' }>,
  rule: Rule,
): WithoutState {
  return {
    ...EMPTY,
    step,
    title: ruleTitle(rule),
    tokens: ruleTokens(rule, true),
    happened: `Did not match: ${whyRuleNot(rule, event.view)}.`,
    ...knowledge(input, rule),
    conditions: allConditions(rule, event.view, askAgain(rule, event.view)).map(reportedCondition),
    line: lineNumber(rule.line),
  };
}

function ruleTitle(rule: Rule): RichText {
  return [
    { text: `${capital(lineWords(rule.line))} · ` },
    { text: rule.chain.name, style: 'code' },
    { text: ` rule ${rule.number}` },
  ];
}

/** `policy`: the chain whose policy comes next, where the rule returns to it. */
function matchedWords({ rule: { target }, effect }: RuleEvent, why: string, policy: string | undefined): string {
  if (policy !== undefined && effect?.kind === 'verdict')
    return `Matches: returns, and the policy of ${policy} is next.`;
  if (target.kind === 'jump')
    return `Matches: continues with the rules of ${target.chain}${target.goto ? ', without coming back' : ''}.`;
  if (target.kind === 'extension') return `Matches: ${target.extension.describe(target.data)}.`;
  return target.kind === 'none' ? 'Matches, and has no target: it only counts.' : `Matches: ${why}.`;
}

function reportedCondition({ text, actual, answer }: ExplainedCondition): ReportedCondition {
  if (answer === undefined) return { text, actual, result: 'not-asked', reason: '' };
  if (typeof answer === 'boolean') return { text, actual, result: answer ? 'yes' : 'no', reason: '' };
  return { text, actual, result: 'unknown', reason: answer.reason };
}

interface StepKnowledge {
  readonly purpose: readonly string[];
  readonly changedBy: readonly ChangedBy[];
  /** What the kernel does otherwise than names or documents suggest. */
  readonly notes: readonly DetailNote[];
}

/** What the rule is for; where that is not known, what its chain is for. */
function knowledge({ knowledge: view }: TraceInput, rule: Rule): StepKnowledge {
  if (!view) return { purpose: [], changedBy: [], notes: [] };
  const seen = chainIn(view, rule.chain.table, rule.chain.name)?.rules[rule.number - 1];
  const known =
    (seen && ruleKnowledge(view, seen)) ??
    (rule.chain.hook === undefined ? chainKnowledge(view, rule.chain.table, rule.chain.name) : undefined);
  if (!known) return { purpose: [], changedBy: [], notes: [] };
  return {
    purpose: [`${known.title}.`],
    changedBy: known.changedBy.map(({ kind, name, effect }) => ({ kind, name, effect })),
    notes: known.kernelNote === undefined ? [] : [{ title: 'What the kernel does', text: known.kernelNote }],
  };
}

function consequenceOf({ effect }: RuleEvent, changes: readonly PacketChange[]): string {
  switch (effect?.kind) {
    case 'redirect':
      return (
        'Connection tracking remembers the original destination; the program that gets the connection can ask ' +
        'for it (SO_ORIGINAL_DST).'
      );
    case 'nat':
      return effect.half === 'destination'
        ? 'Connection tracking translates the replies back, so the sender sees the address that it sent to.'
        : 'Connection tracking translates the replies back to the real sender.';
    case 'masquerade':
      return 'Connection tracking translates the replies back to the real sender.';
    case 'tproxy':
      return 'The destination stays as it is: a transparent socket takes the packet.';
    default:
      return changes.some(({ field }) => field === 'mark')
        ? 'The mark stays with the packet inside this host; it is not sent on the wire.'
        : '';
  }
}

function eventWords(
  walked: Walked,
  index: number,
  event: TraceEvent,
): Pick<StepDetail, 'title' | 'happened'> & Partial<WithoutState> {
  switch (event.kind) {
    case 'policy':
      return {
        title: title(
          `${event.chain.line ? `${capital(lineWords(event.chain.line))} · ` : ''}policy of ${event.chain.name}`,
        ),
        line: lineNumber(event.chain.line),
        happened: `${chainEnd(walked.events[index - 1], event.chain)} The policy is ${event.verdict}.`,
        notes: explainDecision(walked, index),
      };
    case 'return':
      return { title: title(`End of ${event.chain.name}`), happened: endOfChain(event, policyAfter(walked, index)) };
    case 'conntrack':
      return { title: title('Connection tracking'), happened: `State ${event.view.state}: ${event.why}.` };
    case 'table-skipped':
      return { title: title(`${event.hook} · ${event.table}`), happened: `Not visited: ${event.why}.` };
    case 'translate':
      return {
        title: title('NAT'),
        happened: event.established
          ? 'Translated like the first packet of its connection.'
          : `The ${event.half} was rewritten.`,
        changes: packetChanges(event.before, event.after),
      };
    case 'route':
      return { title: title(event.phase === 'reroute' ? 'Routed again' : 'Routing'), happened: routeWords(event) };
    case 'ttl':
      return {
        title: title('Forwarding'),
        happened: 'A router lowers the TTL or hop limit by one.',
        changes: [{ field: 'ttl', before: String(event.before), after: String(event.after) }],
      };
    case 'copy':
      return {
        title: title('A copy for this host itself'),
        happened:
          'A host also receives the broadcasts and multicasts that it sends: a copy goes through POSTROUTING and ' +
          `comes in by ${event.iface}, without the sending socket.` +
          (event.only === undefined ? '' : ` The packet itself does not leave: ${event.only}.`),
      };
    case 'copy-end':
      return {
        title: title('The packet itself'),
        happened:
          `The copy ${event.end.outcome === 'LOCAL' ? 'is delivered to this host' : `is ${droppedBy(event.end)}`}. ` +
          `The packet that leaves goes on: ${packetWords(event.packet)}.`,
      };
    case 'loopback':
      return {
        title: title('Loopback'),
        happened:
          `Sent over lo, the packet comes in again: ${packetWords(event.packet)}. Its connection and mark are ` +
          'kept. Its sending socket is not, so owner finds none.',
      };
    case 'kernel-drop':
      return {
        title: title('Dropped by the kernel'),
        happened: `${capital(explainKernelDrop(event.reason))}: ${event.detail}.`,
      };
    case 'sent':
      return {
        title: title(`Sent by ${event.iface}`),
        happened: `${packetWords(event.packet)}${inFragments(event.fragments)}`,
      };
    case 'delivered':
      return { title: title('Delivered to this host'), happened: packetWords(event.packet) };
    default:
      return { title: title('Step'), happened: '' };
  }
}

function endOfChain(
  { chain, to }: Extract<TraceEvent, { readonly kind: 'return' }>,
  policy: string | undefined,
): string {
  const next =
    policy === undefined ? `Continues with the rule after the jump in ${to.name}.` : `The policy of ${policy} is next.`;
  return `No rule of ${chain.name} decided. ${next}`;
}

function routeWords(event: Extract<TraceEvent, { readonly kind: 'route' }>): string {
  if (event.type === 'local') return 'The destination is an address of this host.';
  if (event.phase !== 'input' || event.type === 'unicast')
    return `It goes out by ${event.device}${event.gateway === undefined ? '' : `, next hop ${event.gateway}`}.`;
  const what = event.type === 'broadcast' ? 'a broadcast address' : 'a multicast group that this host is in';
  return `The destination is ${what}.`;
}

/** Tables that the packet does not come through, and that left no event. */
function besideWords(why: 'absent' | 'asleep'): Pick<StepDetail, 'title' | 'happened'> {
  return why === 'absent'
    ? {
        title: title('Not in this dump'),
        happened:
          'The file does not list these tables, so they are taken to let everything pass. The host may still ' +
          'have them: iptables-save prints the tables that are in use.',
      }
    : {
        title: title('Not visited'),
        happened: 'No rule enables connection tracking and the host does not run it, so there is no NAT either.',
      };
}

function chainEnd(before: TraceEvent | undefined, { name, rules, base }: Chain): string {
  if (before?.kind === 'return' && before.explicit)
    return `A rule returned, and ${name} is a ${base ? 'base' : 'built-in'} chain.`;
  return rules.length === 0 ? `${name} has no rules.` : `No rule of ${name} decided.`;
}

function title(text: string): RichText {
  return [{ text }];
}
