import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { trace } from '../pastes/paste';

/** A table of nft with base chains; each statement in a line of its own. */
function table(name: string, chains: Readonly<Record<string, readonly string[]>>, ...more: readonly string[]): string {
  const body = Object.entries(chains).flatMap(([chain, lines]) => [
    `\tchain ${chain} {`,
    ...lines.map((line) => `\t\t${line}`),
    '\t}',
  ]);
  return [`table ${name} {`, ...more.map((line) => `\t${line}`), ...body, '}', ''].join('\n');
}

const INPUT = 'type filter hook input priority filter; policy accept;';

/** The rules that a packet matches, as `TABLE CHAIN NUMBER`, and how it ends; several paths after each other. */
const CASES: readonly [name: string, text: string, packet: string, ends: readonly string[]][] = [
  [
    'a port in a set',
    table('inet shop', { in: [INPUT, 'tcp dport { 22, 8000-8080 } drop'] }),
    'in eth0 tcp > :8001',
    ['inet shop in 1: DROPPED'],
  ],
  [
    'a port that is not in it',
    table('inet shop', { in: [INPUT, 'tcp dport { 22, 8000-8080 } drop'] }),
    'in eth0 tcp > :8081',
    ['LOCAL'],
  ],
  [
    'a named set with ranges',
    table(
      'inet shop',
      { in: [INPUT, 'ip saddr @bad drop'] },
      'set bad {',
      '\ttype ipv4_addr',
      '\tflags interval',
      '\telements = { 192.0.2.0/24,',
      '\t\t198.51.100.7 }',
      '}',
    ),
    'in eth0 tcp 192.0.2.9 > :80',
    ['inet shop in 1: DROPPED'],
  ],
  [
    'a verdict map of a concatenation',
    table(
      'ip shop',
      { in: [INPUT, 'ip daddr . meta l4proto . th dport vmap @m'], no: ['reject'] },
      'map m { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.0.0.1 . tcp . 80 : goto no } }',
    ),
    'in eth0 tcp > 10.0.0.1:80 own',
    ['ip shop in 1, ip shop no 1: DROPPED'],
  ],
  [
    'chance',
    table('ip shop', { in: [INPUT, 'numgen random mod 4 vmap { 0 : drop, 1 : drop }'] }),
    'in eth0 tcp > :80',
    ['ip shop in 1: DROPPED', 'ip shop in 1: DROPPED', 'LOCAL'],
  ],
  [
    'what is not known',
    table('inet shop', { in: [INPUT, 'frobnicate 3 drop'] }),
    'in eth0 tcp > :80',
    ['inet shop in 1: DROPPED', 'LOCAL'],
  ],
  [
    'a variable',
    table('inet shop', { in: [INPUT, 'iifname $WAN drop'] }),
    'in eth0 tcp > :80',
    ['inet shop in 1: DROPPED', 'LOCAL'],
  ],
  [
    'a variable that the file defines',
    `define WAN = eth0\n${table('inet shop', { in: [INPUT, 'iifname $WAN drop'] })}`,
    'in eth0 tcp > :80',
    ['inet shop in 1: DROPPED'],
  ],
  [
    'a variable of another file, which a rules file includes',
    `include "./wan.nft"\n${table('inet shop', { in: [INPUT, 'iifname $WAN drop'] })}`,
    'in eth0 tcp > :80',
    ['inet shop in 1: DROPPED', 'LOCAL'],
  ],
  [
    'variables that hold variables, over several lines',
    `define a = { 10.0.0.0/8,\n  192.168.0.0/16 } # ours\ndefine all = { $a, 203.0.113.0/24 }\n${table('inet shop', { in: [INPUT, 'ip saddr $all tcp dport { $p, 81 } drop'] }, 'define p = 80')}`,
    'in eth0 tcp 192.168.3.3 > :80',
    ['inet shop in 1: DROPPED'],
  ],
  [
    'variables in a set, a priority and a jump',
    `define p = -10\ndefine bad = { 192.0.2.0/24 }\ndefine to = no\n${table('ip shop', { in: ['type filter hook input priority $p; policy accept;', 'ip saddr @s jump $to'], no: ['drop'] }, 'set s {', '\ttype ipv4_addr', '\tflags interval', '\telements = { $bad, 198.51.100.7 }', '}')}`,
    'in eth0 tcp 192.0.2.9 > :80',
    ['ip shop in 1, ip shop no 1: DROPPED'],
  ],
  [
    'a value of several bits binds as one',
    `define M = 0x1 | 0x2\n${table('ip shop', { in: [INPUT, 'meta mark & $M == 2 drop'] })}`,
    'in eth0 tcp > :80 mark 6',
    ['ip shop in 1: DROPPED'],
  ],
  [
    'a variable of a block ends with it, and takes the value that it has then',
    `define p = 1\ndefine q = $p\nredefine p = 2\n${table('ip shop', { e: ['redefine p = 3'], in: [INPUT, 'tcp dport $q drop', 'tcp dport $p drop'] })}`,
    'in eth0 tcp > :2',
    ['ip shop in 2: DROPPED'],
  ],
  [
    'a variable that was taken back',
    `define p = 80\nundefine p\n${table('ip shop', { in: [INPUT, 'tcp dport $p drop'] })}`,
    'in eth0 tcp > :80',
    ['ip shop in 1: DROPPED', 'LOCAL'],
  ],
  [
    'a variable in quotes is text',
    `define p = 80\n${table('ip shop', { in: [INPUT, 'tcp dport $p log prefix "$p " drop'] })}`,
    'in eth0 tcp > :80',
    ['ip shop in 1: DROPPED'],
  ],
  [
    'commands with a variable',
    'define p = 22\nadd table inet f\nadd chain inet f in { type filter hook input priority 0 ; policy drop ; }\nadd rule inet f in tcp dport $p accept\n',
    'in eth0 tcp > :22',
    ['inet f in 1: LOCAL'],
  ],
  [
    'a match of iptables of which only the name is shown',
    table('ip filter', { INPUT: [INPUT, 'xt match "hashlimit" counter packets 0 bytes 0 drop'] }),
    'in eth0 tcp > :80',
    ['ip filter INPUT 1: DROPPED', 'LOCAL'],
  ],
  [
    'commands',
    "nft add table inet f\nnft add chain inet f in '{ type filter hook input priority 0 ; policy drop ; }'\nnft add rule inet f in tcp dport 22 accept\nsudo nft insert rule inet f in ct state established accept\n",
    'in eth0 tcp > :22',
    ['inet f in 2: LOCAL'],
  ],
  [
    'both with iptables',
    `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n${table('inet shop', { in: [INPUT.replace('filter;', '10;'), 'tcp dport 80 drop'] })}`,
    'in eth0 tcp > :80',
    ['filter INPUT 1, inet shop in 1: DROPPED'],
  ],
  [
    'an order that nothing tells',
    `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m mark --mark 7 -j DROP\nCOMMIT\n${table('inet shop', { pre: ['type filter hook prerouting priority mangle;', 'meta mark set 7'] })}`,
    'in eth0 tcp > :80',
    ['inet shop pre 1, mangle PREROUTING 1: DROPPED', 'inet shop pre 1: LOCAL'],
  ],
  [
    'a table of iptables that nft shows as well',
    `# Generated by iptables-save v1.8.9 (nf_tables) on x\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n${table('ip filter', { INPUT: [INPUT, 'drop'] })}`,
    'in eth0 tcp > :80',
    ['filter INPUT 1: DROPPED'],
  ],
  [
    'JSON',
    `${JSON.stringify({
      nftables: [
        { metainfo: { json_schema_version: 1 } },
        { table: { family: 'inet', name: 'shop', handle: 1 } },
        {
          chain: {
            family: 'inet',
            table: 'shop',
            name: 'in',
            type: 'filter',
            hook: 'input',
            prio: 0,
            policy: 'accept',
          },
        },
        {
          rule: {
            family: 'inet',
            table: 'shop',
            chain: 'in',
            handle: 2,
            expr: [
              {
                match: {
                  op: '==',
                  left: { payload: { protocol: 'tcp', field: 'dport' } },
                  right: { set: [22, { range: [80, 90] }] },
                },
              },
              { match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'new'] } },
              { drop: null },
            ],
          },
        },
      ],
    })}\n`,
    'in eth0 tcp > :85',
    ['inet shop in 1: DROPPED'],
  ],
  [
    'redirect, at the priority of nat',
    table('inet istio-proxy-nat', {
      prerouting: ['type nat hook prerouting priority -90;', 'meta l4proto tcp jump istio-inbound'],
      'istio-inbound': ['tcp dport 15008 return', 'redirect to :15006'],
    }),
    'in eth0 tcp > :80',
    ['inet istio-proxy-nat prerouting 1, inet istio-proxy-nat istio-inbound 2: LOCAL'],
  ],
];

describe('rules of nftables are traced', () => {
  test.each(CASES)('%s', (_name, text, packet, ends) => {
    const { outcomes } = trace(text, packet);
    expect(
      outcomes.map(({ matchedRules, outcome }) =>
        `${matchedRules.map(({ table: name, chain, num }) => `${name} ${chain} ${num}`).join(', ')}: ${outcome}`.replace(
          /^: /,
          '',
        ),
      ),
    ).toEqual(ends);
  });
});

test('values that grow without end stay as they are written, and the file is read', () => {
  const lines = Array.from({ length: 40 }, (_, i) => `define v${i + 1} = { $v${i}, $v${i} }`);
  const text = `define v0 = { 192.0.2.1, 192.0.2.2 }\n${lines.join('\n')}\n${table('ip shop', { in: [INPUT, 'ip saddr $v40 drop', 'ip saddr $v3 drop'] })}`;
  expect(
    trace(text, 'in eth0 tcp 192.0.2.2 > :80').outcomes.map(({ matchedRules }) => matchedRules.map(({ num }) => num)),
  ).toEqual([[1], [2]]);
});

test('definitions of another language are not rules', () => {
  expect(parseSourceFile('define greeting = hello\ndefine ($x) = 3\n', { fileName: 'notes.md' }).sections).toEqual([]);
});
