import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindRules } from '../../src/core/ruleset/bind';
import { printRule } from '../../src/core/ruleset/printRule';
import { rulesOfText } from '../../src/features/rulesOfText';

const TEXTS = ['-p tcp -j ACCEPT', '-p udp -j ACCEPT', '-s 10.0.0.1/32 -j DROP', '-j A'] as const;

type Step = readonly ['A' | 'D' | 'C' | 'I' | 'R' | 'DN', number, number] | readonly ['F' | 'E', 0, 0];

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(
      fc.constantFrom('A', 'D', 'C', 'I', 'R', 'DN'),
      fc.integer({ min: 0, max: TEXTS.length - 1 }),
      fc.integer({ min: 0, max: 9 }),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>(['F', 0, 0], ['E', 0, 0]) },
);

/** What iptables does, with a list of texts; a command that it would refuse is not made. */
function model(list: readonly Step[]): { readonly commands: readonly string[]; readonly rules: readonly string[] } {
  let rules: string[] = [];
  const commands: string[] = [];
  let name = 'A';
  for (const [kind, which, at] of list) {
    const plain = TEXTS[which] as string;
    const text = plain === '-j A' ? `-j ${name}` : plain;
    const place = at % (rules.length + 1);
    if (kind === 'A') {
      rules.push(text);
      commands.push(`-A INPUT ${text}`);
    } else if (kind === 'I') {
      rules.splice(place, 0, text);
      commands.push(`-I INPUT ${place + 1} ${text}`);
    } else if (kind === 'R' && place < rules.length) {
      rules[place] = text;
      commands.push(`-R INPUT ${place + 1} ${text}`);
    } else if (kind === 'DN' && place < rules.length) {
      rules.splice(place, 1);
      commands.push(`-D INPUT ${place + 1}`);
    } else if ((kind === 'D' || kind === 'C') && rules.includes(text)) {
      if (kind === 'D') rules.splice(rules.indexOf(text), 1);
      commands.push(`-${kind} INPUT ${text}`);
    } else if (kind === 'F') {
      rules = [];
      commands.push('-F INPUT');
    } else if (kind === 'E') {
      const other = name === 'A' ? 'B' : 'A';
      rules = rules.map((rule) => (rule === `-j ${name}` ? `-j ${other}` : rule));
      commands.push(`-E ${name} ${other}`);
      name = other;
    }
  }
  return { commands, rules };
}

function bound(commands: readonly string[]): { readonly rules: readonly string[]; readonly errors: readonly string[] } {
  const { tables, problems } = bindRules(
    rulesOfText(`*filter\n:A - [0:0]\n${commands.map((command) => `${command}\n`).join('')}COMMIT\n`, 4),
  );
  const chain = tables.get('filter')?.chains.get('INPUT');
  return {
    rules: (chain?.rules ?? []).map((rule) => printRule(rule).replace('-A INPUT ', '')),
    errors: problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
  };
}

describe('rules that a command names by their text', () => {
  it('are the first like that, whatever was put in, taken out, replaced or renamed before', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (list) => {
        const { commands, rules } = model(list);
        expect(bound(commands)).toEqual({ rules, errors: [] });
      }),
      { numRuns: 500, seed: 8 },
    );
  });

  it('five thousand are deleted one by one', () => {
    const rules = Array.from({ length: 5000 }, (_, i) => `INPUT -p tcp -m tcp --dport ${i + 1} -j ACCEPT`);
    expect(
      bound([
        ...rules.map((rule) => `-A ${rule}`),
        ...rules.map((rule) => `-C ${rule}`),
        ...rules.map((rule) => `-D ${rule}`),
      ]),
    ).toEqual({ rules: [], errors: [] });
  });

  it('five thousand that are alike, too', () => {
    const rules = Array.from({ length: 5000 }, () => 'INPUT -p tcp -j ACCEPT');
    expect(bound([...rules.map((rule) => `-A ${rule}`), ...rules.map((rule) => `-D ${rule}`)])).toEqual({
      rules: [],
      errors: [],
    });
  });
});

describe('a line of many addresses', () => {
  const list = (network: number, count: number): string =>
    Array.from({ length: count }, (_, i) => `10.${network}.${i >> 8}.${i & 255}`).join(',');

  it.each(['-A INPUT', '-I INPUT 1'])('%s: 90,000 rules of 600 addresses, each with its own', (command) => {
    const { rules, errors } = bound([
      '-A INPUT -j DROP',
      `${command} -s ${list(1, 300)} -d ${list(2, 300)} -p tcp -m tcp --dport 80 -j ACCEPT`,
    ]);
    const own = rules.filter((rule) => rule !== '-j DROP');
    // iptables-restore has a word of its own for that; the rest of the line still means something.
    expect([errors.every((error) => error.includes('1023 bytes')), own.length, new Set(own).size]).toEqual([
      true,
      90_000,
      90_000,
    ]);
    expect(own[command === '-A INPUT' ? 301 : 89_698]).toBe(
      '-s 10.1.0.1/32 -d 10.2.0.1/32 -p tcp -m tcp --dport 80 -j ACCEPT',
    );
  });
});
