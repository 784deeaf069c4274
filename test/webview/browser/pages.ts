import { readFileSync } from 'node:fs';
import { sampleText } from '../../features/sample';
import type { CaptureView, FlowRow } from '../../../src/shared/protocol';
import { HOST_JOURNEYS } from '../../fixtures/hostJourneys';
import { JOURNEYS } from '../../fixtures/istio/journeys';
import { NAT, NAT_PACKET, WEB, WEB_PACKET } from '../page/texts';

const GATEWAY = readFileSync('test/fixtures/kernelTrace/gateway.rules', 'utf8');
/** Below the rules, so that its lines are links. */
const KERNEL_TRACE = readFileSync('test/fixtures/kernelTrace/gateway.TRACE.txt', 'utf8');

const FLOW: FlowRow = {
  first: 1,
  flow: 'tcp 198.51.100.9:40001 → 203.0.113.5:8443',
  direction: 'in',
  packets: 12,
  replies: 3,
  bytes: 900,
  badges: [{ text: 'SENT lan0', tone: 'sent' }],
  decided: { place: 'PUBLISHED rule 2', target: 'DNAT', line: 26 },
  became: '198.51.100.9:40001 → 10.20.0.7:443',
  expression: 'in wan0 tcp 198.51.100.9:40001 > 203.0.113.5:8443 syn',
  problem: '',
};

/** Each kind of row, and everything that may be around them. */
const CAPTURE: CaptureView = {
  file: 'wan0.pcap',
  packets: 1_234_567,
  flows: 900,
  done: 900,
  busy: false,
  stale: true,
  iface: { chosen: 'wan0', choices: ['wan0', 'lan0', 'lo'] },
  notes: ['12 frames without an IP packet (ARP and the like) are omitted.'],
  rows: [
    FLOW,
    {
      ...FLOW,
      first: 2,
      badges: [
        { text: 'DROPPED', tone: 'drop', conditional: true },
        { text: 'DELIVERED :22', tone: 'accept' },
      ],
    },
    {
      ...FLOW,
      first: 3,
      badges: [],
      problem: 'it cannot be traced',
      decided: { place: '', target: '', line: undefined },
    },
  ],
};

/** A Service of two endpoints, and packets that kube-proxy marks and drops. */
const NODE = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-DNS - [0:0]
:KUBE-SEP-ONE - [0:0]
:KUBE-SEP-TWO - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/dns cluster IP" -m udp --dport 53 -j KUBE-SVC-DNS
-A KUBE-SVC-DNS -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-ONE
-A KUBE-SVC-DNS -j KUBE-SEP-TWO
-A KUBE-SEP-ONE -p udp -m udp -j DNAT --to-destination 10.244.1.7:53
-A KUBE-SEP-TWO -p udp -m udp -j DNAT --to-destination 10.244.2.9:53
COMMIT
*filter
:FORWARD DROP [0:0]
-A FORWARD ! -s 10.244.9.0/24 -d 10.244.1.0/24 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -m mark --mark 0x8000/0x8000 -j DROP
COMMIT
`;

const HAIRPIN = hostJourney('gateway: a hairpin without source NAT');
const LOOP = JOURNEYS.find(({ name }) => name.startsWith('loop: no rule for the proxy'))?.rules ?? '';

function hostJourney(wanted: string): string {
  const found = HOST_JOURNEYS.find(({ name }) => name === wanted);
  return `${found?.rules ?? ''}${found?.facts ?? ''}`;
}

export interface View {
  readonly name: string;
  readonly text: string;
  readonly expression?: string;
  readonly capture?: CaptureView;
  readonly pinned?: readonly string[];
  /** What is tried on the file. */
  readonly tried?: string;
  /** What went wrong inside of the extension. */
  readonly failure?: string;
  /** Where nothing is traced there are no steps, or only those of the last packet, out of reach. */
  readonly steps?: false;
  /** What is pressed first, one after the other. */
  readonly press?: readonly string[];
  /** The keys that are pressed in the packet box then. */
  readonly keys?: readonly string[];
  /** What is searched in the steps then. */
  readonly seek?: string;
}

/** Each part of the page in each of its states, in as few views as it takes. */
export const VIEWS: readonly View[] = [
  { name: 'the Istio sample with its journey', text: sampleText('istio-sidecar.md') },
  {
    name: 'all ways in and out of a pod, and what was assumed',
    text: sampleText('istio-sidecar.md'),
    press: ['Inbound', 'or, if', 'Assumed for this'],
    steps: false,
  },
  {
    name: 'all ways in and out of a gateway, with a hairpin that is lost',
    text: HAIRPIN,
    press: ['Inbound'],
    steps: false,
  },
  { name: 'a loop', text: LOOP },
  { name: 'all ways in and out of a pod with a loop', text: LOOP, press: ['Inbound'], steps: false },
  { name: 'a Service with several outcomes', text: NODE, expression: 'in eth0 udp 10.244.3.4:5000 > 10.96.0.10:53' },
  { name: 'a host with a question', text: WEB, expression: WEB_PACKET, press: ['Only matched'], seek: 'tcp' },
  {
    name: 'everything open',
    text: WEB,
    expression: WEB_PACKET,
    press: ['Fields', 'What would have to change?', 'Assumed:', 'Read:', 'no'],
  },
  { name: 'all controls at once', text: `${WEB}\n$ iptables-save\n${WEB}`, expression: WEB_PACKET },
  { name: 'the reply', text: NAT, expression: NAT_PACKET, press: ['Trace the reply'] },
  { name: 'a packet that cannot be read', text: WEB, expression: 'in eth0 tpc > :80', steps: false },
  { name: 'a packet that was read from a command', text: WEB, expression: 'curl -L http://192.0.2.10/' },
  { name: 'a kernel’s trace that agrees', text: GATEWAY, expression: KERNEL_TRACE },
  {
    name: 'a kernel’s trace that differs',
    text: GATEWAY.replace('--dport 8443 -j DNAT', '--dport 9443 -j DNAT'),
    expression: KERNEL_TRACE,
  },
  {
    name: 'the packets pinned and traced before',
    text: WEB,
    expression: WEB_PACKET,
    pinned: ['in eth0 tcp > :443'],
    keys: ['ArrowDown'],
  },
  {
    name: 'words in the packet box, and one that was meant',
    text: WEB,
    expression: WEB_PACKET,
    keys: ['Control+A', ...'in tpc > 10.0.0.1:80 s'],
  },
  { name: 'the box for what is tried', text: WEB, expression: WEB_PACKET, press: ['What if…'] },
  {
    name: 'what is tried',
    text: WEB,
    expression: WEB_PACKET,
    tried:
      'line 9 off\niptables -I INPUT -p tcp --dport 81 -j ACCEPT\niptables -I INPUT 99 -j DROP\nsysctl -w net.ipv4.ip_forward=1',
    press: ['Add…'],
  },
  { name: 'a capture', text: GATEWAY, capture: CAPTURE },
  { name: 'an internal error', text: WEB, failure: 'Tracing failed. The log has more.' },
  { name: 'no rules', text: '# Shopping\n', steps: false },
];
