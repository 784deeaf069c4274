import { describe, expect, it } from 'vitest';
import { answerLine } from '../../src/cli/batch';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { outcomeOf, type Outcome } from '../../src/core/netfilter/outcome';
import { MOST_OUTCOMES, tracePacket } from '../../src/core/netfilter/trace';
import { bindRules } from '../../src/core/ruleset/bind';
import { rulesOfText } from '../../src/features/rulesOfText';
import { filter, IN, outcomes } from './askedOfRules';

const path = ({ matchedRules }: Outcome): string => matchedRules.map(({ chain, num }) => `${chain}:${num}`).join(' ');

describe('jumps', () => {
  it.each<readonly [string, string, string, readonly string[]]>([
    [
      'the end of a chain returns after the jump',
      'INPUT:1 A:1 INPUT:2',
      'LOCAL',
      ['INPUT -j A', 'INPUT -m comment --comment x', 'A -m comment --comment a'],
    ],
    [
      'RETURN does the same at once',
      'INPUT:1 A:1 INPUT:2',
      'LOCAL',
      ['INPUT -j A', 'INPUT -m comment --comment x', 'A -j RETURN', 'A -j DROP'],
    ],
    ['RETURN in a built-in chain is its policy', 'INPUT:1', 'LOCAL', ['INPUT -j RETURN', 'INPUT -j DROP']],
    [
      'a goto does not come back',
      'INPUT:1 A:1 B:1 INPUT:2',
      'LOCAL',
      ['INPUT -j A', 'INPUT -m comment --comment x', 'A -g B', 'A -j DROP', 'B -m comment --comment b'],
    ],
    [
      'a goto from a built-in chain ends in its policy',
      'INPUT:1 A:1',
      'LOCAL',
      ['INPUT -g A', 'INPUT -j DROP', 'A -m comment --comment a'],
    ],
    ['a rule without a target counts only', 'INPUT:1 INPUT:2', 'DROPPED', ['INPUT -p tcp', 'INPUT -j DROP']],
  ])('%s', (_, expected, outcome, rules) => {
    const [only, ...others] = outcomes(filter(...rules));
    expect([only && path(only), only?.outcome, others]).toEqual([expected, outcome, []]);
  });
});

/** Without those about the host. */
function ofRules(
  assumptions: Outcome['assumptions'],
): readonly {
  readonly match: string;
  readonly num: number;
  readonly value: boolean;
  readonly probability?: number | undefined;
}[] {
  return assumptions.flatMap((each) => ('match' in each ? [each] : []));
}

describe('what cannot be known', () => {
  const assumed = (list: readonly Outcome[]): unknown =>
    list.map(({ outcome, assumptions }) => [
      outcome,
      ofRules(assumptions).map(({ match, value }) => `${match} ${value ? 'yes' : 'no'}`),
    ]);

  it('a set without members forks the walk', () => {
    expect(assumed(outcomes(filter('INPUT -m set --match-set S src -j DROP')))).toEqual([
      ['DROPPED', ['--match-set S src yes']],
      ['LOCAL', ['--match-set S src no']],
    ]);
  });

  it('chance forks it too, and the probabilities sum to one', () => {
    const random = '-m statistic --mode random --probability';
    const list = outcomes(
      filter(`INPUT ${random} 0.25 -j ACCEPT`, `INPUT ${random} 0.5 -j DROP`, `INPUT ${random} 0.1 -j DROP`),
    );
    const chances = list.map(({ assumptions }) =>
      ofRules(assumptions).reduce((product, { probability = 1 }) => product * probability, 1),
    );
    expect(list).toHaveLength(4);
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 6);
    expect(chances[0]).toBeCloseTo(0.25, 6);
  });

  it.each<readonly [string, string, readonly string[]]>([
    ['some of its ports say otherwise', '-p tcp --sport 1024:32768', ['DROPPED', 'LOCAL']],
    ['all of its ports say yes', '-p tcp --sport 1024:', ['DROPPED']],
    ['all of its ports say no', '-p tcp --sport :1023', ['LOCAL']],
    ['one among tens of thousands is taken not to be drawn', '-p tcp ! --sport 3000', ['DROPPED']],
    ['the connection has it too', '-m conntrack --ctrepldstport 1024:32768', ['DROPPED', 'LOCAL']],
  ])('a port drawn at random: where %s', (_, question, expected) => {
    const rules = `*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -p tcp -j MASQUERADE --random\nCOMMIT\n${filter(`INPUT ${question} -j DROP`)}`;
    expect(
      outcomes(rules, { packet: { ...IN, dir: 'out', src: '10.244.1.5', iface: undefined } }).map(
        ({ outcome }) => outcome,
      ),
    ).toEqual(expected);
  });

  it('never follows more than so many combinations, and says so', () => {
    const result = answerLine(
      JSON.stringify({
        id: 1,
        rules: filter(...Array.from({ length: 20 }, (_, i) => `INPUT -m set --match-set S${i} src`)),
        packet: IN,
      }),
    ) as { outcomes: unknown[]; warnings: string[] };
    expect(result.outcomes).toHaveLength(MOST_OUTCOMES);
    expect(result.warnings.join()).toMatch(/outcomes are possible/);
  });

  it('the answer of a person takes the place of the fork', () => {
    const host = hostFromTopology(undefined, { listeners: [] });
    const packet = readPacketRequest(IN);
    if (isProblem(host) || isProblem(packet)) throw new Error('a plain host and packet');
    const v4 = bindRules(rulesOfText(filter('INPUT -m set --match-set S src -j DROP'), 4));
    const asked = tracePacket(packet, { host, ruleSets: { v4 } }).outcomes[0]?.assumptions[0]?.key ?? '';
    for (const value of [true, false]) {
      const { outcomes: list } = tracePacket(packet, { host, ruleSets: { v4 }, answers: new Map([[asked, value]]) });
      expect(list.map((walked) => outcomeOf(walked).outcome)).toEqual([value ? 'DROPPED' : 'LOCAL']);
    }
  });

  it('a match nobody knows is a question, and the rest of the rule still counts', () => {
    const list = outcomes(
      filter('INPUT -p udp -m nosuch --thing 1 -j DROP', 'INPUT -p tcp -m nosuch --thing 1 -j DROP'),
    );
    expect(list.map(({ outcome, assumptions }) => [outcome, ofRules(assumptions).map(({ num }) => num)])).toEqual([
      ['DROPPED', [2]],
      ['LOCAL', [2]],
    ]);
  });
});

describe('one packet after the other', () => {
  const results = (rules: string, packets: readonly object[], more: object = {}): readonly (string | undefined)[] =>
    (
      answerLine(JSON.stringify({ id: 1, rules, packets, ...more })) as { results: { outcomes: Outcome[] }[] }
    ).results.map(({ outcomes: list }) => list[0]?.ctstate);
  const out = { dir: 'out', src: '10.244.1.5', dst: '8.8.8.8', proto: 'udp', sport: 5000, dport: 53 };
  const back = { dir: 'in', iface: 'eth0', src: '8.8.8.8', dst: '10.244.1.5', proto: 'udp', sport: 53, dport: 5000 };

  it('a connection is remembered, unless each packet meets a fresh host', () => {
    expect(results(filter(), [out, back, out])).toEqual(['NEW', 'ESTABLISHED', 'ESTABLISHED']);
    expect(results(filter(), [out, back], { independent: true })).toEqual(['NEW', 'NEW']);
  });

  it('a connection whose first packet was dropped is not', () => {
    const rules = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n';
    // The state is that at the end of the first hook, where the first packet did not come to.
    expect(results(rules, [out, back])).toEqual([undefined, 'NEW']);
  });
});
