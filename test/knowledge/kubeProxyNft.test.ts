import { describe, expect, test } from 'vitest';
import { chainKnowledge } from '../../src/core/knowledge/knowledge';
import { namedChain } from '../../src/core/knowledge/kubeProxy/nftables/names';
import { nftServiceNames } from '../../src/core/knowledge/kubeProxy/nftables/maps';
import { hoverAt } from '../../src/features/hover/hover';
import { blocksToText } from '../../src/features/hover/blocks';
import { answerCard } from '../../src/features/traceReport/card/answerCard';
import { kubeProxyNft, kubeProxyNft6 } from '../fixtures/kubeProxyNft';
import { cursor, modelOfText } from '../features/sample';
import { traceOf } from '../traceReport/traceOf';

describe('what the name of a chain says', () => {
  test.each([
    ['service-AAAA2222-shop/web/tcp/http', 'service', 'shop/web:http', undefined],
    ['local-AAAA2222-shop/web/tcp/', 'local', 'shop/web', undefined],
    ['external-AAAA2222-shop/web/sctp/p1', 'external', 'shop/web:p1', undefined],
    ['firewall-AAAA2222-shop/web/tcp/http', 'firewall', 'shop/web:http', undefined],
    ['endpoint-BBBB3333-shop/web/tcp/http__10.61.2.7/8080', 'endpoint', 'shop/web:http', '10.61.2.7:8080'],
    ['endpoint-BBBB3333-shop/web/udp/__10.61.2.7/53', 'endpoint', 'shop/web', '10.61.2.7:53'],
    ['endpoint-BBBB3333-shop/web/tcp/http__fd00.61..7/8080', 'endpoint', 'shop/web:http', '[fd00:61::7]:8080'],
  ])('%s', (name, kind, service, endpoint) => {
    expect(namedChain(name)).toEqual({ kind, service, endpoint });
  });

  test.each([
    'service-short-shop/web/tcp/http',
    'service-AAAA2222',
    'services',
    'my-service-AAAA2222-shop/web/tcp/http',
  ])('%s: nothing', (name) => {
    expect(namedChain(name)).toBeUndefined();
  });
});

const CHAINS: readonly (readonly [table: string | undefined, name: string, title: string | undefined])[] = [
  ['ip kube-proxy', 'services', 'Finds the Service of a connection by its address, protocol and port'],
  ['ip6 kube-proxy', 'nat-output', 'Looks up connections among the Services, before they are routed'],
  ['ip kube-proxy', 'nat-postrouting', 'Masquerades what was marked, on its way out'],
  ['ip kube-proxy', 'filter-output-pre-dnat', 'Enforces loadBalancerSourceRanges before the destination is translated'],
  [
    'ip kube-proxy',
    'filter-output-post-dnat',
    'Refuses Services without endpoints, and ports that a cluster IP does not have',
  ],
  ['ip kube-proxy', 'endpoints-check', 'Refuses or drops new connections to Services without endpoints'],
  ['ip kube-proxy', 'nodeport-endpoints-check', 'Refuses or drops new connections to Services without endpoints'],
  ['ip kube-proxy', 'cluster-ips-check', 'Rejects what still goes to a cluster IP: the Service has no such port'],
  ['ip kube-proxy', 'firewall-check', 'Finds load balancers that only some sources may use'],
  ['ip kube-proxy', 'reject-chain', 'Rejects: maps of verdicts can jump, but not reject'],
  ['ip kube-proxy', 'mark-for-masquerade', 'Marks the packet 0x4000: its source will be rewritten in postrouting'],
  ['ip kube-proxy', 'masquerading', 'Masquerades what mark-for-masquerade has marked'],
  ['ip kube-proxy', 'service-AAAA2222-shop/web/tcp/http', 'Picks an endpoint of Service shop/web:http'],
  ['ip kube-proxy', 'local-AAAA2222-shop/web/tcp/', 'Picks an endpoint of Service shop/web on this node'],
  ['ip kube-proxy', 'external-AAAA2222-shop/web/tcp/http', 'Takes in traffic from outside for Service shop/web:http'],
  [
    'ip kube-proxy',
    'firewall-AAAA2222-shop/web/tcp/http',
    'Drops what may not use the load balancer of Service shop/web:http',
  ],
  [
    'ip6 kube-proxy',
    'endpoint-BBBB3333-shop/web/tcp/http__fd00.61..7/8080',
    'Sends to [fd00:61::7]:8080 of Service shop/web:http',
  ],
  // Anyone may call a chain so.
  ['inet filter', 'services', undefined],
  ['nat', 'masquerading', undefined],
  [undefined, 'services', undefined],
];

test.each(CHAINS)('%s %s', (table, name, title) => {
  expect(chainKnowledge(undefined, table, name)?.title).toBe(title);
});

const NODE = '\n2: eth0: <UP> mtu 1500\n    inet 192.0.2.10/24 scope global eth0\ndefault via 192.0.2.1 dev eth0\n';
const IN = 'in eth0 tcp 198.51.100.7:40000 >';
/** What comes from outside the pod network. */
const MASQUERADED = ', with 192.0.2.10:1024 as its source';

test.each([
  [kubeProxyNft, `${IN} 10.60.7.7:80 syn`, 'Service shop/web:http → one of 2 endpoints, 10.61.2.7:8080' + MASQUERADED],
  [
    kubeProxyNft,
    `${IN} 192.0.2.10:30080 syn`,
    'Service shop/web:http → one of 2 endpoints, 10.61.2.7:8080' + MASQUERADED,
  ],
  [
    kubeProxyNft,
    'in eth0 udp 198.51.100.7:40000 > 10.60.7.9:53',
    'Service kube-system/dns → endpoint 10.61.2.9:53' + MASQUERADED,
  ],
  [kubeProxyNft, `${IN} 10.60.7.8:80 syn`, 'Service has no endpoints: rejected'],
])('the answer names the Service and its endpoints: %#', (text, packet, headline) => {
  expect(answerCard(traceOf(text + NODE, packet)).headline).toBe(headline);
});

test('a packet to the Service of IPv6', () => {
  const text = `${kubeProxyNft6}\n2: eth0: <UP> mtu 1500\n    inet6 2001:db8:1::10/64 scope global\ndefault via 2001:db8:1::1 dev eth0\n`;
  const packet = 'in eth0 tcp [2001:db8:ffff::7]:40000 > [fd00:60::7]:80 syn';
  expect(answerCard(traceOf(text, packet)).headline).toBe('Service shop/web:http → endpoint [fd00:61::7]:8080');
});

test('Services have names for people who ask for a packet', () => {
  const { knowledge } = traceOf(kubeProxyNft + NODE, `${IN} 10.60.7.7:80 syn`);
  expect(knowledge && nftServiceNames(knowledge)).toEqual([
    {
      kind: 'Service',
      namespace: 'shop',
      name: 'web',
      address: '10.60.7.7',
      ports: [{ name: 'http', port: 80, protocol: 6 }],
    },
    {
      kind: 'Service',
      namespace: 'kube-system',
      name: 'dns',
      address: '10.60.7.9',
      ports: [{ name: undefined, port: 53, protocol: 17 }],
    },
  ]);
});

describe('a hover over a chain says what it is for, and what leads to it', () => {
  test.each([
    ['chain ser‸vices {', 'jumped to from nat-prerouting line 30, nat-output line 34; 2 rules: 2 verdict map'],
    [
      'chain endpoint-BB‸BB3333-',
      'jumped to from service-AAAA2222-shop/web/tcp/http line 61; 2 rules: 1 DNAT, 1 jump to mark-for-masquerade',
    ],
    ['chain reject‸-chain {', 'jumped to from service-endpoints-check line 53; 1 rule: 1 REJECT'],
    [
      'chain service-AAAA2222‸-',
      'jumped to from services line 56, external-AAAA2222-shop/web/tcp/http line 65; 2 rules',
    ],
  ])('%s', (marked, sentence) => {
    const { text, line, column } = cursor(kubeProxyNft.replace(marked.replace('‸', ''), marked));
    expect(blocksToText(hoverAt(modelOfText(text), line, column)?.blocks ?? [])).toContain(sentence);
  });
});
