import type { Line } from './tree';
import { Shape } from './shape';

/**
 * 4 or 6 by the first rule that can stand in one family only: an address, an ICMP of one family. Undefined where none
 * of the first 20,000 lines tells; a rule set that has no address by then has none that matters.
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
  // Without a dot between digits, a colon or an ICMP name no word can tell; most rules leave here unread.
  if (!text.includes('.') && !text.includes(':', line.contentStart) && !text.includes('icmp')) return undefined;
  if (line.node.kind !== 'command') return undefined;
  const words = line.node.words;
  for (let i = 0; i + 1 < words.length; i++) {
    const option = words[i]?.text ?? '';
    const value = words[i + 1]?.text ?? '';
    if (ADDRESS_OPTIONS.has(option)) {
      const family = addressFamily(value);
      if (family !== undefined) return family;
    } else if (option === '-p' || option === '--protocol' || option === '-m') {
      if (value === 'icmp') return 4;
      if (value === 'ipv6-icmp' || value === 'icmpv6' || value === 'icmp6') return 6;
    } else if (option === '--reject-with') {
      if (value.startsWith('icmp6-')) return 6;
      if (value.startsWith('icmp-')) return 4;
    } else if (option === '--icmpv6-type') return 6;
  }
  return undefined;
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
]);

/** 4 for `10.0.0.1`, 6 for `fd00::1`; the first of a list counts. */
export function addressFamily(value: string): 4 | 6 | undefined {
  if (/^\[?[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*/.test(value) && value.indexOf(':') !== value.lastIndexOf(':')) return 6;
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/.test(value)) return 4;
  return undefined;
}
