import { describe, expect, it } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import type { Walked } from '../../src/core/netfilter/events';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { MOST_OUTCOMES, notesOf, tracePacket, type Traced } from '../../src/core/netfilter/trace';
import { bindRules } from '../../src/core/ruleset/bind';
import { rulesOfText } from '../../src/features/rulesOfText';
import { generate } from '../kernel/generate/generate';

const IN = {
  dir: 'in',
  iface: 'eth0',
  src: '10.244.2.9',
  dst: '10.244.1.5',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  flags: ['SYN'],
};

/** A table whose chains are declared as the rules name them. */
function table(name: 'filter' | 'mangle' | 'nat', rules: readonly string[]): string {
  const chains = [...new Set(rules.map((rule) => rule.split(' ')[0] as string))].filter(
    (chain) => chain !== 'INPUT' && chain !== 'PREROUTING',
  );
  return `*${name}\n${chains.map((chain) => `:${chain} - [0:0]\n`).join('')}${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;
}

function trace(
  rules: string,
  packet: object = IN,
  answers?: ReadonlyMap<string, boolean>,
  topology?: unknown,
  sets?: string,
): Traced {
  const host = hostFromTopology(topology, { listeners: [], sets });
  const request = readPacketRequest(packet);
  if (isProblem(host) || isProblem(request)) throw new Error('a plain host and packet');
  const family = request.src?.includes(':') || request.dst?.includes(':') ? 6 : 4;
  const bound = bindRules(rulesOfText(rules, family));
  return tracePacket(request, {
    host,
    ruleSets: family === 4 ? { v4: bound } : { v6: bound },
    ...(answers ? { answers } : {}),
  });
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const unknowns = (count: number, target: string): readonly string[] =>
  numbers(count).map((i) => `INPUT -m set --match-set S${i} src ${target.replace('#', String(1 << i))}`);
const ports = (count: number): readonly string[] =>
  numbers(count).map((i) => `INPUT -p tcp -m tcp --dport ${i + 1000} -j ACCEPT`);

/** Each chain calls the next one twice. */
function ladder(levels: number, last: string): readonly string[] {
  return [
    'INPUT -j C0',
    ...numbers(levels - 1).flatMap((i) => [`C${i} -j C${i + 1}`, `C${i} -j C${i + 1}`]),
    `C${levels - 1} ${last}`,
  ];
}

function endpoints(count: number): string {
  return table('nat', [
    'PREROUTING -p tcp -m tcp --dport 80 -j SVC',
    ...numbers(count).map(
      (i) =>
        `SVC ${i < count - 1 ? `-m statistic --mode random --probability ${(1 / (count - i)).toFixed(10)} ` : ''}-j SEP${i}`,
    ),
    ...numbers(count).map((i) => `SEP${i} -p tcp -m tcp -j DNAT --to-destination 10.244.${i >> 8}.${i & 255}:8080`),
  ]);
}

describe('what branches, costs what it shows', () => {
  it.each<readonly [string, string, number, number]>([
    ['a thousand endpoints drawn by chance', endpoints(1000), 1000, 7000],
    ['twice as many cost twice as much', endpoints(2000), 2000, 14000],
    ['thirty unknown matches before ACCEPT', table('filter', unknowns(30, '-j ACCEPT')), 31, 100],
    [
      'thirty unknown matches that change nothing: a billion paths, thirty rules',
      table('filter', unknowns(30, '-j LOG')),
      MOST_OUTCOMES,
      100,
    ],
    [
      'twelve unknown matches before four thousand rules',
      table('filter', [...unknowns(12, '-j LOG'), ...ports(4000)]),
      MOST_OUTCOMES,
      4100,
    ],
    [
      'four hundred unknown matches in one rule',
      table('filter', [`INPUT ${'-m nosuch --x 1 '.repeat(400)}-j DROP`]),
      401,
      1000,
    ],
  ])('%s', (_, rules, outcomes, most) => {
    const traced = trace(rules);
    expect([traced.outcomes.length, traced.asked <= most ? 'as expected' : traced.asked]).toEqual([
      outcomes,
      'as expected',
    ]);
  });

  it('twelve unknown matches that each set a mark make as many hosts of the rules after them: the first are shown, and said to be the first', () => {
    const traced = trace(table('mangle', [...unknowns(12, '-j MARK --or-mark #'), ...ports(4000)]));
    expect([traced.truncated, traced.outcomes.length > 20, traced.asked < 250_000]).toEqual([true, true, true]);
  });
});

describe('chains upon chains', () => {
  const told = ({ outcomes: [only] }: Traced): unknown =>
    only && [only.end.outcome, only.end.dropBy?.kind, only.events.length < 50_000];

  it.each<readonly [string, string, unknown]>([
    ['each chain calls the next one twice', table('filter', ladder(40, '-j LOG')), ['LOCAL', undefined, true]],
    ['the last one drops', table('filter', ladder(40, '-p tcp -j DROP')), ['DROPPED', 'rule', true]],
    [
      'the last one changes the packet back and forth',
      table('mangle', ladder(40, '-j MARK --xor-mark 1')),
      ['LOCAL', undefined, true],
    ],
    [
      'ten thousand chains, each called by the one before',
      table('filter', ['INPUT -j C0', ...numbers(9999).map((i) => `C${i} -j C${i + 1}`), 'C9999 -j DROP']),
      ['DROPPED', 'rule', true],
    ],
    [
      'the last one is in doubt',
      table('filter', ladder(40, '-m set --match-set S src -j LOG')),
      ['LOCAL', undefined, true],
    ],
  ])('%s', (_, rules, expected) => {
    expect(told(trace(rules))).toEqual(expected);
  });

  it('the end is the right one: an even number of changes', () => {
    expect(
      [4, 40].map(
        (levels) => trace(table('mangle', ladder(levels, '-j MARK --xor-mark 1'))).outcomes[0]?.end.packet.mark,
      ),
    ).toEqual([0, 0]);
    expect(
      trace(table('mangle', [...ladder(40, '-j MARK --xor-mark 1'), 'INPUT -j MARK --xor-mark 4'])).outcomes[0]?.end
        .packet.mark,
    ).toBe(4);
  });

  it('what is omitted is said', () => {
    expect(notesOf(trace(table('filter', ladder(22, '-j LOG'))).outcomes)).toEqual([
      expect.stringMatching(/not listed again/),
    ]);
    expect(notesOf(trace(table('filter', ladder(4, '-j LOG'))).outcomes)).toEqual([]);
  });

  it('where each visit is remembered, none is like the other: the walk gives up, and says that it does not know', () => {
    const traced = trace(table('filter', ladder(40, '-m recent --set --name x')));
    expect(told(traced)).toEqual(['NONE', 'kernel', false]);
    expect(notesOf(traced.outcomes)).toEqual([expect.stringMatching(/its outcome is not known/)]);
  });
});

describe('what the kernel refuses to load is not there', () => {
  const path = (walked: Walked | undefined): unknown =>
    walked && [
      outcomeOf(walked).outcome,
      outcomeOf(walked)
        .matchedRules.map(({ chain, num }) => `${chain}:${num}`)
        .join(' '),
    ];

  it.each<readonly [string, readonly string[], string, readonly string[]]>([
    ['a chain that jumps to itself', ['INPUT -j A', 'A -j A', 'A -p tcp -j DROP'], 'INPUT:1 A:1 A:2', ['line 4']],
    ['by goto', ['INPUT -j A', 'A -g A', 'A -p tcp -j DROP'], 'INPUT:1 A:1 A:2', ['line 4']],
    ['two chains in a circle', ['INPUT -j A', 'A -j B', 'B -j A', 'B -j DROP'], 'INPUT:1 A:1 B:1 B:2', ['line 6']],
    [
      'three by goto, with conditions',
      ['INPUT -g A', 'A -p tcp -g B', 'B -p tcp -g C', 'C -p tcp -g A', 'C -j DROP'],
      'INPUT:1 A:1 B:1 C:1 C:2',
      ['line 8'],
    ],
    ['a jump to the built-in chain it stands in', ['INPUT -j INPUT', 'INPUT -j DROP'], 'INPUT:1 INPUT:2', ['line 2']],
    ['a jump to another built-in chain', ['INPUT -j FORWARD', 'INPUT -j DROP'], 'INPUT:1 INPUT:2', ['line 2']],
  ])('%s', (_, rules, matched, lines) => {
    const traced = trace(table('filter', rules));
    const refused = traced.outcomes.flatMap(({ events }) =>
      events.flatMap((event) =>
        event.kind === 'rule' && event.effect?.kind === 'continue' && event.effect.note?.startsWith('not loaded: ')
          ? [`line ${event.rule.line.index + 1}`]
          : [],
      ),
    );
    expect([traced.outcomes.map(path), refused]).toEqual([[['DROPPED', matched]], lines]);
  });

  it('no half typed rule makes a walk endless: random jumps among few chains', () => {
    for (let seed = 1; seed <= 300; seed++) {
      let state = seed;
      const next = (below: number): number => (state = (state * 48271) % 2147483647) % below;
      const names = ['INPUT', 'A', 'B', 'C', 'D'];
      const rules = numbers(3 + next(12)).map(
        () =>
          `${names[next(5)]} ${['', '-p tcp ', '-m set --match-set S src '][next(3)]}-${'jg'[next(2)]} ${names[next(5)]}`,
      );
      const traced = trace(table('filter', [...rules, 'A -j RETURN', 'B -j RETURN', 'C -j RETURN', 'D -j RETURN']));
      expect(traced.outcomes.length, rules.join('\n')).toBeGreaterThan(0);
    }
  });
});

describe('paths that part and meet are the paths there are', () => {
  it('each, with its answers given, is the only one, and told the same', () => {
    let several = 0;
    for (let index = 0; index < 400; index++) {
      const { question } = generate(77, index, 1);
      const {
        rules,
        rules6,
        packets: [packet],
        topology,
        sets,
      } = question;
      const text = rules ?? rules6;
      if (
        text === undefined ||
        packet === undefined ||
        question.conntrack !== undefined ||
        question.listeners !== undefined
      )
        continue;
      const all = trace(text, packet, undefined, topology, sets).outcomes;
      if (all.length < 2 || all.length > 64) continue;
      several++;
      for (const walked of all) {
        const answers = new Map(walked.assumptions.map(({ key, value }) => [key, value]));
        // A rule that is evaluated twice on one path may have two answers.
        if (walked.assumptions.some(({ key, value }) => answers.get(key) !== value)) continue;
        const alone = trace(text, packet, answers, topology, sets).outcomes;
        expect(alone.map(outcomeOf)).toEqual([outcomeOf(walked)]);
      }
    }
    expect(several).toBeGreaterThan(5);
  });
});
