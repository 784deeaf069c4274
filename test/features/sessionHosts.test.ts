import { describe, expect, test } from 'vitest';
import { NODE, nodeFacts, POD, podFacts, service, SIDECAR } from '../fixtures/nodeAndPod';
import { Bench } from './sessionBench';

const FILE = `${NODE}iptables-save\n${service(['10.60.1.21:8080'])}${nodeFacts}${POD}iptables-save\n${SIDECAR}${podFacts}`;
const PACKET = 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80';

/** `2* at web-7 REDIRECT :15006`: the star is at the leg on show. */
function legs(bench: Bench): readonly string[] {
  return bench.state.journey
    .filter(({ comesBack }) => comesBack === undefined)
    .map(
      ({ id, at, current, badge }) => `${id}${current ? '*' : ''}${at === undefined ? '' : ` at ${at}`} ${badge?.text}`,
    );
}

function fromNode(): Bench {
  return new Bench(FILE).send({ type: 'choose-dump', id: '0' }).send({ type: 'trace', expression: PACKET });
}

describe('a journey through two hosts of a file', () => {
  test('each leg is shown in the rules of its host, and the journey stays', () => {
    const bench = fromNode();
    expect(legs(bench)).toEqual(['1* SENT cni0', '2 at web-7 REDIRECT :15006', '3 DELIVERED :8080']);
    bench.send({ type: 'choose-leg', id: '2' });
    expect([bench.badge, bench.state.dump]).toEqual(['REDIRECT :15006', '1']);
    expect(legs(bench)).toEqual(['1 SENT cni0', '2* at web-7 REDIRECT :15006', '3 DELIVERED :8080']);
    bench.send({ type: 'choose-leg', id: '3' });
    expect(legs(bench)).toEqual(['1 SENT cni0', '2 at web-7 REDIRECT :15006', '3* DELIVERED :8080']);
    bench.send({ type: 'choose-leg', id: '1' });
    expect([bench.badge, bench.state.dump]).toEqual(['SENT cni0', '0']);
    expect(legs(bench)).toEqual(['1* SENT cni0', '2 at web-7 REDIRECT :15006', '3 DELIVERED :8080']);
  });

  test('a reply of the other host', () => {
    const bench = fromNode().send({ type: 'choose-leg', id: '2r' });
    expect(bench.state.reply).toMatchObject({ kind: 'shown', comesBack: true });
    expect([bench.state.dump, bench.state.journey.find(({ current }) => current)?.id]).toEqual(['1', '2r']);
  });

  test('what the user says of one host is not said of the other', () => {
    const bench = fromNode().send({ type: 'set-field', name: 'host.forwarding', value: 'off' });
    expect([bench.badge, legs(bench)]).toEqual(['DROPPED', []]);
    bench.send({ type: 'set-field', name: 'host.forwarding', value: '' });
    bench.send({ type: 'set-field', name: 'host.listeners', value: '0.0.0.0:9 nobody' });
    expect(legs(bench)).toEqual(['1* SENT cni0', '2 at web-7 REDIRECT :15006', '3 DELIVERED :8080']);
    expect(bench.send({ type: 'choose-leg', id: '2' }).badge).toBe('REDIRECT :15006');
    expect(bench.state.packet.fields.filter(({ group, given }) => group === 'host' && given)).toEqual([]);
    bench.send({ type: 'choose-leg', id: '1' });
    expect(bench.state.packet.fields.filter(({ group, given }) => group === 'host' && given)).toMatchObject([
      { name: 'host.listeners', value: '0.0.0.0:9 nobody' },
    ]);
  });
});
