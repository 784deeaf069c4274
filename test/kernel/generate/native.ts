import { Random } from '../random';
import { generatePacket } from './packets';
import type { Generated } from './generate';
import { PORTS, makeScene, type Scene } from './scene';

/**
 * A rule set of nftables with packets for it; the same for the same seed and index. `beside`: rules of iptables are
 * there as well.
 */
export function generateNative(seed: number, index: number, packets: number): Generated {
  const random = new Random(seed * 1_000_003 + index);
  const scene = makeScene(random, ['tcp', 'tcp', 'tcp', 'udp', 'udp', 'icmp', 'sctp']);
  const made = Array.from({ length: packets }, () => generatePacket(scene, 'nat'));
  const nft = new Tables(scene).text();
  return {
    scene,
    profile: 'nat',
    question: {
      nft,
      topology: scene.topology,
      packets: made.map(({ packet }) => packet),
      independent: true,
      ...(nft.includes('tproxy')
        ? {
            listeners: random.sample(
              [
                { proto: 'tcp', addr: scene.family === 4 ? '0.0.0.0' : '::', port: 15001, transparent: true },
                { proto: 'udp', addr: scene.loopback, port: 8080 },
              ],
              2,
            ),
          }
        : {}),
    },
  };
}

type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const STATES = ['new', 'established', 'related', 'invalid', 'untracked'];

class Tables {
  private readonly r: Random;
  private readonly ip: 'ip' | 'ip6';
  private readonly lines: string[] = [];

  constructor(private readonly scene: Scene) {
    this.r = scene.random;
    this.ip = scene.family === 4 ? 'ip' : 'ip6';
  }

  text(): string {
    const count = this.r.int(1, 3);
    for (let i = 0; i < count; i++) this.table(`t${i}`, this.r.of('inet', 'inet', this.ip));
    return `${this.lines.join('\n')}\n`;
  }

  private table(name: string, family: string): void {
    const { r } = this;
    this.lines.push(`table ${family} ${name} {`);
    this.sets();
    const regular = Array.from({ length: r.int(1, 4) }, (_, i) => `c${i}`);
    const bases = Array.from({ length: r.int(1, 4) }, (_, i) => ({
      name: `b${i}`,
      hook: r.pick(HOOKS),
      type: r.of('filter', 'filter', 'nat', 'route'),
    }));
    for (const [i, chain] of regular.entries()) this.chain(chain, undefined, regular.slice(i + 1), bases);
    for (const base of bases) {
      const hook =
        base.type === 'route' ? 'output' : base.type === 'nat' && base.hook === 'forward' ? 'prerouting' : base.hook;
      base.hook = hook;
    }
    for (const base of bases) this.chain(base.name, base, regular, bases);
    this.lines.push(
      `\tmap vm { type ${this.addressType()} : verdict; elements = { ${r
        .sample(this.scene.all, 3)
        .map(
          (address) =>
            `${address} : ${r.of('accept', 'drop', 'return', 'continue', ...(regular.length > 0 ? ['jump leaf', 'goto leaf'] : []))}`,
        )
        .join(', ')} } }`,
    );
    this.lines.push('}');
    const vm = this.lines.pop() as string;
    const map = this.lines.pop() as string;
    // Maps of verdicts name chains, which have to be there.
    const at = this.lines.lastIndexOf(`table ${family} ${name} {`) + 1;
    this.lines.splice(
      at,
      0,
      '\tchain leaf {',
      `\t\t${r.of('counter', `${this.ip} ttl 3 drop`, 'meta mark set 0x7', 'accept', 'return').replace('ip6 ttl', 'ip6 hoplimit')}`,
      '\t}',
      map,
    );
    this.lines.push(vm);
  }

  private addressType(): string {
    return this.scene.family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  }

  private sets(): void {
    const { r, scene } = this;
    const bits = scene.family === 4 ? r.of(8, 16, 24) : r.of(16, 48, 64);
    const nets = [...new Set(r.sample(scene.all, 2).map((address) => `${address}/${bits}`))];
    this.lines.push(
      `\tset addrs { type ${this.addressType()}; elements = { ${[...new Set(r.sample(scene.all, 3))].join(', ')} } }`,
      `\tset nets { type ${this.addressType()}; flags interval; auto-merge; elements = { ${nets.join(', ')} } }`,
      `\tset ports { type inet_service; flags interval; elements = { ${r.of('22, 80-90', '53, 8080, 15000-15010', '443')} } }`,
      `\tset both { type ${this.addressType()} . inet_proto . inet_service; elements = { ${r
        .sample(scene.all, 3)
        .flatMap((address, i) =>
          i === 0 || r.chance(0.7) ? [`${address} . ${r.of('tcp', 'udp')} . ${r.pick(PORTS)}`] : [],
        )
        .join(', ')} } }`,
      `\tset seen { type ${this.addressType()}; flags dynamic; size 100; }`,
    );
  }

  private chain(
    name: string,
    base: { hook: Hook; type: string } | undefined,
    targets: readonly string[],
    bases: readonly { hook: Hook; type: string }[],
  ): void {
    const { r } = this;
    this.lines.push(`\tchain ${name} {`);
    let raw = false;
    if (base) {
      const priority =
        base.type === 'nat'
          ? r.of('-100', '100', '-90', '0', '110')
          : r.of('raw', 'mangle', 'filter', 'security', '-190', '-110', '-99', '-250', '150', '10', '-10');
      raw = priority === 'raw';
      this.lines.push(
        `\t\ttype ${base.type} hook ${base.hook} priority ${priority}; policy ${base.type !== 'nat' && r.chance(0.15) ? 'drop' : 'accept'};`,
      );
    }
    // A regular chain is entered from any base chain of the table.
    const hooks = base ? [base.hook] : bases.map(({ hook }) => hook);
    const nat = base ? base.type === 'nat' : bases.every(({ type }) => type === 'nat');
    const count = r.int(1, 4);
    for (let i = 0; i < count; i++) this.lines.push(`\t\t${this.rule(hooks, nat, targets, raw)}`);
    this.lines.push('\t}');
  }

  /** `raw`: before connection tracking. */
  private rule(hooks: readonly Hook[], nat: boolean, targets: readonly string[], raw: boolean): string {
    const { r } = this;
    const conditions = Array.from({ length: r.of(0, 1, 1, 1, 2, 2, 3) }, () => this.condition(hooks));
    const changes = r.chance(0.3) ? [this.change(raw)] : [];
    const more = changes.length > 0 && r.chance(0.4) ? [this.condition(hooks)] : [];
    const counter = r.chance(0.4) ? ['counter'] : [];
    return [...conditions, ...counter, ...changes, ...more, this.action(hooks, nat, targets)]
      .filter((part) => part !== '')
      .join(' ');
  }

  private condition(hooks: readonly Hook[]): string {
    const { r, scene, ip } = this;
    const not = r.of('', '', '', '!= ');
    const address = r.pick(scene.all);
    const other = r.pick(scene.all);
    const bits = scene.family === 4 ? r.of(8, 16, 24, 32) : r.of(16, 48, 64, 128);
    const port = r.pick(PORTS);
    const proto = r.of('tcp', 'tcp', 'udp', 'th');
    const iface = r.pick([...scene.ifaces, 'lo']);
    const choices: (() => string)[] = [
      () => `${ip} saddr ${not}${address}/${bits}`,
      () => `${ip} daddr ${not}${address}`,
      () =>
        `${ip} daddr ${not}{ ${address}, ${other} }`.replace(
          new RegExp(`\\{ ${address}, ${address} \\}`),
          `{ ${address} }`,
        ),
      () => `${ip} daddr ${not}@${r.of('addrs', 'nets')}`,
      () => `${ip} saddr @${r.of('addrs', 'nets', 'seen')}`,
      () => `meta l4proto ${not}${r.of('tcp', 'udp', '{ tcp, udp }', scene.family === 4 ? 'icmp' : 'icmpv6', 'sctp')}`,
      () => `${proto} dport ${not}${port}`,
      () => `${proto} dport ${not}${r.of('@ports', '{ 22, 80, 8000-9000 }', '1024-65535', '53')}`,
      () => `${proto} sport ${r.of('> 1023', '< 1024', '>= 40000', '<= 1000', '1-100')}`,
      () => `${ip} daddr . meta l4proto . th dport ${not}@both`,
      () => `${ip} saddr . ${ip} daddr { ${address} . ${other} }`,
      () =>
        `iifname ${not}${r.of(`"${iface}"`, `"${iface.slice(0, 2)}*"`, `{ "${iface}", "lo" }`)}`.replace(
          '{ "lo", "lo" }',
          '{ "lo" }',
        ),
      () => `oifname ${not}${r.of(`"${iface}"`, `"${iface.slice(0, 2)}*"`)}`,
      () =>
        `tcp flags ${r.of('syn', 'syn / syn,ack', '& (syn|ack) == syn', '! syn,rst', '!= syn', '== syn', '{ syn, ack }', '& (fin|syn|rst|ack) != syn')}`,
      () => `ct state ${not}${r.pick(STATES)}`,
      () => `ct state ${r.pick(STATES)},${r.pick(STATES)}`,
      () => `ct state { ${r.sample(STATES, 2).join(', ')} }`,
      () => `ct status ${r.of('dnat', 'snat', 'assured', 'confirmed')}`,
      () => `ct mark ${not}${r.of('0', '1', '0x10')}`,
      () => `ct direction ${r.of('original', 'reply')}`,
      () => `meta mark ${not}${r.of('0', '1', '0x10', '1-3')}`,
      () => `meta mark & ${r.of('0x1', '0xff', '0x10')} ${r.of('==', '!=')} ${r.of('0', '1', '0x10')}`,
      () => `meta skuid ${not}${r.of('0', '1337', '{ 0, 1000 }', '1000-2000')}`,
      () => `meta skgid ${not}${r.of('0', '1337')}`,
      () => `meta length ${r.of('< 60', '> 40', '40-100')}`,
      () => `meta nfproto ${r.of('ipv4', 'ipv6')}`,
      () => `meta pkttype ${r.of('host', 'broadcast', 'multicast')}`,
      () =>
        scene.family === 4 ? `ip ttl ${r.of('64', '< 10', '!= 64')}` : `ip6 hoplimit ${r.of('64', '< 10', '!= 64')}`,
      () => `${ip} dscp ${not}${r.of('cs0', 'cs1', 'af11', 'ef')}`,
      () =>
        scene.family === 4
          ? `icmp type ${r.of('echo-request', '{ echo-reply, destination-unreachable }')}`
          : `icmpv6 type ${r.of('echo-request', '{ echo-reply, destination-unreachable }')}`,
      () => `ct original ${ip} daddr ${not}${address}`,
      () => `limit rate ${r.of('', 'over ')}${r.of('1/second burst 1 packets', '10/minute', '3/hour burst 2 packets')}`,
      () => `@th,16,16 ${not}${port}`,
    ];
    if (!hooks.includes('input') || !hooks.includes('output'))
      choices.push(
        () => `fib daddr type ${not}${r.of('local', 'unicast', 'broadcast', 'multicast', '{ local, broadcast }')}`,
        () => `fib saddr type ${not}local`,
      );
    if (hooks.every((hook) => hook === 'prerouting'))
      choices.push(() => `fib saddr . iif oif ${r.of('missing', 'exists')}`);
    return r.pick(choices)();
  }

  private change(raw: boolean): string {
    const { r, ip } = this;
    return r.of(
      'meta mark set 0x1',
      'meta mark set 0x2',
      'meta mark set meta mark | 0x10',
      'meta mark set meta mark & 0xfffffffe',
      'meta mark set meta mark ^ 0x3',
      'ct mark set 0x1',
      'ct mark set meta mark',
      'meta mark set ct mark',
      `${ip} dscp set cs1`,
      `${ip === 'ip' ? 'ip ttl' : 'ip6 hoplimit'} set 33`,
      ...(raw ? ['notrack', 'ct zone set 3'] : []),
      `update @seen { ${ip} saddr }`,
      `meta mark set ${ip} saddr map { ${r.pick(this.scene.all)} : 0x5 }`,
      'log prefix "x"',
    );
  }

  private action(hooks: readonly Hook[], nat: boolean, targets: readonly string[]): string {
    const { r, ip, scene } = this;
    const choices = [
      'accept',
      'drop',
      'return',
      'continue',
      '',
      '',
      'reject',
      `${ip} saddr vmap @vm`,
      `${ip} daddr vmap @vm`,
      `meta l4proto vmap { tcp : ${r.of('accept', 'return', 'continue')}, udp : drop }`,
      'ct state vmap { new : continue, established : accept, invalid : drop }',
    ];
    for (const target of targets)
      choices.push(
        `jump ${target}`,
        `jump ${target}`,
        `goto ${target}`,
        `numgen random mod 2 vmap { 0 : jump ${target} }`,
      );
    if (!nat) return r.pick(choices);
    const address = r.pick([...scene.all, scene.loopback]);
    const to = ip === 'ip' ? address : `[${address}]`;
    const destination = hooks.every((hook) => hook === 'prerouting' || hook === 'output');
    const source = hooks.every((hook) => hook === 'postrouting' || hook === 'input');
    if (destination)
      choices.push(
        `dnat ${ip} to ${address}`,
        `meta l4proto tcp dnat ${ip} to ${to}:8080`,
        `meta l4proto { tcp, udp } redirect to :15001`,
        'redirect',
        `dnat ${ip} to ${ip} daddr map { ${r.pick(scene.all)} : ${address} }`,
        `meta l4proto tcp redirect to :tcp dport map { 80 : 8080, 443 : 15001 }`,
      );
    if (source)
      choices.push(`snat ${ip} to ${address}`, ...(hooks.includes('input') ? [] : ['masquerade', 'masquerade']));
    return r.pick(choices.slice(choices.length > 14 ? 4 : 0));
  }
}
