import { expect, test } from 'vitest';
import { canonicalText, printRuleSet } from '../../src/features/canonical';
import { ruleSetOf } from '../../src/features/fileModel';
import { modelOfText } from './sample';

/** As iptables-save prints it: built-in chains in the order of their hooks, the others by their names. */
test.each<[text: string, family: 4 | 6, printed: readonly string[]]>([
  [
    '*filter\n:WEB - [0:0]\n:OUTPUT ACCEPT [0:0]\n:FORWARD DROP [1:2]\n:api - [0:0]\n:INPUT DROP [7:9]\n:API - [0:0]\n' +
      '-A WEB -j API\n[3:4] -A INPUT -p tcp --dport 80 -j WEB\n-A API -s 10.0.0.7 -j RETURN\n-A INPUT -j DROP\nCOMMIT\n',
    4,
    [
      '*filter',
      ':INPUT DROP [0:0]',
      ':FORWARD DROP [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':API - [0:0]',
      ':WEB - [0:0]',
      ':api - [0:0]',
      '-A INPUT -p tcp -m tcp --dport 80 -j WEB',
      '-A INPUT -j DROP',
      '-A API -s 10.0.0.7/32 -j RETURN',
      '-A WEB -j API',
      'COMMIT',
    ],
  ],
  [
    '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 2001:DB8::7 -j DROP\nCOMMIT\n*mangle\n:INPUT ACCEPT [0:0]\nCOMMIT\n',
    6,
    [
      '*raw',
      ':PREROUTING ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      '-A PREROUTING -s 2001:db8::7/128 -j DROP',
      'COMMIT',
      '*mangle',
      ':PREROUTING ACCEPT [0:0]',
      ':INPUT ACCEPT [0:0]',
      ':FORWARD ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':POSTROUTING ACCEPT [0:0]',
      'COMMIT',
    ],
  ],
  ['', 4, []],
])('%j is printed in the form of iptables-save', (text, family, printed) => {
  expect(canonicalText(text, family).split('\n')).toEqual([...printed, '']);
});

/** Rules that are assumed are not printed, and a chain of which all are is declared only where a printed rule leads to it. */
test('assumed rules are not printed', () => {
  const model = modelOfText(
    '$ sudo iptables-save | grep shop/web\n' +
      '-A KUBE-EXT-AAAA -m comment --comment "masquerade traffic for shop/web external destinations" -j KUBE-MARK-MASQ\n' +
      '-A KUBE-SERVICES -d 10.96.44.7/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-EXT-AAAA\n',
    'notes.md',
  );
  expect(model.dumps.map(({ section }) => printRuleSet(ruleSetOf(section)).split('\n'))).toEqual([
    [
      '*nat',
      ':PREROUTING ACCEPT [0:0]',
      ':INPUT ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':POSTROUTING ACCEPT [0:0]',
      ':KUBE-EXT-AAAA - [0:0]',
      ':KUBE-MARK-MASQ - [0:0]',
      ':KUBE-SERVICES - [0:0]',
      '-A KUBE-EXT-AAAA -m comment --comment "masquerade traffic for shop/web external destinations" -j KUBE-MARK-MASQ',
      '-A KUBE-SERVICES -d 10.96.44.7/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-EXT-AAAA',
      'COMMIT',
      '',
    ],
  ]);
});
