import { expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { nftLogs } from '../../src/features/nftLog';

test.each<[rule: string, logs: boolean]>([
  ['log', true],
  ['tcp dport 22 log prefix "ssh: " level info', true],
  ['tcp dport 22 counter', false],
  ['tcp dport 22 counter comment "a log is kept"', false],
  ['iifname "log" counter', false],
  ['ip saddr @logged counter', false],
])('%s: %s', (rule, logs) => {
  const text = `  ${rule} # log`;
  const [line] = parseSourceFile(text).lines;
  if (!line) throw new Error('there is no line');
  expect(nftLogs({ line, written: { start: 2, end: 2 + rule.length } })).toBe(logs);
  expect(nftLogs({ line })).toBe(false);
});
