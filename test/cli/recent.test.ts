import { describe, expect, test } from 'vitest';
import { answerLine } from '../../src/cli/batch';
import { Recent } from '../../src/cli/recent';

describe('what was made of the last texts', () => {
  test.each<[string, readonly string[], string]>([
    ['is taken again', ['a', 'a'], 'a'],
    ['goes when others came after it', ['a', 'b', 'c', 'a'], 'abca'],
    ['stays where it was used last', ['a', 'b', 'a', 'c', 'a'], 'abc'],
    ['goes where the others are long', ['a', 'bbbbbbbbbb', 'a'], 'abbbbbbbbbba'],
    ['is kept however long the one text is', ['bbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbbb'], 'bbbbbbbbbbbbbbb'],
  ])('%s', (_, asked, made) => {
    let log = '';
    const recent = new Recent<string>(2, 10);
    for (const text of asked)
      expect(
        recent.get(text, () => {
          log += text;
          return text.toUpperCase();
        }),
      ).toBe(text.toUpperCase());
    expect(log).toBe(made);
  });
});

test('answers of batch do not depend on what was asked before', () => {
  const rules =
    '*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m recent --name x --set -m recent --name x --rcheck --hitcount 2 -j ACCEPT\n-A INPUT -p udp -m set --match-set s src -j ACCEPT\nCOMMIT\n';
  const packet = { dir: 'in', src: '192.0.2.1', dst: '10.244.1.5', proto: 'tcp', sport: 1, dport: 80, flags: ['SYN'] };
  const requests = [
    { id: 1, rules, packet },
    { id: 2, rules, packets: [packet, packet, packet] },
    { id: 3, op: 'check', rules, family: 4 },
    { id: 4, op: 'print', rules, family: 4 },
    { id: 5, op: 'check', rules, family: 6 },
    {
      id: 6,
      rules,
      sets: 'create s hash:ip\nadd s 192.0.2.1\n',
      packet: { ...packet, proto: 'udp', flags: undefined },
    },
    { id: 7, rules, topology: { ifaces: [{ name: 'eth0', addrs: ['10.244.1.9/24'] }] }, packet },
  ].map((request) => JSON.stringify(request));
  const once = new Map(requests.map((line) => [line, answerLine(line)]));
  for (const line of [...requests, ...requests.toReversed(), ...requests])
    expect(answerLine(line)).toEqual(once.get(line));
});
