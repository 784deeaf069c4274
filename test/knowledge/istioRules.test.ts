import { describe, expect, test } from 'vitest';
import { istioProfile } from '../../src/core/knowledge/istio/profile';
import { istioVersions } from '../../src/core/knowledge/istio/versions';
import { chainKnowledge, ruleKnowledge } from '../../src/core/knowledge/knowledge';
import { notIstios, notKnown } from '../../src/core/knowledge/istio/strangeRule';
import { sidecarRules } from '../fixtures/istio/sidecar';
import {
  dockerSave,
  istioFixtures,
  kube,
  sidecar112,
  sidecar119,
  sidecar131Dns,
  sidecarVirtual,
  tproxyAll,
} from './fixtures';
import { readView, ruleAt, ruleWith } from './readView';

describe.each(istioFixtures)('$name', (fixture) => {
  const view = readView(fixture.save, fixture.family);

  test('is taken for its mode and versions', () => {
    const profile = istioProfile(view);
    expect(profile?.mode).toBe(fixture.mode);
    const range = istioVersions(view);
    expect({ from: range?.from, to: range?.to, contradictory: range?.contradictory }).toEqual({
      from: fixture.from,
      to: fixture.to,
      contradictory: false,
    });
  });

  test('every rule is explained', () => {
    const titles = view.chains
      .flatMap((chain) => chain.rules)
      .map((rule) => [rule.saved, ruleKnowledge(view, rule)?.title] as const);
    expect(titles.length).toBeGreaterThan(1);
    expect(titles.filter(([, title]) => title === undefined || title === notIstios || title === notKnown)).toEqual([]);
  });

  test('every chain is explained, with family, versions and sources', () => {
    for (const chain of view.chains.filter((each) => !each.builtin)) {
      const known = chainKnowledge(view, chain.table, chain.name);
      expect(known?.family, chain.name).toMatch(/^Istio /);
      expect(known?.versions, chain.name).toBeTruthy();
      expect(known?.sources.length, chain.name).toBeGreaterThan(0);
    }
  });

  test('titles are short', () => {
    const facts = [
      ...view.chains.flatMap((chain) => chain.rules).map((rule) => ruleKnowledge(view, rule)),
      ...view.chains.map((chain) => chainKnowledge(view, chain.table, chain.name)),
    ];
    const long = facts
      .flatMap((fact) => fact?.title ?? [])
      .filter((title) => title.length > 90 || title.includes('undefined') || title.endsWith('…'));
    expect(long).toEqual([]);
  });

  test('the line of each finding is a rule of the file', () => {
    const lines = fixture.save.split('\n');
    for (const finding of istioVersions(view)?.evidence ?? [])
      if (finding.line !== undefined) expect(lines[finding.line]).toMatch(/^-A /);
  });
});

test.each([
  ['kube-proxy', kube],
  ['Docker', dockerSave],
])('every rule and chain of %s is explained', (family, save) => {
  const view = readView(save);
  const rules = view.chains.flatMap((chain) => chain.rules);
  expect(rules.filter((rule) => ruleKnowledge(view, rule) === undefined).map((rule) => rule.saved)).toEqual([]);
  const families = view.chains
    .filter((chain) => !chain.builtin)
    .map((chain) => chainKnowledge(view, chain.table, chain.name)?.family);
  expect(families).toContain(family);
  expect(families).not.toContain(undefined);
});

test('a rule in an Istio chain that no Istio writes is named as such, a rule elsewhere is left alone', () => {
  const view = readView(`*nat
:PREROUTING ACCEPT [0:0]
:ISTIO_OUTPUT - [0:0]
:MINE - [0:0]
-A PREROUTING -p tcp -m tcp --dport 9 -j MINE
-A ISTIO_OUTPUT -p tcp -m tcp --dport 5432 -m limit --limit 3/sec -j LOG
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A MINE -j ACCEPT
COMMIT
`);
  const titles = view.chains.flatMap((chain) => chain.rules).map((rule) => ruleKnowledge(view, rule)?.title);
  expect(titles).toEqual([undefined, notKnown, 'What user 1337, the proxy, sends is not captured again', undefined]);
  expect(chainKnowledge(view, 'nat', 'MINE')).toBeUndefined();
});

test.each([
  // Where the release of the other rules is known, the rule is certainly not one of Istio's.
  [
    '-p tcp -m tcp --dport 5432 -j RETURN',
    sidecarRules('1.12'),
    'Outbound TCP port 5432 is excluded from capture',
    'Istio excludes no such port by itself: it was set by the user.',
  ],
  ['-p tcp -m tcp --dport 5432 -j ACCEPT', sidecarRules('1.12'), notIstios, 'has left table nat at this hook'],
  [
    '-s 10.60.0.9/32 -j RETURN',
    sidecarRules('1.12'),
    notIstios,
    'leaves ISTIO_OUTPUT here and is not taken by the rules below',
  ],
  ['-d 10.60.0.9/32 -j DROP', sidecarRules('1.31'), notKnown, 'dropped here'],
  ['-d 10.60.0.9/32', sidecarRules('1.31'), notKnown, 'counts what it matches, and changes nothing else'],
])('a rule %s before the others', (added, save, title, effect) => {
  const view = readView(save.replace('-A ISTIO_OUTPUT ', `-A ISTIO_OUTPUT ${added}\n-A ISTIO_OUTPUT `));
  const fact = ruleKnowledge(view, ruleAt(view, 'nat', 'ISTIO_OUTPUT', 1));
  expect(fact?.title).toBe(title);
  expect(JSON.stringify(fact?.details)).toContain(effect);
});

test('a rule after one that takes everything changes nothing', () => {
  const view = readView(
    sidecarRules('1.12', { ranges: ['10.60.0.0/16'] }).replace(
      '-A ISTIO_OUTPUT -j RETURN\n',
      '$&-A ISTIO_OUTPUT -d 10.60.0.9/32 -j DROP\n',
    ),
  );
  expect(JSON.stringify(ruleKnowledge(view, ruleWith(view, '-j DROP'))?.details)).toContain(
    'It changes nothing: line ',
  );
});

test.each([
  ['22', '1.12', 'Inbound port 22 is not captured: SSH stays reachable without Envoy'],
  ['22', '1.13', 'Inbound port 22 is excluded from capture by the user'],
  ['9100', '1.20', 'Inbound port 9100 is excluded from capture by the user'],
  ['15090', '1.20', 'Inbound port 15090 is excluded from capture: Envoy’s metrics'],
] as const)('port %s of %s is explained by who excludes it', (port, release, title) => {
  const view = readView(sidecarRules(release, { inboundExcluded: release === '1.12' ? [] : ['15020', port] }));
  const found = view.chains
    .find(({ name }) => name === 'ISTIO_INBOUND')
    ?.rules.find((rule) => rule.saved.includes(`--dport ${port} `));
  expect(found && ruleKnowledge(view, found)?.title).toBe(title);
});

test('the way a rule is written does not matter', () => {
  const spellings = [
    '! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT',
    '-o lo ! -d 127.0.0.1/32 -p tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT',
    '--out-interface lo ! --destination 127.0.0.1/32 --protocol tcp -m tcp ! --destination-port 15008 --match owner --uid-owner 1337 --jump ISTIO_IN_REDIRECT',
    '-m comment --comment "-j DROP is not meant" -m owner --uid-owner 1337 -o lo -d ! 127.0.0.1/32 -p tcp --dport ! 15008 -j ISTIO_IN_REDIRECT',
  ];
  const known = spellings.map((rule) => {
    const view = readView(`*nat\n:ISTIO_OUTPUT - [0:0]\n-A ISTIO_OUTPUT ${rule}\nCOMMIT\n`);
    return view.chains.flatMap((chain) => chain.rules).map((each) => ruleKnowledge(view, each));
  });
  expect(known[0]?.[0]?.title).toBe('Envoy (user 1337) calling its own pod enters the server-side listener');
  for (const each of known) expect(each).toEqual(known[0]);
});

test.each([
  [tproxyAll, 'mangle', 'PREROUTING', 1, 'Traffic of interface net1 is not captured'],
  [sidecar112, 'nat', 'PREROUTING', 1, 'Traffic of interface net1 is not captured'],
  [sidecarVirtual, 'nat', 'PREROUTING', 3, 'The rest of what arrives by k6t-b is not treated as inbound'],
  [sidecar112, 'nat', 'PREROUTING', 2, 'Logs what the next rule is about to take (JumpInbound)'],
  [sidecar131Dns, 'nat', 'ISTIO_OUTPUT', 8, 'Only group 2001, 2002 is captured; everyone else returns'],
] as const)('rules of one shape are distinguished %#', (fixture, table, chain, number, title) => {
  const view = readView(fixture.save);
  expect(ruleKnowledge(view, ruleAt(view, table, chain, number))?.title).toBe(title);
});

test('the profile reads ports, owners, ranges and interfaces from the rules', () => {
  expect(istioProfile(readView(sidecar119.save))).toMatchObject({
    proxyUids: ['1500', '1501'],
    proxyGids: ['1500'],
    inboundPort: 15006,
    outboundPort: 15001,
    tunnelPort: 15008,
    inbound: 'none',
    outbound: 'ranges',
    outboundRanges: ['10.60.0.0/16'],
    outboundIncludedPorts: [9000],
    dropInvalid: true,
    dnsCapture: false,
  });
  expect(istioProfile(readView(sidecar112.save))).toMatchObject({
    inbound: 'all',
    inboundExcludes: [15008, 22, 15090],
    outbound: 'all',
    outboundExcludedRanges: ['192.0.2.0/24'],
    excludedInterfaces: ['net1'],
    dnsCapture: true,
    dnsServers: ['10.60.0.10/32'],
    tracing: true,
  });
  expect(istioProfile(readView(sidecarVirtual.save))).toMatchObject({
    virtualInterfaces: ['k6t-b', 'k6t-a'],
    excludedInterfaces: [],
    outbound: 'none',
  });
  expect(istioProfile(readView(kube))).toBeUndefined();
});

test('findings that exclude each other are said to', () => {
  const both = readView(`*nat
:OUTPUT ACCEPT [0:0]
:ISTIO_INBOUND - [0:0]
:ISTIO_OUTPUT - [0:0]
-A OUTPUT -j ISTIO_OUTPUT
-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN
-A ISTIO_INBOUND -p tcp -m tcp --dport 22 -j RETURN
-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
COMMIT
`);
  expect(istioVersions(both)?.contradictory).toBe(true);
});
