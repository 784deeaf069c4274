import type { MatchExtension, TargetExtension } from '../../src/core/xtables/extension';
import type { Option } from '../../src/core/xtables/option';
import { allExtensions } from '../../src/core/xtables/registry';
import { protocolName } from '../../src/core/net/protocols';
import { GOOD_OPTIONS } from '../kernel/check/goodRules';
import type { Random } from '../kernel/random';

const EXTENSIONS = allExtensions();
const MATCHES = EXTENSIONS.filter((extension): extension is MatchExtension => extension.kind === 'match');
const TARGETS = EXTENSIONS.filter((extension): extension is TargetExtension => extension.kind === 'target');

const TABLES: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const OWN_CHAINS = ['A', 'B', 'C', 'X'];

/** A dump of one table or two, of rules most of which load. */
export function ruleText(random: Random): string {
  return Array.from({ length: random.int(1, 2) }, () => {
    const table = random.of('filter', 'filter', 'mangle', 'nat', 'raw', 'security');
    const builtin = TABLES[table] as readonly string[];
    const own = random.sample(OWN_CHAINS, random.int(0, 3));
    const heads = [
      ...builtin.map((chain) => `:${chain} ${random.of('ACCEPT', 'ACCEPT', 'DROP')} [0:0]`),
      ...own.map((chain) => `:${chain} - [0:0]`),
    ];
    const rules = Array.from(
      { length: random.int(0, 6) },
      () => `-A ${random.pick([...builtin, ...own])}${ruleBody(random, own)}`,
    );
    return ['*' + table, ...heads, ...rules, 'COMMIT', ''].join('\n');
  }).join('');
}

/** One rule, loadable or not. */
export function anyRuleLine(random: Random): string {
  return `${random.of('-A', '-A', '-A', '-I', '-D', '-C', '-R')} ${random.of('INPUT', 'OUTPUT', 'PREROUTING', 'POSTROUTING', 'FORWARD', 'A', 'X')}${ruleBody(random, OWN_CHAINS)}`;
}

function ruleBody(random: Random, own: readonly string[]): string {
  const matches = Array.from({ length: random.int(0, random.chance(0.05) ? 8 : 2) }, () => random.pick(MATCHES));
  const jump = own.length > 0 && random.chance(0.4);
  const target = jump || random.chance(0.5) ? undefined : random.pick(TARGETS);
  const wanted = [...matches, ...(target ? [target] : [])].find(({ protocols }) => protocols !== undefined)
    ?.protocols?.[0];
  const protocol =
    wanted === undefined
      ? random.chance(0.3)
        ? ` -p ${random.of('tcp', 'udp', 'icmp', 'ipv6-icmp', 'sctp', 'all', '47', '255')}`
        : ''
      : random.chance(0.9)
        ? ` -p ${protocolName(wanted)}`
        : '';
  const header = random.chance(0.3)
    ? ` ${random.not()}${random.of('-s 10.244.1.9', '-d 10.244.1.5', '-s 10.0.0.0/8', '-d fd00:1::5', '-i eth0', '-o eth1', '-i lo', '-f', '-s 10.0.0.1,10.0.0.2', '-i +')}`
    : '';
  const end = jump
    ? ` ${random.of('-j', '-j', '-g')} ${random.pick(own)}`
    : target
      ? ` -j ${target.name}${options(random, target)}`
      : ` -j ${random.of('ACCEPT', 'DROP', 'RETURN', 'LOG', 'REJECT')}`;
  return protocol + header + matches.map((match) => ` -m ${match.name}${options(random, match)}`).join('') + end;
}

function options(random: Random, extension: MatchExtension | TargetExtension): string {
  const good = GOOD_OPTIONS[extension.name];
  if (random.chance(0.6))
    return good === undefined || good === '' ? '' : ` ${typeof good === 'string' ? good : random.of(good[4], good[6])}`;
  return random
    .sample(extension.options, random.int(0, 3))
    .map((option) => ` ${random.not()}${option.name}${value(random, option)}`)
    .join('');
}

function value(random: Random, { words, type }: Option): string {
  if (words === 0) return random.chance(0.02) ? ' 1' : '';
  return Array.from({ length: words }, (_, i) => {
    const known = i === 0 ? type?.completions : type?.secondCompletions;
    return ` ${known && known.length > 0 && random.chance(0.6) ? random.pick(known) : random.pick(VALUES)}`;
  }).join('');
}

/** Values of every type at their edges, and some of none. */
const VALUES = [
  '0',
  '1',
  '2',
  '15',
  '16',
  '31',
  '32',
  '63',
  '64',
  '80',
  '127',
  '128',
  '255',
  '256',
  '1024',
  '1500',
  '65535',
  '65536',
  '2147483648',
  '4294967295',
  '4294967296',
  '18446744073709551615',
  '-1',
  '0x1',
  '0xff',
  '0xffffffff',
  '010',
  '1.5',
  '0.5',
  '1e3',
  '1:2',
  '2:1',
  ':5',
  '5:',
  '0:65535',
  '1-2',
  '1,2,3',
  '80,443',
  '1/2',
  '0x1/0xff',
  '10.244.1.5',
  '10.244.1.0/24',
  '10.0.0.1-10.0.0.9',
  '10.0.0.1:80-90',
  '10.1/255.0.255.0',
  'fd00:1::5',
  'fd00::/64',
  '::',
  '[fd00::1]:80',
  'tcp',
  'udp',
  'eth0',
  'eth+',
  'lo',
  '5/minute',
  '3/s',
  '1kb/s',
  '250ms',
  '10:00',
  'Mon',
  '2024-01-01T00:00:00',
  '00:11:22:33:44:55',
  's src',
  'NEW',
  'NEW,ESTABLISHED',
  'SYN',
  'SYN,ACK',
  'ALL',
  'NONE',
  'cs1',
  'EF',
  'echo-request',
  '8/0',
  '"a b"',
  '"\\""',
  '"|0d0a|"',
  'x',
  '""',
  '!',
  '-j',
  '"0=5"',
  '"0>>22&0x3C@4=0:255"',
  '"6&0xFF=1&&0>>22&0x3C@0=5"',
  '"4294967295=1"',
  '"0>>22@4294967295=1"',
  '"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"',
  '"1,48 0 0 4294967295"',
  '"2,177 0 0 0,22 0 0 0"',
  'LOCAL',
  'DATA',
  'any DATA',
  'constructor',
  '__proto__',
  'toString',
  'a'.repeat(40),
  'ü',
  '\u001b[1m',
];
