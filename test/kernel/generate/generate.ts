import type { KernelCase } from '../case';
import { Random } from '../random';
import { generatePacket } from './packets';
import { generateRules, PROFILES, type Profile } from './ruleSet';
import { makeScene, type Scene } from './scene';
import { setsText } from './sets';

/** A rule set with packets for it. */
export interface Generated {
  readonly scene: Scene;
  readonly profile: Profile;
  readonly question: KernelCase;
}

/** The same question for the same seed and index. `profile` undefined: any. */
export function generate(seed: number, index: number, packets: number, profile?: Profile): Generated {
  const random = new Random(seed * 1_000_003 + index);
  const chosen = profile ?? random.pick(PROFILES);
  const scene = makeScene(random, chosen === 'nat' ? ['tcp', 'tcp', 'udp', 'udp', 'icmp', 'sctp'] : undefined);
  const rules = generateRules(scene, chosen);
  const made = Array.from({ length: packets }, () => generatePacket(scene, chosen));
  const connections = made.flatMap(({ connection }) => (connection ? [connection] : []));
  const listeners = rules.includes('TPROXY') || rules.includes('-m socket') ? listenersOf(scene) : undefined;
  return {
    scene,
    profile: chosen,
    question: {
      [scene.family === 4 ? 'rules' : 'rules6']: rules,
      ...(rules.includes('_set ') || /--(match|add|del|map)-set/.test(rules) ? { sets: setsText(scene.sets) } : {}),
      topology: scene.topology,
      packets: made.map(({ packet }) => packet),
      independent: true,
      ...(connections.length > 0 ? { conntrack: distinct(connections) } : {}),
      ...(listeners ? { listeners } : {}),
    },
  };
}

function listenersOf({ random, loopback, local, family }: Scene): unknown[] {
  const any = family === 4 ? '0.0.0.0' : '::';
  const list = [
    { proto: 'udp', addr: any, port: 15001, transparent: true },
    { proto: 'udp', addr: loopback, port: 8080, transparent: true },
    { proto: 'udp', addr: random.pick(local), port: 53 },
    { proto: 'tcp', addr: loopback, port: 15001, transparent: true },
    { proto: 'tcp', addr: any, port: 8080 },
  ];
  return random.sample(list, random.int(0, 3));
}

/** Two connections may not have the same addresses and ports, in either direction. */
function distinct(connections: readonly unknown[]): unknown[] {
  const seen = new Set<string>();
  return connections.filter((each) => {
    const { orig } = each as { orig: Record<string, unknown> };
    const ends =
      [`${String(orig.src)} ${String(orig.sport)}`, `${String(orig.dst)} ${String(orig.dport)}`].sort().join(' ') +
      String(orig.proto);
    if (seen.has(ends)) return false;
    seen.add(ends);
    return true;
  });
}
