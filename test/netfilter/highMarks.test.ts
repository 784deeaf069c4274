import { expect, test } from 'vitest';
import { answerLine } from '../../src/cli/batch';
import type { Outcome } from '../../src/core/netfilter/outcome';
import { Random } from '../kernel/random';

// JavaScript computes with signed numbers of 32 bits; a mark from 2³¹ on is where that shows.

const TOPOLOGY = {
  ifaces: [
    { name: 'eth0', addrs: ['192.0.2.10/24'] },
    { name: 'eth1', addrs: ['198.51.100.10/24'] },
  ],
  routes: ['default via 192.0.2.1 dev eth0', 'default via 198.51.100.1 dev eth1 table 100'],
};

function outcomes(rules: readonly string[], packet: object, more: object = {}): readonly Outcome[] {
  const text = `*mangle\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;
  const base = {
    dir: 'in',
    iface: 'eth0',
    src: '203.0.113.9',
    dst: '192.0.2.10',
    proto: 'tcp',
    sport: 41522,
    dport: 80,
  };
  const question = { id: 1, rules: text, topology: { ...TOPOLOGY, ...more }, packet: { ...base, ...packet } };
  return (answerLine(JSON.stringify(question)) as { outcomes: readonly Outcome[] }).outcomes;
}

const dropped = (rules: readonly string[], packet: object = {}): unknown =>
  outcomes(rules, packet).map(({ outcome }) => outcome);

test.each<[string, readonly string[], object, boolean]>([
  ['the whole mark', ['PREROUTING -m mark --mark 0x80000000 -j DROP'], { mark: 0x80000000 }, true],
  ['one less', ['PREROUTING -m mark --mark 0x80000000 -j DROP'], { mark: 0x7fffffff }, false],
  ['all bits', ['PREROUTING -m mark --mark 0xffffffff -j DROP'], { mark: 0xffffffff }, true],
  ['the highest bit', ['PREROUTING -m mark --mark 0x80000000/0x80000000 -j DROP'], { mark: 0xffffffff }, true],
  ['not the highest bit', ['PREROUTING -m mark ! --mark 0x80000000/0x80000000 -j DROP'], { mark: 0x80000001 }, false],
  ['a mask without it', ['PREROUTING -m mark --mark 0x1/0x7fffffff -j DROP'], { mark: 0x80000001 }, true],
  ['a value outside of the mask', ['PREROUTING -m mark --mark 0x80000001/0x1 -j DROP'], { mark: 0x80000001 }, false],
  [
    'MARK and then the match',
    ['PREROUTING -j MARK --set-mark 0xdeadbeef', 'PREROUTING -m mark --mark 0xdeadbeef -j DROP'],
    {},
    true,
  ],
  [
    'a bit is set beside others',
    ['PREROUTING -j MARK --or-mark 0x80000000', 'PREROUTING -m mark --mark 0x80000001 -j DROP'],
    { mark: 1 },
    true,
  ],
  [
    'a bit is flipped off',
    ['PREROUTING -j MARK --xor-mark 0x80000001', 'PREROUTING -m mark --mark 0x0 -j DROP'],
    { mark: 0x80000001 },
    true,
  ],
  [
    'CONNMARK and then the match',
    ['PREROUTING -j CONNMARK --set-mark 0xf0000001', 'PREROUTING -m connmark --mark 0xf0000000/0xf0000000 -j DROP'],
    {},
    true,
  ],
  [
    'saved and restored',
    [
      'PREROUTING -j CONNMARK --save-mark',
      'PREROUTING -j MARK --set-mark 0',
      'PREROUTING -j CONNMARK --restore-mark --nfmask 0xff000000 --ctmask 0xff000000',
      'PREROUTING -m mark --mark 0xab000000 -j DROP',
    ],
    { mark: 0xabcdef01 },
    true,
  ],
  [
    'shifted to the left beyond the end',
    ['PREROUTING -j CONNMARK --save-mark --left-shift-mark 31', 'PREROUTING -m connmark --mark 0x80000000 -j DROP'],
    { mark: 3 },
    true,
  ],
  [
    'shifted to the right',
    ['PREROUTING -j CONNMARK --save-mark --right-shift-mark 31', 'PREROUTING -m connmark --mark 0x1 -j DROP'],
    { mark: 0xffffffff },
    true,
  ],
  ['u32: a word from 2³¹ on', ['PREROUTING -m u32 --u32 12=0xcb007109 -j DROP'], {}, true],
  ['u32: a range around 2³¹', ['PREROUTING -m u32 --u32 12=0x7fffffff:0xffffffff -j DROP'], {}, true],
  ['u32: masked', ['PREROUTING -m u32 --u32 "12&0x80000000=0x80000000" -j DROP'], {}, true],
  ['u32: shifted to the right', ['PREROUTING -m u32 --u32 "12>>24=0xcb" -j DROP'], {}, true],
  ['u32: shifted to the left', ['PREROUTING -m u32 --u32 "12<<24=0x09000000" -j DROP'], {}, true],
  ['u32: shifted into the highest bit', ['PREROUTING -m u32 --u32 "12<<7&0x80000000=0x80000000" -j DROP'], {}, true],
])('%s', (_, rules, packet, expected) => {
  expect(dropped(rules, packet)).toEqual([expected ? 'DROPPED' : 'LOCAL']);
});

test.each<[string, string, number, string]>([
  ['the highest bit', 'fwmark 0x80000000/0x80000000 lookup 100', 0xffffffff, 'eth1'],
  ['without it', 'fwmark 0x80000000/0x80000000 lookup 100', 0x7fffffff, 'eth0'],
  ['the whole mark', 'fwmark 0xdeadbeef lookup 100', 0xdeadbeef, 'eth1'],
  ['another', 'fwmark 0xdeadbeef lookup 100', 0xdeadbeee, 'eth0'],
  ['not', 'not fwmark 0xdeadbeef lookup 100', 0xdeadbeee, 'eth1'],
])('a routing rule asks for %s', (_, rule, mark, device) => {
  const packet = { dir: 'out', iface: undefined, src: '192.0.2.10', dst: '203.0.113.9' };
  const found = outcomes([`OUTPUT -j MARK --set-mark 0x${mark.toString(16)}`], packet, { ipRules: [rule] });
  expect(found.map(({ outcome, ...rest }) => [outcome, JSON.stringify(rest).includes(`"${device}"`)])).toEqual([
    ['SENT', true],
  ]);
});

test('MARK and the match compute as unsigned numbers of 32 bits do', () => {
  const random = new Random(7);
  const any = (): bigint => BigInt(random.int(0, 0xffff)) * 0x10000n + BigInt(random.int(0, 0xffff));
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  const wrong: string[] = [];
  for (let i = 0; i < 60; i++) {
    const [mark, value, mask] = [any(), any(), any()];
    const not = 0xffffffffn ^ mask;
    const forms: readonly (readonly [string, bigint])[] = [
      [`--set-xmark ${hex(value)}/${hex(mask)}`, (mark & not) ^ value],
      [`--set-mark ${hex(value)}/${hex(mask)}`, (mark & (0xffffffffn ^ (mask | value))) | value],
      [`--and-mark ${hex(value)}`, mark & value],
      [`--or-mark ${hex(value)}`, mark | value],
      [`--xor-mark ${hex(value)}`, mark ^ value],
    ];
    const [form, expected] = random.pick(forms);
    const rules = [`PREROUTING -j MARK ${form}`, `PREROUTING -m mark --mark ${hex(expected)} -j DROP`];
    if (String(dropped(rules, { mark: Number(mark) })) !== 'DROPPED') wrong.push(`${hex(mark)} ${form}`);
    const masked = `PREROUTING -m mark --mark ${hex(value)}/${hex(mask)} -j DROP`;
    const expectation = (mark & mask) === value ? 'DROPPED' : 'LOCAL';
    if (String(dropped([masked], { mark: Number(mark) })) !== expectation) wrong.push(`${hex(mark)} ${masked}`);
  }
  expect(wrong).toEqual([]);
});
