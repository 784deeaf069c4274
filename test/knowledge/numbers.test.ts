import { describe, expect, test } from 'vitest';
import {
  addressKnowledge,
  annotationKnowledge,
  builtinChainKnowledge,
  idKnowledge,
  knownAnnotations,
  knownLogHeadings,
  knownPorts,
  knownVariables,
  logHeadingKnowledge,
  markKnowledge,
  portKnowledge,
  tableKnowledge,
  tableNames,
  variableKnowledge,
} from '../../src/core/knowledge/knowledge';
import { ambientPod, kube, sidecar131 } from './fixtures';
import { readView } from './readView';

test.each([
  [15001, {}, /outbound listener/],
  [15006, { chain: 'ISTIO_IN_REDIRECT' }, /inbound listener/],
  [15008, {}, /HBONE/],
  [15053, {}, /DNS proxy/],
  [4191, { chain: 'PROXY_INIT_REDIRECT' }, /Linkerd/],
  [4191, { chain: 'ISTIO_INBOUND' }, undefined],
  [8080, {}, undefined],
])('port %i %o', (port, context, expected) => {
  const title = portKnowledge(port, context)?.title;
  if (expected === undefined) expect(title).toBeUndefined();
  else expect(title).toMatch(expected);
});

describe('a mark means what the chain says', () => {
  test.each([
    [0x2000, 0x2000, { chain: 'CNI-HOSTPORT-MASQ' }, /host port/],
    [0x2000, 0x2000, { chain: 'NETAVARK-HOSTPORT-MASQ' }, /published port/],
    [0x2000, 0x2000, { chain: 'POSTROUTING' }, /used by CNI portmap, Podman/],
    [0x40000, 0x40000, { chain: 'WEAVE-NPC' }, /egress policy/],
    [0x40000, 0xff0000, { chain: 'ts-postrouting' }, /subnet route/],
    [0x200, 0x200, { chain: 'ztunnel-PREROUTING' }, /skip this packet/],
    [0x200, 0xf00, { chain: 'CILIUM_PRE_mangle' }, /Cilium’s proxy/],
    [0x80, 0x80, { chain: 'AWS-CONNMARK-CHAIN-0' }, /primary interface/],
    [0x4000, 0x4000, { chain: 'KUBE-POSTROUTING' }, /masquerade/],
    [0x8000, 0x8000, { chain: 'KUBE-FIREWALL' }, /drop/],
    [0x53a, 0xffffffff, { chain: 'ISTIO_INBOUND' }, /1338/],
    [0x539, 0xffffffff, { chain: 'OUTPUT', ruleSet: readView(sidecar131.save) }, /TPROXY/],
    [0x539, 0xfff, { chain: 'ISTIO_PRERT', ruleSet: readView(ambientPod.save) }, /ztunnel/],
    [0x1539, 0xfff, { chain: 'ISTIO_PRERT', ruleSet: readView(ambientPod.save) }, /ztunnel/],
    [0x4000, 0x4000, { chain: 'FORWARD', ruleSet: readView(kube) }, /masquerade/],
    [0x10000, 0x10000, { chain: 'cali-FORWARD' }, /Calico has allocated/],
    [0xbeef, 0xffffffff, { chain: 'FORWARD' }, undefined],
    [0x4000, 0x4000, { chain: 'WEAVE-NPC' }, undefined],
  ])('mark %i %#', (value, mask, context, expected) => {
    const title = markKnowledge(value, mask, context)?.title;
    if (expected === undefined) expect(title).toBeUndefined();
    else expect(title).toMatch(expected);
  });
});

test.each([
  ['127.0.0.6/32', /inbound passthrough/],
  ['::6', /inbound passthrough/],
  ['::6/128', /inbound passthrough/],
  ['169.254.7.127/32', /probes/],
  ['FD16:9254:7127:1337:FFFF:FFFF:FFFF:FFFF', /probes/],
  ['127.0.0.11', /Docker/],
  ['127.9.9.9', /loopback range/],
  ['127.0.0.0/8', /loopback range/],
  ['10.0.0.1', undefined],
])('address %s', (address, expected) => {
  const title = addressKnowledge(address)?.title;
  if (expected === undefined) expect(title).toBeUndefined();
  else expect(title).toMatch(expected);
});

test.each([
  [1337, /Istio’s sidecar/],
  ['istio-proxy', /Istio’s sidecar/],
  [2102, /Linkerd/],
  [5678, /Kuma/],
  [1000670000, /OpenShift/],
  [1000, undefined],
])('user or group %s', (id, expected) => {
  const title = idKnowledge(id)?.title;
  if (expected === undefined) expect(title).toBeUndefined();
  else expect(title).toMatch(expected);
});

/** The keys of the logs of all versions: what is below “environment” and below “variables”. */
const environment =
  'ENVOY_PORT INBOUND_CAPTURE_PORT ISTIO_INBOUND_INTERCEPTION_MODE ISTIO_INBOUND_TPROXY_MARK ISTIO_INBOUND_TPROXY_ROUTE_TABLE ISTIO_INBOUND_PORTS ISTIO_OUTBOUND_PORTS ISTIO_LOCAL_EXCLUDE_PORTS ISTIO_EXCLUDE_INTERFACES ISTIO_SERVICE_CIDR ISTIO_SERVICE_EXCLUDE_CIDR ISTIO_META_DNS_CAPTURE INVALID_DROP';
const variables =
  'PROXY_PORT PROXY_UID PROXY_GID INBOUND_INTERCEPTION_MODE INBOUND_TPROXY_MARK INBOUND_TPROXY_ROUTE_TABLE INBOUND_PORTS_INCLUDE INBOUND_PORTS_EXCLUDE OUTBOUND_IP_RANGES_INCLUDE OUTBOUND_IP_RANGES_EXCLUDE OUTBOUND_PORTS_EXCLUDE ENABLE_INBOUND_IPV6 PROXY_INBOUND_CAPTURE_PORT PROXY_TUNNEL_PORT OUTBOUND_PORTS_INCLUDE DNS_SERVERS DNS_CAPTURE CAPTURE_ALL_DNS NETWORK_NAMESPACE CNI_MODE OUTPUT_PATH KUBEVIRT_INTERFACES KUBE_VIRT_INTERFACES EXCLUDE_INTERFACES DROP_INVALID OUTBOUND_OWNER_GROUPS_INCLUDE OUTBOUND_OWNER_GROUPS_EXCLUDE HOST_NSENTER_EXEC DUAL_STACK IPTABLES_VERSION RECONCILE CLEANUP_ONLY FORCE_APPLY NATIVE_NFTABLES FORCE_IPTABLES_BINARY';

test.each([
  ...environment.split(' ').map((name) => [name, 'Environment'] as const),
  ...variables.split(' ').map((name) => [name, 'Variable'] as const),
])('%s is explained as %s', (name, block) => {
  const known = variableKnowledge(name);
  expect(known?.title.startsWith(`${name}: `)).toBe(true);
  expect(known?.details.at(-1)).toMatchObject({
    kind: 'text',
    text: expect.stringMatching(new RegExp(`^${block}: `)) as string,
  });
});

test('annotations are found by their full name and by the part after the slash', () => {
  for (const name of knownAnnotations()) {
    expect(annotationKnowledge(name)).toEqual(annotationKnowledge(name.slice(name.indexOf('/') + 1)));
    expect(annotationKnowledge(name)?.title).toBeTruthy();
  }
  expect(annotationKnowledge('example.com/other')).toBeUndefined();
});

test.each([
  ['2022-07-05T09:20:17.190599Z     info    Istio iptables variables:', /values in force/],
  ['2025-01-07T09:20:17Z\tinfo\tIstio config:', /values in force/],
  ['info\tWriting following contents to rules file: /tmp/iptables-rules-1.txt2', /Restore input/],
  ['info\tRunning iptables-restore with the following input:', /Restore input/],
  ['info\tRunning /usr/sbin/iptables-legacy-restore with the following input:', /Restore input/],
  ['info\tRunning iptables restore with: iptables-restore and the following input:', /Restore input/],
  ['info\tCommand output: ', /kernel holds/],
  ['info\tCommand error output: x', /standard error/],
  ['info\tFinal iptables state (IPv6):', /IPv6/],
  ['Environment:', /set from outside/],
  ['info\tSetting up guardrails', /blocked/],
  ['2022-07-05T09:20:17Z info something else', undefined],
])('log heading %s', (line, expected) => {
  const title = logHeadingKnowledge(line)?.title;
  if (expected === undefined) expect(title).toBeUndefined();
  else expect(title).toMatch(expected);
});

test('each table names its chains, each chain says when it is walked', () => {
  const chains: Readonly<Record<string, readonly string[]>> = {
    raw: ['PREROUTING', 'OUTPUT'],
    mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
    nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
    filter: ['INPUT', 'FORWARD', 'OUTPUT'],
    security: ['INPUT', 'FORWARD', 'OUTPUT'],
  };
  expect(Object.keys(chains)).toEqual(tableNames);
  for (const table of tableNames) {
    expect(tableKnowledge(table)?.title.startsWith(`${table}: `)).toBe(true);
    for (const chain of chains[table] ?? [])
      expect(builtinChainKnowledge(table, chain)?.title.startsWith(`${table} ${chain}: `), `${table} ${chain}`).toBe(
        true,
      );
  }
  expect(builtinChainKnowledge('filter', 'PREROUTING')).toBeUndefined();
  expect(builtinChainKnowledge('nat', 'FORWARD')).toBeUndefined();
  expect(JSON.stringify(builtinChainKnowledge('nat', 'PREROUTING'))).toMatch(/first packet of a connection/);
});

test('every fact has a short title and a source', () => {
  const facts = [
    ...knownPorts().map((port) => portKnowledge(port)),
    ...knownVariables().map(variableKnowledge),
    ...knownAnnotations().map(annotationKnowledge),
    ...knownLogHeadings().map(logHeadingKnowledge),
    ...tableNames.map(tableKnowledge),
  ];
  expect(facts).not.toContain(undefined);
  expect(
    facts
      .filter(
        (fact) =>
          fact !== undefined && (fact.title.length > 90 || fact.title.endsWith('…') || fact.sources.length === 0),
      )
      .map((fact) => fact?.title),
  ).toEqual([]);
});
