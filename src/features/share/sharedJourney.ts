import type { Journey, JourneyLeg } from '../journey/journey';
import type { ReplyLeg } from '../journey/replyLegs';
import { ALONE, type SharedJourney, type SharedTrace } from './sharedTrace';

/** A journey as it is shared. `traceOf` has the trace of a leg; a leg without one is omitted. */
export function sharedJourney(
  { legs, end, remarks }: Pick<Journey, 'legs' | 'end' | 'remarks'>,
  replies: readonly ReplyLeg[],
  traceOf: (leg: JourneyLeg) => Pick<SharedTrace, 'input' | 'assumed'> | undefined,
): SharedJourney {
  if (legs.length === 0) return ALONE;
  return {
    legs: legs.flatMap((leg) => {
      const { id, label, note, when } = leg;
      const traced = traceOf(leg);
      return traced ? [{ id, label, note, when, ...traced }] : [];
    }),
    replies: replies.map(({ id, label, of, verdict, findings }) => ({
      id,
      label,
      when: of.when,
      text: [verdict, ...findings].join(' '),
    })),
    remarks: [...remarks, ...(end === '' ? [] : [`The journey ends here: ${end}`])],
  };
}
