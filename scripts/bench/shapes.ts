import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { tracePacket } from '../../src/core/netfilter/trace';
import { bindRules } from '../../src/core/ruleset/bind';
import type { RuleSet } from '../../src/core/ruleset/ruleSet';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { restoreInput } from '../../src/core/syntax/restoreInput';

/** One shape of a large rule set. */
interface Shape {
  readonly what: string;
  readonly text: string;
  /** A packet that meets the whole of it, and a rule near its end. */
  readonly packet: object;
}

/** What a verdict costs on one shape. */
export interface ShapeFigure {
  readonly what: string;
  readonly rules: number;
  /** Milliseconds of processor time: for the first packet, for which the index is made, and for one after it. */
  readonly first: number;
  readonly next: number;
  readonly text: string;
}

const MANY = 100_000;

function chain(rules: readonly string[]): string {
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
}

function many(count: number, rule: (i: number) => string): string {
  return chain(Array.from({ length: count }, (_, i) => `-A INPUT ${rule(i)}`));
}

/** The i-th address of 10.0.0.0/8. */
function address(i: number): string {
  return `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
}

const PACKET = {
  dir: 'in',
  iface: 'eth0',
  src: '198.51.100.9',
  dst: '192.0.2.1',
  proto: 'tcp',
  sport: 40000,
  dport: 443,
};

/** A firewall as it grows by hand: each rule asks for something else. */
function mixed(i: number): string {
  switch (i % 8) {
    case 0:
      return `-s ${address(i)}/32 -j DROP`;
    case 1:
      return `-s ${address(i << 8)}/24 -p tcp -m tcp --dport ${1024 + (i % 60_000)} -j ACCEPT`;
    case 2:
      return `-i eth${1 + (i % 40)} -p udp -m udp --dport ${1 + (i % 1000)} -j ACCEPT`;
    case 3:
      return `-p tcp -m conntrack --ctstate NEW -m multiport --dports ${1000 + i},${2000 + i} -j ACCEPT`;
    case 4:
      return `-d 203.0.113.${i % 256}/32 -p tcp -m comment --comment "service ${i}" -m tcp --dport 8443 -j ACCEPT`;
    case 5:
      return `-p tcp -m tcp --sport ${1024 + (i % 60_000)} -j ACCEPT`;
    case 6:
      return `-p icmp -m icmp --icmp-type ${i % 18} -j DROP`;
    default:
      return `-p tcp -m tcp ! --dport 443 -m mark --mark ${i} -j DROP`;
  }
}

const SHAPES: readonly Shape[] = [
  {
    what: 'by destination address',
    text: many(MANY, (i) => `-d ${address(i)}/32 -p tcp -m tcp --dport 80 -j ACCEPT`),
    packet: PACKET,
  },
  {
    what: 'by port alone',
    text: many(
      MANY,
      (i) => `-p tcp -m comment --comment "ns/svc-${i}" -m tcp --dport ${30000 + (i % 30000)} -j ACCEPT`,
    ),
    packet: PACKET,
  },
  { what: 'by network of the source', text: many(MANY, (i) => `-s ${address(i << 4)}/28 -j DROP`), packet: PACKET },
  { what: 'by interface', text: many(MANY, (i) => `-i cali${i.toString(16)} -j ACCEPT`), packet: PACKET },
  { what: 'firewall of mixed rules', text: many(5000, mixed), packet: PACKET },
];

/** Measures a verdict on each shape. */
export function measureShapes(): readonly ShapeFigure[] {
  const host = hostFromTopology({ ifaces: [{ name: 'eth0', addrs: ['192.0.2.1/24'] }] }, { listeners: [] });
  if (isProblem(host)) throw new Error(host.message);
  return SHAPES.map(({ what, text, packet }) => {
    const ruleSet: RuleSet = bindRules(restoreInput(parseSourceFile(text), 4));
    const request = readPacketRequest(packet);
    if (isProblem(request)) throw new Error(request.message);
    const once = (): number => {
      const start = process.cpuUsage();
      tracePacket(request, { ruleSets: { v4: ruleSet }, host });
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    const first = once();
    const times = Array.from({ length: 200 }, () => {
      const start = performance.now();
      tracePacket(request, { ruleSets: { v4: ruleSet }, host });
      return performance.now() - start;
    });
    const rules = [...ruleSet.tables.values()].flatMap((table) => [...table.chains.values()]);
    return {
      what,
      text,
      first,
      next: Math.min(...times),
      rules: rules.reduce((sum, each) => sum + each.rules.length, 0),
    };
  });
}
