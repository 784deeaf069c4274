import { describe, expect, test } from 'vitest';
import { chainDefinition, chainMentions } from '../../src/features/navigation';
import { cursor, modelOfText } from './sample';

const DUMP = `*nat
:PREROUTING ACCEPT [0:0]
:WEB - [0:0]
-A PREROUTING -p tcp -j WEB
-A WEB -p tcp --dport 80 -j RETURN
-A WEB -g WEB2
COMMIT
*filter
:WEB - [0:0]
-A WEB -j DROP
COMMIT
`;

/** The text with the chain's mentions in brackets, `d` declaration, `r` rule, `j` jump. */
function marked(source: string): string {
  const { text, line, column } = cursor(source);
  const lines = text.split('\n');
  for (const mention of [...chainMentions(modelOfText(text), line, column)].reverse()) {
    const old = lines[mention.line] ?? '';
    lines[mention.line] =
      `${old.slice(0, mention.start)}${mention.kind.charAt(0)}[${old.slice(mention.start, mention.end)}]${old.slice(mention.end)}`;
  }
  return lines.join('\n');
}

describe('all mentions of a chain', () => {
  test.each([
    ['a declaration', DUMP.replace(':WEB', ':W‸EB')],
    ['a jump', DUMP.replace('-j WEB', '-j ‸WEB')],
    ['the end of a rule’s chain', DUMP.replace('-A WEB', '-A WEB‸')],
  ])('from %s, within its table only', (_, source) => {
    expect(marked(source)).toBe(`*nat
:PREROUTING ACCEPT [0:0]
:d[WEB] - [0:0]
-A PREROUTING -p tcp -j j[WEB]
-A r[WEB] -p tcp --dport 80 -j RETURN
-A r[WEB] -g WEB2
COMMIT
*filter
:WEB - [0:0]
-A WEB -j DROP
COMMIT
`);
  });

  test.each([
    ['a target', DUMP.replace('-j DROP', '-j D‸ROP')],
    ['a table', DUMP.replace('*nat', '*n‸at')],
    ['a chain that does not exist', DUMP.replace('-g WEB2', '-g WEB‸2')],
    ['an option', DUMP.replace('--dport', '--dp‸ort')],
  ])('none from %s', (_, source) => {
    expect(marked(source)).toBe(source.replace('‸', ''));
  });

  test('commands name their tables themselves', () => {
    expect(marked('iptables -t nat -N WEB\niptables -t nat -A PREROUTING -j W‸EB\niptables -N WEB\n')).toBe(
      'iptables -t nat -N d[WEB]\niptables -t nat -A PREROUTING -j j[WEB]\niptables -N WEB\n',
    );
  });

  test('two dumps in one note are two worlds', () => {
    const note = `Before:\n\n${DUMP}\nAfter:\n\n${DUMP.replace('-j WEB', '-j ‸WEB')}`;
    const result = marked(note);
    expect(result.slice(0, result.indexOf('After')).includes('[')).toBe(true);
    expect(result.slice(0, result.indexOf('After'))).not.toMatch(/[drj]\[/);
    expect(result.slice(result.indexOf('After'))).toMatch(/j\[WEB\]/);
  });
});

describe('the definition of a chain', () => {
  test.each([
    ['is its declaration', DUMP.replace('-j WEB', '-j ‸WEB'), 2],
    ['is its first rule where nothing declares it', '-P INPUT ACCEPT\n-A INPUT -j WEB\n-A WEB‸ -j DROP\n', 2],
  ])('%s', (_, source, expected) => {
    const { text, line, column } = cursor(source);
    expect(chainDefinition(modelOfText(text), line, column)?.line).toBe(expected);
  });
});
