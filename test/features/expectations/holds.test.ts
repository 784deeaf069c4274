import { describe, expect, test } from 'vitest';
import { lastOf, ROUTER } from './rules';

const WEB = 'in wan0 tcp 192.0.2.9:4000 > 198.51.100.1:80';
const SSH = 'in wan0 tcp 203.0.113.9 > 198.51.100.1:22';
const OTHER = 'in wan0 tcp 192.0.2.9 > 198.51.100.1:9999';
const OUT = 'in lan0 tcp 10.1.0.9 > 192.0.2.80:443';

describe('an expectation holds', () => {
  test.each([
    [`${SSH} => LOCAL`],
    [`${SSH} => ACCEPT`],
    [`${SSH} => delivered :22 198.51.100.1 198.51.100.1:22`],
    [`${SSH} => local, unchanged, and by filter/INPUT:3`],
    [`${SSH} => by INPUT:3 via INPUT not via FORWARD`],
    [`${SSH} => never DROPPED never SENT not NONE`],
    [`${SSH} => state NEW from 203.0.113.9`],
    [`${SSH} => SENT or LOCAL`],
    [`${WEB} => SENT 10.1.0.5:8080 on lan0 via PUBLISHED:1`],
    [`${WEB} => SENT to 10.1.0.0/16:8000-9000 by lan0 by nat/PUBLISHED`],
    [`${WEB} => SENT 10.9.9.9:1 or 10.1.0.5:8080 on lan0`],
    [`${WEB} => via GUARD not via GUARD:1 ttl 63 reply ok`],
    [`${WEB} => forwarded from 192.0.2.9:4000 from :4000`],
    ['in wan0 tcp 192.0.2.66 > 198.51.100.1:80 => DROP by GUARD:1 dropped'],
    ['in wan0 tcp 192.0.2.9 > :3000 => LOCAL :15006 via PUBLISHED:2'],
    ['in wan0 tcp 192.0.2.9 > :23 => REJECT DROPPED not DROP by INPUT:4'],
    ['in wan0 udp 192.0.2.9 > 10.1.0.5:53 => DROP by policy mark 0x7 mark 0x3/0x3 via GUARD:2'],
    [`${OUT} => SENT on wan0 from 198.51.100.1 by nat/POSTROUTING:1 reply ok`],
    ['in wan0 tcp 192.0.2.9 > 10.1.0.5:22 ttl 1 => DROPPED by kernel'],
    ['in wan0 tcp 192.0.2.9 > :23 => no reply'],
    ['in wan0 tcp 192.0.2.9 > :23 => reply none'],
    ['out tcp > 192.0.2.80:443 => SENT on wan0'],
    ['curl http://192.0.2.80/ => SENT 192.0.2.80:80'],
    [`office = 203.0.113.9\nin wan0 tcp office > 198.51.100.1:22 => LOCAL from office`],
    [`web = 10.1.0.5\n${WEB} => SENT web:8080 to web web`],
    ['six = fd00::7\nin wan0 tcp 192.0.2.9 > 198.51.100.1:9 => never six'],
    ['assume INPUT:5 no\nin wan0 tcp 192.0.2.9 > 198.51.100.1:9999 => DROP by policy'],
    [`assume filter/INPUT:5 "match-set" yes\n${OTHER} => LOCAL by INPUT:5`],
    [`${WEB} => SENT\nthen again => SENT state NEW`],
    [`${WEB} => SENT\nthen reply => SENT from 198.51.100.1:80 on wan0 state ESTABLISHED`],
    [`${WEB} => SENT\nthen reply => SENT\nthen ${WEB} ack => SENT state ESTABLISHED not via PUBLISHED`],
    [`${WEB} => SENT # a comment => DROPPED`],
    [
      '@host {"ifaces": [{"name": "wan0", "addrs": ["192.0.2.1/24"]}], "routes": []}\nin wan0 tcp 192.0.2.9 > 198.51.100.1:22 => DROPPED by kernel',
    ],
  ])('%s', (lines) => {
    expect(lastOf(ROUTER, lines)).toEqual(['holds', '']);
  });
});

describe('an expectation does not hold, and says what came instead and by which rule', () => {
  test.each([
    [`${SSH} => DROPPED`, 'expected DROPPED, got LOCAL, by filter/INPUT:3 (line 21)'],
    [`${SSH} => :2222 LOCAL`, 'expected :2222, got :22, by filter/INPUT:3 (line 21)'],
    [`${SSH} => never ACCEPT`, 'expected never ACCEPT, got ACCEPT, by filter/INPUT:3 (line 21)'],
    [`${SSH} => via GUARD`, 'expected via GUARD, got not via GUARD, by filter/INPUT:3 (line 21)'],
    [`${SSH} => by INPUT:2`, 'expected by INPUT:2, got by filter/INPUT:3 (line 21)'],
    [`${WEB} => LOCAL on wan0`, 'expected LOCAL, got SENT, by nat/PUBLISHED:1 (line 10)'],
    [`${WEB} => SENT on wan0`, 'expected on wan0, got on lan0, by nat/PUBLISHED:1 (line 10)'],
    [
      `${WEB} => 10.1.0.6:8080 or LOCAL`,
      'expected 10.1.0.6:8080 or LOCAL, got 10.1.0.5:8080, SENT, by nat/PUBLISHED:1 (line 10)',
    ],
    [`${OUT} => from 10.1.0.9`, 'expected from 10.1.0.9, got from 198.51.100.1, by nat/POSTROUTING:1 (line 9)'],
    [`${OUT} => state RELATED`, 'expected state RELATED, got state NEW, by filter/FORWARD:3 (line 26)'],
    [`${OUT} => mark 0x1`, 'expected mark 0x1, got mark 0x0, by filter/FORWARD:3 (line 26)'],
    [`${OUT} => unchanged`, 'expected unchanged, got from 198.51.100.1:41522, by filter/FORWARD:3 (line 26)'],
    [`in wan0 tcp 192.0.2.9 > :23 => ACCEPT`, 'expected ACCEPT, got REJECT, by filter/INPUT:4 (line 22)'],
    [`in wan0 tcp 192.0.2.66 > :80 => REJECT`, 'expected REJECT, got DROP, by filter/GUARD:1 (line 28)'],
    [`in wan0 tcp 192.0.2.9 > 10.1.0.5:22 ttl 1 => SENT`, /^expected SENT, got DROPPED, by kernel: /],
    [`${SSH} => process sshd`, /got a process that the file does not list/],
    [`in wan0 tcp 192.0.2.9 > :23 => reply ok`, /got reply none \(it is rejected/],
    [
      `in wan0 tcp 192.0.2.9 > :23 => LOCAL\nthen reply => SENT`,
      'there is no reply: it is rejected, and the rejection is all that the sender gets',
    ],
    // Nothing that does not exist makes a line hold.
    [`${SSH} => not via GARD`, 'there is no chain GARD in these rules; did you mean "GUARD"?'],
    [`${SSH} => never via filter/INPUT:9`, 'filter/INPUT has 5 rules, so there is no rule 9'],
    [`${SSH} => via UNUSED:1`, 'UNUSED has no rules, so there is no rule 1'],
    [`${SSH} => never on wan1`, 'the file knows no interface wan1; it knows lo, wan0, lan0'],
    [`${SSH} => not by wan1`, /no chain wan1.*no such interface/],
    [`${SSH} => not to web.shop`, /does not know the name "web.shop"/],
    ['assume GARD:5 no\nin wan0 tcp 192.0.2.9 > :9999 => DROP', /^assume GARD:5: there is no chain GARD/],
  ])('%s', (lines, message) => {
    const [status, said] = lastOf(ROUTER, lines);
    expect(status).toBe('fails');
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

describe('an interface that the file does not know', () => {
  test.each([
    [
      'in wan1 tcp 192.0.2.9 > :23 => REJECT',
      'fails',
      'holds only if this host has an interface wan1, which the file does not know: did you mean wan0? (say: interface wan1)',
    ],
    ['in wan1 tcp 192.0.2.9 > :22 => LOCAL', 'fails', 'expected LOCAL'],
    ['interface wan1\nin wan1 tcp 192.0.2.9 > :23 => REJECT', 'holds', ''],
    ['interface ppp0, wan1\nin wan1 tcp 192.0.2.9 > :23 => REJECT', 'holds', ''],
    ['interface ppp0\nin wan1 tcp 192.0.2.9 > :23 => REJECT', 'fails', 'say: interface wan1'],
    [
      'in tun7 tcp 192.0.2.9 > :23 => REJECT',
      'fails',
      'which the file does not know; it knows wan0, lan0 (say: interface tun7)',
    ],
    [
      '@host {"ifaces": [{"name": "tun7", "addrs": ["192.0.2.1/24"]}, {"name": "wan0"}]}\nin tun7 tcp 192.0.2.9 > 192.0.2.1:23 => REJECT',
      'holds',
      '',
    ],
  ])('%s', (lines, status, said) => {
    const [found, message] = lastOf(ROUTER, lines);
    expect([found, message]).toEqual([status, expect.stringContaining(said)]);
  });
});

describe('nothing holds by a guess', () => {
  const BARE = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT
-A INPUT -p udp --dport 5353 -j ACCEPT
-A FORWARD -i eth0 -o eth1 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o eth1 -j MASQUERADE
COMMIT
`;
  const LISTED = '@host {"ifaces": [{"name": "eth0", "addrs": ["10.0.0.7/24"]}], "routes": []}\n';
  test.each([
    ['in eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL', 'fails', 'own 10.0.0.7'],
    ['own 10.0.0.7\nin eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL', 'holds', ''],
    ['not own 10.0.0.7\nin eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL', 'fails', 'expected LOCAL'],
    ['in eth0 tcp 192.0.2.9 > 10.0.0.7:22 own => LOCAL', 'holds', ''],
    [`${LISTED}own 10.0.0.7\nin eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL`, 'holds', ''],
    [
      `${LISTED}not own 10.0.0.7\nin eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL`,
      'fails',
      'the file lists the addresses of this host, and 10.0.0.7 is among them: "not own 10.0.0.7" does not count',
    ],
    [
      `${LISTED}own 192.0.2.9\nin eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL`,
      'fails',
      'and 192.0.2.9 is not among them: "own 192.0.2.9" does not count',
    ],
    [`${LISTED}own 10.0.0.8\nin eth0 tcp 192.0.2.9 > 10.0.0.7:22 => LOCAL`, 'holds', ''],
    ['out tcp > 192.0.2.9:80 => SENT', 'holds', ''],
    ['out tcp > 192.0.2.9:80 => SENT on eth1', 'fails', '"out eth1" in the packet'],
    ['out eth1 tcp > 192.0.2.9:80 => SENT on eth1', 'holds', ''],
    ['forward eth0 eth1 tcp 192.0.2.9 > 10.0.0.7:22 => SENT on eth1', 'holds', ''],
    ['forward eth0 eth1 tcp 192.0.2.9 > 10.0.0.7:22 => SENT from 192.0.2.9', 'fails', 'is assumed'],
    ['in eth0 tcp > :22 => LOCAL :22', 'fails', 'sysctl net.ipv4.conf.all.rp_filter = 0'],
    ['sysctl net.ipv4.conf.all.rp_filter = 0\nin eth0 tcp > :22 => LOCAL :22', 'holds', ''],
    ['forward eth0 tcp 192.0.2.9 > 10.0.0.7:22 => SENT on eth1', 'fails', 'a default route by eth1 is assumed'],
    ['in eth0 udp 192.0.2.9 > 224.0.0.251:5353 => LOCAL', 'fails', 'joined 224.0.0.251'],
    ['joined 224.0.0.251\nin eth0 udp 192.0.2.9 > 224.0.0.251:5353 => LOCAL', 'holds', ''],
    ['joined 224.0.0.251\nin eth0 udp 192.0.2.9 > 224.0.0.252:5353 => LOCAL', 'fails', 'joined 224.0.0.252'],
    ['mdns = 224.0.0.251\nnot joined mdns\nin eth0 udp 192.0.2.9 > mdns:5353 => DROPPED', 'holds', ''],
    ['not joined 224.0.0.251\nin eth0 udp 192.0.2.9 > 224.0.0.251:5353 => LOCAL', 'fails', 'expected LOCAL'],
  ])('%s', (lines, status, said) => {
    const [found, message] = lastOf(BARE, lines);
    expect([found, message]).toEqual([status, expect.stringContaining(said)]);
  });

  test.each([
    [
      'in wan0 tcp 192.0.2.9 > 198.51.100.1:9999 => DROP',
      'holds only if filter/INPUT:5 (line 23)',
      'assume filter/INPUT:5',
    ],
    ['in wan0 tcp 192.0.2.9 > 198.51.100.1:9999 => LOCAL', 'holds only if', 'yes'],
  ])('a set that is not in the file: %s', (lines, only, say) => {
    const [status, message] = lastOf(ROUTER, lines);
    expect([status, message]).toEqual(['fails', expect.stringContaining(only)]);
    expect(message).toContain(say);
  });
});

describe('what cannot be asked', () => {
  test.each([
    ['in wan0 tpc > :22 => LOCAL', '"tpc" is not understood; did you mean "tcp"?', 8, 11],
    ['offices = 203.0.113.9\nin wan0 tcp ofices > :22 => LOCAL', /ofices.*did you mean "offices"/, 12, 18],
    ['o = 203.0.113.9\nin wan0 tcp o > :22 tpc => LOCAL', /tpc/, 20, 23],
    ['@set 7\nin wan0 tcp > :22 => LOCAL', /^@set 7: the file has these rule sets: 1 /, 0, 17],
    ['@host {"ifaces": 3}\nin wan0 tcp > :22 => LOCAL', /^@host: /, 0, 17],
    ['@host missing.json\nin wan0 tcp > :22 => LOCAL', /^@host: /, 0, 17],
    ['in wan0 tcp > :22 at NOWHERE => LOCAL', /no such chain/, 0, 28],
  ])('%s', async (lines, message, start, end) => {
    const { resultsOf } = await import('./rules');
    const result = resultsOf(ROUTER, lines).at(-1);
    expect(result?.status).toBe('bad');
    expect(result?.message).toMatch(message);
    expect(result?.columns).toEqual({ start, end });
  });
});
