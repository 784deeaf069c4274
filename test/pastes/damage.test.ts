import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import { errorsOf, rulesOf } from './readPaste';

const ESC = '\u001b';
const table = (...rules: readonly string[]): string =>
  ['*filter', ':INPUT DROP [0:0]', ':shop_clients - [0:0]', ...rules, 'COMMIT', ''].join('\n');

/**
 * What becomes of rules on their way into a paste, and the rules that are read. Line 4 is the first rule of `table`.
 */
const CASES: readonly [name: string, text: string, rules: readonly string[]][] = [
  [
    'colours',
    table(`-A INPUT -p tcp -m tcp --dport ${ESC}[1;31m8443${ESC}[0m -j ACCEPT`),
    ['4 filter -A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'colours before a rule and up to the end of the line',
    table(`${ESC}[32m-A${ESC}[39m INPUT -i lo ${ESC}[4m-j ACCEPT${ESC}[24m${ESC}[K`),
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'colours whose escape character was lost',
    table('-A INPUT -p tcp -m tcp --dport [01;31m[K8443[m[K -j ACCEPT'),
    ['4 filter -A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'colours with the escape character written as ^[',
    table('-A INPUT ^[[31m-i lo^[[0m -j ACCEPT'),
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a hyperlink of a terminal',
    table(`-A INPUT ${ESC}]8;;http://x.example/${ESC}\\-i lo${ESC}]8;;${ESC}\\ -j ACCEPT`),
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  ['counters are not a colour', table('[0:0] -A INPUT -i lo -j ACCEPT'), ['4 filter -A INPUT -i lo -j ACCEPT']],
  [
    'no-break spaces',
    table('-A\u00a0INPUT\u00a0-i\u00a0lo\u00a0-j\u00a0ACCEPT'),
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a no-break space within a comment is meant',
    table('-A INPUT -m comment --comment "a\u00a0b" -j ACCEPT'),
    ['4 filter -A INPUT -m comment --comment "a\u00a0b" -j ACCEPT'],
  ],
  [
    'characters without width, and a mark of byte order',
    `\ufeff${table('-A INPUT -i \u200blo -j ACCEPT')}`,
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'HTML entities',
    table('-A INPUT -m comment --comment &quot;R&amp;D &lt;ops&gt;&quot; -j ACCEPT'),
    ['4 filter -A INPUT -m comment --comment "R&D <ops>" -j ACCEPT'],
  ],
  [
    'numeric entities and a line break of HTML',
    '<pre>*filter<br>-A INPUT -m comment --comment &#34;x&#x22; -j ACCEPT<br/>COMMIT</pre>',
    ['1 filter -A INPUT -m comment --comment x -j ACCEPT'],
  ],
  [
    'an entity within straight quotes is meant',
    table('-A INPUT -m comment --comment "a &amp; b" -j ACCEPT'),
    ['4 filter -A INPUT -m comment --comment "a &amp; b" -j ACCEPT'],
  ],
  [
    'tags of a page',
    `<div class="x"><code>${table('-A INPUT -i lo -j ACCEPT')}</code></div>`,
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'en dashes for one and two hyphens',
    'iptables –A INPUT –p tcp ––dport 8443 –j ACCEPT',
    ['1 filter -A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'one en dash for two hyphens before a long name',
    'iptables –A INPUT –p tcp –dport 8443 –j ACCEPT',
    ['1 filter -A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'em dashes and minus signs',
    'iptables −A INPUT −p tcp —dport 8443 −j ACCEPT',
    ['1 filter -A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'typographic quotes',
    'iptables -A INPUT -m comment --comment “two words – and a dash” -j ACCEPT',
    ['1 filter -A INPUT -m comment --comment "two words – and a dash" -j ACCEPT'],
  ],
  [
    'cat -n',
    '     1\t*filter\n     2\t-A INPUT -i lo -j ACCEPT\n     3\tCOMMIT\n',
    ['2 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'numbers with colons, brackets and points',
    '1: iptables -A INPUT -i lo -j ACCEPT\n 2) iptables -A INPUT -j DROP\n3. iptables -A OUTPUT -j DROP\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP', '3 filter -A OUTPUT -j DROP'],
  ],
  [
    'grep -n',
    '12:-A INPUT -i lo -j ACCEPT\n13:-A INPUT -j DROP\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP'],
  ],
  [
    'grep in several files, with and without numbers',
    'gate.v4:-A INPUT -i lo -j ACCEPT\n/etc/iptables/gate.v4:13:-A INPUT -j DROP\ngate.v4-14--A INPUT -j LOG\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP', '3 filter -A INPUT -j LOG'],
  ],
  ['a quoted mail', '> *filter\n> -A INPUT -i lo -j ACCEPT\n> COMMIT\n', ['2 filter -A INPUT -i lo -j ACCEPT']],
  [
    'an option cut in two',
    table('-A INPUT -p tcp -m tcp --dp', 'ort 8443 -j ACCEPT'),
    ['4 filter -A INPUT -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'the name of a chain cut in two',
    table('-A INPUT -i lan0 -j shop_cli', 'ents'),
    ['4 filter -A INPUT -i lan0 -j shop_clients'],
  ],
  ['a target cut in two', table('-A INPUT -i lan0 -j ACC', 'EPT'), ['4 filter -A INPUT -i lan0 -j ACCEPT']],
  [
    'a rule broken between words',
    table('-A INPUT -i lan0 -p tcp', '-m tcp --dport 8443', '-j ACCEPT'),
    ['4 filter -A INPUT -i lan0 -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'a rule broken after an option',
    table('-A INPUT -i lan0 -p tcp -m tcp --dport', '8443 -j ACCEPT'),
    ['4 filter -A INPUT -i lan0 -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'an address cut in two',
    table('-A INPUT -s 192.0.', '2.7/32 -j ACCEPT'),
    ['4 filter -A INPUT -s 192.0.2.7/32 -j ACCEPT'],
  ],
  [
    'a name whose halves stand apart',
    table('-A INPUT -i lan0 -j shop_cli          ents'),
    ['4 filter -A INPUT -i lan0 -j shop_clients'],
  ],
  [
    'words in columns',
    table('-A INPUT        -i lan0         -p tcp --dport 8443       -j ACCEPT'),
    ['4 filter -A INPUT -i lan0 -p tcp -m tcp --dport 8443 -j ACCEPT'],
  ],
  [
    'prose after a rule is not a part of it',
    '*filter\n-A INPUT -i lan0 -j ACCEPT\nthat one lets the office in\n-A INPUT -j DROP\nCOMMIT\n',
    ['2 filter -A INPUT -i lan0 -j ACCEPT', '4 filter -A INPUT -j DROP'],
  ],
  [
    'a command that was refused',
    'iptables -A INPUT -j NOWHERE\niptables: No chain/target/match by that name.\niptables -A INPUT -j DROP\n',
    ['3 filter -A INPUT -j DROP'],
  ],
  [
    'a chain that was there already',
    'iptables -N shop\niptables: Chain already exists.\niptables -A shop -j DROP\n',
    ['3 filter -A shop -j DROP'],
  ],
];

describe('what a program says below a command', () => {
  const below = (message: string): string[] => rulesOf(`iptables -A INPUT -j DROP\n${message}\n`);
  test.each([
    'iptables: No chain/target/match by that name.',
    'iptables: Bad rule (does a matching rule exist in that chain?).',
    'iptables v1.4.21: unknown option "--dport"',
    'iptables v1.8.7 (nf_tables): unknown option "--dport"',
    "iptables v1.8.4 (legacy): host/network `example.invalid' not found",
    "iptables v1.8.9 (nf_tables): Couldn't load match `owner':No such file or directory",
    'iptables v1.8.10 (nf_tables):  RULE_APPEND failed (No such file or directory): rule in chain INPUT',
    'iptables-nft v1.8.10 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
    "iptables v1.8.7 (legacy): can't initialize iptables table `filter': Table does not exist (do you need to insmod?)",
    'iptables v1.8.11 (nf_tables): Cannot use -A with -D',
    "iptables v1.8.9 (legacy): Invalid target name `ACC EPT' (28 chars max)",
    '/sbin/iptables: Too many links.',
    '< iptables: No chain/target/match by that name.',
    "Bad argument `eth0'",
    "ip6tables v1.6.1: Bad argument `eth0'",
  ])('%s: the command changed nothing', (message) => {
    expect(below(message)).toEqual([]);
  });
  test.each([
    'iptables v1.8.7 (nf_tables)',
    'iptables v1.8.7',
    '# Warning: iptables-legacy tables present, use iptables-legacy to see them',
    'Bad argument? No, a good one.',
    'iptables: the next one is for ssh',
  ])('%s: it is applied', (message) => {
    expect(below(message)).toEqual(['1 filter -A INPUT -j DROP']);
  });
  test('in the messages of a log in JSON', () => {
    const log = (...messages: readonly string[]): string =>
      messages.map((msg) => `${JSON.stringify({ level: 'info', msg })}\n`).join('');
    const refused = 'iptables: No chain/target/match by that name.\n';
    expect(rulesOf(log('/sbin/iptables -A INPUT -j DROP', '/sbin/iptables -A INPUT -j A', refused, 'done'))).toEqual([
      '1 filter -A INPUT -j DROP',
    ]);
  });
  test('in the messages of a log', () => {
    const log = (...messages: readonly string[]): string =>
      messages.map((message) => `time="2026-01-02T03:04:05Z" level=info msg="${message}"\n`).join('');
    const refused =
      'iptables-nft v1.8.10 (nf_tables):  RULE_APPEND failed (No such file or directory): rule in chain A\\n';
    expect(rulesOf(log('/sbin/iptables-nft -A INPUT -j DROP', '/sbin/iptables-nft -A INPUT -j A', refused))).toEqual([
      '1 filter -A INPUT -j DROP',
    ]);
  });
});

describe('damaged text', () => {
  test.each(CASES)('%s', (_name, text, rules) => {
    expect(rulesOf(text)).toEqual(rules);
    expect(errorsOf(text)).toEqual([]);
    expect(printSourceFile(parseSourceFile(text))).toBe(text);
  });
});
