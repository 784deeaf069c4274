import { askAgain } from '../../core/netfilter/asking';
import { deniedBy, evidenceOf, type Asked } from '../../core/netfilter/evidence';
import type { Walked } from '../../core/netfilter/events';
import type { Rule } from '../../core/ruleset/ruleSet';
import type { Effect } from '../../core/xtables/extension';
import type { PacketView } from '../../core/xtables/view';
import { translationBehind, type RuleEvent } from './traceInput';
import type { Mark } from '../../shared/traceReport';
import { changeWords, packetChanges } from './packetWords';
import { whyNot } from './whyNot';
import { nftLogs } from '../nftLog';

/** What a rule did, in one sign and a few words. */
export interface RuleWhy {
  readonly mark: Mark;
  readonly why: string;
}

/** Why a rule of a run did not match. */
export function whyRuleNot(rule: Rule, view: PacketView): string {
  return whyDenied(askAgain(rule, view)) ?? 'did not match';
}

/** What an event of a rule means. `index` is its place among the events. */
export function whyRule(walked: Walked, index: number, event: RuleEvent): RuleWhy {
  if (!event.matched) return whyEventNot(event);
  const { target } = event.rule;
  const asked = assumedConditions(event);
  if (target.kind === 'jump' && event.effect === undefined)
    return asked ? { mark: 'jump', why: `jump, if ${asked}` } : { mark: 'jump', why: target.goto ? 'goto' : 'jump' };
  if (event.rule.jump?.refused !== undefined) return { mark: 'no', why: `not loaded: ${event.rule.jump.refused}` };
  const done: RuleWhy = event.chosen
    ? { mark: 'unknown', why: `if ${event.chosen.text}` }
    : whyEffect(walked, index, event, event.effect ?? { kind: 'continue' });
  return asked ? { mark: done.mark, why: `${done.why}, if ${asked}` } : done;
}

function whyEventNot(event: RuleEvent): RuleWhy {
  if (event.broken !== undefined) return { mark: 'drop', why: `dropped: ${event.broken}` };
  const evidence = evidenceOf(event);
  const denied = evidence.find(deniedBy);
  if (denied && typeof denied.answer === 'object') return { mark: 'unknown', why: `if not ${openText(denied)}` };
  return { mark: 'no', why: whyDenied(evidence) ?? 'did not match' };
}

/** In words what kept a rule from matching. */
function whyDenied(evidence: readonly Asked[]): string | undefined {
  const no = evidence.find(({ answer }) => answer === false);
  return no && whyNot(no);
}

/** The open questions that were answered by assuming what made the rule match. */
function assumedConditions(event: RuleEvent): string {
  return event.asked
    .filter((asked) => asked.taken !== undefined && !deniedBy(asked))
    .map((asked) => (asked.taken ? '' : 'not ') + openText(asked))
    .join(' and ');
}

function openText({ question }: Asked): string {
  return 'match' in question ? (question.assumed ?? question.text) : question.text;
}

function whyEffect(walked: Walked, index: number, event: RuleEvent, effect: Effect): RuleWhy {
  switch (effect.kind) {
    case 'continue': {
      const changes = [
        ...packetChanges(event.view.packet, event.after).map(changeWords),
        ...(effect.conntrack?.mark === undefined ? [] : [`connection mark 0x${effect.conntrack.mark.toString(16)}`]),
      ];
      const noted = effect.note ?? (event.rule.target.kind === 'none' ? withoutTarget(event.rule) : 'goes on');
      // A change says itself what it is; what it breaks does not show.
      return {
        mark: 'yes',
        why:
          changes.length > 0
            ? [changes.join(', '), ...(effect.warning === undefined ? [] : [effect.warning])].join('; ')
            : noted,
      };
    }
    case 'verdict':
      if (effect.verdict === 'RETURN') return { mark: 'return', why: returnsTo(walked, index) };
      return effect.verdict === 'ACCEPT' ? { mark: 'accept', why: 'accepted' } : { mark: 'drop', why: 'dropped' };
    case 'reject':
      return { mark: 'drop', why: effect.reply.kind === 'none' ? 'rejected' : `rejected with ${effect.reply.name}` };
    case 'queue':
      return effect.bypass
        ? { mark: 'accept', why: 'no program listens on the queue: accepted' }
        : { mark: 'drop', why: 'no program listens on the queue: dropped' };
    case 'nat':
    case 'redirect':
    case 'masquerade':
      return { mark: 'nat', why: decidesNat(walked, index) };
    case 'tproxy':
      return walked.events[index + 1]?.kind === 'table-leave' &&
        walked.end.dropBy?.kind === 'rule' &&
        walked.end.dropBy.rule === event.rule
        ? { mark: 'drop', why: `no socket on port ${effect.port}: dropped` }
        : { mark: 'nat', why: `handed to port ${effect.port}` };
    case 'untrack':
      return { mark: 'yes', why: 'not tracked' };
    case 'template':
      return { mark: 'yes', why: templateWords(effect) };
    case 'jump':
      return { mark: 'jump', why: `${effect.goto ? 'goto' : 'jump'} ${effect.chain}` };
    case 'stolen':
      return { mark: 'drop', why: effect.note };
    case 'choice':
      return { mark: 'unknown', why: effect.reason };
  }
}

/** What a connection that begins with this packet is given. */
function templateWords({ zone, ofMark, helper }: Extract<Effect, { readonly kind: 'template' }>): string {
  const own = (direction: 'original' | 'reply'): string => (ofMark?.[direction] ? 'as the mark' : `${zone[direction]}`);
  const [original, reply] = [own('original'), own('reply')];
  const words = [
    original !== reply ? `zone ${original}, for replies ${reply}` : original === '0' ? '' : `zone ${original}`,
    helper === undefined ? '' : `helper ${helper}`,
  ];
  return words.filter((word) => word !== '').join(', ') || 'goes on';
}

function decidesNat(walked: Walked, index: number): string {
  return translationBehind(walked.events, index) ? 'decides nat' : 'decides nat: nothing to change';
}

function returnsTo(walked: Walked, index: number): string {
  const next = walked.events[index + 1];
  if (next?.kind !== 'return') return 'returns';
  return policyAfter(walked, index + 1) ? `returns: policy of ${next.to.name}` : `returns to ${next.to.name}`;
}

/** The chain whose policy comes after the return at an index; undefined where that is no return, or a rule comes. */
export function policyAfter({ events }: Walked, index: number): string | undefined {
  const event = events[index];
  return event?.kind === 'return' && events[index + 1]?.kind === 'policy' ? event.to.name : undefined;
}

/** In nft a rule that logs has no verdict. */
function withoutTarget(rule: Rule): string {
  return nftLogs(rule) ? 'logs' : 'counts only';
}
