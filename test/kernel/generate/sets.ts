import { network, range } from './addresses';
import { PORTS, type Scene } from './scene';

export interface GeneratedSet {
  readonly name: string;
  readonly create: string;
  readonly members: readonly string[];
  /** How many directions `--match-set` takes. */
  readonly dimensions: number;
  /** The last direction names an interface: only where the hook has it. */
  readonly withInterface: boolean;
  readonly counters: boolean;
  readonly skbinfo: boolean;
  readonly timeout: boolean;
}

/** Up to five sets, of the types that the recording kernel has. */
export function generateSets(scene: Scene): readonly GeneratedSet[] {
  const { random, family, all } = scene;
  const inet = `family inet${family === 6 ? '6' : ''}`;
  const net = (): string =>
    network(random.pick(all), family === 4 ? random.of(8, 16, 24, 25, 28, 30) : random.of(32, 48, 64, 120));
  const proto = (): string => random.of('tcp', 'udp', 'sctp', 'udplite', 'tcp', 'udp');
  const portOf = (): string => `${proto()}:${random.pick(PORTS)}`;
  const nomatch = (): string => random.of('', '', ' nomatch');
  const many = (count: number, make: () => string): string[] => Array.from({ length: count }, make);
  const plain: Record<string, { create: string; members: string[]; dimensions: number; withInterface?: boolean }> = {
    s_ip: { create: `hash:ip ${inet}`, members: random.sample(all, 3), dimensions: 1 },
    s_net: { create: `hash:net ${inet}`, members: many(4, () => net() + nomatch()), dimensions: 1 },
    s_ipport: {
      create: `hash:ip,port ${inet}`,
      members: [
        ...many(4, () => `${random.pick(all)},${portOf()}`),
        `${random.pick(all)},${family === 4 ? 'icmp:8/0' : 'icmpv6:128/0'}`,
        `${random.pick(all)},esp:0`,
      ],
      dimensions: 2,
    },
    s_port: {
      create: 'bitmap:port range 0-65535',
      members: [...random.sample(PORTS, 3).map(String), '8000-8100'],
      dimensions: 1,
    },
    s_netport: {
      create: `hash:net,port ${inet}`,
      members: many(4, () => `${net()},${portOf()}${nomatch()}`),
      dimensions: 2,
    },
    s_ipportip: {
      create: `hash:ip,port,ip ${inet}`,
      members: many(6, () => `${random.pick(all)},${portOf()},${random.pick(all)}`),
      dimensions: 3,
    },
    s_ipportnet: {
      create: `hash:ip,port,net ${inet}`,
      members: many(6, () => `${random.pick(all)},${portOf()},${net()}`),
      dimensions: 3,
    },
    s_netiface: {
      create: `hash:net,iface ${inet}`,
      members: many(4, () => `${net()},${random.pick([...scene.ifaces, 'lo'])}${nomatch()}`),
      dimensions: 2,
      withInterface: true,
    },
    ...(family === 4
      ? {
          s_bitmap: {
            create: 'bitmap:ip range 10.244.0.0/16',
            members: ['10.244.1.5', '10.244.2.0/24'],
            dimensions: 1,
          },
          s_hosts: { create: `hash:ip ${inet} netmask 24`, members: random.sample(all, 2), dimensions: 1 },
          s_range: { create: `hash:net ${inet}`, members: [range('10.244.1.0', '10.244.1.100')], dimensions: 1 },
        }
      : {}),
  };
  const names = random.sample(Object.keys(plain), random.int(1, 4));
  const made = names.map((name): GeneratedSet => {
    const { create, members, dimensions, withInterface = false } = plain[name] as (typeof plain)[string];
    const counters = random.chance(0.3);
    const skbinfo = random.chance(0.3);
    const timeout = random.chance(0.25);
    const options = `${timeout ? ' timeout 600' : ''}${counters ? ' counters' : ''}${skbinfo ? ' skbinfo' : ''}`;
    const extra = (member: string): string =>
      member.endsWith('nomatch')
        ? ''
        : `${counters && random.chance(0.5) ? ` packets ${random.int(0, 5)} bytes ${random.int(0, 500)}` : ''}${skbinfo && random.chance(0.7) ? ` skbmark 0x${random.int(1, 255).toString(16)}/0xff skbprio 1:${random.int(1, 9)} skbqueue ${random.int(0, 3)}` : ''}`;
    return {
      name,
      create: create + options,
      members: unique(members).map((member) => member + extra(member)),
      dimensions,
      withInterface,
      counters,
      skbinfo,
      timeout,
    };
  });
  const [first] = made;
  if (first && random.chance(0.25) && !first.withInterface) {
    made.push({
      name: 's_list',
      create: 'list:set size 8',
      members: unique(
        made.filter((each) => each.dimensions === first.dimensions && !each.withInterface).map(({ name }) => name),
      ),
      dimensions: first.dimensions,
      withInterface: false,
      counters: false,
      skbinfo: false,
      timeout: false,
    });
  }
  return made;
}

export function setsText(sets: readonly GeneratedSet[]): string {
  return sets
    .map(
      ({ name, create, members }) =>
        `create ${name} ${create}\n${members.map((member) => `add ${name} ${member}\n`).join('')}`,
    )
    .join('');
}

function unique(members: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const member of members)
    if (!seen.has(member.replace(' nomatch', ''))) seen.set(member.replace(' nomatch', ''), member);
  return [...seen.values()];
}
