import { describe, expect, test } from 'vitest';
import { ambientHostRules } from '../../fixtures/istio/ambient';
import { replyLegs } from '../../../src/features/journey/replyLegs';
import { outcomeOf } from '../../../src/core/netfilter/outcome';
import {
  AMBIENT,
  iface,
  named,
  NODE,
  nodeFacts,
  POD,
  podFacts,
  PROBES,
  service,
  SIDECAR,
} from '../../fixtures/nodeAndPod';
import { walkedJourney } from './walked';

/** Sources that a node gives to packets. */
const TRANSLATED = new Set(['169.254.7.127', '192.168.40.3']);

interface Row {
  readonly name: string;
  readonly file: string;
  readonly packet: string;
  /** `1 client → …: END`. */
  readonly legs: readonly string[];
  readonly replies?: readonly string[];
  readonly notes?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: 'a Service with one endpoint: the node, Envoy, the application',
    file: `${NODE}iptables-save\n${service(['10.60.1.21:8080'])}${nodeFacts}${POD}iptables-save\n${SIDECAR}${podFacts}`,
    packet: 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80',
    legs: [
      '1 client → 10.60.1.21:8080 (cni0): SENT 10.60.1.21:8080',
      '2 n3 → Envoy :15006 at web-7: LOCAL 10.60.1.21:15006',
      '3 Envoy → app 10.60.1.21:8080: LOCAL 10.60.1.21:8080',
    ],
    replies: ['3r comes back', '2r comes back', '1r comes back'],
    notes: ['It arrives at 10.60.1.21:8080, an address of web-7 (line 44). What lies between the two is not followed.'],
  },
  {
    name: 'a Service with two endpoints, one of which the file shows',
    file: `${NODE}iptables-save\n${service(['10.60.2.5:8080', '10.60.1.21:8080'])}${nodeFacts}${POD}iptables-save\n${SIDECAR}${podFacts}`,
    packet: 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80',
    legs: [
      '1 client → 10.60.2.5:8080 (eth0): SENT 10.60.2.5:8080',
      '2 n3 → Envoy :15006 at web-7 if it is sent to 10.60.1.21: LOCAL 10.60.1.21:15006',
      '3 Envoy → app 10.60.1.21:8080: LOCAL 10.60.1.21:8080',
    ],
  },
  {
    name: 'the application calls outside: Envoy, then the node, which is the router of the pod',
    file: `${POD}iptables-save\n${SIDECAR}${podFacts}${NODE}iptables-save\n${service([])}${nodeFacts}`,
    packet: 'out tcp > 203.0.113.80:443 uid 1000',
    legs: [
      '1 app → Envoy :15001: LOCAL 127.0.0.1:15001',
      '2 Envoy → 203.0.113.80:443: SENT 203.0.113.80:443',
      '3 web-7 → 203.0.113.80:443 (eth0) at n3: SENT 203.0.113.80:443 from 192.168.40.3',
      '2b Envoy → own pod 10.60.1.21:443 if Envoy picks this pod as the endpoint: LOCAL 127.0.0.1:15006',
      '3b Envoy → app 10.60.1.21:443: LOCAL 10.60.1.21:443',
    ],
    notes: ['It is sent to the router 10.60.1.1, an address of n3 (line 42).'],
  },
  {
    name: 'a probe of the kubelet in ambient mode: the node gives it the address that the pod lets through',
    file: `${NODE}iptables-save\n${ambientHostRules('1.24')}${nodeFacts}${PROBES}${POD}iptables-save\n${AMBIENT}${podFacts}`,
    packet: 'out tcp > 10.60.1.21:8080 uid 0',
    legs: [
      '1 node → 10.60.1.21 (cni0): SENT 10.60.1.21:8080 from 169.254.7.127',
      '2 n3 → app :8080 at web-7: LOCAL 10.60.1.21:8080 from 169.254.7.127',
    ],
  },
  {
    name: 'a probe of the kubelet to a pod that the set does not have: ztunnel takes it',
    file: `${NODE}iptables-save\n${ambientHostRules('1.24')}${nodeFacts}${PROBES.replace(/add .*\n/, '')}${POD}iptables-save\n${AMBIENT}${podFacts}`,
    packet: 'out tcp > 10.60.1.21:8080 uid 0',
    legs: [
      '1 node → 10.60.1.21 (cni0): SENT 10.60.1.21:8080',
      '2 n3 → ztunnel :15006 at web-7: LOCAL 10.60.1.21:15006',
      '3 ztunnel → app 10.60.1.21:8080: LOCAL 10.60.1.21:8080',
    ],
  },
  {
    name: 'the list of pods says whose address it is',
    file: `${NODE}iptables-save\n${service(['10.60.1.21:8080'])}${nodeFacts}${named}${POD}iptables-save\n${SIDECAR}`,
    packet: 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80',
    legs: [
      '1 client → 10.60.1.21:8080 (cni0): SENT 10.60.1.21:8080',
      '2 n3 → Envoy :15006 at web-7: LOCAL 10.60.1.21:15006',
      '3 Envoy → app 10.60.1.21:8080: LOCAL 10.60.1.21:8080',
    ],
    notes: [
      'It arrives at 10.60.1.21:8080, which the file calls pod web-7. What lies between the two is not followed.',
    ],
  },
  {
    name: 'nothing goes on where the other host drops it',
    file:
      `${NODE}iptables-save\n${service(['10.60.1.21:8080'])}${nodeFacts}` +
      `${POD}iptables-save\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n${podFacts}`,
    packet: 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80',
    legs: [
      '1 client → 10.60.1.21:8080 (cni0): SENT 10.60.1.21:8080',
      '2 n3 → dropped at web-7: DROPPED 10.60.1.21:8080',
    ],
  },
  {
    name: 'the file does not say whose the destination is',
    file: `${NODE}iptables-save\n${service(['10.60.1.99:8080'])}${nodeFacts}${POD}iptables-save\n${SIDECAR}${podFacts}`,
    packet: 'in eth0 tcp 203.0.113.9 > 10.96.7.7:80',
    legs: ['1 client → 10.60.1.99:8080 (cni0): SENT 10.60.1.99:8080'],
  },
  {
    name: 'two network namespaces of one host, to and fro',
    file:
      `# ip netns exec blue iptables-save\n*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n# ip netns exec blue ip addr\n${iface('v1', '10.9.0.1')}` +
      `# ip netns exec red iptables-save\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 10.9.0.1 -j REJECT\nCOMMIT\n# ip netns exec red ip addr\n${iface('v2', '10.9.0.2')}`,
    packet: 'out tcp > 10.9.0.2:80',
    legs: ['1 this host → 10.9.0.2:80 (v1): SENT 10.9.0.2:80', '2 blue → dropped at red: DROPPED 10.9.0.2:80'],
  },
];

describe('a journey goes on at the next host that the file shows', () => {
  test.each(ROWS)('$name', ({ file, packet, legs, replies, notes = [] }) => {
    const walked = walkedJourney(file, packet, 0);
    const told = walked.legs.map((leg) => {
      const { traced } = walked.trace(leg).input ?? {};
      const [first] = traced?.outcomes ?? [];
      if (!first) throw new Error(`${leg.expression} cannot be traced`);
      const { outcome, finalPacket } = outcomeOf(first);
      const { src, dst, dport } = finalPacket as { readonly src: string; readonly dst: string; readonly dport: number };
      const from = TRANSLATED.has(src) ? ` from ${src}` : '';
      return (
        `${leg.id} ${leg.label}${leg.at === undefined ? '' : ` at ${leg.at}`}` +
        `${leg.when === undefined ? '' : ` if ${leg.when}`}: ${outcome} ${dst}:${dport}${from}`
      );
    });
    expect(told).toEqual(legs);
    const crossing = walked.legs.flatMap(({ at, note }) => (at === undefined || note === undefined ? [] : [note]));
    if (notes.length > 0) expect(crossing).toEqual(notes);
    if (replies)
      expect(
        replyLegs(walked, walked.trace).map(({ id, comesBack }) => `${id} ${comesBack ? 'comes back' : 'is lost'}`),
      ).toEqual(replies);
  });
});

describe('at the next host a packet is', () => {
  const file =
    `# ip netns exec blue iptables-save\n*mangle\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -p udp -j DSCP --set-dscp 0x2e\n` +
    `-A POSTROUTING -p sctp -j TTL --ttl-set 9\n-A POSTROUTING -p udplite -j MARK --set-mark 7\nCOMMIT\n` +
    `# ip netns exec blue ip addr\n${iface('v1', '10.9.0.1')}` +
    `# ip netns exec red iptables-save\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n# ip netns exec red ip addr\n${iface('v2', '10.9.0.2')}`;

  test.each([
    ['out tcp :4000 > 10.9.0.2:80 syn', 'in tcp 10.9.0.1:4000 > 10.9.0.2:80 syn'],
    ['out tcp :4000 > 10.9.0.2:80 ack df', 'in tcp 10.9.0.1:4000 > 10.9.0.2:80 ack df'],
    ['out udp :4000 > 10.9.0.2:53', 'in udp 10.9.0.1:4000 > 10.9.0.2:53 tos 0xb8'],
    ['out sctp :4000 > 10.9.0.2:53', 'in sctp 10.9.0.1:4000 > 10.9.0.2:53 ttl 9'],
    ['out udplite :4000 > 10.9.0.2:53 mark 3', 'in udplite 10.9.0.1:4000 > 10.9.0.2:53'],
    ['out tcp :4000 > 10.9.0.2:80 syn ttl 5', 'in tcp 10.9.0.1:4000 > 10.9.0.2:80 syn ttl 5'],
    ['out esp > 10.9.0.2 spi 5', 'in esp 10.9.0.1 > 10.9.0.2 spi 5'],
    ['out ah > 10.9.0.2 spi 5', 'in ah 10.9.0.1 > 10.9.0.2 spi 5'],
    ['out icmp echo-request > 10.9.0.2 icmpid 9', 'in icmp echo-request 10.9.0.1 > 10.9.0.2 icmpid 9'],
    ['out icmp host-unreachable > 10.9.0.2', 'in icmp host-unreachable 10.9.0.1 > 10.9.0.2 icmpid 4660'],
    ['out gre > 10.9.0.2', 'in gre 10.9.0.1 > 10.9.0.2'],
    ['out tcp > 127.0.0.1:80', undefined],
    ['out tcp > 10.9.0.3:80', undefined],
  ])('%s: %s', (packet, arriving) => {
    expect(walkedJourney(file, packet, 0).legs[1]?.expression).toBe(arriving);
  });
});
