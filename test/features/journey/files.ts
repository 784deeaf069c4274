import { HOST_JOURNEYS, type HostJourney } from '../../fixtures/hostJourneys';
import { JOURNEYS, routingOf } from '../../fixtures/istio/journeys';
import { sidecarRules } from '../../fixtures/istio/sidecar';
import { iface, NODE, nodeFacts, POD, podFacts, service, SIDECAR } from '../../fixtures/nodeAndPod';

/** A network namespace: its rules of mangle, its interface, and where it sends all else. */
function namespace(name: string, address: string, router: string, rules = '', nat = ''): string {
  const say = `# ip netns exec ${name} `;
  return (
    `${say}iptables-save\n*mangle\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules}COMMIT\n${nat}` +
    `${say}ip addr\n${iface('v1', address)}${say}ip route\n10.9.0.0/24 dev v1 scope link\ndefault via ${router} dev v1\n`
  );
}

/** Its rules for IPv6, and its address. */
function namespace6(name: string, address: string): string {
  const say = `# ip netns exec ${name} `;
  return (
    `${say}ip6tables-save\n*mangle\n:INPUT ACCEPT [0:0]\nCOMMIT\n${say}ip -6 addr\n` +
    `2: v1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet6 ${address}/64 scope global\n`
  );
}

const pod = (rules: string, beside = ''): string => `${rules}${routingOf(rules)}${beside}`;

const MIXED = JOURNEYS.find(({ name }) => name === 'ambient: rules of a sidecar are left over')?.rules;
const { rules, facts } = HOST_JOURNEYS.find(({ name }) => name.startsWith('Docker')) as HostJourney;
const DOCKER = `${rules}${facts}`;

/** Files in which packets go on, by name. */
export const FILES: Readonly<Record<string, string>> = {
  'a sidecar': pod(SIDECAR),
  'a sidecar, whose replies a rule drops that names the user of Envoy': pod(
    `${SIDECAR}*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m owner --uid-owner 1337 -m tcp --sport 15006 -j DROP\nCOMMIT\n`,
  ),
  'the same, and a list of sockets in which Envoy has another user': pod(
    `${SIDECAR}*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m owner --uid-owner 1337 -m tcp --sport 15006 -j DROP\nCOMMIT\n`,
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 0.0.0.0:15006 0.0.0.0:* users:(("envoy",pid=9,fd=3)) uid:2000 ino:1 sk:1\nLISTEN 0 128 0.0.0.0:8080 0.0.0.0:* users:(("web",pid=8,fd=3)) uid:1000 ino:2 sk:2\n',
  ),
  'a sidecar, and a log with a key that only later releases print': pod(
    sidecarRules('1.9'),
    'info\tIstio iptables environment:\nENVOY_PORT=\nINVALID_DROP=\n',
  ),
  'two back ends with rules of a sidecar': `# iptables-legacy-save\n${SIDECAR}# iptables-nft-save\n${SIDECAR}`,
  'no rules, and a pod without interception':
    '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\nmetadata:\n  annotations:\n    sidecar.istio.io/interceptionMode: NONE\n',
  'a pod with two addresses': pod(SIDECAR).replace(
    /(.*inet )10.60.7.12.*\n/,
    (line, head: string) => `${line}${head}10.60.7.13/24 scope global secondary eth0\n`,
  ),
  'a node and a pod': `${NODE}iptables-save\n${service(['10.60.1.21:8080'])}${nodeFacts}${POD}iptables-save\n${SIDECAR}${podFacts}`,
  'a Service with two endpoints, one in the file': `${NODE}iptables-save\n${service(['10.60.2.5:8080', '10.60.1.21:8080'])}${nodeFacts}${POD}iptables-save\n${SIDECAR}${podFacts}`,
  'a node, and a pod with rules of two modes': `${NODE}iptables-save\n${service(['10.60.1.21:8080'])}${nodeFacts}${POD}iptables-save\n${MIXED}${podFacts}`,
  'two namespaces that are the default route of each other':
    namespace('blue', '10.9.0.1', '10.9.0.2') + namespace('red', '10.9.0.2', '10.9.0.1'),
  'three namespaces in a circle': [
    namespace('blue', '10.9.0.1', '10.9.0.2'),
    namespace('red', '10.9.0.2', '10.9.0.3'),
    namespace('green', '10.9.0.3', '10.9.0.1'),
  ].join(''),
  'the same, and one of them sets the TTL':
    namespace('blue', '10.9.0.1', '10.9.0.2') +
    namespace('red', '10.9.0.2', '10.9.0.1', '-A FORWARD -j TTL --ttl-set 64\n'),
  'two namespaces with the same address':
    namespace('blue', '10.9.0.1', '10.9.0.2') + namespace('red', '10.9.0.1', '10.9.0.2'),
  'a host, and a namespace on it': `${NODE}iptables-save\n*mangle\n:INPUT ACCEPT [0:0]\nCOMMIT\n${NODE}ip addr\n${iface('v0', '10.9.0.9')}${namespace('red', '10.9.0.2', '10.9.0.9')}`,
  'two namespaces with rules for both families':
    namespace('blue', '10.9.0.1', '10.9.0.2') +
    namespace6('blue', 'fd00:9::1') +
    namespace('red', '10.9.0.2', '10.9.0.1') +
    namespace6('red', 'fd00:9::2'),
  'a Service with two endpoints, one of which sends it back':
    namespace(
      'blue',
      '10.9.0.1',
      '10.9.0.2',
      '',
      '*nat\n:PREROUTING ACCEPT [0:0]\n' +
        '-A PREROUTING -d 10.96.7.7/32 -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.9.0.7\n' +
        '-A PREROUTING -d 10.96.7.7/32 -j DNAT --to-destination 198.51.100.7\nCOMMIT\n',
    ) + namespace('red', '10.9.0.2', '10.9.0.1'),
  'twelve namespaces in a row': Array.from({ length: 12 }, (_, i) =>
    namespace(`ns${i + 1}`, `10.9.0.${i + 1}`, `10.9.0.${i + 2}`),
  ).join(''),
  'two namespaces, one of which drops all':
    namespace('blue', '10.9.0.1', '10.9.0.2') +
    namespace('red', '10.9.0.2', '10.9.0.1', '-A INPUT -p tcp -j DROP\n-A OUTPUT -p udp -j DROP\n'),
  'a Docker host': DOCKER,
  'a Docker host that lets only root reply to containers': DOCKER.replace(
    '-A FORWARD',
    '-A OUTPUT -o docker0 -p tcp -m tcp --sport 8080 -m owner ! --uid-owner 0 -j DROP\n-A FORWARD',
  ),
};
