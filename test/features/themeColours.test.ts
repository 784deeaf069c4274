import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { customRules, tokenColours } from '../../src/features/themeColours';
import { kindOfType, TOKEN_TYPES } from '../../src/features/tokenTypes';

const rule = (scope: unknown, foreground: unknown): unknown => ({ scope, settings: { foreground } });
const JUMP = { jump: 'keyword.other.jump.iptables' };

test.each<[string, readonly unknown[], string | undefined]>([
  ['a scope', [rule('keyword', '#111111')], '#111111'],
  ['a list', [rule(['string', 'keyword.other'], '#111111')], '#111111'],
  ['commas', [rule('string, keyword', '#111111')], '#111111'],
  ['the more exact one', [rule('keyword.other', '#222222'), rule('keyword', '#111111')], '#222222'],
  ['the later of equal ones', [rule('keyword', '#111111'), rule('keyword', '#222222')], '#222222'],
  ['one of our language', [rule('source.iptables keyword', '#222222'), rule('keyword', '#111111')], '#222222'],
  ['one of another language', [rule('source.css keyword', '#111111')], undefined],
  ['part of a name is none', [rule('key', '#111111'), rule('keyword.oth', '#111111')], undefined],
  ['what is omitted', [rule('keyword - keyword.operator', '#111111')], '#111111'],
  ['child', [rule('source > keyword', '#111111')], '#111111'],
  ['no colour', [rule('keyword', 'red'), rule('keyword', '#12'), rule('keyword', 7)], undefined],
  ['no scope', [{ settings: { foreground: '#111111' } }, rule('', '#111111')], undefined],
  ['nothing of the kind', [null, 7, 'x', [], {}, { scope: 'keyword' }, rule({}, '#111111')], undefined],
  ['alpha', [rule('keyword', '#11111180')], '#11111180'],
  ['three or four digits', [rule('keyword', '#123'), rule('keyword.other', '#AbC4')], '#AbC4'],
  [
    'other text around a colour',
    [rule('keyword', 'x#111111'), rule('keyword', '#111111 x'), rule('keyword', '#1111111'), rule('keyword', '#11')],
    undefined,
  ],
  ['blanks and empty parts', [rule(' , source.iptables   keyword ,', '#111111')], '#111111'],
  [
    'names before parents',
    [rule('keyword.other', '#222222'), rule('source source.iptables keyword', '#111111')],
    '#222222',
  ],
  ['parents of equal names', [rule('source.iptables keyword', '#222222'), rule('keyword', '#111111')], '#222222'],
])('%s', (_, rules, expected) => {
  expect(tokenColours(rules, JUMP).jump).toBe(expected);
});

test.each<[string, unknown, string | undefined]>([
  ['a group', { keywords: '#333333' }, '#333333'],
  ['a group as an object', { keywords: { foreground: '#333333' } }, '#333333'],
  ['a rule', { textMateRules: [rule('keyword', '#333333')] }, '#333333'],
  ['of this theme', { '[Night]': { keywords: '#333333' }, keywords: '#444444' }, '#333333'],
  ['of this theme and another', { '[Day][Night]': { keywords: '#333333' } }, '#333333'],
  ['of a name that is not a theme', { Night: { keywords: '#333333' } }, '#111111'],
  ['of no colour', { keywords: {}, strings: '#333333' }, '#111111'],
  ['of another theme', { '[Day]': { keywords: '#333333' } }, '#111111'],
  ['nothing', undefined, '#111111'],
  ['something else', ['x'], '#111111'],
])('the user’s own: %s', (_, custom, expected) => {
  expect(tokenColours([rule('keyword', '#111111'), ...customRules(custom, 'Night')], JUMP).jump).toBe(expected);
});

describe('each kind of word', () => {
  const { contributes } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    contributes: { semanticTokenScopes: [{ scopes: Record<string, [string]> }] };
  };
  const grammar = readFileSync(path.join(import.meta.dirname, '../../syntaxes/iptables.tmLanguage.json'), 'utf8');

  test.each(TOKEN_TYPES.map((type) => [type, kindOfType(type)]))('%s has a scope of the grammar', (type, kind) => {
    const scope = contributes.semanticTokenScopes[0].scopes[type]?.[0] ?? '';
    expect(grammar).toContain(scope.replace(/\.iptables$/, ''));
    expect(tokenColours([rule(scope, '#123456')], { [kind]: scope })).toEqual({ [kind]: '#123456' });
  });
});
