import { packs, type LeaveSetting } from '../../core/knowledge/knowledge';
import { sameAddress } from '../../core/net/address';
import type { Packet } from '../../core/net/packet';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { isTableName } from '../../core/ruleset/ruleSet';
import type { TableName } from '../../core/xtables/view';
import { decisiveEvent, ruleSpan } from '../traceReport/verdict';
import { packetMatch } from './packetMatch';
import { placeOf, type DecisionPlace } from './place';
import { commandText, type Proposal, type RuleCommand, type Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/**
 * What keeps a packet from being redirected or sent to another destination: settings of the program whose rules do
 * that, else a rule before the one that does.
 */
export function leaveAsItIs(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { family },
  } = situation;
  const index = takenAwayAt(walked);
  const place = index === undefined ? undefined : placeOf(walked, index);
  if (!place?.rule) return [];
  const { chain, rule, view } = place;
  const { table } = chain;
  if (!isTableName(table)) return [];
  const tried = (command: RuleCommand): readonly Walked[] | undefined => {
    const outcomes = traceChanged(situation, { commands: [command] });
    return outcomes && getsThrough(outcomes) && outcomes.every((each) => isLeft(each, view.packet))
      ? outcomes
      : undefined;
  };
  const settings = settingsFor(situation, place, table).flatMap(({ title, lines, makes, note }) => {
    const outcomes = tried(makes);
    return outcomes
      ? [
          {
            title: [{ text: title }],
            commands: lines,
            note,
            makes: `-A ${makes.chain} ${makes.rule}`,
            typed: [commandText(makes, family)],
            rules: [makes],
            outcomes,
          },
        ]
      : [];
  });
  if (settings.length > 0) return settings;
  const command: RuleCommand = {
    table,
    chain: chain.name,
    operation: 'I',
    position: rule.rule.number,
    rule: `${packetMatch(view.packet, { destination: true })} -j ACCEPT`,
  };
  const outcomes = tried(command);
  return outcomes
    ? [
        {
          title: [{ text: 'Leave it as it is, before ' }, ruleSpan(rule.rule.line)],
          commands: [commandText(command, family)],
          note: '',
          rules: [command],
          outcomes,
        },
      ]
    : [];
}

/** The event of the rule that gave the packet another destination or another socket; undefined where none did. */
function takenAwayAt(walked: Walked): number | undefined {
  const index = decisiveEvent(walked);
  if (walked.end.outcome !== 'LOCAL' || index === undefined) return undefined;
  const event = walked.events[index] as TraceEvent;
  if (event.kind !== 'rule') return undefined;
  const { effect } = event;
  return effect?.kind === 'redirect' ||
    effect?.kind === 'tproxy' ||
    (effect?.kind === 'nat' && effect.half === 'destination')
    ? index
    : undefined;
}

function isLeft({ events, end }: Walked, before: Packet): boolean {
  return (
    sameAddress(end.packet.destination, before.destination) &&
    end.packet.destinationPort === before.destinationPort &&
    !events.some((event) => event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy')
  );
}

/** Of the programs whose rules the packet meets. */
function settingsFor(
  { input: { knowledge } }: Situation,
  { view: { packet }, visited }: DecisionPlace,
  table: TableName,
): readonly LeaveSetting[] {
  if (!knowledge) return [];
  const toPort = packetMatch(packet, {});
  return packs.flatMap((pack) => pack.leave?.({ packet, table, visited, rules: knowledge, toPort }) ?? []);
}
