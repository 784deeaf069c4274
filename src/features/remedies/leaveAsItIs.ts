import { packs } from '../../core/knowledge/knowledge';
import { formatAddress, sameAddress } from '../../core/net/address';
import { isOwn } from '../../core/net/completePacket';
import type { Packet } from '../../core/net/packet';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import { AssumedValues } from '../traceReport/card/assumedValues';
import { decisiveEvent, ruleSpan } from '../traceReport/verdict';
import { annotationProposals } from './annotations';
import { ownerNote } from './ownerNote';
import { packetRule } from './packetMatch';
import { shownCommands } from './numbered';
import { placeOf } from './place';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/**
 * What keeps a packet from being redirected or sent to another destination: settings of the program whose rules do
 * that, else a rule before the one that does.
 */
export function leaveAsItIs(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { knowledge },
  } = situation;
  const index = takenAwayAt(walked);
  const place = index === undefined ? undefined : placeOf(walked, index);
  if (!place?.rule) return [];
  const { chain, rule, view, visited } = place;
  const { table } = chain;
  const isWanted = (outcomes: readonly Walked[]): boolean =>
    getsThrough(outcomes) && outcomes.every((each) => isLeft(each, view.packet));
  const proposed = knowledge
    ? packs.flatMap((pack) => pack.leave?.({ packet: view.packet, visited, rules: knowledge }) ?? [])
    : [];
  const annotated = annotationProposals(situation, proposed, isWanted);
  if (annotated.length > 0) return annotated;
  const command: RuleCommand = {
    table,
    chain: chain.name,
    operation: 'I',
    position: rule.rule.number,
    rule: packetRule(table, view.packet, { destination: isMadeUp(situation, view.packet) ? 'local' : true }, 'ACCEPT'),
  };
  const outcomes = traceChanged(situation, { commands: [command] });
  const shown = shownCommands(situation, [command]);
  return outcomes && isWanted(outcomes)
    ? [
        {
          title: [{ text: 'Exempt it from ' }, ruleSpan(rule.rule.line)],
          ...shown,
          note: [shown.note, ownerNote(situation, [command])].filter((each) => each !== '').join(' '),
          outcomes,
          reach: 'like it',
        },
      ]
    : [];
}

/** Whether its destination is an address of this host that the file does not state. */
function isMadeUp({ input, walked, setting: { host } }: Situation, { destination }: Packet): boolean {
  return isOwn(host, formatAddress(destination)) && new AssumedValues(input, walked).address(destination) !== undefined;
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
