import { header, MATCHES, MATCH_NAMES, matches, PROTOCOL_MATCHES, type HookName } from './matches';
import type { Scene } from './scene';
import { target } from './targets';

/**
 * `single`: rules of one match each and without a target, so that a yes or no is the answer to that match; `unit`:
 * rules without a target, so that every rule of a chain is asked of every packet; `plain`: chains, policies, all
 * tables; `rich`: with the rare targets; `nat`: mostly the nat table; `change`: one rule of each kind that changes the
 * packet.
 */
export const PROFILES = ['single', 'unit', 'plain', 'rich', 'nat', 'change'] as const;
export type Profile = (typeof PROFILES)[number];

const HOOKS: Readonly<Record<string, readonly HookName[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const CHANCES: Readonly<Record<Profile, Readonly<Record<string, number>>>> = {
  single: { raw: 0.2, mangle: 1, nat: 0, filter: 0.6, security: 0 },
  unit: { raw: 0.3, mangle: 0.4, nat: 0.1, filter: 0.7, security: 0.1 },
  plain: { raw: 0.4, mangle: 0.6, nat: 0.7, filter: 0.75, security: 0.05 },
  rich: { raw: 0.4, mangle: 0.7, nat: 0.5, filter: 0.7, security: 0.2 },
  nat: { raw: 0.15, mangle: 0.35, nat: 1, filter: 0.4, security: 0 },
  change: { raw: 0.3, mangle: 0.9, nat: 0.4, filter: 0.3, security: 0.1 },
};

/** The text of a random rule set, as iptables-restore takes it. */
export function generateRules(scene: Scene, profile: Profile): string {
  const { random } = scene;
  const tables = Object.keys(HOOKS).filter((name) => random.chance(CHANCES[profile][name] ?? 0));
  return (tables.length > 0 ? tables : ['filter']).map((name) => table(scene, profile, name)).join('');
}

function table(scene: Scene, profile: Profile, name: string): string {
  const { random } = scene;
  const hooks = HOOKS[name] as readonly HookName[];
  const userChains =
    profile === 'unit' || profile === 'single'
      ? []
      : Array.from({ length: random.of(0, 1, 1, 2, 3) }, (_, i) => ({
          name: `${name.toUpperCase().slice(0, 3)}${random.of('_U', '-chain', '.KUBE', '_x')}${i}`,
          hook: random.pick([...hooks, 'any', 'any'] as const),
        }));
  const rules: string[] = [];
  const chain = (own: string, hook: HookName | 'any', index: number, count: number): void => {
    const callees = userChains
      .filter((each, i) => i > index && (each.hook === hook || each.hook === 'any'))
      .map((each) => each.name);
    for (let i = 0; i < count; i++) rules.push(`-A ${own} ${rule(scene, profile, name, hook, callees)}`.trimEnd());
  };
  for (const hook of hooks)
    chain(
      hook,
      hook,
      -1,
      profile === 'single'
        ? 4
        : profile === 'unit'
          ? random.int(2, 6)
          : profile === 'nat' && name === 'nat'
            ? random.int(2, 3)
            : random.of(0, 1, 1, 2, 3),
    );
  userChains.forEach((each, i) => chain(each.name, each.hook, i, random.of(0, 1, 1, 2)));
  const policy = (): string =>
    profile !== 'unit' && profile !== 'single' && random.chance(name === 'filter' ? 0.2 : name === 'nat' ? 0 : 0.02)
      ? 'DROP'
      : 'ACCEPT';
  return [
    `*${name}`,
    ...hooks.map((hook) => `:${hook} ${policy()} [0:0]`),
    ...userChains.map((each) => `:${each.name} - [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ].join('\n');
}

function rule(
  scene: Scene,
  profile: Profile,
  table: string,
  hook: HookName | 'any',
  callees: readonly string[],
): string {
  const { random } = scene;
  if (profile === 'single') return singleMatch(scene, hook, table);
  const chosen =
    profile === 'unit' || random.chance(0.04) ? { text: '' } : target(scene, { hook, table }, callees, profile);
  const head = header(
    scene,
    { hook, table },
    profile === 'unit' ? 0.08 : 0.2,
    'protocols' in chosen ? chosen.protocols : undefined,
  );
  const place = { hook, table, protocol: head.protocol };
  const most = profile === 'unit' ? 2 : profile === 'change' || profile === 'nat' ? 1 : 2;
  const some = profile === 'unit' || random.chance(0.5) ? matches(scene, place, most, namesFor(scene)) : '';
  return [
    head.text,
    'match' in chosen ? chosen.match : '',
    'match' in chosen && some.includes('-m tcp ') ? '' : some,
    chosen.text,
  ]
    .filter((each) => each !== '' && each !== undefined)
    .join(' ');
}

/** One match and nothing else but the `-p` that it needs; or one option of the fixed part. */
function singleMatch(scene: Scene, hook: HookName | 'any', table: string): string {
  const { random, family } = scene;
  const word = scene.protocol === 'icmp' && family === 6 ? 'icmpv6' : scene.protocol;
  const x = random.next();
  if (x < 0.08) return header(scene, { hook, table }, 0.6, undefined).text;
  if (x < 0.3) {
    const own = PROTOCOL_MATCHES[scene.protocol]?.(scene, { hook, table, protocol: scene.protocol });
    if (own !== undefined) return `-p ${word} ${own}`;
  }
  const names = family === 6 ? [...MATCH_NAMES, ...IPV6_ONLY, ...IPV6_ONLY] : MATCH_NAMES;
  for (let tries = 0; tries < 20; tries++) {
    const text = MATCHES[random.pick(names)]?.(scene, { hook, table, protocol: scene.protocol });
    if (text !== undefined) return `-p ${word} ${text}`;
  }
  return '';
}

const IPV6_ONLY = ['dst', 'eui64', 'frag', 'hbh', 'ipv6header', 'mh', 'rt', 'srh'];
/** What most rule sets in the world use is here several times. */
const COMMON = [
  'mark',
  'mark',
  'conntrack',
  'conntrack',
  'conntrack',
  'addrtype',
  'owner',
  'multiport',
  'multiport',
  'set',
  'set',
  'connmark',
  'state',
  'iprange',
];

function namesFor({ family }: Scene): readonly string[] {
  return family === 6
    ? [...MATCH_NAMES, ...COMMON, ...IPV6_ONLY]
    : [...MATCH_NAMES.filter((name) => !IPV6_ONLY.includes(name)), ...COMMON];
}
