import { formatPacketExpression } from '../../../src/core/net/packetExpression';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf } from '../../../src/features/fileModel';
import { journeyOf, type Journey, type PacketInRules } from '../../../src/features/journey/journey';
import type { ShownJourney } from '../../../src/features/journey/shownJourney';
import { evaluate, type Evaluation } from '../../../src/features/traceSession/evaluate';
import type { HostJourney } from '../../fixtures/hostJourneys';
import { routingOf, type JourneyCase } from '../../fixtures/istio/journeys';

/** A journey through a file, with what traces its legs. */
export interface WalkedJourney extends Journey {
  readonly trace: (packet: string | PacketInRules) => Evaluation;
}

/** `rules`: which rule set the first packet meets; undefined: the one that is shown first. */
export function walkedJourney(text: string, packet: string, rules?: number, ownService = false): WalkedJourney {
  const model = modelOf(parseSourceFile(text, { fileName: 'host.txt' }));
  const dump = rules === undefined ? model.defaultDump : model.dumps[rules];
  if (!dump) throw new Error('there are no rules in it');
  const trace = (packet: string | PacketInRules): Evaluation => {
    const { expression, dump: id } = typeof packet === 'string' ? { expression: packet, dump: dump.id } : packet;
    const there = model.dumps.find((each) => each.id === id) ?? dump;
    return evaluate(model, there, { expression, outcome: 0, answers: {}, overrides: undefined });
  };
  return { ...journeyOf(trace(packet), packet, trace, { ownService }), trace };
}

export function istioJourney({ rules, packet, beside = '', ownService }: JourneyCase): WalkedJourney {
  return walkedJourney(
    `${rules}${routingOf(rules)}${beside}`,
    formatPacketExpression(packet),
    undefined,
    ownService === true,
  );
}

export function hostJourney({ rules, facts, packet }: HostJourney): WalkedJourney {
  return walkedJourney(`${rules}${facts}`, packet);
}

/** Everything that is said of a journey, a line for each leg, reply and sentence. */
export function shownWords({ legs, replies, start, loops, remarks, end }: ShownJourney): readonly string[] {
  return [
    ...legs.map(
      ({ id, label, expression, at, when, note, source, badge }) =>
        `${id} ${label}${at === undefined ? '' : ` at ${at}, as “${expression}”`} ` +
        `[${badge?.tone}: ${badge?.text}${badge?.conditional === true ? ' ?' : ''}]` +
        `${when === undefined ? '' : ` if ${when}`}` +
        `${note === undefined ? '' : `: ${note}${source === undefined ? '' : ` (${source})`}`}`,
    ),
    ...replies.map(({ id, label, verdict, findings }) => `${id} ${label}: ${[verdict, ...findings].join(' ')}`),
    ...(start ? [`begins with ${start.expression}`] : []),
    ...loops.map(({ leg, words, when }) => `loop to ${leg}${when === undefined ? '' : ` if ${when}`}: ${words}`),
    ...remarks.map((remark) => `remark: ${remark}`),
    `end: ${end}`,
  ];
}
