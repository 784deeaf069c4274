import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { TraceSession } from '../../src/features/traceSession/traceSession';
import { Bench } from './sessionBench';
import { GATEWAY_HOST as HOST } from '../fixtures/gateway';

const GATEWAY = `*nat
-A PREROUTING -d 203.0.113.5/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.61.2.40:8080
-A POSTROUTING -o wan3 -j MASQUERADE
COMMIT
`;
const ONE_WAY = `*filter
:FORWARD DROP [0:0]
-A FORWARD -i lan3 -o wan3 -j ACCEPT
COMMIT
`;
const LISTENS =
  'State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0      128    0.0.0.0:22         0.0.0.0:*\n';
const OUT = 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443';

function traced(rules: string, packet: string): Bench {
  return new Bench(rules + HOST, 'paste.txt').send({ type: 'trace', expression: packet });
}

describe('the reply', () => {
  test.each<[string, string, string, string]>([
    ['to what is sent on', GATEWAY, OUT, 'offered'],
    ['to what a program of this host may get', GATEWAY, 'in lan3 udp 10.61.2.9 > 10.61.2.1:53', 'offered'],
    [
      'to what nobody listens for',
      GATEWAY + LISTENS,
      'in lan3 tcp 10.61.2.9 > 10.61.2.1:81',
      'none: nobody listens there, so the sender gets a refusal',
    ],
    [
      'to what is rejected',
      '*filter\n-A FORWARD -j REJECT --reject-with icmp-port-unreachable\nCOMMIT\n',
      OUT,
      'none: it is rejected, and the rejection is all that the sender gets',
    ],
    ['to a reset', GATEWAY, `${OUT} rst`, 'none: a reset gets no reply'],
    [
      'to what goes to a group',
      GATEWAY,
      'out udp > 224.0.0.251:5353',
      'none: it goes to a group, and the file does not state which member replies',
    ],
    ['to what is dropped, which nobody expects', '*filter\n:FORWARD DROP [0:0]\nCOMMIT\n', OUT, 'none: '],
    ['to a packet that cannot be read', GATEWAY, 'in lan3 tpc', 'none: '],
  ])('%s', (_name, rules, packet, expected) => {
    const { reply } = traced(rules, packet).state;
    expect(reply.kind === 'none' ? `none: ${reply.why}` : reply.kind).toBe(expected);
  });

  test.each<[string, string, string, boolean, readonly string[], string]>([
    [
      'translated back',
      GATEWAY,
      OUT,
      true,
      ['The reply comes back by lan3.', 'Its destination is translated back to 10.61.2.9.'],
      'SENT lan3',
    ],
    [
      'forgotten by the rules',
      ONE_WAY,
      OUT,
      false,
      ['The reply does not come back.', 'It is dropped by the policy of filter FORWARD.'],
      'DROPPED',
    ],
    [
      'past this host',
      GATEWAY,
      'in lan3 tcp 10.61.2.9 > 203.0.113.5:80',
      false,
      ['The reply does not come back.', 'Hairpin without source NAT: 10.61.2.40'],
      'SENT lan3',
    ],
    [
      'another way',
      GATEWAY,
      'in wan3 tcp 10.61.2.77 > 203.0.113.5:22',
      true,
      ['The reply comes back by lan3.', 'Asymmetric: the packet came in by wan3, and the reply leaves by lan3.'],
      'SENT lan3',
    ],
    [
      'held up by the reverse path filter',
      `${GATEWAY}net.ipv4.conf.wan3.rp_filter = 1\nip rule add fwmark 7 table 7\n198.51.100.0/24 via 10.61.2.254 dev lan3\n`,
      'forward lan3 wan3 tcp 10.61.2.9 > 198.51.100.7:443',
      true,
      ['The reply comes back'],
      'SENT lan3',
    ],
  ])('%s is a trace of its own', (_name, rules, packet, comesBack, says, badge) => {
    const bench = traced(rules, packet).reply();
    const { reply, packet: form, trace, remarks } = { ...bench.state, remarks: bench.state.keep };
    if (reply.kind !== 'shown') throw new Error(`it is ${reply.kind}`);
    expect([reply.comesBack, bench.badge, form.expression, remarks.reply]).toEqual([comesBack, badge, packet, true]);
    says.forEach((part) => expect([reply.verdict, ...reply.findings].join(' ')).toContain(part));
    expect(trace?.packet).toContain(reply.packet.split(' >')[0]);
    expect(reply.packet).not.toMatch(/ttl|acknum/);
  });

  test.each<[string, string, string]>([
    [GATEWAY, OUT, 'its destination is translated back to 10.61.2.9'],
    [ONE_WAY, OUT, 'it is dropped by the policy of filter FORWARD'],
    [GATEWAY, 'in lan3 tcp 10.61.2.9 > 203.0.113.5:80', 'hairpin without source NAT'],
    ['*filter\nCOMMIT\n', OUT, ''],
  ])('before it is traced, the view says in a clause what matters most: %#', (rules, packet, short) => {
    const { reply } = traced(rules, packet).state;
    expect(reply.kind === 'offered' && reply.short).toBe(short);
  });

  test('has its own steps, marks, copy and remedies, and the way back leads to the packet', () => {
    const bench = traced(ONE_WAY, OUT);
    const before = bench.state.trace?.packet;
    expect(bench.session.marks.marks.map(({ line, text }) => `${line} ${text}`)).toEqual(['3 → SENT wan3']);
    bench.reply();
    expect(bench.session.marks.marks.map(({ line, text }) => `${line} ${text}`)).toEqual([
      '2 reply → DROPPED by policy',
    ]);
    const step = bench.state.trace?.outcome.decisive;
    expect(bench.select(step).posted('detail')?.detail.line).toBe(2);
    bench.send({ type: 'copy', format: 'text' });
    expect(bench.effects).toEqual([
      expect.objectContaining({
        kind: 'copy',
        text: expect.stringContaining('198.51.100.7:443 > 10.61.2.9') as string,
      }),
    ]);
    bench.send({ type: 'ask-remedies', revision: bench.state.revision });
    expect(bench.posted('remedies')?.remedies.map(({ result }) => result[0]?.text)).toContain('SENT lan3');
    bench.reply(false);
    expect([bench.state.reply.kind, bench.state.trace?.packet, bench.badge]).toEqual(['offered', before, 'SENT wan3']);
  });

  test.each<[string, (bench: Bench) => Bench, string]>([
    [
      'another packet',
      (bench) => bench.send({ type: 'trace', expression: 'in lan3 udp 10.61.2.9 > 198.51.100.7:53' }),
      'offered',
    ],
    [
      'another field of the packet',
      (bench) => bench.send({ type: 'set-field', name: 'dport', value: '444' }),
      'offered',
    ],
    [
      'a change of the host',
      (bench) => bench.send({ type: 'set-field', name: 'host.rp_filter', value: 'strict' }),
      'shown',
    ],
    ['an edit elsewhere', (bench) => bench.edit(2, 'DROP', 'ACCEPT'), 'shown'],
    ['an edit that leaves no reply', (bench) => bench.edit(3, '-j ACCEPT', '-j DROP'), 'none'],
  ])('after %s it is %s', (_name, change, kind) =>
    expect(change(traced(ONE_WAY, OUT).reply()).state.reply.kind).toBe(kind),
  );

  test('what it relies on is listed for it, and not what the packet relied on', () => {
    const bench = new Bench('*nat\n-A POSTROUTING -o wan3 -j MASQUERADE\nCOMMIT\n', 'paste.txt')
      .send({ type: 'trace', expression: 'forward lan3 wan3 tcp 10.61.2.9 > 198.51.100.7:443' })
      .reply();
    expect(bench.state.reply.kind).toBe('shown');
    expect(bench.state.assumed.some(({ message }) => message.includes('packet:'))).toBe(false);
    expect(bench.state.assumed.some(({ message }) => /wan3/.test(message))).toBe(true);
  });

  test('of several paths each has its reply, and a reply has paths of its own', () => {
    const chance =
      '*nat\n-A PREROUTING -p tcp --dport 80 -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.61.2.40:8080\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.61.2.41:8080\nCOMMIT\n';
    const bench = traced(chance, 'in wan3 tcp 198.51.100.7 > 203.0.113.5:80')
      .send({ type: 'choose-outcome', index: 1 })
      .reply();
    expect(bench.state.reply).toMatchObject({
      kind: 'shown',
      packet: expect.stringContaining('10.61.2.41:8080') as string,
    });
    bench.reply(false);
    expect(bench.state.trace?.selected).toBe(1);
  });

  test('a reload comes back to it', () => {
    const { keep } = traced(GATEWAY, OUT).reply().state;
    const session = new TraceSession('file:///notes.md', 'notes.md');
    session.setModel(modelOf(parseSourceFile(GATEWAY + HOST)));
    session.restore(structuredClone(keep));
    expect(session.shown?.reply.kind).toBe('shown');
  });
});
