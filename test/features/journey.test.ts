import { describe, expect, test } from 'vitest';
import { formatPacketExpression } from '../../src/core/net/packetExpression';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { journeyOf, type Journey } from '../../src/features/journey/journey';
import { replyLegs } from '../../src/features/journey/replyLegs';
import { evaluate, type Evaluation } from '../../src/features/traceSession/evaluate';
import { JOURNEYS, routingOf } from '../fixtures/istio/journeys';

function walked(
  rules: string,
  packet: string,
  beside = '',
  ownService = false,
): { readonly journey: Journey; readonly trace: (expression: string) => Evaluation } {
  const model = modelOf(parseSourceFile(`${rules}${routingOf(rules)}${beside}`, { fileName: 'pod.txt' }));
  const dump = model.defaultDump;
  if (!dump) throw new Error('there are no rules in it');
  const trace = (expression: string): Evaluation =>
    evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  return { journey: journeyOf(trace(packet), packet, trace, { ownService }), trace };
}

/** `2 Envoy → app 10.60.7.12:8080: LOCAL 10.60.7.12:8080`. */
function told(journey: Journey, trace: (expression: string) => Evaluation): readonly string[] {
  return journey.legs.map(({ id, label, when, expression }) => {
    const [first] = trace(expression).input?.traced.outcomes ?? [];
    const {
      outcome,
      finalPacket: { dst, dport },
    } = outcomeOf(first as NonNullable<typeof first>);
    return `${id} ${label}${when === undefined ? '' : ` if ${when}`}: ${outcome} ${dst as string}:${dport as number}`;
  });
}

describe('how an exchange goes on in a pod of Istio', () => {
  test.each(JOURNEYS)('$name', ({ rules, packet, legs, end, beside, ownService, remarks = [] }) => {
    const { journey, trace } = walked(rules, formatPacketExpression(packet), beside, ownService);
    expect(told(journey, trace)).toEqual(legs);
    expect(journey.end).toMatch(end);
    expect(journey.remarks).toEqual(remarks.map((remark) => expect.stringMatching(remark) as string));
    for (const { note, source } of journey.legs.slice(1))
      expect([note, source]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/^istio\/\w+:\S+$/)]);
  });

  test.each(JOURNEYS)('$name: the answers', ({ rules, packet, legs, beside, ownService, lost = [] }) => {
    const { journey, trace } = walked(rules, formatPacketExpression(packet), beside, ownService);
    const replies = replyLegs(journey.legs, trace);
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
    const { journey, trace } = walked(found?.rules ?? '', formatPacketExpression(found?.packet ?? {}));
    expect(replyLegs(journey.legs, trace).map(({ id, label, findings }) => [id, label, ...findings].join(' '))).toEqual(
      told,
    );
  });

  test('where nobody listens, nothing follows', () => {
    const [inbound] = JOURNEYS;
    const { journey } = walked(
      inbound?.rules ?? '',
      'in eth0 tcp 10.60.9.9:41000 > 10.60.7.12:8080',
      'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=9,fd=3))\n',
    );
    expect([journey.legs.length, journey.end]).toEqual([
      1,
      'Nobody listens there, and the kernel refuses it: nothing follows.',
    ]);
  });

  test('without Istio there is none', () => {
    const { journey } = walked(
      '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n',
      'in eth0 tcp 10.60.9.9:41000 > 10.60.7.12:8080',
    );
    expect([journey.legs.length, journey.end]).toEqual([
      1,
      'These are not rules of Istio: no proxy takes the packet to send it on.',
    ]);
  });
});
