import { describe, expect, it } from 'vitest';
import { loadGrammar, tokenizeLines } from './tokenizer';

/** The words of a line that have a scope of their own. */
async function scopesOf(scopeName: string, line: string): Promise<readonly string[]> {
  const grammar = await loadGrammar(scopeName);
  const [tokens = []] = tokenizeLines(grammar, [line]);
  return tokens.flatMap(({ start, end, scopes }) => {
    const last = scopes.at(-1) ?? '';
    const text = line.slice(start, end).trim();
    return text === '' || last.startsWith('source.') || last.startsWith('meta.')
      ? []
      : [`${text} ${last.split('.').slice(0, 3).join('.')}`];
  });
}

const EXPECTATION = [
  'in keyword.other.direction',
  'eth0 entity.name.type',
  'tcp support.type.match',
  '> keyword.operator.arrow',
  ':80 constant.numeric.iptables',
  '=> keyword.operator.expectation',
  'SENT keyword.control.verdict',
  '10.0.0.7:80 constant.numeric.iptables',
  'via keyword.other.condition',
  'nat/DOCKER entity.name.function',
  ':3 constant.numeric.iptables',
];

describe('the grammar of expectations', () => {
  it.each<[line: string, scopes: readonly string[]]>([
    ['in eth0 tcp web > :80 => SENT 10.0.0.7:80 via nat/DOCKER:3', EXPECTATION],
    ['# in eth0 => DROP', ['# in eth0 => DROP comment.line.number-sign']],
    [
      'web = 10.0.0.7',
      ['web variable.other.constant', '= keyword.operator.assignment', '10.0.0.7 constant.numeric.iptables'],
    ],
    ['@file web.rules', ['@file keyword.other.setting']],
    [
      'then again => never DROPPED or by policy # why',
      [
        'then keyword.other.setting',
        'again keyword.other.condition',
        '=> keyword.operator.expectation',
        'never keyword.operator.logical',
        'DROPPED keyword.control.verdict',
        'or keyword.operator.logical',
        'by keyword.other.condition',
        'policy support.constant.iptest',
        '# why comment.line.number-sign',
      ],
    ],
    [
      'own [fd00::1] fd00::2',
      ['own keyword.other.setting', '[fd00::1] constant.numeric.iptables', 'fd00::2 constant.numeric.iptables'],
    ],
  ])('%s', async (line, scopes) => {
    expect(await scopesOf('source.iptest', line)).toEqual(scopes);
  });

  it('colours what stands in a comment of rules', async () => {
    expect(
      await scopesOf('source.iptables', '# expect: in eth0 tcp web > :80 => SENT 10.0.0.7:80 via nat/DOCKER:3'),
    ).toEqual(['# comment.line.number-sign', 'expect: keyword.other.expect', ...EXPECTATION]);
  });
});
