import { describe, expect, it } from 'vitest';
import { checkRules } from '../../src/features/diagnostics';

const ENDS = ['-h', '-V', '--help', '--version', '--hel', '--vers', '-vh', '-nV', '-hV'];

/**
 * As iptables-legacy-restore 1.8.9 takes or refuses them; `npm run test:kernel -- --check --grammar` asks it about the
 * same texts.
 */
describe.each(ENDS)('%s ends the program', (end) => {
  const errors = (text: string, family: 4 | 6): readonly string[] =>
    checkRules(text, family)
      .filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);

  it.each([
    `*filter\n-A INPUT -j ACCEPT ${end}\nnonsense\n`,
    `*filter\n-A INPUT ${end} --nosuch "open\n`,
    `*filter\n-A NOSUCH ${end}\n`,
    `*filter\n-A INPUT -j NOSUCH ${end}\n`,
    `*filter\n-D INPUT 2 ${end}\n`,
    `*filter\n-A INPUT --src=10.0.0.1 ${end}\n`,
    `*filter\n-A INPUT -s 10.0.0.300 ${end}\n`,
    `*filter\n-A INPUT -jLOG ${end}\n`,
    `*filter\n-N X ${end}\nx\n`,
    `*filter\n-A INPUT -j OUTPUT ${end}\n`,
    `*filter\n-A INPUT -p tcp --syn ${end}\n-A INPUT --nosuch\n*nat\n`,
    `*filter\n-A INPUT -g LOG ${end}\n`,
    `*filter\n-A INPUT -g NOSUCH -p tcp --dport 5 ${end}\n`,
    `*filter\n-R INPUT 1 ${end}\n`,
    `*filter\n-Z INPUT 1 ${end}\n`,
    `*filter\n-S INPUT 3 ${end}\n`,
  ])('what comes after it, or is checked later, does not matter: %j', (text) => {
    expect([errors(text, 4), errors(text, 6)]).toEqual([[], []]);
  });

  it('a "!" before it does not negate -v or -n', () => {
    expect(errors(`*filter\n-A INPUT ! ${end}\n`, 4)).toEqual(/^-[vn]/.test(end) ? ['negation'] : []);
  });

  it.each([
    [`*filter\n-A INPUT --nosuch ${end}\nCOMMIT\n`, 'unknown-option'],
    [`*filter\n-A INPUT -m nosuch ${end}\n`, 'unknown-match'],
    [`*filter\n-A INPUT stray ${end}\n`, 'bad-argument'],
    [`*filter\n-A INPUT --proto=udp ${end}\n`, 'attached-value'],
    [`*filter\n-A INPUT --in-interface=eth0 ${end}\n`, 'attached-value'],
    [`*filter\n-A INPUT -jLOG --log-prefix x ${end}\n`, 'unknown-option'],
    [`*filter\n-A INPUT -g LOG --log-prefix x ${end}\n`, 'unknown-option'],
    [`*filter\n-A INPUT -gNOSUCH --log-level 3 ${end}\n`, 'unknown-option'],
    [`*filter\n-A INPUT -j NOSUCH stray ${end}\n`, 'bad-argument'],
    [`*filter\n-R INPUT ${end}\n`, 'missing-value'],
    [`*filter\n-Z INPUT 1x ${end}\n`, 'rule-number'],
    [`*filter\n-L INPUT 0 ${end}\n`, 'rule-number'],
    [`*filter\n-D INPUT 0 ${end}\n`, 'rule-number'],
    [`*filter\n-A INPUT -j NOSUCH\nCOMMIT\n*nat\n-A OUTPUT ${end}\n`, 'unknown-target'],
  ])('what the program comes to before it is an error: %j', (text, code) => {
    expect([errors(text, 4), errors(text, 6)]).toEqual([[code], [code]]);
  });
});

describe('words before -6', () => {
  it.each([
    [' [1:2] -6 -A INPUT', ['bad-argument']],
    ['[1:2] -6 -A INPUT', []],
    ['x -6 -A INPUT', ['bad-argument']],
    ['-v -6 -A INPUT --nosuch', []],
  ])('%s', (line, codes) => {
    expect(
      checkRules(`*filter\n${line}\nCOMMIT\n`, 4)
        .filter(({ severity }) => severity === 'error')
        .map(({ code }) => code),
    ).toEqual(codes);
  });
});
