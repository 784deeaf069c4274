import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { REASON_CODES } from '../../src/core/netfilter/reasonCode';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { makeReport } from '../../src/features/traceReport/makeReport';
import type { AnswerCard, TraceReport } from '../../src/shared/traceReport';
import { modelOfText, sampleText } from '../features/sample';

function reportOf(text: string, expression: string, outcome = 0): TraceReport {
  const model = modelOfText(text);
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const { input, problems } = evaluate(model, model.defaultDump, {
    expression,
    outcome,
    answers: {},
    overrides: undefined,
  });
  if (!input) throw new Error(problems.map(({ message }) => message).join('; '));
  return makeReport(input);
}

/** A card as lines; `-…-` was before, `+…+` is after, `?` after what is assumed. */
function cardLines({ code, headline, provided, rows, decided }: AnswerCard): readonly string[] {
  return [
    `${code}: ${headline}`,
    ...provided.map(({ what }) => `if ${what}`),
    ...rows.map(
      ({ label, parts }) =>
        `${label}: ${parts
          .map(({ text, change, assumed }) => {
            const sign = { before: '-', after: '+', none: '' }[change ?? 'none'];
            return `${sign}${text}${sign}${assumed ? '?' : ''}`;
          })
          .join('')}`,
    ),
    ...decided.map(({ word, line, place, target }) => `${word} ${line}, ${place} ${target}`),
  ];
}

const HOST = 'default via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10\n';
const filter = (...rules: readonly string[]): string =>
  `*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n${HOST}`;
const nat = (...rules: readonly string[]): string =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;
const IN = 'in eth0 tcp 198.51.100.7:40000 > 192.0.2.10:443 syn';
const OUT = 'out udp 192.0.2.10:5000 > 203.0.113.9:53';
const SERVICE_PACKET = 'in eth0 tcp 198.51.100.7:40000 > 10.96.7.7:80 syn';
const SERVICE = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SEP-BBBBBBBBBBBBBBBB - [0:0]
:KUBE-SEP-CCCCCCCCCCCCCCCC - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.7.7/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "shop/web:http -> 10.244.1.4:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "shop/web:http -> 10.244.2.5:8080" -j KUBE-SEP-CCCCCCCCCCCCCCCC
-A KUBE-SEP-BBBBBBBBBBBBBBBB -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination 10.244.1.4:8080
-A KUBE-SEP-CCCCCCCCCCCCCCCC -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination 10.244.2.5:8080
COMMIT
*filter
:FORWARD ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A FORWARD -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.9.9/32 -p tcp -m comment --comment "shop/db:pg has no endpoints" -m tcp --dport 5432 -j REJECT --reject-with icmp-port-unreachable
COMMIT
${HOST}`;

const PODS = `$ kubectl get pods -A -o wide
NAMESPACE   NAME       READY   STATUS    RESTARTS   AGE   IP             NODE       NOMINATED NODE   READINESS GATES
shop        web-1      2/2     Running   0          3d    10.244.1.4     worker-1   <none>           <none>
shop        client-0   1/1     Running   0          3d    198.51.100.7   worker-3   <none>           <none>
net         agent-a    1/1     Running   0          3d    192.0.2.30     worker-4   <none>           <none>
net         agent-b    1/1     Running   0          3d    192.0.2.30     worker-4   <none>           <none>
$ cat /etc/hosts
127.0.0.1 localhost
203.0.113.9 db.example.com db

`;

const CASES: readonly (readonly [what: string, text: string, packet: string, outcome?: number])[] = [
  ['accepted', filter('INPUT -p tcp --dport 443 -j ACCEPT'), IN],
  ['policy', filter('INPUT -p tcp --dport 80 -j ACCEPT'), IN],
  ['drop', filter('INPUT -j DROP'), IN],
  ['reject', filter('INPUT -j REJECT'), IN],
  ['reset', filter('INPUT -p tcp -j REJECT --reject-with tcp-reset'), IN],
  ['prohibited', filter('INPUT -j REJECT --reject-with icmp-host-prohibited'), IN],
  ['sent', filter(), OUT],
  ['masqueraded', nat('POSTROUTING -o eth0 -j MASQUERADE') + HOST, 'in eth1 udp 10.8.0.2:5000 > 203.0.113.9:53'],
  ['port', nat('PREROUTING -p tcp --dport 443 -j DNAT --to-destination 10.8.0.2:8443') + HOST, IN],
  ['redirected', nat('PREROUTING -p tcp -j REDIRECT --to-ports 8443') + HOST, IN],
  ['nothing stated', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', 'in tcp > :22'],
  [
    'listener',
    `${filter('INPUT -j ACCEPT')}\nNetid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\ntcp   LISTEN 0      128    0.0.0.0:443       0.0.0.0:*         users:(("nginx",pid=7,fd=3))\n`,
    IN,
  ],
  [
    'no listener',
    `${filter('INPUT -j ACCEPT')}\nNetid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\ntcp   LISTEN 0      128    0.0.0.0:22       0.0.0.0:*         users:(("sshd",pid=7,fd=3))\n`,
    IN,
  ],
  ['service', SERVICE, SERVICE_PACKET],
  ['service, the other endpoint', SERVICE, SERVICE_PACKET, 1],
  ['service, with the names of pods', PODS + SERVICE, SERVICE_PACKET],
  ['service, an endpoint without a name', PODS + SERVICE, SERVICE_PACKET, 1],
  ['sent to a name of /etc/hosts', PODS + filter(), OUT],
  ['one address of two pods', PODS + filter(), 'out udp 192.0.2.10:5000 > 192.0.2.30:53'],
  ['localhost needs no name', PODS + filter(), 'out udp 127.0.0.1:5000 > 127.0.0.1:53'],
  [
    'published, with the name of whose rules they are',
    `root@gw-1:~# iptables-save\n${nat('PREROUTING -p tcp --dport 443 -j DNAT --to-destination 203.0.113.9:8443')}${HOST}${PODS}`,
    IN,
  ],
  ['set, it is not in it', filter('INPUT -m set --match-set blocked src -j DROP', 'INPUT -j ACCEPT'), IN, 1],
  [
    'transparent',
    `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j TPROXY --on-port 8443 --on-ip 0.0.0.0\nCOMMIT\n${HOST}`,
    IN,
  ],
  [
    'published and masqueraded',
    nat('PREROUTING -p tcp -j DNAT --to-destination 10.8.0.2:8443', 'POSTROUTING -j MASQUERADE') + HOST,
    IN,
  ],
  ['never seen', filter(), 'in eth0 udp [ff02::5]:5000 > [fd00::1]:53'],
  ['no endpoints', SERVICE, 'in eth0 tcp 198.51.100.7:40000 > 10.96.9.9:5432 syn'],
  ['kernel', filter(), 'in eth0 tcp 127.0.0.1:40000 > 192.0.2.10:443 syn'],
  ['mesh', sampleText('istio-sidecar.md'), 'in eth0 tcp 10.10.40.12:41522 > :8080 syn'],
  ['docker', sampleText('docker-host.iptables-save'), 'in ens18 tcp 203.0.113.77:41522 > 198.51.100.14:80 syn'],
];

/** `UPDATE_GOLDEN=1 npx vitest run test/traceReport/card.test.ts` writes the file anew; it is read in review. */
const GOLDEN = path.join(import.meta.dirname, 'golden/cards.txt');

describe('the answer card', () => {
  test('says who gets the packet, as what, and who decided it', () => {
    const text = CASES.map(([what, rules, packet, outcome]) =>
      [`== ${what}`, ...cardLines(reportOf(rules, packet, outcome).outcome.card), ''].join('\n'),
    ).join('\n');
    if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, text);
    expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  test('has a code of the closed list, and all of them occur', () => {
    const codes = new Set(
      CASES.map(([, rules, packet, outcome]) => reportOf(rules, packet, outcome).outcome.card.code),
    );
    expect([...REASON_CODES].filter((code) => !codes.has(code))).toEqual([]);
    expect([...codes].filter((code) => !(REASON_CODES as readonly string[]).includes(code))).toEqual([]);
  });

  test.each([
    [
      'a Service',
      SERVICE,
      SERVICE_PACKET,
      ['10.244.1.4:8080', '10.244.2.5:8080'],
      'Service shop/web:http → 2 endpoints',
    ],
    [
      'a Service whose port has no name, as old releases write it',
      SERVICE.replaceAll('shop/web:http', 'shop/web:'),
      SERVICE_PACKET,
      ['10.244.1.4:8080', '10.244.2.5:8080'],
      'Service shop/web → 2 endpoints',
    ],
    [
      'a set that the file does not have',
      filter('INPUT -m set --match-set blocked src -j DROP', 'INPUT -j ACCEPT'),
      IN,
      ['if the source is in the set blocked', 'if the source is not in the set blocked'],
      '',
    ],
    [
      'whose address it is',
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n',
      'in eth0 tcp 198.51.100.1 > 203.0.113.7:22',
      ['if 203.0.113.7 is this host', 'if 203.0.113.7 is another host'],
      '',
    ],
    ['one outcome', filter(), IN, [''], ''],
  ])('outcomes are named by what they differ in: %s', (_, text, packet, names, group) => {
    const report = reportOf(text, packet);
    expect(report.tabs.map(({ name }) => name)).toEqual(names);
    expect(report.group).toBe(group);
  });
});
