import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { checkRules, fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';

function told(text: string, fileName = ''): string {
  return fileDiagnostics(modelOf(parseSourceFile(text, { fileName })), fileName)
    .map(({ line, column, endColumn, severity, code }) => `${line}:${column}-${endColumn} ${severity} ${code}`)
    .join(', ');
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/**
 * Each mistake is reported once, at its place. The answers of iptables-restore to these are among those of
 * check.test.ts.
 */
describe('problems of a file that is input for iptables-restore', () => {
  it.each<[string, string, string]>([
    ['nothing wrong', lines('*filter', ':INPUT ACCEPT [0:0]', '-A INPUT -j ACCEPT', 'COMMIT'), ''],
    ['no COMMIT', lines('*filter', '-A INPUT -j ACCEPT'), '1:1-8 error missing-commit'],
    ['no COMMIT before the next table', lines('*filter', '*nat', 'COMMIT'), '1:1-8 error missing-commit'],
    ['a rule outside', lines('*filter', 'COMMIT', '-A INPUT -j ACCEPT'), '3:1-19 error outside-table'],
    ['COMMIT twice', lines('*filter', 'COMMIT', 'COMMIT'), '3:1-7 error commit-without-table'],
    ['other text', lines('*filter', 'hello', 'COMMIT'), '2:1-6 error no-operation'],
    ['an unknown table', lines('*filer', '-A INPUT', 'COMMIT'), '1:2-7 error unknown-table'],
    ['indented', lines('*filter', '  COMMIT'), '2:1-3 error indented'],
    ['blanks behind COMMIT', lines('*filter', 'COMMIT '), '2:7-8 error unexpected-text'],
    ['a line of blanks', lines('*filter', '  ', 'COMMIT'), '2:1-3 error unexpected-text'],
    ['no line break at the end', '*filter\nCOMMIT', '2:1-7 error no-final-newline'],
    ['CR LF', '*filter\r\nCOMMIT\r\n', '1:8-9 error carriage-return, 2:7-8 error carriage-return'],
    ['CR after a comment does no harm', '# x\r\n*filter\nCOMMIT\n', ''],
    [
      'a comment after a rule',
      lines('*filter', '-A INPUT -j ACCEPT # all', 'COMMIT'),
      '2:20-25 error trailing-comment',
    ],
    [
      'a quote that stays open is taken',
      lines('*filter', '-A INPUT -m comment --comment "a', 'COMMIT'),
      '2:31-33 warning unterminated-quote',
    ],
    ['a bad port', lines('*filter', '-A INPUT -p tcp --dport 70000', 'COMMIT'), '2:25-30 error bad-value'],
    ['a chain declared twice', lines('*filter', ':X - [0:0]', ':X - [0:0]', 'COMMIT'), '3:2-3 error chain-exists'],
    ['a policy of a chain of its own', lines('*filter', ':X ACCEPT [0:0]', 'COMMIT'), '2:4-10 error bad-policy'],
    ['a policy is missing', lines('*filter', ':INPUT', 'COMMIT'), '2:1-7 error missing-value'],
    ['counters cut short', lines('*filter', '[1:2 -A INPUT', 'COMMIT'), '2:1-5 error bad-counters'],
    [
      'rules no packet comes to may stand anywhere',
      lines('*filter', '-A INPUT -j DROP', '-A INPUT -m owner --uid-owner 1', 'COMMIT'),
      '',
    ],
    [
      'the same where packets come',
      lines('*filter', '-A INPUT -m owner --uid-owner 1', 'COMMIT'),
      '2:13-18 error wrong-chain',
    ],
    [
      'a value in one word with its option',
      lines('*filter', '-A INPUT --protocol=tcp', 'COMMIT'),
      '2:10-24 error attached-value',
    ],
    [
      'a type that only newer versions know',
      lines('*filter', '-A INPUT -p icmp --icmp-type info-request', 'COMMIT'),
      '2:30-42 info newer-version',
    ],
    ['an IPv6 extension header is not valid in IPv4', lines('*filter', '-A INPUT -p ah -j ACCEPT', 'COMMIT'), ''],
    ['commands beside -A', lines('*filter', '-N X', '-I INPUT 1 -j X', '-F X', 'COMMIT'), ''],
    ['parts of a rule beside -N', lines('*filter', '-N X -p tcp', 'COMMIT'), '2:6-8 error not-allowed'],
  ])('%s', (_name, text, expected) => {
    expect(told(text)).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['a rules file by its name', 'rules.v4', '1:1-6 error unexpected-text'],
    ['by the name of another system', '/etc/sysconfig/iptables', '1:1-6 error unexpected-text'],
    ['notes', 'notes.txt', ''],
  ])('text above the table: %s', (_name, fileName, expected) => {
    expect(told(lines('hello', '*filter', '-A INPUT -j ACCEPT', 'COMMIT'), fileName)).toBe(expected);
  });

  it.each<[string, string]>([
    ['rules.v4', '1:1-12 error unexpected-text'],
    ['x.iptables', '1:1-12 error unexpected-text'],
    ['notes.txt', ''],
  ])('no rules at all, in %s', (fileName, expected) => {
    expect(told(lines('hello world', ''), fileName)).toBe(expected);
  });

  it('reads the family from the name', () => {
    const text = lines('*filter', '-A INPUT -s 10.0.0.1 -j ACCEPT', 'COMMIT');
    expect(told(text, 'rules.v4')).toBe('');
    expect(told(text, 'rules.v6')).toBe('2:13-21 error bad-value');
  });
});

describe('problems of dumps in other text', () => {
  it.each<[string, string, string]>([
    [
      'a dump cut off in notes',
      lines('# Notes', '', '```', '*nat', '-A OUTPUT -j ACCEPT', '```'),
      '4:1-5 warning missing-commit',
    ],
    [
      'a log line between rules',
      lines('Command output: ', '*nat', 'x', '-A OUTPUT -j ACCEPT', 'COMMIT'),
      '3:1-2 info unexpected-text',
    ],
    [
      'a comment after a rule',
      lines('Notes', '```', '*nat', '-A OUTPUT -j ACCEPT # all', 'COMMIT', '```'),
      '4:21-26 warning trailing-comment',
    ],
    ['quoted in a mail', lines('> *nat', '> -A OUTPUT -j ACCEPT', '> COMMIT'), ''],
    [
      'a bad port is wrong anywhere',
      lines('Notes', '```', '*nat', '-A OUTPUT -p tcp --dport 70000', 'COMMIT', '```'),
      '4:26-31 error bad-value',
    ],
  ])('%s', (_name, text, expected) => {
    expect(told(text)).toBe(expected);
  });
});

/** One cause, one error: where it is, what is wrong, what to do. */
describe('messages', () => {
  it.each<[string, string, RegExp, (4 | 6)?]>([
    [
      '-A INPUT -p tcp --dports 80 -j ACCEPT',
      '17-25',
      /^no option "--dports" here: it belongs to -m multiport, which must come before it$/,
    ],
    ['-A INPUT -m quota --QUOTA 500', '19-26', /^no option "--QUOTA" here: did you mean --quota\?$/],
    ['-A INPUT -m iprange --src-rangex 10.0.0.1-10.0.0.9', '21-33', /did you mean --src-range\?$/],
    ['-A INPUT -m tcpmss --nosuch 5 -p tcp', '20-28', /-m tcpmss has --mss$/],
    ['-A INPUT -m ah --nosuch 5 -p ah', '16-24', /-m ah has --ahspi$/],
    ['-A INPUT --mark 1', '10-16', /belongs to -m connmark, -m mark.*: one of these must come before it$/],
    [
      '-A INPUT -m connbytes --conn 100:200',
      '23-29',
      /^"--conn" can stand for --connbytes, --connbytes-dir, --connbytes-mode: write it out$/,
    ],
    ['-A INPUT -p tcp -dport 80', '17-23', /^"-dport" has one dash too few: write "--dport"$/],
    ['-A INPUT -m state -state NEW', '19-25', /^"-state" has one dash too few: write "--state"$/],
    ['-A INPUT -j NOSUCH', '13-19', /neither a chain of table filter declared above nor a target/],
    ['-A INPUT -m ttl --ttl-eq 5', '13-16', /^the match "ttl" exists for IPv4 only; in IPv6 it is -m hl$/, 6],
    ['-A INPUT -j TTL --ttl-set 5', '13-16', /^the target "TTL" exists for IPv4 only; in IPv6 it is -j HL$/, 6],
    ['-A INPUT -s fd00::1', '13-20', /^"fd00::1" is an IPv6 address, and these are rules for IPv4$/],
    ['-A INPUT -s 10.0.0.1', '13-21', /^"10.0.0.1" is an IPv4 address, and these are rules for IPv6$/, 6],
    ['-A INPUT -i eth0 --protocol=tcp', '18-32', /write "-p tcp"/],
    ['-A FORWARD -j DNAT --to-destination 10.0.0.1', '15-19', /works in table nat only/],
    ['-A PREROUTING -j ACCEPT', '4-14', /^table filter has no built-in chain PREROUTING, only INPUT, FORWARD, OUTPUT$/],
    [':POSTROUTING ACCEPT [0:0]', '14-20', /^table filter has no built-in chain POSTROUTING/],
    ['-A INPUT ! -s 10.0.0.1,10.0.0.2', '15-32', /write one rule for each, or use a set/],
    ['-A INPUT -p icmp --icmp-type 8/', '30-32', /the code after "\/" is missing$/],
    ['-A INPUT -p tcp --tcp-flags SYN', '17-28', /needs two words after it: mask comp$/],
    ['-A INPUT -w 5 -j ACCEPT', '10-12', /an option of the command iptables, not of a rule/],
    ['-A INPUT -j ACCEPT # open', '20-26', /write -m comment --comment/],
  ])('%s', (rule, columns, expected, family = 4) => {
    const errors = checkRules(lines('*filter', rule, 'COMMIT'), family).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ line, column, endColumn }) => `${line}:${column}-${endColumn}`)).toEqual([`2:${columns}`]);
    expect(errors[0]?.message).toMatch(expected);
  });

  it('tells that a log prefix is cut, and to what', () => {
    const told = (rule: string): readonly string[] =>
      checkRules(lines('*filter', rule, 'COMMIT'), 4).map(({ severity, message }) => `${severity} ${message}`);
    expect(told(`-A INPUT -j LOG --log-prefix ${'x'.repeat(29)}`)).toEqual([]);
    expect(told(`-A INPUT -j LOG --log-prefix ${'x'.repeat(28)}ä`)).toEqual([
      `warning --log-prefix: the kernel keeps 29 of these 30 bytes, and splits a character`,
    ]);
    expect(told(`-A INPUT -j NFLOG --nflog-prefix ${'x'.repeat(64)}`)).toEqual([
      'warning --nflog-prefix: the kernel keeps 63 of these 64 bytes',
    ]);
  });
});
