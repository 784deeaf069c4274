import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { tracePacket } from '../../src/core/netfilter/trace';
import { bindRules } from '../../src/core/ruleset/bind';
import { rulesOfText } from '../../src/features/rulesOfText';
import type { Figure, Measured } from './measure';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** What unknown matches, many endpoints, ladders of chains and long lists of commands cost. */
export function branching(run: (what: string, times: number, work: Measured) => Figure): readonly Figure[] {
  const host = hostFromTopology(undefined, { listeners: [] });
  const request = readPacketRequest({
    dir: 'in',
    iface: 'eth0',
    src: '10.244.2.9',
    dst: '10.244.1.5',
    proto: 'tcp',
    sport: 40000,
    dport: 80,
    flags: ['SYN'],
  });
  if (isProblem(host) || isProblem(request)) throw new Error('a plain host and packet');
  const trace = (text: string): Measured => {
    const v4 = bindRules(rulesOfText(text, 4));
    return () => tracePacket(request, { host, ruleSets: { v4 } }).outcomes.map(outcomeOf);
  };
  const unknown = numbers(30).map((i) => `-A INPUT -m set --match-set S${i} src -j LOG`);
  const ports = numbers(4000).map((i) => `-A INPUT -p tcp -m tcp --dport ${i + 1000} -j ACCEPT`);
  const commands = numbers(5000).map((i) => `INPUT -p tcp -m tcp --dport ${i + 1} -j ACCEPT`);
  return [
    run('a Service of 1,000 endpoints, every outcome told', 5, trace(endpoints(1000))),
    run('30 unknown matches, 2,048 outcomes told', 5, trace(filter(unknown))),
    run('12 unknown matches before 4,000 rules', 5, trace(filter([...unknown.slice(0, 12), ...ports]))),
    run('22 chains that each call the next one twice', 5, trace(ladder(22))),
    run('5,000 rules appended, and deleted by their text', 3, () =>
      bindRules(
        rulesOfText(filter([...commands.map((rule) => `-A ${rule}`), ...commands.map((rule) => `-D ${rule}`)]), 4),
      ),
    ),
  ];
}

function filter(rules: readonly string[], chains = ''): string {
  return `*filter\n${chains}${rules.join('\n')}\nCOMMIT\n`;
}

function ladder(levels: number): string {
  const steps = numbers(levels - 1).flatMap((i) => [`-A C${i} -j C${i + 1}`, `-A C${i} -j C${i + 1}`]);
  return filter(
    ['-A INPUT -j C0', ...steps, `-A C${levels - 1} -j LOG`],
    numbers(levels)
      .map((i) => `:C${i} - [0:0]\n`)
      .join(''),
  );
}

function endpoints(count: number): string {
  const chance = (i: number): string =>
    i < count - 1 ? ` -m statistic --mode random --probability ${(1 / (count - i)).toFixed(11)}` : '';
  return `*nat\n:SVC - [0:0]\n${numbers(count)
    .map((i) => `:SEP${i} - [0:0]\n`)
    .join('')}-A PREROUTING -p tcp -m tcp --dport 80 -j SVC\n${numbers(count)
    .map((i) => `-A SVC${chance(i)} -j SEP${i}\n`)
    .join('')}${numbers(count)
    .map((i) => `-A SEP${i} -p tcp -m tcp -j DNAT --to-destination 10.244.${i >> 8}.${i & 255}:8080\n`)
    .join('')}COMMIT\n`;
}
