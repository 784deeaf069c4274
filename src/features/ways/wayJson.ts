import type { WayReport } from '../../shared/ways';

/** A way in the words of the JSON contract. */
export function wayJson({ id, name, title, packet, badge, legs, loops, end }: WayReport): object {
  return {
    id,
    name,
    title,
    packet,
    verdict: badge.text,
    certain: badge.conditional !== true,
    legs: legs.map((leg) => ({
      id: leg.id,
      label: `${leg.from} → ${leg.to}`,
      ...(leg.when === undefined ? {} : { when: leg.when }),
      ...(leg.note === undefined ? {} : { note: leg.note, source: leg.source }),
      packet: leg.packet,
      changes: leg.changes,
      verdict: leg.badge.text,
      outcomes: leg.outcomes,
      decidedBy: leg.decided.map(({ place, target, line }) => ({ place, target, line: line ?? null })),
      ...(leg.reply
        ? {
            reply: leg.reply.unsure
              ? { comesBack: false, unsure: true, text: leg.reply.text, why: leg.reply.why }
              : { comesBack: leg.reply.comesBack, text: leg.reply.text, why: leg.reply.why },
          }
        : {}),
    })),
    loops,
    ...(end === '' ? {} : { end }),
  };
}
