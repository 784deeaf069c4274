import { packetValues } from '../../core/net/testSet';
import { memberText } from '../../core/net/setMembers';
import type { TraceEvent } from '../../core/netfilter/events';
import { conditionsOf } from '../../core/ruleset/ruleSet';
import type { Condition } from '../../core/xtables/extension';
import type { PacketView } from '../../core/xtables/view';
import { withSetLine } from '../../core/ruleset/host/changedHost';
import { ruleSpan, decisiveEvent } from '../traceReport/verdict';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

const MOST_OFFERED = 2;
const ASKS = { text: ' asks for' };

/** A member that is put into a set, or taken out of it, where a rule that looks the packet up there decides. */
export function setMembers(situation: Situation): readonly Proposal[] {
  const { walked, misses } = situation;
  const proposals: Proposal[] = [];
  for (const { missed, view, rule } of misses) {
    if (!missed.lookup || proposals.length >= MOST_OFFERED) continue;
    const proposal = changed(situation, missed.lookup, view);
    if (proposal)
      proposals.push({ ...proposal, title: [...proposal.title, { text: ', which ' }, ruleSpan(rule.line), ASKS] });
  }
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : (walked.events[index] as TraceEvent);
  if (event?.kind === 'rule' && walked.end.outcome === 'DROPPED')
    for (const match of event.rule.matches)
      for (const { lookup } of conditionsOf(match, event.rule.family)) {
        const proposal = lookup && changed(situation, lookup, event.view);
        if (proposal)
          proposals.push({
            ...proposal,
            title: [...proposal.title, { text: ', which ' }, ruleSpan(event.rule.line), ASKS],
          });
      }
  return proposals;
}

/** A negated lookup is answered yes by what is not in the set. */
function changed(
  situation: Situation,
  { name, directions }: NonNullable<Condition['lookup']>,
  view: PacketView,
): Proposal | undefined {
  const { host } = situation.setting;
  const set = host.sets?.get(name);
  if (!set) return undefined;
  const values = packetValues(set, view, directions);
  if (!values) return undefined;
  const member = memberText(values);
  // What is in a set already cannot be added to it.
  const added = withSetLine(host, `add ${name} ${member}`);
  const isIn = typeof added === 'string';
  const verb = isIn ? 'del' : 'add';
  const after = isIn ? withSetLine(host, `del ${name} ${member}`) : added;
  if (typeof after === 'string') return undefined;
  const outcomes = traceChanged(situation, { host: after });
  if (!outcomes || !getsThrough(outcomes)) return undefined;
  return {
    title: [{ text: isIn ? 'Take it out of the set ' : 'Put it into the set ' }, { text: name, style: 'code' }],
    commands: [`ipset ${verb} ${name} ${member}`],
    note: 'A program that fills the set may undo it.',
    outcomes,
    reach: 'like it',
  };
}
