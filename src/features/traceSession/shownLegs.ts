import type { Leg } from '../../shared/protocol';
import type { PacketInRules } from '../journey/journey';
import type { ShownJourney } from '../journey/shownJourney';

/**
 * The journey for the view: the way there, then the answers. `shown`: the packet on show, or the one whose reply is.
 */
export function shownLegs(
  { legs, replies, loops }: ShownJourney,
  shown: PacketInRules,
  reply: boolean,
): readonly Leg[] {
  const isShown = ({ expression, dump }: PacketInRules): boolean =>
    expression === shown.expression && dump === shown.dump;
  return [
    ...legs.map((leg): Leg => ({
      id: leg.id,
      label: leg.label,
      note: leg.note,
      source: leg.source,
      when: leg.when,
      at: leg.at,
      badge: leg.badge,
      comesBack: undefined,
      loops: loops.some((loop) => loop.leg === leg.id),
      current: !reply && isShown(leg),
    })),
    ...replies.map(({ id, label, of, comesBack, verdict, findings }): Leg => ({
      id,
      label,
      note: [verdict, ...findings].join(' '),
      source: undefined,
      when: of.when,
      at: undefined,
      badge: undefined,
      comesBack,
      loops: false,
      current: reply && isShown(of),
    })),
  ];
}
