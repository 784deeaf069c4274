import { answerText } from '../../../src/cli/batch';
import { generate } from '../../kernel/generate/generate';
import type { Random } from '../../kernel/random';
import type { Corpus } from '../corpus';
import { ruleText } from '../grammar';
import { must, textOf, type FuzzKind, type Json } from '../kind';
import { anyPacket, anyJson } from '../requests';
import { mutate } from '../texts';

/** Lines of `batch`: requests as the kernel is asked, broken ones, and what is none. */
export const batchKind: FuzzKind = {
  name: 'batch',
  summary: 'requests of batch, whole and broken: one line of JSON each, with the id, and no internal error',
  generate(random, corpus) {
    const kind = random.next();
    if (kind < 0.35) return JSON.stringify(random.chance(0.5) ? broken(random, wellMade(random)) : wellMade(random));
    if (kind < 0.85) return JSON.stringify(request(random, corpus));
    return mutate(random, JSON.stringify(request(random, corpus)), corpus, random.int(1, 3));
  },
  check(input) {
    const line = textOf(input);
    const text = answerText({ kind: 'line', text: line });
    must(!/[\r\n]/.test(text), () => 'the answer is more than one line');
    const answer = JSON.parse(text) as { readonly id: unknown; readonly error?: unknown };
    const asked = requestOf(line);
    if (asked) must(JSON.stringify(answer.id) === JSON.stringify(asked.id ?? null), () => 'the answer has another id');
    else must(typeof answer.error === 'string', () => 'what is not a request has an answer without error');
    must(typeof answer.error !== 'string' || !answer.error.startsWith('internal error'), () => String(answer.error));
  },
};

function requestOf(line: string): { readonly id?: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function wellMade(random: Random): Json {
  return { id: 1, ...generate(random.int(1, 1_000_000), 1, random.int(1, 2)).question } as unknown as Json;
}

function request(random: Random, corpus: Corpus): Json {
  const made: Record<string, Json> = { id: random.chance(0.9) ? 1 : anyJson(random, 2) };
  if (random.chance(0.2)) made.op = random.of('check', 'print', 'trace');
  if (random.chance(0.9))
    made.rules = random.chance(0.8) ? ruleText(random) : mutate(random, ruleText(random), corpus, 2);
  if (random.chance(0.4)) made.rules6 = ruleText(random);
  if (random.chance(0.2)) made.family = random.of<Json>(4, 6, '4', null);
  if (random.chance(0.2)) made.sets = mutate(random, random.pick(SETS), corpus, random.int(0, 2));
  if (random.chance(0.15))
    made.topology = {
      ifaces: [
        {
          name: random.of('eth0', 'eth1', 'wg0', ''),
          mac: '02:00:00:00:00:01',
          addrs: ['10.244.1.5/24', 'fd00:1::5/64'],
          mtu: random.of(1500, 68, 1280, 0),
        },
      ],
      routes: [random.of('default via 10.244.1.1 dev eth0', 'x', 'default dev wg0')],
      ipRules: random.chance(0.3) ? ['fwmark 1 lookup 5'] : [],
      sysctls: { 'net.ipv4.ip_forward': random.of(0, 1, -1) },
    };
  if (random.chance(0.15))
    made.listeners = [
      {
        proto: random.of<Json>('tcp', 'udp', 300),
        addr: random.of('0.0.0.0', '::', '10.244.1.5', 'x'),
        port: random.of(80, 0, 70000),
        transparent: random.chance(0.5),
      },
    ];
  if (random.chance(0.15))
    made.conntrack = [
      {
        orig: {
          src: '10.244.1.9',
          dst: '10.244.1.5',
          proto: random.of<Json>('tcp', 'udp', 'icmp', 1, 58),
          sport: 40000,
          dport: 80,
        },
        mark: random.of(0, 5, -1),
        tcpState: random.of('ESTABLISHED', 'TIME_WAIT', 'x'),
      },
    ];
  if (random.chance(0.85)) made.packet = anyPacket(random);
  else made.packets = Array.from({ length: random.int(0, 3) }, () => anyPacket(random));
  return random.chance(0.3) ? broken(random, made) : made;
}

/** One value anywhere in it is something else. */
function broken(random: Random, json: Json): Json {
  if (typeof json !== 'object' || json === null || random.chance(0.15)) return anyJson(random, 3);
  if (Array.isArray(json)) {
    const list = [...(json as readonly Json[])];
    if (list.length > 0) {
      const at = random.int(0, list.length - 1);
      list[at] = broken(random, list[at] as Json);
    }
    return list;
  }
  const names = Object.keys(json);
  if (names.length === 0) return anyJson(random, 2);
  const name = random.pick(names);
  return { ...json, [name]: broken(random, (json as Readonly<Record<string, Json>>)[name] as Json) };
}

const SETS = [
  'create s hash:ip\nadd s 10.244.1.9\n',
  'create s hash:net\nadd s 10.0.0.0/8\nadd s 10.244.0.0/16 nomatch\n',
  'create s hash:ip,port\nadd s 10.244.1.9,tcp:80\nadd s 10.0.0.0/30,udp:1-9\n',
  'create s hash:net,iface\nadd s 10.0.0.0/8,eth0\n',
  'create a list:set size 8\ncreate s list:set size 8\nadd a s\nadd s a\n',
  'create i hash:ip\ncreate s list:set\nadd s i\n',
  'create s bitmap:port range 0-65535\nadd s 1-90\n',
  'create s hash:ip family inet6\nadd s fd00:1::5\n',
  'create s bitmap:ip,mac range 10.244.0.0/16\nadd s 10.244.1.9\n',
  'create s hash:net family inet6\nadd s ::/0\nadd s fd00::1-fd00::9\n',
  'create s hash:ip netmask 24 counters skbinfo\nadd s 10.244.1.0 packets 3 bytes 9 skbmark 0x1/0xff\n',
  'create s hash:net,port,net\nadd s 0.0.0.1-255.255.255.254,0-65535,0.0.0.1-255.255.255.254\n',
];
