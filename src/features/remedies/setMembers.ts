import { packetValues } from '../../core/net/testSet';
import { memberText } from '../../core/net/setMembers';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { conditionsOf, type Rule } from '../../core/ruleset/ruleSet';
import type { Condition, NamedSetLookup } from '../../core/xtables/extension';
import type { AnyTableName, PacketView } from '../../core/xtables/view';
import { withSetLine } from '../../core/ruleset/host/changedHost';
import { ruleSpan, decisiveEvent } from '../traceReport/verdict';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

const MOST_OFFERED = 2;
const MATCHES_ON = { text: ' matches on' };

/** A member that is put into a set, or taken out of it, where a rule that looks the packet up there decides. */
export function setMembers(situation: Situation): readonly Proposal[] {
  const { walked, misses } = situation;
  const proposals: Proposal[] = [];
  for (const { missed, view, rule } of misses) {
    if (proposals.length >= MOST_OFFERED) continue;
    proposals.push(...changed(situation, missed, view, rule));
  }
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : (walked.events[index] as TraceEvent);
  if (event?.kind === 'rule' && walked.end.outcome === 'DROPPED')
    for (const match of event.rule.matches)
      for (const condition of conditionsOf(match, event.rule.family))
        proposals.push(...changed(situation, condition, event.view, event.rule));
  return proposals;
}

function changed(
  situation: Situation,
  { lookup, looksIn }: Condition,
  view: PacketView,
  rule: Rule,
): readonly Proposal[] {
  const proposal = lookup
    ? changedIpSet(situation, lookup, view)
    : looksIn && changedNftSet(situation, looksIn, view, rule.chain.table);
  return proposal
    ? [{ ...proposal, title: [...proposal.title, { text: ', which ' }, ruleSpan(rule.line), MATCHES_ON] }]
    : [];
}

/** A negated lookup is answered yes by what is not in the set. */
function changedIpSet(
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
  return proposalFor(isIn, name, `ipset ${verb} ${name} ${member}`, outcomes);
}

/** Of an interval nothing can be taken out: nft deletes elements as they were added. */
function changedNftSet(
  situation: Situation,
  lookup: NamedSetLookup,
  view: PacketView,
  table: AnyTableName,
): Proposal | undefined {
  const { set } = lookup;
  const member = lookup.element(view);
  if (member === undefined) return undefined;
  for (const verb of ['add', 'delete'] as const) {
    const command = `nft ${verb} element ${table} ${set} { ${member} }`;
    const outcomes = traceChanged(situation, { texts: [command] });
    if (outcomes && getsThrough(outcomes)) return proposalFor(verb === 'delete', set, command, outcomes);
  }
  return undefined;
}

function proposalFor(isIn: boolean, name: string, command: string, outcomes: readonly Walked[]): Proposal {
  return {
    title: [{ text: isIn ? 'Remove it from the set ' : 'Add it to the set ' }, { text: name, style: 'code' }],
    commands: [command],
    note: 'A program that fills the set may undo it.',
    outcomes,
    reach: 'like it',
  };
}
