import type { Line } from './tree';
import { Shape } from './shape';

/**
 * 4 or 6 by the first rule that can be in one family only: an address, an extension of one family. Undefined where none
 * of the first 20,000 lines shows it; a rule set without an address up to there is read as if it had none.
 */
export function findFamily(lines: readonly Line[], from: number, to: number): 4 | 6 | undefined {
  const end = Math.min(to, from + 20_000);
  for (let i = from; i < end; i++) {
    const line = lines[i];
    if (line?.shape !== Shape.Rule) continue;
    const family = familyOfRule(line);
    if (family !== undefined) return family;
  }
  return undefined;
}

function familyOfRule(line: Line): 4 | 6 | undefined {
  const text = line.text;
  // Only a dot between digits, a colon or a name of one family can decide; most rules return here unread.
  if (!text.includes('.') && !text.includes(':', line.contentStart) && !OF_ONE_FAMILY.test(text)) return undefined;
  if (line.node.kind !== 'command') return undefined;
  const words = line.node.words;
  for (let i = 0; i + 1 < words.length; i++) {
    const option = words[i]?.text ?? '';
    const value = words[i + 1]?.text ?? '';
    if (ADDRESS_OPTIONS.has(option)) {
      const family = addressFamily(value);
      if (family !== undefined) return family;
    } else if (option === '-p' || option === '--protocol') {
      if (value === 'icmp') return 4;
      if (value === 'ipv6-icmp' || value === 'icmpv6') return 6;
    } else if (option === '-m' || option === '-j') {
      const family = familyOfExtension(option === '-m' ? 'match' : 'target', value);
      if (family !== undefined) return family;
    } else if (option === '--reject-with') {
      if (value.startsWith('icmp6-')) return 6;
      if (value.startsWith('icmp-')) return 4;
    } else if (option === '--icmpv6-type') return 6;
  }
  return undefined;
}

/**
 * Extensions that only one of iptables and ip6tables has, by their names; a test holds the lists against the registry.
 */
export const ONE_FAMILY = {
  match: {
    4: ['icmp', 'osf', 'realm', 'ttl'],
    6: ['dst', 'eui64', 'frag', 'hbh', 'hl', 'icmp6', 'icmpv6', 'ipv6header', 'mh', 'rt', 'srh'],
  },
  target: { 4: ['CLUSTERIP', 'ECN', 'TTL', 'ULOG'], 6: ['DNPT', 'HL', 'SNPT'] },
} as const;
const OF_ONE_FAMILY = new RegExp(
  `icmp|-m (?:${[...ONE_FAMILY.match[4], ...ONE_FAMILY.match[6]].join('|')}) |-j (?:${[...ONE_FAMILY.target[4], ...ONE_FAMILY.target[6]].join('|')})\\b`,
);

function familyOfExtension(kind: 'match' | 'target', name: string): 4 | 6 | undefined {
  const names = ONE_FAMILY[kind];
  return (names[4] as readonly string[]).includes(name)
    ? 4
    : (names[6] as readonly string[]).includes(name)
      ? 6
      : undefined;
}

const ADDRESS_OPTIONS = new Set([
  '-s',
  '--source',
  '--src',
  '-d',
  '--destination',
  '--dst',
  '--to-destination',
  '--to-source',
  '--src-range',
  '--dst-range',
  '--on-ip',
  '--to',
  '--ctorigsrc',
  '--ctorigdst',
  '--ctreplsrc',
  '--ctrepldst',
  '--src-pfx',
  '--dst-pfx',
]);

/** 4 for `10.0.0.1`, 6 for `fd00::1`; the first of a list counts. */
export function addressFamily(value: string): 4 | 6 | undefined {
  if (/^\[?[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*/.test(value) && value.indexOf(':') !== value.lastIndexOf(':')) return 6;
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/.test(value)) return 4;
  return undefined;
}
