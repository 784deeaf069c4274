import { expect, test } from 'vitest';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { TraceSession } from '../../src/features/traceSession/traceSession';
import { modelOfText } from './sample';

const HOST = 'default via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n';
const dump = (nat: string): string =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${nat}COMMIT\n*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n`;
const DNAT = dump('-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 172.21.0.3:80\n');

test.each([
  ['a foreign address is then an own one', dump('') + HOST, 'in eth0 tcp > 198.51.100.9:80 own', []],
  [
    'a rule of the routing policy before the own addresses',
    `${dump('')}${HOST}$ ip rule\n0:\tfrom all lookup 100\n1:\tfrom all lookup local\n32766:\tfrom all lookup main\n$ ip route show table 100\ndefault via 192.0.2.1 dev eth0\n`,
    'in eth0 tcp > 198.51.100.9:80 own',
    ['but routing sends it out by eth0'],
  ],
  ['an own address', dump('') + HOST, 'in eth0 tcp > 192.0.2.10:80 own', []],
  ['a published port of an own address', DNAT + HOST, 'in eth0 tcp > 192.0.2.10:80 own', []],
  ['a published port of an address that is filled in', DNAT, 'in eth0 tcp > :80 own', []],
  ['a foreign address that is translated', DNAT + HOST, 'in eth0 tcp > 198.51.100.9:80 own', []],
  ['a mistyped interface', dump('') + HOST, 'in eth9 tcp > 192.0.2.10:80', ['no interface eth9: did you mean eth0?']],
  ['an unknown interface', dump('') + HOST, 'in wlan0 tcp > 192.0.2.10:80', ['no interface wlan0; it knows eth0']],
  [
    'an interface that a rule has a pattern for',
    dump('-A PREROUTING -i wg+ -j ACCEPT\n') + HOST,
    'in wg3 tcp > 192.0.2.10:80',
    [],
  ],
  [
    'the way out, where rules name a bridge alone',
    dump('-A POSTROUTING -o docker0 -j ACCEPT\n'),
    'in ens3 tcp > :80',
    [],
  ],
  [
    'a bridge, where rules name another',
    dump('-A POSTROUTING -o docker0 -j ACCEPT\n'),
    'in cni0 tcp > :80',
    ['no interface cni0; it knows docker0'],
  ],
  [
    'a way out that a list of interfaces does not have',
    `${dump('')}1: lo: <UP>\n    inet 127.0.0.1/8 scope host lo\n2: docker0: <UP>\n    inet 172.17.0.1/16 scope global docker0\n`,
    'in ens3 tcp > :80',
    ['no interface ens3; it knows docker0'],
  ],
  [
    'a packet that arrives by lo',
    dump(''),
    'in lo tcp 127.0.0.1:4000 > :80',
    ['it is sent: out lo tcp 127.0.0.1:4000 > 127.0.0.1:80 syn'],
  ],
  ['a packet that this host sends to itself', dump(''), 'out lo tcp 127.0.0.1:4000 > 127.0.0.1:80', []],
  ['any interface, where the file names none', dump(''), 'in eth9 tcp > 192.0.2.10:80', []],
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

const TABLE = '*filter\n:INPUT ACCEPT [0:0]\n';

test.each([
  ['a rule that is refused', `${TABLE}-A INPUT -p udp -j DROPP\nCOMMIT\n`, ['(line 3)']],
  ['two of them', `${TABLE}-A INPUT -j DROPP\n-A INPUT -m udpp\nCOMMIT\n`, ['(line 3)']],
  ['rules that load', `${TABLE}-A INPUT -p udp --dport 53 -j DROP\nCOMMIT\n`, []],
  [
    'a rule elsewhere that is not read',
    `${TABLE}COMMIT\n\nthen somebody ran: iptables -A INPUT and so on\n`,
    ['Line 5 looks like a rule'],
  ],
])('a verdict is not plain where there is %s', (_, text, words) => {
  const session = new TraceSession('file:///rules', 'rules');
  session.setModel(modelOfText(text));
  session.handle({ type: 'ready', restored: undefined });
  session.handle({ type: 'trace', expression: 'in eth0 udp 192.0.2.7 > 192.0.2.10:53' });
  const warnings = session.shown?.warnings ?? [];
  for (const [i, each] of words.entries()) expect(warnings[i]).toContain(each);
  expect(warnings).toHaveLength(words.length);
  // Each problem of the rules is said once: the first one above the answer, the others with what is assumed.
  const problems = (session.shown?.assumed ?? []).filter(({ message }) =>
    /The (?:trace goes on|rule is traced)/.test(message),
  );
  const refused = text.split('\n').flatMap((each, i) => (/DROPP|udpp/.test(each) ? [i + 1] : []));
  expect(problems.map(({ line }) => line)).toEqual(refused.slice(1));
});
