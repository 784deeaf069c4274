import { network, range } from './addresses';
import type { Place } from './matches';
import { PORTS, port, valueMask, type Scene } from './scene';

/** A target with what the rule has to say besides. */
export interface Target {
  readonly text: string;
  /** Protocols of which `-p` has to name one. */
  readonly protocols?: readonly string[];
  /** A match that has to be in the rule. */
  readonly match?: string;
}

const PORTED = ['tcp', 'udp', 'tcp', 'udp', 'sctp', 'dccp'];
const REJECT4 = [
  'net-unreachable',
  'host-unreachable',
  'proto-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
].map((each) => `icmp-${each}`);
const REJECT6 = [
  'no-route',
  'adm-prohibited',
  'addr-unreachable',
  'port-unreachable',
  'policy-fail',
  'reject-route',
].map((each) => `icmp6-${each}`);

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Targets that can be at this place, with random options. `callees`: user chains of the same table. */
export function target(
  scene: Scene,
  place: Omit<Place, 'protocol'>,
  callees: readonly string[],
  profile: string,
): Target {
  const { random: r } = scene;
  const list: Target[] = [{ text: '-j ACCEPT' }, { text: '-j RETURN' }, { text: '-j RETURN' }];
  const add = (...targets: readonly (string | Target)[]): void =>
    void list.push(...targets.map((each) => (typeof each === 'string' ? { text: each } : each)));
  if (callees.length > 0) for (let i = 0; i < 5; i++) add(`${r.chance(0.15) ? '-g' : '-j'} ${r.pick(callees)}`);
  const rare = profile === 'rich';
  add(`-j MARK ${markChange(scene)}`, log(scene), nflog(scene));
  if (rare) {
    add(
      '-j AUDIT --type accept',
      `-j NFQUEUE ${r.of('--queue-num 3', '--queue-balance 1:4', '--queue-num 3 --queue-bypass', '--queue-balance 1:3 --queue-cpu-fanout --queue-bypass')}`,
      `-j RATEEST --rateest-name r${r.int(0, 9)} --rateest-interval 250ms --rateest-ewmalog 0.5s`,
    );
    add(`-j IDLETIMER --timeout 600 --label idle${r.int(0, 9)}`);
    // HMARK reads what is after an IPv6 authentication header as ports, from wherever the kernel's memory has them.
    if (scene.protocol !== 'ah') add(hmark(scene));
    const change = setChange(scene, place);
    if (change) add(change, change);
  }
  if (place.table !== 'nat') add('-j DROP');
  if (place.table === 'raw') {
    add('-j CT --notrack', '-j CT --notrack', '-j NOTRACK', '-j TRACE');
    add(
      `-j CT ${r.of('--zone 1', '--zone 2', '--zone-orig 3', '--zone-reply 4', '--zone mark', '--ctevents new,destroy', '--zone-orig mark', '--ctevents assured --expevents new')}`,
    );
  }
  if (place.table === 'mangle') mangle(scene, place, add);
  if (place.table === 'nat') nat(scene, place, add);
  if (place.table === 'filter' || place.table === 'security')
    add('-j ACCEPT', '-j ACCEPT', '-j DROP', '-j DROP', `-j CONNMARK ${connmarkChange(scene)}`);
  if (place.table === 'filter' && place.hook !== 'any') {
    add(`-j REJECT --reject-with ${r.pick(scene.family === 4 ? REJECT4 : REJECT6)}`, '-j REJECT', {
      text: '-j REJECT --reject-with tcp-reset',
      protocols: ['tcp'],
    });
  }
  return r.pick(list);
}

function mangle(
  scene: Scene,
  { hook }: Omit<Place, 'protocol'>,
  add: (...targets: readonly (string | Target)[]) => void,
): void {
  const { random: r, family } = scene;
  for (let i = 0; i < 3; i++) add(`-j MARK ${markChange(scene)}`, `-j CONNMARK ${connmarkChange(scene)}`);
  add(
    `-j TOS ${r.of('--set-tos 0x10/0xff', '--set-tos 0x08/0x3f', '--or-tos 0x04', '--and-tos 0xf0', '--xor-tos 0x02', '--set-tos 0xb8', '--set-tos Minimize-Delay')}`,
  );
  add(`-j DSCP ${r.of('--set-dscp 0x2e', '--set-dscp-class AF11', '--set-dscp 0x00')}`, '-j CHECKSUM --checksum-fill');
  const change = r.of('-set 1', '-set 128', '-dec 1', '-inc 5', '-dec 64', '-inc 250', '-set 0');
  add(family === 4 ? `-j TTL --ttl${change}` : `-j HL --hl${change}`);
  if (family === 4)
    add(`-j ECN --ecn-ip-ect ${r.int(0, 3)}`, {
      text: `-j ECN ${r.of('--ecn-tcp-remove', '--ecn-tcp-cwr 1', '--ecn-tcp-ece 0', '--ecn-tcp-cwr 0 --ecn-tcp-ece 1')}`,
      protocols: ['tcp'],
    });
  add({
    text: `-j TCPOPTSTRIP --strip-options ${r.of('timestamp', 'mss,wscale', '3,8', 'sack-permitted', '2,4,8')}`,
    protocols: ['tcp'],
  });
  if (hook === 'FORWARD' || hook === 'OUTPUT' || hook === 'POSTROUTING') {
    add({
      text: `-j TCPMSS ${r.of('--set-mss 1200', '--set-mss 1500', '--clamp-mss-to-pmtu')}`,
      protocols: ['tcp'],
      match: '-m tcp --tcp-flags SYN,RST SYN',
    });
    add(`-j CLASSIFY --set-class 1:${r.int(1, 2)}`);
  }
  if (hook === 'PREROUTING')
    add({
      text: `-j TPROXY --on-port ${r.of(0, 15001, 8080)}${r.of('', ` --on-ip ${scene.loopback}`, ` --on-ip ${r.pick(scene.local)}`)}${r.of('', ' --tproxy-mark 0x1/0x1', ' --tproxy-mark 0x2/0xff')}`,
      protocols: ['tcp', 'udp'],
    });
  const prefixes = (): string =>
    `--src-pfx ${network(r.pick(scene.all), 64)} --dst-pfx ${network(r.pick(scene.all), r.of(48, 64))}`;
  // In the copy that a host takes of its multicasts it writes into the data of the packet that leaves as well, which
  // then has nowhere to go.
  if (family === 6 && (hook === 'PREROUTING' || hook === 'OUTPUT') && r.chance(0.5))
    add(`-j DNPT ${prefixes()}${hook === 'PREROUTING' ? ' -m addrtype ! --dst-type MULTICAST' : ''}`);
  if (family === 6 && (hook === 'POSTROUTING' || hook === 'INPUT') && r.chance(0.5)) add(`-j SNPT ${prefixes()}`);
}

function nat(
  scene: Scene,
  { hook }: Omit<Place, 'protocol'>,
  add: (...targets: readonly (string | Target)[]) => void,
): void {
  const { random: r, family, local, neighbours, far } = scene;
  const near = [...neighbours.values()].flat();
  const bracket = (address: string): string => (family === 6 ? `[${address}]` : address);
  const few = (address: string): string => {
    const last = family === 4 ? Number(address.split('.')[3]) : 0;
    return family === 4 && last < 250
      ? range(address, address.replace(/\d+$/, String(last + r.int(1, 5))))
      : `${address}-${address.replace(/[0-9a-f]*$/, 'ff0')}`;
  };
  const there = (): string => r.pick([...local, ...local, ...near, ...far, scene.loopback]);
  const here = (): string => r.pick([...local, ...near, ...far]);
  const portRange = (): string =>
    r.chance(0.75) ? String(r.pick(PORTS)) : r.of('1000-1010', '8080-8090', '1024-65535');
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    for (let i = 0; i < 3; i++)
      add(
        { text: `-j DNAT --to-destination ${bracket(there())}:${portRange()}`, protocols: PORTED },
        `-j DNAT --to-destination ${there()}`,
        { text: `-j REDIRECT --to-ports ${portRange()}`, protocols: PORTED },
      );
    add(`-j DNAT --to-destination ${few(there())}${r.of('', ' --persistent')}`, '-j REDIRECT', {
      text: `-j DNAT --to-destination :${port(scene)}`,
      protocols: PORTED,
    });
    if (family === 4)
      add({ text: `-j DNAT --to-destination ${there()}:3000-3010/${r.of(75, 440, 8000)}`, protocols: ['tcp', 'udp'] });
  }
  if (hook === 'POSTROUTING' || hook === 'INPUT') {
    for (let i = 0; i < 2; i++)
      add(
        {
          text: `-j SNAT --to-source ${bracket(here())}:${r.of('1024', '50000', '60000', '40000-50000', '1024-65535')}`,
          protocols: PORTED,
        },
        `-j SNAT --to-source ${here()}`,
      );
    add(`-j SNAT --to-source ${few(here())}${r.of('', ' --persistent')}`, {
      text: `-j SNAT --to-source ${here()} --random${r.of('', '-fully')}`,
      protocols: PORTED,
    });
  }
  if (hook === 'POSTROUTING') {
    for (let i = 0; i < 4; i++) add('-j MASQUERADE');
    add(
      { text: `-j MASQUERADE --to-ports ${r.of('1024', '50000', '40000-50000')}`, protocols: PORTED },
      { text: '-j MASQUERADE --random', protocols: PORTED },
    );
  }
  if (hook !== 'any' && r.chance(0.6))
    add(`-j NETMAP --to ${network(r.pick(scene.all), family === 4 ? r.of(24, 28, 16) : r.of(64, 120))}`);
}

function markChange({ random: r, ...scene }: Scene): string {
  return r.of(
    `--set-mark ${valueMask({ random: r, ...scene })}`,
    `--set-xmark ${valueMask({ random: r, ...scene })}`,
    `--and-mark ${hex(r.of(1, 0xff, 0xfffffff0))}`,
    `--or-mark ${hex(r.of(1, 2, 0x100))}`,
    `--xor-mark ${hex(r.of(1, 3, 0xff))}`,
  );
}

function connmarkChange(scene: Scene): string {
  const { random: r } = scene;
  const mask = (): string => hex(r.of(0xff, 0xf, 0xffff, 0xffffffff, 0xff00));
  return r.of(
    '--save-mark',
    '--restore-mark',
    `--save-mark --nfmask ${mask()} --ctmask ${mask()}`,
    `--restore-mark --nfmask ${mask()} --ctmask ${mask()}`,
    `--save-mark --mask ${mask()}`,
    `--restore-mark --mask ${mask()}`,
    `--set-mark ${valueMask(scene)}`,
    `--set-xmark ${valueMask(scene)}`,
    `--or-mark ${hex(r.of(1, 4))}`,
    '--and-mark 0xf',
    '--xor-mark 0x3',
  );
}

function log({ random: r }: Scene): string {
  return `-j LOG${r.of('', ' --log-prefix "in: "', ' --log-prefix drop')}${r.of('', ' --log-level 6', ' --log-level debug')}${[
    'sequence',
    'tcp-options',
    'ip-options',
    'uid',
    'macdecode',
  ]
    .filter(() => r.chance(0.15))
    .map((each) => ` --log-${each === 'sequence' ? 'tcp-sequence' : each}`)
    .join('')}`;
}

function nflog({ random: r }: Scene): string {
  return `-j NFLOG${r.of('', ' --nflog-prefix "a b"')}${r.of('', ' --nflog-group 5', ' --nflog-group 7')}${r.of('', ' --nflog-range 64', ' --nflog-size 64', ' --nflog-threshold 1')}`;
}

function hmark({ random: r, family }: Scene): string {
  const tuple = r.of(
    'src,dst',
    'src,dst,sport,dport,proto',
    'ct,src,dst',
    'ct,src,dst,sport,dport',
    'src',
    'sport,dport',
    'proto,src',
  );
  const prefixes = !tuple.includes('src') && r.chance(0.4) ? ` --hmark-src-prefix ${family === 4 ? 24 : 64}` : '';
  return `-j HMARK --hmark-tuple ${tuple} --hmark-mod ${r.of(2, 10, 0x1000)} --hmark-rnd ${r.of('0xfeedcafe', '1')}${r.of('', ' --hmark-offset 100')}${prefixes}`;
}

function setChange(scene: Scene, { hook, table }: Omit<Place, 'protocol'>): string | undefined {
  const { random: r } = scene;
  const candidates = scene.sets.filter(
    ({ withInterface, create }) =>
      !withInterface && !create.startsWith('list') && !create.startsWith('bitmap:ip') && !create.includes('netmask'),
  );
  if (candidates.length === 0) return undefined;
  const set = r.pick(candidates);
  const directions = Array.from({ length: set.dimensions }, () => r.of('src', 'dst')).join(',');
  if (set.skbinfo && table === 'mangle' && r.chance(0.5)) {
    const out = hook === 'FORWARD' || hook === 'OUTPUT' || hook === 'POSTROUTING';
    return `-j SET --map-set ${set.name} ${directions} ${r.of('--map-mark', out ? '--map-mark --map-prio' : '--map-mark', out ? '--map-queue' : '--map-mark')}`;
  }
  return r.of(
    `-j SET --add-set ${set.name} ${directions}${set.timeout ? r.of('', ' --timeout 60', ' --exist', ' --exist --timeout 30') : r.of('', ' --exist')}`,
    `-j SET --del-set ${set.name} ${directions}`,
  );
}
