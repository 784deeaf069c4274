import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../../src/core/netfilter/outcome';
import { replyLegs } from '../../../src/features/journey/replyLegs';
import { shownJourney } from '../../../src/features/journey/shownJourney';
import { JOURNEYS, routingOf, type JourneyCase } from '../../fixtures/istio/journeys';
import { answersOf } from '../../answers';
import { istioJourney, shownWords, walkedJourney, type WalkedJourney } from './walked';

const walks = new Map<JourneyCase, WalkedJourney>();

/** Each journey is walked once, whatever is asked of it. */
function walkOf(journey: JourneyCase): WalkedJourney {
  const walked = walks.get(journey) ?? istioJourney(journey);
  walks.set(journey, walked);
  return walked;
}

/** Everything that is said of a journey, by its name; a packet after ` | ` is shown as a part of that journey. */
answersOf(path.join(import.meta.dirname, 'istio.txt'), (question) => {
  const [name, shown] = question.split(' | ');
  const journey = JOURNEYS.find((each) => each.name === name);
  if (!journey) throw new Error(`there is no journey ${name}`);
  const walked = walkOf(journey);
  const [first] = walked.legs;
  const { trace } = walked;
  const expression = shown ?? first?.expression ?? '';
  const scenario = { expression: first?.expression ?? '', ownService: journey.ownService === true };
  return shownWords(shownJourney({ evaluation: trace(expression), expression, start: undefined, scenario }, trace));
});

/** `2 Envoy → app 10.60.7.12:8080: LOCAL 10.60.7.12:8080`. */
function told({ legs, trace }: WalkedJourney): readonly string[] {
  return legs.map(({ id, label, when, expression }) => {
    const [first] = trace(expression).input?.traced.outcomes ?? [];
    const {
      outcome,
      finalPacket: { dst, dport },
    } = outcomeOf(first as NonNullable<typeof first>);
    return `${id} ${label}${when === undefined ? '' : ` if ${when}`}: ${outcome} ${dst as string}:${dport as number}`;
  });
}

describe('how an exchange goes on in a pod of Istio', () => {
  test.each(JOURNEYS)('$name', (journey) => {
    const walked = walkOf(journey);
    const { legs, end, remarks = [], loops = [] } = journey;
    expect(told(walked)).toEqual(legs);
    expect(walked.end).toMatch(end);
    expect(walked.remarks).toEqual(remarks.map((remark) => expect.stringMatching(remark) as string));
    expect(walked.loops.map(({ leg, words }) => [leg, words])).toEqual(
      loops.map(([leg, words]) => [leg, expect.stringMatching(words) as string]),
    );
    for (const { note, source } of walked.legs.slice(1))
      expect([note, source]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/^istio\/\w+:\S+$/)]);
  });

  test.each(JOURNEYS)('$name: the answers', (journey) => {
    const { legs, lost = [] } = journey;
    const walked = walkOf(journey);
    const replies = replyLegs(walked, walked.trace);
    const ids = legs.map((leg) => leg.split(' ', 1)[0] ?? '');
    const ways = [...new Set(ids.map((id) => id.replace(/^\d+/, '')))];
    expect(replies.map(({ id }) => id)).toEqual(
      ways.flatMap((way) =>
        ids
          .filter((id) => id.replace(/^\d+/, '') === way)
          .reverse()
          .map((id) => `${id}r`),
      ),
    );
    expect(
      replies.filter(({ comesBack }) => !comesBack).map(({ id, findings }) => `${id}: ${findings.join(' ')}`),
    ).toEqual(lost);
  });

  test.each([
    [
      'REDIRECT, inbound',
      'inbound',
      ['2r app 10.60.7.12:8080 → Envoy', '1r Envoy :15006 → client Its source is translated back to 10.60.7.12:8080.'],
    ],
    [
      'DNS: the agent answers as its own user',
      'DNS',
      ['2r resolver 10.96.0.10:53 → agent', '1r agent :15053 → app Its source is translated back to 10.96.0.10:53.'],
    ],
  ])('what an answer says: %s', (_, name, told) => {
    const found = JOURNEYS.find((each) => each.name === name);
    const { legs, loops, trace } = walkOf(found as NonNullable<typeof found>);
    expect(
      replyLegs({ legs, loops }, trace).map(({ id, label, findings }) => [id, label, ...findings].join(' ')),
    ).toEqual(told);
  });

  test('where nobody listens, nothing follows', () => {
    const rules = JOURNEYS[0]?.rules ?? '';
    const sockets =
      'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=9,fd=3))\n';
    const { legs, end } = walkedJourney(
      `${rules}${routingOf(rules)}${sockets}`,
      'in eth0 tcp 10.60.9.9:41000 > 10.60.7.12:8080',
    );
    expect([legs.length, end]).toEqual([1, 'Nobody listens there, and the kernel refuses it: nothing follows.']);
  });

  test('without Istio there is none', () => {
    const { legs, end } = walkedJourney(
      '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n',
      'in eth0 tcp 10.60.9.9:41000 > 10.60.7.12:8080',
    );
    expect([legs.length, end]).toEqual([1, 'A program of this host gets it, and no proxy sends it on.']);
  });
});
