import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { blocksToText } from '../../src/features/hover/blocks';
import { hoverAt } from '../../src/features/hover/hover';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { traceText } from '../../src/features/traceReport/traceText';
import { evaluate } from '../../src/features/traceSession/evaluate';

const ANY = '0.0.0.0/0            0.0.0.0/0';
const chain = (name: string, policy: string, ...rows: readonly string[]): string =>
  `Chain ${name} (${policy === '' ? '1 references' : `policy ${policy}`})\n` +
  `target     prot opt source               destination\n${rows.map((row) => `${row}\n`).join('')}\n`;
const hooks = (prerouting: readonly string[], output: readonly string[], postrouting: readonly string[] = []): string =>
  chain('PREROUTING', 'ACCEPT', ...prerouting) +
  chain('INPUT', 'ACCEPT') +
  chain('OUTPUT', 'ACCEPT', ...output) +
  chain('POSTROUTING', 'ACCEPT', ...postrouting);

const SIDECAR =
  '/ # iptables -t nat -nL\n' +
  hooks([`ISTIO_INBOUND  tcp  --  ${ANY}`], [`ISTIO_OUTPUT  all  --  ${ANY}`]) +
  chain('ISTIO_INBOUND', '', `RETURN  tcp  --  ${ANY}  tcp dpt:15008`, `ISTIO_IN_REDIRECT  tcp  --  ${ANY}`) +
  chain('ISTIO_IN_REDIRECT', '', `REDIRECT  tcp  --  ${ANY}  redir ports 15006`) +
  chain(
    'ISTIO_OUTPUT',
    '',
    'RETURN  all  --  127.0.0.6            0.0.0.0/0',
    'ISTIO_IN_REDIRECT  tcp  --  0.0.0.0/0           !127.0.0.1            tcp dpt:!15008 owner UID match 1337',
    `RETURN  all  --  ${ANY}  ! owner UID match 1337`,
    `RETURN  all  --  ${ANY}  owner UID match 1337`,
    'RETURN  all  --  0.0.0.0/0            127.0.0.1',
    `ISTIO_REDIRECT  all  --  ${ANY}`,
  ) +
  chain('ISTIO_REDIRECT', '', `REDIRECT  tcp  --  ${ANY}  redir ports 15001`);

const service = (masquerade: string): string =>
  '$ sudo iptables -t nat -L -n\n' +
  hooks(
    [`KUBE-SERVICES  all  --  ${ANY}  /* kubernetes service portals */`],
    [`KUBE-SERVICES  all  --  ${ANY}  /* kubernetes service portals */`],
    [`KUBE-POSTROUTING  all  --  ${ANY}  /* kubernetes postrouting rules */`],
  ) +
  chain('KUBE-MARK-MASQ', '', `MARK  all  --  ${ANY}  MARK or 0x4000`) +
  chain(
    'KUBE-POSTROUTING',
    '',
    `RETURN  all  --  ${ANY}  mark match ! 0x4000/0x4000`,
    `MASQUERADE  all  --  ${ANY}  /* kubernetes service traffic requiring SNAT */`,
  ) +
  chain('KUBE-SEP-BBBB', '', `DNAT  tcp  --  ${ANY}  /* shop/web */ tcp to:10.244.1.7:8080`) +
  chain(
    'KUBE-SERVICES',
    '',
    'KUBE-SVC-AAAA  tcp  --  0.0.0.0/0            10.96.44.7           /* shop/web cluster IP */ tcp dpt:80',
  ) +
  chain(
    'KUBE-SVC-AAAA',
    '',
    `KUBE-MARK-MASQ  tcp  --  ${masquerade}           10.96.44.7           /* shop/web cluster IP */ tcp dpt:80`,
    `KUBE-SEP-BBBB  all  --  ${ANY}  /* shop/web -> 10.244.1.7:8080 */`,
  );

const UFW =
  '$ sudo iptables -nL\n' +
  chain('INPUT', 'DROP', `ufw-before-input  all  --  ${ANY}`) +
  chain('ufw-before-input', '', `ACCEPT  all  --  ${ANY}`, `ACCEPT  all  --  ${ANY}  ctstate RELATED,ESTABLISHED`);

const published = (network: string): string =>
  '# iptables -t nat -nL\n' +
  hooks(
    [`DOCKER  all  --  ${ANY}  ADDRTYPE match dst-type LOCAL`],
    ['DOCKER  all  --  0.0.0.0/0           !127.0.0.0/8          ADDRTYPE match dst-type LOCAL'],
    [`MASQUERADE  all  --  ${network}.0.0/16        0.0.0.0/0`],
  ) +
  chain('DOCKER', '', `RETURN  all  --  ${ANY}`, `DNAT  tcp  --  ${ANY}  tcp dpt:8080 to:${network}.0.2:80`);

/** Networks of Docker and of libvirt, in the order in which both were started. */
const NETWORKS =
  '$ sudo iptables -L\n' +
  chain('INPUT', 'ACCEPT', `LIBVIRT_INP  all  --  ${ANY}`) +
  chain(
    'FORWARD',
    'DROP',
    ...['X', 'I', 'O'].map((way) => `LIBVIRT_FW${way}  all  --  ${ANY}`),
    `DOCKER-USER  all  --  ${ANY}`,
    ...[`DOCKER  all  --  ${ANY}`, `ACCEPT  all  --  ${ANY}`, `ACCEPT  all  --  ${ANY}`],
  ) +
  chain('OUTPUT', 'ACCEPT') +
  chain('DOCKER', '') +
  chain('DOCKER-USER', '', `RETURN  all  --  ${ANY}`) +
  chain('LIBVIRT_FWI', '', `REJECT  all  --  ${ANY}  reject-with icmp-port-unreachable`) +
  chain(
    'LIBVIRT_FWO',
    '',
    'ACCEPT  all  --  192.168.122.0/24     0.0.0.0/0',
    `REJECT  all  --  ${ANY}  reject-with icmp-port-unreachable`,
  ) +
  chain('LIBVIRT_FWX', '', `ACCEPT  all  --  ${ANY}`) +
  chain('LIBVIRT_INP', '', `ACCEPT  udp  --  ${ANY}  udp dpt:53`);

const OWN =
  '$ sudo iptables -nL\n' + chain('INPUT', 'DROP', `ACCEPT  tcp  --  ${ANY}  tcp dpt:22`, `ACCEPT  all  --  ${ANY}`);

function inputOf(file: string, expression: string) {
  const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const { input } = evaluate(model, model.defaultDump, { expression, outcome: 0, answers: {}, overrides: undefined });
  if (!input) throw new Error('the packet cannot be read');
  return input;
}

function traced(file: string, expression: string) {
  const { outcomes } = inputOf(file, expression).traced;
  const said = outcomes.flatMap(({ provided = [] }) => provided.map(({ what }) => what));
  return {
    badges: outcomes.map((outcome) => badgeOf(outcome).text),
    programs: [...new Set(said.flatMap((what) => /^the rules of (.*) test the interfaces/.exec(what)?.[1] ?? []))],
  };
}

describe('a listing without -v of rules as a program writes them', () => {
  it.each<[string, file: string, packet: string, badges: readonly string[], programs: readonly string[]]>([
    ['from the application', SIDECAR, 'out tcp uid 0 > 10.96.44.12:80', ['REDIRECT :15001'], ['Istio']],
    [
      'from the application to its own pod',
      SIDECAR,
      'out lo tcp uid 0 10.2.0.4 > 10.2.0.4:80',
      ['DELIVERED :80'],
      ['Istio'],
    ],
    ['from the proxy', SIDECAR, 'out tcp uid 1337 > 10.96.44.12:80', ['SENT eth0'], ['Istio']],
    [
      'from the proxy to its own pod',
      SIDECAR,
      'out lo tcp uid 1337 10.2.0.4 > 10.2.0.4:80',
      ['REDIRECT :15006'],
      ['Istio'],
    ],
    ['to the pod', SIDECAR, 'in eth0 tcp 192.0.2.7 > :8080', ['REDIRECT :15006'], ['Istio']],
    ['to a Service', service('!10.244.0.0/16'), 'out tcp > 10.96.44.7:80', ['SENT eth0'], ['kube-proxy']],
    // Without a source, the rule that marks may ask for the interface of pods.
    [
      '…which may ask for a bridge',
      service('0.0.0.0/0'),
      'in eth0 tcp 192.0.2.7 > 10.96.44.7:80',
      ['SENT eth0', 'SENT eth0'],
      ['kube-proxy'],
    ],
    ['to a host with ufw', UFW, 'in eth0 tcp 192.0.2.7 > :22', ['DROPPED'], ['ufw']],
    ['over lo of such a host', UFW, 'out lo tcp 127.0.0.1 > 127.0.0.1:22', ['DELIVERED :22'], ['ufw']],
    // The default bridge has a name, that of another network is not known.
    ['to a published port', published('172.17'), 'in eth0 tcp 192.0.2.7 > :8080', ['SENT docker0'], ['Docker']],
    ['…of another network', published('172.20'), 'in eth0 tcp 192.0.2.7 > :8080', ['SENT eth0'], ['Docker']],
    [
      'from a container',
      published('172.17'),
      'forward docker0 eth0 tcp 172.17.0.2 > 8.8.8.8:443',
      ['SENT eth0'],
      ['Docker'],
    ],
    [
      '…to a published port of its host',
      published('172.17'),
      'in docker0 tcp 172.17.0.2 > 192.0.2.1:8080 own',
      ['DELIVERED :8080', 'SENT docker0', 'DELIVERED :8080'],
      ['Docker'],
    ],
    [
      'from a virtual machine',
      NETWORKS,
      'forward virbr0 eth0 tcp 192.168.122.9 > 198.51.100.7:443',
      ['SENT eth0'],
      ['libvirt'],
    ],
    [
      'through a host with networks of its own',
      NETWORKS,
      'forward eth0 eth1 tcp 192.0.2.7 > 198.51.100.7:443',
      ['DROPPED'],
      ['libvirt', 'Docker'],
    ],
    [
      'from a container, beside libvirt',
      NETWORKS,
      'forward docker0 eth0 tcp 172.17.0.2 > 198.51.100.7:443',
      ['SENT eth0', 'DROPPED'],
      ['libvirt', 'Docker'],
    ],
    // Whose rules these are is not known.
    ['of nobody', OWN, 'in eth0 tcp 192.0.2.7 > :22', ['DELIVERED :22', 'DELIVERED :22', 'DROPPED'], []],
  ])('%s', (_, file, packet, badges, programs) => {
    expect(traced(file, packet)).toEqual({ badges, programs });
  });

  it.each<[what: string, row: string, says: string]>([
    ['with one', 'RETURN  all  --  127.0.0.6 ', 'Istio writes such a rule with -o lo.'],
    ['without one', 'RETURN  all  --  0.0.0.0/0            127.0.0.1', 'Istio writes such a rule without one.'],
  ])('a hover tells the interface of a rule %s', (_, row, says) => {
    const model = modelOf(parseSourceFile(SIDECAR, { fileName: 'paste.md' }));
    const line = SIDECAR.split('\n').findIndex((each) => each.startsWith(row));
    expect(blocksToText(hoverAt(model, line, 3)?.blocks ?? [])).toContain(says);
  });

  it('a trace shows it in brackets', () => {
    const text = traceText(inputOf(SIDECAR, 'out tcp uid 0 > 10.96.44.12:80'));
    expect(text).toMatch(/-s 127\.0\.0\.6 \[-o lo\] -j RETURN +src /);
    expect(text).toMatch(/ -m owner ! --uid-owner 1337 \[-o lo\] -j RETURN +out eth0 ≠ lo/);
    expect(text).toMatch(/\d+ +· -d 127\.0\.0\.1 -j RETURN +dst /);
  });
});
