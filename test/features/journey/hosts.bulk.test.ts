import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf } from '../../../src/core/netfilter/outcome';
import { replyLegs } from '../../../src/features/journey/replyLegs';
import { HOST_JOURNEYS, type HostJourney } from '../../fixtures/hostJourneys';
import { hostJourney } from './walked';

/** Each leg with its end, and each reply with the remarks on it. */
function told(journey: HostJourney): string {
  const { legs, loops, trace, end } = hostJourney(journey);
  const ends = (walked: Parameters<typeof outcomeOf>[0]): string => {
    const { outcome, outIface, reasonCode, finalPacket: packet } = outcomeOf(walked);
    const [src, sport, dst, dport, mark] = ['src', 'sport', 'dst', 'dport', 'mark'].map((field) =>
      String((packet as Readonly<Record<string, unknown>>)[field]),
    );
    return `${outcome}${outIface === undefined ? '' : ` ${outIface}`} ${src}:${sport} > ${dst}:${dport}${mark === '0' ? '' : ` mark ${mark}`} (${reasonCode})`;
  };
  const there = legs.flatMap(({ id, label, note, source, expression }) => [
    `${id} ${label}: ${(trace(expression).input?.traced.outcomes ?? []).map(ends).join(' | ')}`,
    ...(note === undefined ? [] : [`  ${note} (${source ?? ''})`]),
  ]);
  const back = replyLegs({ legs, loops }, trace).flatMap(({ id, label, comesBack, reply, findings }) => [
    `${id} ${label}: ${comesBack ? 'comes back' : 'is lost'}, ${reply.traced.outcomes.map(ends).join(' | ')}`,
    ...findings.map((finding) => `  ${finding}`),
  ]);
  return [`# ${journey.name}`, journey.packet, ...there, ...back, `end: ${end}`, ''].join('\n');
}

test('connections through hosts that translate addresses', () => {
  const file = join(import.meta.dirname, 'hosts.txt');
  const text = HOST_JOURNEYS.map(told).join('\n');
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});
