import { EPHEMERAL_PORTS, PORTS, type Scene } from './scene';

const HOOKS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const CHANCES: Readonly<Record<string, number>> = { raw: 0.25, mangle: 0.8, nat: 0.55, filter: 0.75 };

/**
 * Rules that ask what connection tracking says, refuse, translate and mark: what one packet of a sequence does to the
 * next ones.
 */
export function stateRules(scene: Scene): string {
  const { random: r } = scene;
  const tables = Object.keys(HOOKS).filter((name) => r.chance(CHANCES[name] ?? 0));
  return (tables.length > 0 ? tables : ['mangle']).map((name) => table(scene, name)).join('');
}

function table(scene: Scene, name: string): string {
  const { random: r } = scene;
  const hooks = HOOKS[name] ?? [];
  const rules = hooks.flatMap((hook) =>
    Array.from({ length: r.of(1, 1, 2, 3) }, () => `-A ${hook} ${rule(scene, name, hook)}`.trimEnd()),
  );
  return [
    `*${name}`,
    ...hooks.map((hook) => `:${hook} ${name === 'filter' && r.chance(0.08) ? 'DROP' : 'ACCEPT'} [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ].join('\n');
}

function rule(scene: Scene, name: string, hook: string): string {
  const { random: r } = scene;
  if (name === 'nat') return r.chance(0.75) ? translation(scene, hook) : asked(scene);
  if (name === 'raw')
    return r.chance(0.5)
      ? `${part(scene)}-j CT ${r.of('--notrack', '--zone 1', '--zone-orig 3', '--zone-reply 4')}`
      : part(scene).trim();
  if (name === 'filter' && r.chance(0.25)) return refusal(scene);
  if (name === 'mangle' && r.chance(0.2))
    return `${part(scene)}-j ${r.of('MARK --set-xmark 0x2/0xffffffff', 'CONNMARK --set-xmark 0x1/0xffffffff', 'CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff', 'TOS --set-tos 0x10/0xff')}`;
  return asked(scene);
}

const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'SNAT', 'DNAT'];

function asked(scene: Scene): string {
  const { random: r } = scene;
  const question = r.of(
    () => `--ctstate ${r.sample(STATES, r.int(1, 2)).join(',')}`,
    () => `--ctstate ${r.pick(STATES)}`,
    () => `--ctstatus ${r.of('SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'ASSURED,EXPECTED', 'NONE')}`,
    () => `--ctdir ${r.of('ORIGINAL', 'REPLY')}`,
    () => `--ctorigdst ${r.pick(scene.all)}`,
    () => `--ctreplsrc ${r.pick(scene.all)}`,
  )();
  const more = r.of(
    '',
    '',
    '',
    ` -m connbytes --connbytes ${r.of('0:1', '2:', '2:3', '100:')} --connbytes-mode ${r.of('packets', 'bytes')} --connbytes-dir ${r.of('original', 'reply', 'both')}`,
    ' -m connmark --mark 0x1',
    ' -m mark --mark 0x0',
  );
  return `-m conntrack ${r.not(0.2)}${question}`.replace(/! (--ctdir)/, '$1') + more;
}

/** Leaves room for the target. */
function part(scene: Scene): string {
  const { random: r, protocol, family } = scene;
  const word = protocol === 'icmp' && family === 6 ? 'icmpv6' : protocol;
  return r.of(
    '',
    `-p ${word} `,
    `-s ${r.pick(scene.all)} `,
    `-d ${r.pick(scene.all)} `,
    `-m conntrack --ctstate ${r.pick(STATES.slice(0, 4))} `,
  );
}

function refusal(scene: Scene): string {
  const { random: r, family } = scene;
  const icmp =
    family === 4
      ? r.of('icmp-port-unreachable', 'icmp-admin-prohibited', 'icmp-host-unreachable')
      : r.of('icmp6-port-unreachable', 'icmp6-adm-prohibited');
  return r.of(
    () => `${part(scene)}-j REJECT --reject-with ${icmp}`,
    () => '-p tcp -j REJECT --reject-with tcp-reset',
    () => `${part(scene)}-j DROP`,
    () => `-p tcp -m tcp --dport ${r.pick(PORTS)} -j REJECT --reject-with tcp-reset`,
  )();
}

function translation(scene: Scene, hook: string): string {
  const { random: r, family, local, far, loopback } = scene;
  const near = [...scene.neighbours.values()].flat();
  const ported = r.of('tcp', 'udp', 'sctp', 'tcp', 'udp');
  const bracket = (address: string): string => (family === 6 ? `[${address}]` : address);
  const there = r.pick([...local, ...near, ...far, loopback]);
  const here = r.pick([...local, ...near, ...far]);
  const head = part(scene);
  const byProtocol = (): string => `-p ${ported} `;
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    return r.of(
      () => `${head}-j DNAT --to-destination ${there}`,
      () => `${byProtocol()}-j DNAT --to-destination ${bracket(there)}:${r.pick(PORTS)}`,
      () => `${byProtocol()}-j REDIRECT --to-ports ${r.pick(PORTS)}`,
      () => `${head}-j REDIRECT`,
    )();
  }
  if (hook === 'INPUT')
    return r.of(
      () => `${head}-j SNAT --to-source ${here}`,
      () => `${byProtocol()}-j SNAT --to-source ${bracket(here)}:${r.pick(EPHEMERAL_PORTS)}`,
    )();
  return r.of(
    () => `${head}-j MASQUERADE`,
    () => `${head}-j SNAT --to-source ${here}`,
    () => `${byProtocol()}-j SNAT --to-source ${bracket(here)}:${r.pick(EPHEMERAL_PORTS)}`,
  )();
}
