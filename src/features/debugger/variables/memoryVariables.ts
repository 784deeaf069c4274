import { conditionsOfRule } from '../../../core/netfilter/evidence';
import type { Rule } from '../../../core/ruleset/ruleSet';
import { shownText } from '../../../core/xtables/shown';
import type { PacketView } from '../../../core/xtables/view';
import { liveSets } from '../../../core/xtables/values/liveSets';
import { memberText } from '../../../core/net/setMembers';
import type { IpSet } from '../../../core/net/ipSet';
import { counted } from '../../traceReport/traceInput';
import type { Moment } from '../moment';
import type { Recording } from '../recording';
import { list } from './hostVariables';
import type { Variable } from './variable';

/** At most this many rules of the path are asked what they remember. */
const MOST_RULES = 2_000;

/**
 * What rules of this path remember from packet to packet, as it is where the packet stands: recent lists, limits,
 * quotas, counters; and the sets of the host.
 */
export function memoryVariables(moment: Moment, recording: Recording): readonly Variable[] {
  const view = moment.view ?? viewAfter(recording);
  if (!view) return [];
  const rules = new Set<Rule>();
  for (const event of recording.events) {
    if (event.kind === 'rule') rules.add(event.rule);
    if (rules.size === MOST_RULES) break;
  }
  const remembered = [...rules].flatMap((rule) =>
    conditionsOfRule(rule)
      .filter(({ stateful }) => stateful)
      .map((condition) => ({
        name: `${rule.chain.name} rule ${rule.number}: ${condition.text}`,
        value: shownText(condition.actual(view)),
      })),
  );
  return [...remembered, ...setVariables(view)];
}

function setVariables(view: PacketView): readonly Variable[] {
  const sets = liveSets(view);
  if (!sets || sets.size === 0) return [];
  return [list('sets', [...sets.values()], setVariable)];
}

function setVariable(set: IpSet): Variable {
  const changed = [...(set.changes?.members.values() ?? [])].map(({ parts, member }) => ({
    name: memberText(parts),
    value: member ? 'added by -j SET' : 'removed by -j SET',
  }));
  const saved = set.entries.map((entry, index) => ({
    name: entry,
    value: set.lines[index] === undefined ? 'in the file' : `line ${set.lines[index]}`,
  }));
  return {
    ...list(set.name, [...changed, ...saved], (each) => each),
    value:
      `${set.type}, ${counted(saved.length, 'member')}` +
      `${changed.length > 0 ? `, ${changed.length} changed by -j SET` : ''}`,
  };
}

/** What a rule would see after the packet is gone. */
function viewAfter({ events, walked }: Recording): PacketView | undefined {
  const last = events.findLast(
    (event) => event.kind === 'rule' || event.kind === 'skipped' || event.kind === 'table-enter',
  );
  return last && 'view' in last
    ? { ...last.view, packet: walked.end.packet, ...(walked.after && { memory: walked.after.remembered() }) }
    : undefined;
}
