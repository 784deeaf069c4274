import { describe, expect, test } from 'vitest';
import { namesOfChanges } from '../../src/core/knowledge/istio/ways';
import {
  chainKnowledge,
  knownAnnotations,
  knownNames,
  knownPorts,
  knownVariables,
} from '../../src/core/knowledge/knowledge';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { explainName } from '../../src/features/explain';
import { explainAt } from '../../src/features/explainAt';
import { modelOf, type FileModel } from '../../src/features/fileModel';
import { blocksToMarkdown, blocksToText, type HoverBlock } from '../../src/features/hover/blocks';
import { hoverAt } from '../../src/features/hover/hover';
import { ambientPodRules } from '../fixtures/istio/ambient';
import { sidecarRules } from '../fixtures/istio/sidecar';
import { kube } from '../knowledge/fixtures';

const model = (text: string): FileModel => modelOf(parseSourceFile(text));
const titles = (blocks: readonly HoverBlock[] | undefined): readonly string[] =>
  (blocks ?? []).flatMap((block) => (block.kind === 'title' ? [`${block.name}: ${block.what}`] : []));
const at = (text: string, word: string): readonly HoverBlock[] | undefined => {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes(word));
  return hoverAt(model(text), line, (lines[line] ?? '').lastIndexOf(word))?.blocks;
};

describe('explain NAME', () => {
  test.each([
    [
      'ISTIO_OUTPUT',
      [/in nat, sidecar/, /in raw, sidecar/, /in nat, ambient/, /in mangle, ambient/, /in raw, ambient/],
    ],
    ['ISTIO_INBOUND', [/in nat, sidecar/, /in mangle, sidecar: TPROXY mode/, /in raw, sidecar/]],
    ['ISTIO_PRERT', [/in nat, ambient/, /in mangle, ambient/, /in raw, ambient/]],
    ['ISTIO_OUTPUT_DNS', [/in nat/, /in raw/]],
    ['ISTIO_POSTRT', [/169\.254\.7\.127 \(IPv6: fd16:/]],
    ['ztunnel-FORWARD', [/in mangle, ambient at the node/, /in filter, ambient at the node/]],
    ['DOCKER', [/DNAT/, /drops the rest/]],
    ['nat OUTPUT', [/^OUTPUT: nat OUTPUT: /]],
    ['FORWARD', [/mangle FORWARD/, /filter FORWARD/, /security FORWARD/]],
    ['1337', [/^1337: istio-proxy/, /^1337: /]],
    ['0x111/0xfff', [/ztunnel/]],
    ['15006', [/inbound listener/]],
    ['15011', [/Pilot/]],
    ['-z', [/port of Envoy’s inbound listener/]],
    ['values.global.proxy.excludeIPRanges', [/outbound ranges not to capture/]],
    ['meshConfig.proxyListenPort', [/outbound listener/]],
    ['Ignoring residues', [/log line: /]],
  ])('%s has all its meanings', (name, expected) => {
    const found = titles(explainName(name));
    expect(found).toHaveLength(expected.length);
    found.forEach((title, i) => expect(title).toMatch(expected[i] ?? /nothing/));
  });

  test.each([
    ['the chain of a sidecar', sidecarRules('1.20'), 'ISTIO_OUTPUT', [/opened in this pod go through Envoy/]],
    [
      'both tables of a sidecar of 1.24 with DNS',
      sidecarRules('1.24', { dns: 'all' }),
      'ISTIO_OUTPUT',
      [/through Envoy/, /conntrack zone/],
    ],
    [
      'the chains of a pod in ambient mode',
      ambientPodRules('1.30', { dns: true }),
      'ISTIO_OUTPUT',
      [/replies back to ztunnel/, /go through ztunnel/, /conntrack zone of their own/],
    ],
    [
      'TPROXY: both tables, the one that counts among them',
      sidecarRules('1.20', { tproxy: true }),
      'ISTIO_INBOUND',
      [/arrive at this pod/, /TPROXY mode/],
    ],
  ])('with a file only what stands there: %s', (_, text, name, expected) => {
    const found = titles(explainName(name, model(text)));
    expect(found).toHaveLength(expected.length);
    for (const [i, title] of [...found].sort().entries())
      expect(
        [...expected].some((each) => each.test(title)),
        `${i} ${title}`,
      ).toBe(true);
  });

  test('every name that a hover offers as a setting can be asked for, and so can every known name', () => {
    expect(
      [...namesOfChanges(), ...knownNames(), ...knownVariables(), ...knownAnnotations()].filter(
        (name) => explainName(name) === undefined,
      ),
    ).toEqual([]);
  });

  test('a setting tells all other ways, and which of them has no effect in an injected pod', () => {
    const text = blocksToText(explainName('PROXY_INBOUND_CAPTURE_PORT') ?? []);
    for (const way of [
      'meshConfig.proxyInboundListenPort (field of meshConfig)',
      '-z (flag of istio-iptables)',
      'INBOUND_CAPTURE_PORT (environment variable): the same; no effect in an injected pod, where the injector always passes -z',
    ])
      expect(text).toContain(way);
  });
});

describe('what a program means is explained where the program is', () => {
  const PLAIN =
    '*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -m mark --mark 0x4000/0x4000 -j ACCEPT\n-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n-A OUTPUT -m owner --uid-owner 0 -j ACCEPT\n-A OUTPUT -p tcp -m tcp --dport 15001 -m owner --uid-owner 1337 -j ACCEPT\n-A OUTPUT -s 127.0.0.6/32 -j ACCEPT\nCOMMIT\n';

  test.each([
    ['22', undefined, /Istio/],
    ['53', undefined, /Istio/],
    ['0x4000/0x4000', /: in kube-proxy, masquerade in POSTROUTING$/, undefined],
    ['0 -j', undefined, /Istio/],
    ['1337', /: in Istio, istio-proxy/, undefined],
    ['15001', /: in Istio, Envoy’s outbound listener/, undefined],
    ['127.0.0.6/32', /: in Istio, Envoy’s source/, undefined],
  ])('in a plain filter %s is not a fact of Istio or kube-proxy', (word, last, never) => {
    const blocks = at(PLAIN, word) ?? [];
    const found = titles(blocks);
    if (last) {
      // What the option itself is comes first; the other program's meaning last, without details.
      expect(found.length).toBeGreaterThan(1);
      expect(found.at(-1)).toMatch(last);
      expect(found.slice(0, -1).join()).not.toMatch(/Istio|kube-proxy/);
    }
    if (never) expect(blocksToText(blocks)).not.toMatch(never);
  });

  test.each([
    [sidecarRules('1.12'), '--dport 22', '22', /Istio 0\.5 to 1\.12/],
    [sidecarRules('1.20'), '--uid-owner 1337', '1337', /^1337: istio-proxy/],
    [kube, '0x4000/0x4000', '0x4000/0x4000', /^0x4000\/0x4000: masquerade in POSTROUTING/],
    [
      `${PLAIN}\n$ ss -ltnp\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 1024 0.0.0.0:15001 0.0.0.0:* users:(("envoy",pid=16,fd=35))\n`,
      '--dport 15001',
      '15001',
      /^15001: Envoy’s outbound listener/,
    ],
    [
      `${PLAIN}\nIstio iptables variables:\nPROXY_UID=1337\nPROXY_GID=1337\n`,
      '--uid-owner 1337',
      '1337',
      /^1337: istio-proxy/,
    ],
  ])('%#: where its chains, log or processes are, it is', (text, line, word, expected) => {
    const lines = text.split('\n');
    const row = lines.findIndex((each) => each.includes(line));
    const column = (lines[row] ?? '').indexOf(line) + line.indexOf(word);
    expect(blocksToText(hoverAt(model(text), row, column)?.blocks ?? [])).toMatch(expected);
  });
});

test('no hover shows a raw backtick or the name twice', () => {
  const names = [
    ...knownNames(),
    ...knownPorts().map(String),
    'cali-pi-_abc',
    'ufw-user-limit',
    'IN_public',
    '0x4000/0x4000',
    '0x539/0xfff',
    '127.0.0.6/32',
    '::6/128',
    'KUBE-POSTROUTING',
    'KUBE-MARK-MASQ',
  ];
  const wrong = names.flatMap((name) => {
    const blocks = explainName(name) ?? [];
    const twice = blocks.filter(
      (block) =>
        block.kind === 'title' &&
        (block.what.startsWith(`${block.name}: `) || block.what.startsWith(`${block.name.replace(/\/.*/, '')}: `)),
    );
    return [
      ...(blocksToMarkdown(blocks).includes('\\`') || blocksToText(blocks).includes('`') ? [`${name}: backtick`] : []),
      ...(twice.length > 0 ? [`${name}: twice`] : []),
    ];
  });
  expect(wrong).toEqual([]);
});

test.each([
  ['cali-pi-_xyz', 'One network policy, inbound: what a workload may receive'],
  ['cali-po-_xyz', 'One network policy, outbound: what a workload may send'],
  ['cali-pri-kns.default', 'One profile, inbound: what a workload of it may receive'],
  ['cali-from-wl-dispatch', 'Packets from pods: finds the chain of the pod by its interface'],
  ['cali-failsafe-out', 'Ports that no policy can close on the way out, such as DNS and the API server'],
  ['cali-fh-eth0', 'One host endpoint: packets from it'],
  ['cali-FORWARD', 'Calico’s part of FORWARD'],
  ['IN_public', 'Zone public: what arrives for this host'],
  ['FWDO_dmz_allow', 'Zone dmz, what is forwarded to it: allowances'],
  ['POST_external', 'Zone external: what leaves, after routing'],
  ['INPUT_ZONES_SOURCE', 'INPUT: finds the zone by the source address'],
  ['FORWARD_OUT_ZONES', 'FORWARD: finds the zone by the outgoing interface'],
  ['FORWARD_POLICIES_pre', 'Policies between zones in FORWARD, before the zones themselves'],
  ['OUTPUT_direct', 'Direct rules of the administrator in OUTPUT'],
])('%s names its own part', (name, title) => expect(chainKnowledge(undefined, undefined, name)?.title).toBe(title));

describe('inbound and outbound', () => {
  const NOTES = `# notes\n\n\`\`\`\n${sidecarRules('1.20')}\`\`\`\n\n$ ss -ltnp\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 1024 0.0.0.0:15006 0.0.0.0:* users:(("envoy",pid=16,fd=35))\nLISTEN 0 511 *:3000 *:* \n\ninbound outbound?\n`;

  test.each(['inbound', 'outbound'])(
    '%s in notes beside the rules tells both sides with chain, port and listener of the file',
    (word) => {
      const text = blocksToText(at(NOTES, word) ?? []);
      expect(text).toMatch(new RegExp(`^${word}: `));
      expect(text).toMatch(/outbound in the pod of the client, and inbound in the pod of the server/);
      expect(text).toMatch(/through ISTIO_INBOUND \(line \d+\) to ISTIO_IN_REDIRECT/);
      expect(text).toContain('port 15006, Envoy’s inbound listener (envoy, pid 16, listening on *:15006)');
      expect(text).toContain('port 15001, Envoy’s outbound listener');
      expect(text).toContain('the application, port 3000');
    },
  );

  test.each([
    [
      'TPROXY',
      sidecarRules('1.20', { tproxy: true }),
      /mangle PREROUTING sends it through ISTIO_INBOUND \(line \d+\) to ISTIO_TPROXY/,
    ],
    ['no inbound capture', sidecarRules('1.20', { inbound: [] }), /nothing is captured on the way in/],
    ['ambient', ambientPodRules('1.30'), /HBONE arrives at port 15008/],
  ])('with %s they tell of it', (_, text, expected) =>
    expect(blocksToText(explainName('inbound', model(text)) ?? [])).toMatch(expected),
  );

  test('without a file they are explained in general, in a file without Istio not at all', () => {
    expect(blocksToText(explainName('outbound') ?? [])).toMatch(/port 15001/);
    expect(explainName('inbound', model(kube))).toBeUndefined();
    expect(at(`${kube}\ninbound?\n`, 'inbound')).toBeUndefined();
  });
});

describe('the releases that wrote the rules', () => {
  const log = (save: string, ...keys: readonly string[]): string =>
    `info\tIstio iptables environment:\nENVOY_PORT=\nINVALID_DROP=\n\ninfo\tIstio iptables variables:\n${['PROXY_PORT=15001', ...keys].join('\n')}\n\n${save}`;
  const said = (text: string): readonly string[] => {
    const parsed = model(text);
    const lines = text.split('\n').flatMap((line, i) => (/^-A |^:ISTIO/.test(line) ? [i] : []));
    return [
      ...new Set(
        lines.map(
          (line) =>
            /Written by Istio [^(.]*(?:\.\d+[^(.]*)*|Rules of several releases/
              .exec(
                blocksToText(hoverAt(parsed, line, text.split('\n')[line]?.startsWith(':') ? 1 : 0)?.blocks ?? []),
              )?.[0]
              .trim() ?? 'nothing',
        ),
      ),
    ];
  };

  test.each([
    ['by the rules', sidecarRules('1.20'), ['Written by Istio 1.18 to 1.24']],
    [
      'by the rules and the keys of the log',
      log(sidecarRules('1.12'), 'KUBE_VIRT_INTERFACES=', 'DROP_INVALID=false'),
      ['Written by Istio 1.12.2 or a later 1.12'],
    ],
    [
      'by keys that were printed for a time',
      log(sidecarRules('1.15'), 'HOST_NSENTER_EXEC=false', 'OUTPUT_PATH='),
      ['Written by Istio 1.15 to 1.17'],
    ],
    [
      'by both IP versions',
      `# Generated by iptables-save v1.8.9\n${sidecarRules('1.20')}# Generated by ip6tables-save v1.8.9\n${sidecarRules('1.20', { family: 6, ranges: ['fd00:60::/32'] })}`,
      ['Written by Istio 1.18 to 1.22'],
    ],
  ])('%s are the same at every chain and rule of a file', (_, text, expected) => expect(said(text)).toEqual(expected));

  test('where the rules exclude each other it says so', () => {
    const mixed = sidecarRules('1.12').replace('-A OUTPUT -p tcp -j ISTIO_OUTPUT', '-A OUTPUT -j ISTIO_OUTPUT');
    expect(said(mixed)).toEqual(['Rules of several releases']);
  });
});

test.each([
  ['a grep of one chain', /ISTIO_OUTPUT/],
  ['a grep of the redirects', /ISTIO_IN_REDIRECT/],
  ['the rules of one port', /--dport 15090/],
])('of rules cut out of a dump, nothing that is missing tells of a release: %s', (_, pattern) => {
  const part = sidecarRules('1.24', { inboundExcluded: ['15090'] })
    .split('\n')
    .filter((line) => line.startsWith('-A') && pattern.test(line))
    .join('\n');
  const parsed = model(`$ iptables -t nat -S | grep x\n${part}\n`);
  const text = blocksToText(hoverAt(parsed, 1, 0)?.blocks ?? []);
  for (const wrong of ['or older', 'of several releases', 'to 1.2 ', 'to 1.6', 'no rule for'])
    expect(text).not.toContain(wrong);
});

test.each(['', '[0:0] ', '[12:3456]  ', '  [1:60] '])(
  'the rule of a line is explained after the counters "%s"',
  (counters) => {
    const text = (before: string): string =>
      `*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n${before}-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\nCOMMIT\n`;
    const said = explainAt(model(text(counters)), 3, undefined);
    expect(said).toEqual(explainAt(model(text('')), 3, undefined));
    expect(said.text).not.toBeNull();
    expect(said.family).toBe('Docker');
  },
);
