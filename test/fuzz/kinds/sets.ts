import { parseSets } from '../../../src/core/net/sets';
import { hostFromTopology } from '../../../src/core/net/hostFromTopology';
import type { Host } from '../../../src/core/net/host';
import { makePacket, packetProblem } from '../../../src/core/net/makePacket';
import { isProblem, readPacketRequest } from '../../../src/core/net/packetRequest';
import { testSet, type SetDirection } from '../../../src/core/net/testSet';
import { must, partOf, textOf, type FuzzKind } from '../kind';
import { anyPacket } from '../requests';
import { mutate } from '../texts';
import type { Random } from '../../kernel/random';

const host = hostFromTopology(undefined) as Host;
const TYPES = [
  'bitmap:ip range 10.244.0.0/16',
  'bitmap:ip,mac range 10.244.0.0/16',
  'bitmap:port range 0-65535',
  'hash:ip',
  'hash:mac',
  'hash:ip,mac',
  'hash:net',
  'hash:net,net',
  'hash:ip,port',
  'hash:net,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'hash:ip,mark',
  'hash:net,port,net',
  'hash:net,iface',
  'list:set size 8',
];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ip: ['10.244.1.9', '10.244.1.0/24', '10.0.0.1-10.0.0.9', 'fd00:1::9', 'fd00::/64', 'x'],
  net: ['10.0.0.0/8', '10.244.1.9', '0.0.0.0/0', '1.0.0.1-9.255.255.254', 'fd00::/16', '::/0'],
  port: ['80', 'tcp:80', 'udp:1-65535', 'icmp:8/0', '53-80', 'tcp:http', 'x'],
  mac: ['02:00:00:00:99:99', 'x'],
  mark: ['0x1', '0xffffffff', '1'],
  iface: ['eth0', 'physdev:eth0', ''],
  set: ['a', 'b', 's', 'nosuch'],
};

/** Text of `ipset save` and packets that are looked up in it. */
export const setsKind: FuzzKind = {
  name: 'sets',
  summary:
    'texts of ipset save, whole and broken: problems stand at lines that there are, and every set answers for every packet',
  generate: (random, corpus) => ({
    text: random.chance(0.7) ? setsText(random) : mutate(random, setsText(random), corpus, random.int(1, 4)),
    packet: anyPacket(random),
    directions: Array.from({ length: random.int(1, 3) }, () => random.of('src', 'dst')).join(),
  }),
  check(input) {
    const text = textOf(partOf(input, 'text'));
    const { sets, problems } = parseSets(text);
    const lines = text.split(/\r\n|\r|\n/).length;
    for (const { line, message } of problems)
      must(line >= 1 && line <= lines && message !== '', () => `a problem at line ${line} of ${lines}`);
    const request = readPacketRequest(partOf(input, 'packet'));
    if (isProblem(request) || packetProblem(request)) return;
    const view = { packet: makePacket(request, host), inInterface: 'eth0', outInterface: 'eth1' };
    const directions = textOf(partOf(input, 'directions'))
      .split(',')
      .filter((word): word is SetDirection => word === 'src' || word === 'dst');
    for (const name of sets.keys())
      for (const returnNomatch of [false, true]) testSet(sets, name, view, directions, { returnNomatch });
  },
};

function setsText(random: Random): string {
  return Array.from({ length: random.int(1, 3) }, () => {
    const name = random.of('a', 'b', 's');
    const type = random.pick(TYPES);
    const parts = (type.split(' ')[0] as string).split(':')[1]?.split(',') ?? [];
    const options = random.of(
      '',
      ' family inet6',
      ' timeout 10',
      ' counters skbinfo comment',
      ' netmask 24',
      ' markmask 0xff',
    );
    const members = Array.from(
      { length: random.int(0, 5) },
      () =>
        `${random.of('add', 'add', 'add', 'del')} ${random.chance(0.9) ? name : 'x'} ${parts.map((part) => random.pick(VALUES[part] ?? ['x'])).join(',')}${random.of('', '', ' nomatch', ' timeout 3', ' packets 3 bytes 9', ' comment "a b"', ' wildcard', ' before a', ' skbmark 0x1/0x3 skbprio 1:2')}`,
    );
    return [`create ${name} ${type}${options}`, ...members, ''].join('\n');
  }).join('');
}
