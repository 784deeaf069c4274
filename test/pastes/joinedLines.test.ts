import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { editSourceFile } from '../../src/core/syntax/edit';
import { printSourceFile } from '../../src/core/syntax/print';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';
import { hoverAt } from '../../src/features/hover/hover';
import { rulesOf, rulesOfFile } from './readPaste';

/** Texts whose lines say something only together, and the rules that are read. */
const CASES: readonly [name: string, text: string, rules: readonly string[]][] = [
  [
    'a command that goes on after a backslash',
    'iptables -A FORWARD \\\n  -i lan0 \\\n  -j DROP\n',
    ['1 filter -A FORWARD -i lan0 -j DROP'],
  ],
  [
    'a backslash with blanks after it',
    'iptables -A FORWARD -i lan0 \\  \n  -j DROP\n',
    ['1 filter -A FORWARD -i lan0 -j DROP'],
  ],
  [
    'a backslash at the end of the file',
    'iptables -A FORWARD -j DROP\niptables -A FORWARD \\',
    ['1 filter -A FORWARD -j DROP', '2 filter -A FORWARD'],
  ],
  [
    'the program in the line below',
    'kubectl exec web-0 -- \\\n  iptables -A INPUT -j DROP\n',
    ['1 filter -A INPUT -j DROP'],
  ],
  [
    'a word below a rule is not the end of a chain that nothing names',
    '-A OUTPUT -p tcp -j SHOP\npod/db-0\n-A OUTPUT -p udp -m\nudp -j DROP\n-A OUTPUT -j REJ\nECT\n-A OUTPUT -m mult\niport --dports 1,2 -j SHOP\n',
    [
      '1 filter -A OUTPUT -p tcp -j SHOP',
      '3 filter -A OUTPUT -p udp -m udp -j DROP',
      '5 filter -A OUTPUT -j REJECT --reject-with icmp-port-unreachable',
      '7 filter -A OUTPUT -m multiport --dports 1,2 -j SHOP',
    ],
  ],
  [
    'a diff: what it leaves',
    '@@ -1,4 +1,4 @@\n *filter\n :INPUT ACCEPT [0:0]\n--A INPUT -j DROP\n+-A INPUT -j ACCEPT\n COMMIT\n',
    ['5 filter -A INPUT -j ACCEPT'],
  ],
  [
    'a diff with two hunks',
    '@@ -1,2 +1,2 @@\n *filter\n--A INPUT -j DROP\n+-A INPUT -s 192.0.2.1 -j DROP\n@@ -9,2 +9,3 @@\n -A INPUT -i lo -j ACCEPT\n+-A INPUT -j RETURN\n COMMIT\n',
    ['4 filter -A INPUT -s 192.0.2.1/32 -j DROP', '6 filter -A INPUT -i lo -j ACCEPT', '7 filter -A INPUT -j RETURN'],
  ],
  ['a diff that is cut off', '@@ -1,40 +1,40 @@\n *filter\n+-A INPUT -j ACCEPT', ['3 filter -A INPUT -j ACCEPT']],
  [
    'a table after # in every line',
    '# *filter\n# :INPUT DROP [0:0]\n# -A INPUT -i lo -j ACCEPT\n# COMMIT\n',
    ['3 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a table after # in a file with rules of its own',
    '*filter\n-A INPUT -j DROP\nCOMMIT\n\n# *filter\n# -A INPUT -j ACCEPT\n# COMMIT\n',
    ['2 filter -A INPUT -j DROP'],
  ],
  [
    'commands after # and nothing else',
    'Then we ran\n# iptables -A INPUT -s 192.0.2.1 -j DROP\n# and, as it did not help\n# sudo iptables -t nat -F\n',
    ['2 filter -A INPUT -s 192.0.2.1/32 -j DROP'],
  ],
  ['commands after # in a script', '#!/bin/sh\n# iptables -A INPUT -s 192.0.2.1 -j DROP\n', []],
  [
    'commands after # beside a dump',
    '# iptables -A INPUT -s 192.0.2.1 -j DROP\n*filter\n-A INPUT -j DROP\nCOMMIT\n',
    ['3 filter -A INPUT -j DROP'],
  ],
  ['one rule after #', '# -A INPUT -j ACCEPT\n', []],
];

describe('lines that mean something together', () => {
  test.each(CASES)('%s', (_name, text, rules) => {
    expect(rulesOf(text)).toEqual(rules);
    expect(printSourceFile(parseSourceFile(text))).toBe(text);
  });

  test.each(CASES)('%s, typed letter by letter at its end', (_name, text, rules) => {
    const half = text.length >> 1;
    const before = parseSourceFile(text.slice(0, half), { fileName: 'paste.txt' });
    const last = before.lines.length - 1;
    const column = before.lines[last]?.text.length ?? 0;
    const file = editSourceFile(before, {
      startLine: last,
      startColumn: column,
      endLine: last,
      endColumn: column,
      newText: text.slice(half),
    });
    expect(rulesOfFile(file)).toEqual(rules);
  });
});

describe('places in them are those of the file', () => {
  const text = 'iptables -A FORWARD \\\n  -i lan0 \\\n  -j NOWHERE\n';

  test('a problem stands in the line where its word does', () => {
    const found = fileDiagnostics(modelOf(parseSourceFile(text, { fileName: 'paste.txt' })));
    expect(found.map(({ line, column, endColumn, code }) => `${line}:${column}-${endColumn} ${code}`)).toEqual([
      '3:6-13 unknown-target',
    ]);
  });

  test('a hover of a word in a line below tells that word', () => {
    const hover = hoverAt(modelOf(parseSourceFile(text, { fileName: 'paste.txt' })), 1, 3);
    expect(hover?.range).toEqual({ start: 2, end: 4 });
  });
});
