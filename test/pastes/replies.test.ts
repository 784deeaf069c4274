import { describe, expect, test } from 'vitest';
import { answerLine } from '../../src/cli/batch';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { replyJson, replyOf } from '../../src/features/replies';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { GATEWAY_HOST as HOST } from '../fixtures/gateway';

function nat(...rules: readonly string[]): string {
  return [
    '*nat',
    ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ].join('\n');
}

function forward(policy: string, ...rules: readonly string[]): string {
  return [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    `:FORWARD ${policy} [0:0]`,
    ':OUTPUT ACCEPT [0:0]',
    ...rules,
    'COMMIT',
    '',
  ].join('\n');
}

const PUBLISHED = '-A PREROUTING -d 203.0.113.5/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.61.2.40:8080';
const GATEWAY = nat(PUBLISHED, '-A POSTROUTING -o wan3 -j MASQUERADE');

interface Case {
  readonly name: string;
  readonly text: string;
  readonly packet: string;
  readonly comesBack: boolean;
  /** Parts of what is said, in their order. */
  readonly says: readonly string[];
  /** The end of the reply: outcome, interface, source and destination. */
  readonly end?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'a published port',
    text: GATEWAY + HOST,
    packet: 'in wan3 tcp 198.51.100.7 > 203.0.113.5:80',
    comesBack: true,
    says: ['source is translated back to 203.0.113.5:80'],
    end: 'SENT wan3 203.0.113.5 > 198.51.100.7',
  },
  {
    name: 'a hairpin without source NAT',
    text: GATEWAY + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 203.0.113.5:80',
    comesBack: false,
    says: ['Hairpin without source NAT: 10.61.2.40'],
  },
  {
    name: 'a hairpin with it',
    text: nat(PUBLISHED, '-A POSTROUTING -s 10.61.2.0/24 -d 10.61.2.40/32 -j MASQUERADE') + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 203.0.113.5:80',
    comesBack: true,
    says: [
      'Hairpin with source NAT: 10.61.2.40 is reached by lan3',
      'source is translated back',
      'destination is translated back to 10.61.2.9',
    ],
    end: 'SENT lan3 203.0.113.5 > 10.61.2.9',
  },
  {
    name: 'a masqueraded client',
    text: GATEWAY + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443',
    comesBack: true,
    says: ['destination is translated back to 10.61.2.9'],
    end: 'SENT lan3 198.51.100.7 > 10.61.2.9',
  },
  {
    name: 'an echo',
    text: GATEWAY + HOST,
    packet: 'in lan3 icmp echo-request 10.61.2.9 > 198.51.100.7',
    comesBack: true,
    says: ['translated back'],
    end: 'SENT lan3 198.51.100.7 > 10.61.2.9',
  },
  {
    name: 'the program of this host',
    text: nat() + HOST,
    packet: 'in lan3 udp 10.61.2.9 > 10.61.2.1:53',
    comesBack: true,
    says: [],
    end: 'SENT lan3 10.61.2.1 > 10.61.2.9',
  },
  {
    name: 'what this host has asked',
    text: nat() + HOST,
    packet: 'out tcp > 198.51.100.7:443',
    comesBack: true,
    says: [],
    end: 'LOCAL 198.51.100.7 > 203.0.113.5',
  },
  {
    name: 'a redirected port',
    text: nat('-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080') + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 10.61.2.1:80',
    comesBack: true,
    says: ['source is translated back to 10.61.2.1:80'],
    end: 'SENT lan3 10.61.2.1 > 10.61.2.9',
  },
  {
    name: 'an asymmetric way',
    text: nat() + HOST,
    packet: 'in wan3 tcp 10.61.2.77 > 203.0.113.5:22',
    comesBack: true,
    says: ['Asymmetric: the packet came in by wan3, and the reply leaves by lan3'],
  },
  {
    name: 'the reverse path filter',
    text: `${nat()}${HOST.replace('default via', '198.51.100.0/24 via 10.61.2.254 dev lan3\ndefault via')}net.ipv4.conf.wan3.rp_filter = 1\n`,
    packet: 'forward lan3 wan3 tcp 10.61.2.9 > 203.0.113.77:80',
    comesBack: true,
    says: [],
  },
  {
    name: 'rules that forget the way back',
    text: forward('DROP', '-A FORWARD -i lan3 -o wan3 -j ACCEPT') + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443',
    comesBack: false,
    says: ['dropped by the policy of filter FORWARD'],
    end: 'DROPPED 198.51.100.7 > 10.61.2.9',
  },
  {
    name: 'a rule that drops it',
    text: forward('ACCEPT', '-A FORWARD -i wan3 -j DROP') + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443',
    comesBack: false,
    says: ['dropped by line 5 (filter FORWARD rule 1)'],
  },
  {
    name: 'rules that let answers in',
    text:
      forward(
        'DROP',
        '-A FORWARD -i lan3 -o wan3 -j ACCEPT',
        '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
      ) + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443',
    comesBack: true,
    says: [],
  },
  {
    name: 'a dropped packet has no answer',
    text: forward('DROP') + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443',
    comesBack: false,
    says: ['There is no reply: nobody receives the packet'],
  },
  {
    name: 'nor has a reset',
    text: forward('ACCEPT') + HOST,
    packet: 'in lan3 tcp 10.61.2.9 > 198.51.100.7:443 rst',
    comesBack: false,
    says: ['a reset gets no reply'],
  },
  {
    name: 'nor what nobody listens for',
    text: `${nat()}${HOST}State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0      128    0.0.0.0:22         0.0.0.0:*\n`,
    packet: 'in lan3 tcp 10.61.2.9 > 10.61.2.1:80',
    comesBack: false,
    says: ['nobody listens'],
  },
];

describe('the answer to a packet', () => {
  test.each(CASES)('$name', ({ text, packet, comesBack, says, end }) => {
    const model = modelOf(parseSourceFile(text, { fileName: 'rules.txt' }));
    if (!model.defaultDump) throw new Error('there are no rules in the text');
    const { input, setting, problems } = evaluate(model, model.defaultDump, {
      expression: packet,
      outcome: 0,
      answers: {},
      overrides: undefined,
    });
    const [walked] = input?.traced.outcomes ?? [];
    if (!walked) throw new Error(problems.map(({ message }) => message).join('; '));
    const reply = replyJson(replyOf(walked, setting.setting));
    expect([reply.comesBack, reply.findings.length]).toEqual([comesBack, says.length]);
    says.forEach((part, i) => expect(reply.findings[i]).toContain(part));
    const [first] = reply.outcomes;
    if (end !== undefined)
      expect(
        first &&
          [
            first.outcome,
            ...(first.outIface === undefined ? [] : [first.outIface]),
            first.finalPacket.src as string,
            '>',
            first.finalPacket.dst as string,
          ].join(' '),
      ).toBe(end);
  });

  test('batch gives it with each outcome, on request', () => {
    const topology = {
      ifaces: [
        { name: 'lan3', addrs: ['10.61.2.1/24'] },
        { name: 'wan3', addrs: ['203.0.113.5/24'] },
      ],
      routes: ['default via 203.0.113.1 dev wan3'],
    };
    const request = {
      id: 1,
      rules: GATEWAY,
      topology,
      packet: {
        dir: 'in',
        iface: 'lan3',
        src: '10.61.2.9',
        dst: '198.51.100.7',
        proto: 'tcp',
        sport: 4000,
        dport: 443,
      },
    };
    const outcomes = (reply: unknown): unknown =>
      (
        answerLine(JSON.stringify({ ...request, reply })) as { outcomes?: { reply?: { comesBack: boolean } }[] }
      ).outcomes?.map((each) => each.reply?.comesBack);
    expect([outcomes(true), outcomes(false), outcomes(undefined)]).toEqual([[true], [undefined], [undefined]]);
    expect(answerLine(JSON.stringify({ ...request, reply: 'yes' })).error).toContain(
      'reply: "yes" is neither true nor false',
    );
  });
});
