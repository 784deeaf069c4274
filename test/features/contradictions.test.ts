import { expect, test } from 'vitest';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { modelOfText } from './sample';

const HOST = 'default via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n';
const dump = (nat: string): string =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${nat}COMMIT\n*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n`;
const DNAT = dump('-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 172.21.0.3:80\n');

test.each([
  ['a foreign address is then an own one', dump('') + HOST, 'in eth0 tcp > 198.51.100.9:80 own', []],
  [
    'a rule of the routing policy in front of the own addresses',
    `${dump('')}${HOST}$ ip rule\n0:\tfrom all lookup 100\n1:\tfrom all lookup local\n32766:\tfrom all lookup main\n$ ip route show table 100\ndefault via 192.0.2.1 dev eth0\n`,
    'in eth0 tcp > 198.51.100.9:80 own',
    ['but routing sends it out by eth0'],
  ],
  ['an own address', dump('') + HOST, 'in eth0 tcp > 192.0.2.10:80 own', []],
  ['a published port of an own address', DNAT + HOST, 'in eth0 tcp > 192.0.2.10:80 own', []],
  ['a published port of an address that is filled in', DNAT, 'in eth0 tcp > :80 own', []],
  ['a foreign address that is translated', DNAT + HOST, 'in eth0 tcp > 198.51.100.9:80 own', []],
  ['nothing is stated', DNAT + HOST, 'in eth0 tcp > 198.51.100.9:80', []],
])('what is stated of the packet and is not so: %s', (_, text, expression, words) => {
  const model = modelOfText(text);
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const { contradictions } = evaluate(model, model.defaultDump, {
    expression,
    outcome: 0,
    answers: {},
    overrides: undefined,
  });
  expect(contradictions).toHaveLength(words.length);
  for (const [i, each] of words.entries()) expect(contradictions[i]).toContain(each);
});
