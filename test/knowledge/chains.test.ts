import { expect, test } from 'vitest';
import { chainKnowledge, describeChainInFile, familyOfChain, knownNames } from '../../src/core/knowledge/knowledge';
import {
  ambient121,
  ambientPod,
  dockerSave,
  kube,
  sidecar112,
  sidecar119,
  sidecar124,
  sidecar131,
  sidecar131Dns,
  tproxyAll,
  tproxyPorts,
} from './fixtures';
import { written } from './istioMet';
import { readView } from './readView';

test.each([
  // A name that several generations share is distinguished by table, marks and owners.
  [sidecar131, 'nat', 'ISTIO_OUTPUT', 'Istio sidecar', /opened in this pod go through Envoy/],
  [ambientPod, 'nat', 'ISTIO_OUTPUT', 'Istio ambient pod', /through ztunnel/],
  [ambientPod, 'mangle', 'ISTIO_OUTPUT', 'Istio ambient pod', /replies back to ztunnel/],
  [ambientPod, 'raw', 'ISTIO_OUTPUT', 'Istio ambient pod', /ztunnel’s DNS queries/],
  [sidecar124, 'raw', 'ISTIO_OUTPUT', 'Istio sidecar', /conntrack zone of DNS packets/],
  [sidecar131, 'nat', 'ISTIO_INBOUND', 'Istio sidecar', /arrive at this pod/],
  [tproxyAll, 'mangle', 'ISTIO_INBOUND', 'Istio sidecar', /TPROXY mode/],
  [sidecar131Dns, 'raw', 'ISTIO_INBOUND', 'Istio sidecar', /nameservers/],
  [sidecar131Dns, 'nat', 'ISTIO_OUTPUT_DNS', 'Istio sidecar', /15053/],
  [sidecar131Dns, 'raw', 'ISTIO_OUTPUT_DNS', 'Istio sidecar', /conntrack zone/],
  [ambientPod, 'nat', 'ISTIO_PRERT', 'Istio ambient pod', /plaintext TCP to ztunnel/],
  [ambient121, 'mangle', 'ISTIO_PRERT', 'Istio ambient pod', /which connections ztunnel opened/],
  [ambientPod, 'raw', 'ISTIO_PRERT', 'Istio ambient pod', /nameservers/],
] as const)('shared name %#', (fixture, table, chain, family, title) => {
  const known = chainKnowledge(readView(fixture.save), table, chain);
  expect(known?.family).toBe(family);
  expect(known?.title).toMatch(title);
});

test.each([
  ['KUBE-SVC-4JQ2VZ7XGMNPKTRA', 'kube-proxy'],
  ['KUBE-SEP-4JQ2VZ7XGMNPKTRA', 'kube-proxy'],
  ['KUBE-XLB-4JQ2VZ7XGMNPKTRA', 'kube-proxy'],
  ['KUBE-SVC-short', undefined],
  ['KUBE-FIREWALL', 'kubelet'],
  ['KUBE-IPVS-FILTER', 'kube-proxy (ipvs)'],
  ['KUBE-ROUTER-INPUT', 'kube-router'],
  ['KUBE-POD-FW-2X', 'kube-router'],
  ['DOCKER', 'Docker'],
  ['DOCKER_OUTPUT', 'Docker'],
  ['DOCKER-CUSTOM', undefined],
  ['cali-FORWARD', 'Calico'],
  ['cali-tw-cali12', 'Calico'],
  ['CILIUM_PRE_mangle', 'Cilium'],
  ['FLANNEL-FWD', 'flannel'],
  ['WEAVE-NPC-EGRESS', 'Weave Net'],
  ['PROXY_INIT_OUTPUT', 'Linkerd'],
  ['AWS-SNAT-CHAIN-1', 'AWS VPC CNI'],
  ['APPMESH_EGRESS', 'AWS App Mesh'],
  ['CNI-DN-0a1b2c', 'CNI portmap'],
  ['CNI-HOSTPORT-SETMARK', 'CNI portmap'],
  ['AZURE-NPM-INGRESS-DROPS', 'Azure NPM'],
  ['IP-MASQ-AGENT', 'ip-masq-agent'],
  ['OVN-KUBE-ETP', 'OVN-Kubernetes'],
  ['OPENSHIFT-MASQUERADE-2', 'OpenShift SDN'],
  ['ANTREA-FORWARD', 'Antrea'],
  ['ufw-user-input', 'ufw'],
  ['ufw6-before-forward', 'ufw'],
  ['IN_public_allow', 'firewalld'],
  ['INPUT_ZONES', 'firewalld'],
  ['f2b-sshd', 'fail2ban'],
  ['LIBVIRT_FWO', 'libvirt'],
  ['ts-forward', 'Tailscale'],
  ['NETBIRD-RT-NAT', 'NetBird'],
  ['NETAVARK-ISOLATION-2', 'Podman (netavark)'],
  ['CONSUL_PROXY_OUTPUT', 'Consul Connect'],
  ['KUMA_MESH_OUTBOUND', 'Kuma'],
  ['OSM_PROXY_INBOUND', 'Open Service Mesh'],
  ['PROXY_REDIRECT', 'Open Service Mesh'],
  ['KUBEVIRT_PREINBOUND', 'KubeVirt'],
  ['istio-output-dns', 'Istio with nftables'],
  ['istio_output', undefined],
  ['MYCHAIN', undefined],
  ['PREROUTING', undefined],
])('%s belongs to %s', (chain, family) => {
  expect(familyOfChain(chain)).toBe(family);
});

test('what was not read in a primary source says so', () => {
  expect(chainKnowledge(undefined, undefined, 'ANTREA-FORWARD')).toMatchObject({ verified: false });
  expect(chainKnowledge(undefined, undefined, 'KUBE-SERVICES')).toMatchObject({ verified: true });
});

test('names that anyone might choose need the rest of their family', () => {
  const alone = readView('*filter\n:INPUT ACCEPT [0:0]\n:IN_web - [0:0]\nCOMMIT\n');
  const zones = readView('*filter\n:INPUT ACCEPT [0:0]\n:INPUT_ZONES - [0:0]\n:IN_web - [0:0]\nCOMMIT\n');
  expect(chainKnowledge(alone, 'filter', 'IN_web')).toBeUndefined();
  expect(chainKnowledge(zones, 'filter', 'IN_web')?.family).toBe('firewalld');
});

test('DOCKER of nat and of filter are two chains', () => {
  const view = readView(dockerSave);
  expect(chainKnowledge(view, 'nat', 'DOCKER')?.kernelNote).toMatch(/never passes INPUT/);
  expect(chainKnowledge(view, 'filter', 'DOCKER')?.kernelNote).toMatch(/after DNAT/);
});

test.each([
  [
    sidecar112.save,
    'nat',
    'ISTIO_INBOUND',
    'jumped to from PREROUTING line 12; 3 exclusions (15008, 22, 15090), then everything to 15006',
  ],
  [
    sidecar131Dns.save,
    'nat',
    'ISTIO_INBOUND',
    'jumped to from PREROUTING line 25; 1 exclusion (15008), only port 8080 to 15006',
  ],
  [sidecar119.save, 'nat', 'ISTIO_INBOUND', 'nothing jumps to it; 1 exclusion (15008), nothing is captured'],
  [tproxyPorts.save, 'mangle', 'ISTIO_INBOUND', 'jumped to from PREROUTING line 11; only port 8080 to 15006'],
  [
    sidecar131.save,
    'nat',
    'ISTIO_OUTPUT',
    'jumped to from OUTPUT line 11; 1 port excluded (15020), user 1337 and group 1337 pass (the proxy), 1 range excluded (192.0.2.0/24), then all other TCP to 15001',
  ],
  [
    sidecar131Dns.save,
    'nat',
    'ISTIO_OUTPUT',
    'jumped to from OUTPUT line 26; user 1337 and group 1337 pass (the proxy), DNS to 15053, then TCP to 10.60.0.0/16 to 15001',
  ],
  [
    sidecar119.save,
    'nat',
    'ISTIO_OUTPUT',
    'jumped to from OUTPUT line 18; user 1500, user 1501 and group 1500 pass (the proxy), TCP port 9000 to 15001, then TCP to 10.60.0.0/16 to 15001',
  ],
  [
    ambientPod.save,
    'nat',
    'ISTIO_PRERT',
    'jumped to from PREROUTING line 31; k6t-a as outbound, kubelet probes pass, other TCP without ztunnel’s mark to 15006',
  ],
  [
    kube,
    'nat',
    'KUBE-SERVICES',
    'jumped to from PREROUTING line 14, OUTPUT line 15; 2 rules: 2 jump to KUBE-SVC-DDDDDDDDDDDDDDDD and KUBE-NODEPORTS',
  ],
  [kube, 'nat', 'KUBE-POSTROUTING', 'jumped to from POSTROUTING line 16; 3 rules: 1 RETURN, 1 MARK, 1 MASQUERADE'],
  [
    dockerSave,
    'filter',
    'FORWARD',
    '6 rules: 3 ACCEPT, 3 jump to DOCKER-USER, DOCKER-ISOLATION-STAGE-1 and DOCKER; policy ACCEPT',
  ],
  [dockerSave, 'filter', 'INPUT', 'no rules; policy ACCEPT'],
])('%# describes a chain in the terms of the file', (save, table, chain, expected) => {
  expect(describeChainInFile(readView(save), table, chain)).toBe(expected);
});

// Names that are in several tables are distinguished: what a sentence says of a port, a rule of this chain, or of one
// that it jumps to, says too.
test('a sentence on a chain names no port that the chain does not lead to, in rule sets of every release', () => {
  const wrong = new Set<string>();
  let told = 0;
  for (const { view, name } of written) {
    for (const chain of view.chains) {
      const sentence = describeChainInFile(view, chain.table, chain.name) ?? '';
      const ports = [...sentence.matchAll(/\b150\d\d\b/g)];
      if (ports.length === 0) continue;
      const reached = new Set([chain]);
      for (const { rules } of reached)
        for (const rule of rules)
          for (const to of view.chains) if (to.table === chain.table && to.name === rule.target) reached.add(to);
      const rules = [...reached].flatMap((each) => each.rules.map(({ saved }) => saved)).join('\n');
      for (const [port] of ports) {
        told++;
        if (!new RegExp(`\\b${port}\\b`).test(rules)) wrong.add(`${name} ${chain.table} ${chain.name}: ${sentence}`);
      }
    }
  }
  expect([...wrong]).toEqual([]);
  expect(told).toBeGreaterThan(100);
});

test('a chain that is not there is not described', () => {
  expect(describeChainInFile(readView(kube), 'nat', 'ISTIO_OUTPUT')).toBeUndefined();
});

test('every Istio chain, variable and port can be named', () => {
  const names = knownNames();
  expect(names).toEqual(
    expect.arrayContaining([
      'ISTIO_REDIRECT',
      'ISTIO_POSTRT',
      'ztunnel-FORWARD',
      'KUBE-SVC-…',
      'DOCKER-USER',
      'PROXY_UID',
      'traffic.sidecar.istio.io/excludeInboundPorts',
      '15006',
      '127.0.0.6',
      'nat',
    ]),
  );
  expect(names).toEqual([...new Set(names)].sort());
});
