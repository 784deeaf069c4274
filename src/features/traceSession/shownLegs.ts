import type { Leg } from '../../shared/protocol';
import type { ShownJourney } from '../journey/shownJourney';

/**
 * The journey for the view: the way there, then the answers. `expression`: the packet on show, or the one whose reply
 * is.
 */
export function shownLegs({ legs, replies, loops }: ShownJourney, expression: string, reply: boolean): readonly Leg[] {
  return [
    ...legs.map(({ id, label, note, source, when, badge, expression: packet }): Leg => ({
      id,
      label,
      note,
      source,
      when,
      badge,
      comesBack: undefined,
      loops: loops.some(({ leg }) => leg === id),
      current: !reply && packet === expression,
    })),
    ...replies.map(({ id, label, of, comesBack, verdict, findings }): Leg => ({
      id,
      label,
      note: [verdict, ...findings].join(' '),
      source: undefined,
      when: of.when,
      badge: undefined,
      comesBack,
      loops: false,
      current: reply && of.expression === expression,
    })),
  ];
}
