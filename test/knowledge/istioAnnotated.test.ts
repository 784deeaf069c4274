import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printRuleSet } from '../../src/features/canonical';
import { modelOf, ruleSetOf } from '../../src/features/fileModel';
import { groundOf, type Ground } from '../../src/features/whatIf/ground';
import { splitTyped } from '../../src/features/whatIf/splitTyped';

/** Rules as istio-iptables writes them, by the parts that annotations change. */
interface Parts {
  readonly prerouting?: readonly string[];
  readonly inbound?: readonly string[];
  readonly output?: readonly string[];
  readonly excluded?: readonly string[];
  readonly after?: readonly string[];
  readonly all?: string;
}

const CAPTURE = ['-p tcp -j ISTIO_IN_REDIRECT'];
const OWN = ['15090', '15021', '15020'].map((port) => `-p tcp -m tcp --dport ${port} -j RETURN`);

function sidecar({
  prerouting = ['-p tcp -j ISTIO_INBOUND'],
  inbound = [...OWN, ...CAPTURE],
  output = [],
  excluded = [],
  after = ['-j ISTIO_REDIRECT'],
  all = '-j ISTIO_OUTPUT',
}: Parts = {}): string {
  return `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:ISTIO_INBOUND - [0:0]
:ISTIO_IN_REDIRECT - [0:0]
:ISTIO_OUTPUT - [0:0]
:ISTIO_REDIRECT - [0:0]
${[
  ...prerouting.map((rule) => `-A PREROUTING ${rule}`),
  ...output.map((rule) => `-A OUTPUT ${rule}`),
  `-A OUTPUT ${all}`,
  '-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
  ...inbound.map((rule) => `-A ISTIO_INBOUND ${rule}`),
  '-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
  ...excluded.map((rule) => `-A ISTIO_OUTPUT ${rule}`),
  '-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN',
  '-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT',
  ...(after.includes(LOOPBACK) ? [] : ['-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN']),
  '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
  '-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN',
  ...after.map((rule) => `-A ISTIO_OUTPUT ${rule}`),
  '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
].join('\n')}
COMMIT
`;
}

const LOOPBACK = '-d 127.0.0.0/8 -j ISTIO_REDIRECT';

function tproxy(inbound: readonly string[]): string {
  return `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:ISTIO_DIVERT - [0:0]
:ISTIO_INBOUND - [0:0]
:ISTIO_TPROXY - [0:0]
-A PREROUTING -p tcp -j ISTIO_INBOUND
-A ISTIO_DIVERT -j MARK --set-xmark 0x539/0xffffffff
-A ISTIO_DIVERT -j ACCEPT
-A ISTIO_INBOUND -p tcp -m mark --mark 0x539 -j RETURN
${inbound.map((rule) => `-A ISTIO_INBOUND ${rule}\n`).join('')}-A ISTIO_TPROXY ! -d 127.0.0.1/32 -p tcp -j TPROXY --on-port 15006 --on-ip 0.0.0.0 --tproxy-mark 0x539/0xffffffff
COMMIT
`;
}

interface Ambient {
  readonly prerouting?: readonly string[];
  readonly dns?: readonly string[];
}

function ambient({
  prerouting = [
    '-s 169.254.7.127/32 -p tcp -m tcp -j ACCEPT',
    '! -d 127.0.0.1/32 -p tcp -m tcp ! --dport 15008 -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15006',
  ],
  dns = ['! -d 127.0.0.1/32 -p tcp -m tcp --dport 53 -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15053'],
}: Ambient = {}): string {
  return `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:ISTIO_OUTPUT - [0:0]
:ISTIO_PRERT - [0:0]
-A PREROUTING -j ISTIO_PRERT
-A OUTPUT -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -d 169.254.7.127/32 -p tcp -m tcp -j ACCEPT
${dns.map((rule) => `-A ISTIO_OUTPUT ${rule}\n`).join('')}-A ISTIO_OUTPUT -p tcp -m mark --mark 0x111/0xfff -j ACCEPT
-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -j ACCEPT
-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -p tcp -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15001
${prerouting.map((rule) => `-A ISTIO_PRERT ${rule}\n`).join('')}COMMIT
`;
}

const NAME = 'traffic.sidecar.istio.io/';
const port = (number: number, target = 'RETURN', protocol = 'tcp'): string =>
  `-p ${protocol} -m ${protocol} --dport ${number} -j ${target}`;
const divert = (match: string): string => `${match} -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT`;
const EXCLUDED = [port(15090), port(15021), port(9102), port(8080), port(15020)];

function tried(text: string, typed: string): Ground {
  const model = modelOf(parseSourceFile(text, { fileName: 'pod.rules' }));
  const [dump] = model.dumps;
  if (!dump) throw new Error('there are no rules');
  return groundOf(model, dump, splitTyped(typed, model.file));
}

function rulesOf({ dump }: Pick<Ground, 'dump'>): string {
  return printRuleSet(ruleSetOf(dump.section));
}

describe('the rules that Istio would write', () => {
  test.each<[string, string, string, string]>([
    [
      'one inbound port more',
      sidecar(),
      'excludeInboundPorts: "9102"',
      sidecar({ inbound: [...OWN.slice(0, 2), port(9102), ...OWN.slice(2), ...CAPTURE] }),
    ],
    [
      'another list of inbound ports',
      sidecar({ inbound: [...EXCLUDED, ...CAPTURE] }),
      'excludeInboundPorts: "8080, 22"',
      sidecar({ inbound: [port(15090), port(15021), port(8080), port(22), port(15020), ...CAPTURE] }),
    ],
    [
      'a port that is omitted already',
      sidecar({ inbound: [...EXCLUDED, ...CAPTURE] }),
      'excludeInboundPorts: "15020"',
      sidecar(),
    ],
    ['no port of the user', sidecar({ inbound: [...EXCLUDED, ...CAPTURE] }), 'excludeInboundPorts: ""', sidecar()],
    [
      'some inbound ports only',
      sidecar(),
      'includeInboundPorts: "8080,9090"',
      sidecar({ inbound: [port(8080, 'ISTIO_IN_REDIRECT'), port(9090, 'ISTIO_IN_REDIRECT')] }),
    ],
    [
      'all inbound ports',
      sidecar({ inbound: [port(8080, 'ISTIO_IN_REDIRECT')] }),
      'includeInboundPorts: "*"',
      sidecar(),
    ],
    ['no inbound port', sidecar(), 'includeInboundPorts: ""', sidecar({ prerouting: [], inbound: [] })],
    [
      'inbound ports where there were none',
      sidecar({ prerouting: [], inbound: [] }),
      'includeInboundPorts: "80"',
      sidecar({ inbound: [port(80, 'ISTIO_IN_REDIRECT')] }),
    ],
    [
      'another status port',
      sidecar(),
      'status.sidecar.istio.io/port: "15099"',
      sidecar({ inbound: [...OWN.slice(0, 2), port(15099), ...CAPTURE] }),
    ],
    [
      'no status port',
      sidecar(),
      'status.sidecar.istio.io/port: "0"',
      sidecar({ inbound: [...OWN.slice(0, 2), ...CAPTURE] }),
    ],
    [
      'TPROXY: a port less',
      tproxy([divert('-p tcp'), '-p tcp -j ISTIO_TPROXY']),
      'excludeInboundPorts: "80"',
      tproxy([port(80), divert('-p tcp'), '-p tcp -j ISTIO_TPROXY']),
    ],
    [
      'TPROXY: some ports only',
      tproxy([port(80), divert('-p tcp'), '-p tcp -j ISTIO_TPROXY']),
      'includeInboundPorts: "80"',
      tproxy([divert('-p tcp -m tcp --dport 80'), port(80, 'ISTIO_TPROXY')]),
    ],
    [
      'outbound ports, of both protocols since 1.25',
      sidecar(),
      'excludeOutboundPorts: "443"',
      sidecar({ excluded: [port(443), port(443, 'RETURN', 'udp')] }),
    ],
    [
      'outbound ports, of TCP before',
      sidecar({ all: '-p tcp -j ISTIO_OUTPUT', excluded: [port(15020)] }),
      'excludeOutboundPorts: "443"',
      sidecar({ all: '-p tcp -j ISTIO_OUTPUT', excluded: [port(443)] }),
    ],
    [
      'outbound ranges that are omitted',
      sidecar({ after: ['-d 169.254.169.254/32 -j RETURN', '-j ISTIO_REDIRECT'] }),
      'excludeOutboundIPRanges: "169.254.169.254/32,10.96.0.2/24,2001:db8::/32"',
      sidecar({ after: ['-d 169.254.169.254/32 -j RETURN', '-d 10.96.0.0/24 -j RETURN', '-j ISTIO_REDIRECT'] }),
    ],
    [
      'outbound ports whatever the address',
      sidecar({ after: ['-d 10.0.0.0/8 -j ISTIO_REDIRECT'] }),
      'includeOutboundPorts: "443"',
      sidecar({ after: [port(443, 'ISTIO_REDIRECT'), '-d 10.0.0.0/8 -j ISTIO_REDIRECT'] }),
    ],
    [
      'some outbound ranges only',
      sidecar(),
      'includeOutboundIPRanges: "10.0.0.0/8,172.16.0.0/12"',
      sidecar({ after: ['-d 10.0.0.0/8 -j ISTIO_REDIRECT', '-d 172.16.0.0/12 -j ISTIO_REDIRECT'] }),
    ],
    [
      'a loopback range, which takes out the rules that spare lo',
      sidecar(),
      'includeOutboundIPRanges: "127.0.0.0/8"',
      sidecar({ after: [LOOPBACK] }),
    ],
    ['no loopback range any more', sidecar({ after: [LOOPBACK] }), 'includeOutboundIPRanges: "*"', sidecar()],
    [
      'all outbound ranges, without the RETURN that ends a list up to 1.22',
      sidecar({ after: ['-d 10.0.0.0/8 -j ISTIO_REDIRECT', '-j RETURN'] }),
      'includeOutboundIPRanges: "*"',
      sidecar(),
    ],
    ['no outbound range', sidecar(), 'includeOutboundIPRanges: ""', sidecar({ after: [] })],
    [
      'an interface',
      sidecar(),
      'excludeInterfaces: "net1"',
      sidecar({ prerouting: ['-i net1 -j RETURN', '-p tcp -j ISTIO_INBOUND'], output: ['-o net1 -j RETURN'] }),
    ],
    [
      'another interface',
      sidecar({ prerouting: ['-i net1 -j RETURN', '-p tcp -j ISTIO_INBOUND'], output: ['-o net1 -j RETURN'] }),
      'excludeInterfaces: "net2"',
      sidecar({ prerouting: ['-i net2 -j RETURN', '-p tcp -j ISTIO_INBOUND'], output: ['-o net2 -j RETURN'] }),
    ],
    [
      'virtual interfaces, the last one on top',
      sidecar(),
      'istio.io/reroute-virtual-interfaces: "eth1,eth2"',
      sidecar({
        prerouting: [
          '-i eth2 -j ISTIO_REDIRECT',
          '-i eth1 -j ISTIO_REDIRECT',
          '-i eth2 -j RETURN',
          '-i eth1 -j RETURN',
          '-p tcp -j ISTIO_INBOUND',
        ],
      }),
    ],
    [
      'ranges with virtual interfaces',
      sidecar({ prerouting: ['-i eth1 -j ISTIO_REDIRECT', '-i eth1 -j RETURN', '-p tcp -j ISTIO_INBOUND'] }),
      'includeOutboundIPRanges: "10.0.0.0/8"',
      sidecar({
        prerouting: ['-d 10.0.0.0/8 -i eth1 -j ISTIO_REDIRECT', '-i eth1 -j RETURN', '-p tcp -j ISTIO_INBOUND'],
        after: ['-d 10.0.0.0/8 -j ISTIO_REDIRECT'],
      }),
    ],
    [
      'ambient: inbound is bypassed',
      ambient(),
      'ambient.istio.io/bypass-inbound-capture: "true"',
      ambient({ prerouting: [] }),
    ],
    ['ambient: no DNS', ambient(), 'ambient.istio.io/dns-capture: "false"', ambient({ dns: [] })],
    [
      'ambient: a virtual interface',
      ambient({ prerouting: [] }),
      'istio.io/reroute-virtual-interfaces: "net1"',
      ambient({ prerouting: ['-i net1 -p tcp -j REDIRECT --to-ports 15001', '-i net1 -j RETURN'] }),
    ],
  ])('%s', (_, text, typed, after) => {
    const ground = tried(text, typed);
    expect(ground.made.flatMap(({ problems }) => problems)).toEqual([]);
    expect(rulesOf(ground)).toBe(rulesOf(tried(after, '')));
  });

  test.each([
    [
      'sidecar.istio.io/interceptionMode: NONE',
      sidecar({ output: ['-o net1 -j RETURN'], prerouting: ['-i net1 -j RETURN', '-p tcp -j ISTIO_INBOUND'] }),
    ],
    ['sidecar.istio.io/inject=false', sidecar()],
    ['kubectl label pod web istio.io/dataplane-mode=none --overwrite', ambient()],
  ])('%s: nothing leads to the rules of Istio', (typed, text) => {
    const ground = tried(text, typed);
    expect(ground.made.flatMap(({ problems }) => problems)).toEqual([]);
    expect(rulesOf(ground)).not.toMatch(/^-A (?:PREROUTING|OUTPUT) /m);
  });
});

describe('how an annotation may be written', () => {
  test.each([
    [`${NAME}excludeInboundPorts: "9102"`],
    [`  ${NAME}excludeInboundPorts: '9102'`],
    [`"${NAME}excludeInboundPorts": "9102",`],
    [`${NAME}excludeInboundPorts=9102`],
    [`annotation ${NAME}excludeInboundPorts=9102`],
    [`kubectl annotate pod web-5d9 ${NAME}excludeInboundPorts=9102 --overwrite`],
    [`$ kubectl -n shop annotate --overwrite deploy/web "${NAME}excludeInboundPorts=9102"`],
  ])('%s', (typed) => {
    const ground = tried(sidecar(), typed);
    expect(ground.made.map(({ problems }) => problems)).toEqual([[]]);
    expect(rulesOf(ground)).toContain(`-A ISTIO_INBOUND ${port(9102)}`);
  });

  test.each([
    ['excludeInboundPorts: "80,http"', sidecar(), '"http" is not a port from 0 to 65535: Istio refuses the pod.'],
    [
      'excludeInboundPorts: "80"',
      sidecar({ inbound: [port(80, 'ISTIO_IN_REDIRECT')] }),
      'Istio ignores it while includeInboundPorts is a list of ports, as it is here.',
    ],
    [
      'excludeInboundPorts: "80"',
      sidecar({ prerouting: [], inbound: [] }),
      'Istio ignores it while nothing inbound is captured, as here.',
    ],
    ['excludeInboundPorts: ""', sidecar(), 'The rules are those of this value already.'],
    ['includeInboundPorts: "*"', sidecar(), 'The rules are those of this value already.'],
    ['includeOutboundIPRanges: "*"', sidecar(), 'The rules are those of this value already.'],
    ['sidecar.istio.io/interceptionMode: REDIRECT', sidecar(), 'The rules are those of this value already.'],
    [
      'excludeOutboundIPRanges: "10.0.0.1"',
      sidecar(),
      '"10.0.0.1" is not a range such as 10.0.0.0/8: Istio refuses the pod. A single address is 10.0.0.1/32.',
    ],
    [
      'sidecar.istio.io/interceptionMode: TPROXY',
      sidecar(),
      'The rules of TPROXY are entirely different ones, which are not tried here.',
    ],
    [
      'ambient.istio.io/dns-capture: "false"',
      sidecar(),
      'It is for ambient mode, and these are the rules of a sidecar.',
    ],
    ['excludeInboundPorts: "80"', ambient(), 'It is for a sidecar, and these are the rules of ambient mode.'],
    ['proxy.istio.io/config: "{}"', sidecar(), 'How it changes the rules is not tried here.'],
    [
      'excludeInboundPorts: "80"',
      '*filter\n:INPUT DROP\nCOMMIT\n',
      'These rules are not of a program that reads excludeInboundPorts.',
    ],
    [
      'example.org/unknown: "80"',
      '*filter\n:INPUT DROP\nCOMMIT\n',
      'These rules are not of a program that reads example.org/unknown.',
    ],
  ])('%s has no effect here and says why', (typed, text, message) => {
    const ground = tried(text, typed);
    expect(ground.made.flatMap(({ problems }) => problems.map((each) => each.message))).toEqual([message]);
    expect(rulesOf(ground)).toBe(rulesOf(tried(text, '')));
  });

  test('what the rules do not show is said', () => {
    const [made] = tried(sidecar({ inbound: [port(80, 'ISTIO_IN_REDIRECT')] }), 'includeInboundPorts: "*"').made;
    expect(made?.notes.join(' ')).toMatch(/15090, 15021, 15020/);
  });
});
