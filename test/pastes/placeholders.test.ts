import { describe, expect, test } from 'vitest';
import { isPlaceholder } from '../../src/core/text/placeholder';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';
import { rulesOf } from './readPaste';

const VALUES: readonly [value: string, placeholder: boolean][] = [
  ['<private_ip>', true],
  ['<office subnet>/24', true],
  ['x.x.x.x', true],
  ['10.x.x.x/8', true],
  ['192.0.2.xxx', true],
  ['aaa.bbb.ccc.ddd', true],
  ['A.B.C.D', true],
  ['1.2.3.*', true],
  ['REDACTED', true],
  ['xxxx', true],
  ['***', true],
  ['$LAN', true],
  ['${LAN}', true],
  ['$(hostname)', true],
  ['%i', true],
  ['{{ lan }}', true],
  ['@LAN@', true],
  ['YOUR_IP', true],
  ['MY-SERVER', true],
  ['PUBLIC_IP', true],
  ['WAN_IFACE', true],
  ['2001:db8:xxxx::1', true],
  ['[IP]', true],
  ['192.0.2.1', false],
  ['192.0.2.0/24', false],
  ['2001:db8::1', false],
  ['eth0', false],
  ['br-lan', false],
  ['ppp+', false],
  ['example.org', false],
  ['www.example.co.uk', false],
  ['80', false],
  ['http', false],
  ['portal', false],
  ['ip-encap', false],
  ['MPLS-IN-IP', false],
  ['lan-port', true],
  ['', false],
];

test.each(VALUES)('%j stands for another value: %s', (value, expected) => {
  expect(isPlaceholder(value)).toBe(expected);
});

/** Rules with such values, what is read of them, and what is said. */
const CASES: readonly [name: string, text: string, rules: readonly string[], said: readonly string[]][] = [
  [
    'an address',
    'iptables -A INPUT -s <office subnet> -j ACCEPT',
    ['1 filter -A INPUT -s "<office subnet>" -j ACCEPT'],
    ['warning placeholder 1:22'],
  ],
  [
    'an address in a dump',
    '*filter\n-A INPUT -s <office subnet>/24 -j ACCEPT\nCOMMIT\n',
    ['2 filter -A INPUT -s "<office subnet>/24" -j ACCEPT'],
    ['warning placeholder 2:13'],
  ],
  [
    'an interface',
    'iptables -A INPUT -i $LAN -j ACCEPT',
    ['1 filter -A INPUT -i $LAN -j ACCEPT'],
    ['warning unset-variable 1:22', 'warning suspicious-interface 1:22'],
  ],
  [
    'a port',
    'iptables -A INPUT -p tcp --dport <port> -j ACCEPT',
    ['1 filter -A INPUT -p tcp -m tcp --dport <port> -j ACCEPT'],
    ['warning placeholder 1:34'],
  ],
  [
    'a file that is read is none',
    'iptables-restore </etc/iptables/rules.v4\niptables -A INPUT -j DROP < /dev/null\n',
    ['2 filter -A INPUT -j DROP'],
    ['info not-read 1:1'],
  ],
];

describe('placeholders', () => {
  test.each(CASES)('%s', (_name, text, rules, said) => {
    expect(rulesOf(text)).toEqual(rules);
    expect(
      fileDiagnostics(modelOf(parseSourceFile(text, { fileName: 'paste.txt' }))).map(
        ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
      ),
    ).toEqual(said);
  });
});
