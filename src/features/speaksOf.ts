import {
  compareAddresses,
  inBlock,
  notAddress,
  orAddress,
  parseAddress,
  parseBlock,
  prefixLengthOf,
  type Address,
  type AddressBlock,
} from '../core/net/address';
import type { Line } from '../core/syntax/tree';
import { allTables, type NftTable, type RuleSet } from '../core/ruleset/ruleSet';

/** An address as rules write it, with what may come after it: a prefix, a mask, the end of a range. */
const WRITTEN: Readonly<Record<4 | 6, RegExp>> = {
  4: /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?:\/([\d.]+)|-(\d{1,3}(?:\.\d{1,3}){3}))?/g,
  6: /(?<![\da-fA-F:.])([\da-fA-F]*:[\da-fA-F:]*:[\da-fA-F.]*)(?:\/([\da-fA-F:]+)|-([\da-fA-F]*:[\da-fA-F:]*:[\da-fA-F.]*))?/g,
};

const known = new WeakMap<RuleSet, Map<string, boolean>>();

/**
 * Whether a line of the rules names an address in a block, or a network or a range that has some in common with it.
 * Rules for any address do not count.
 */
export function speaksOf(ruleSet: RuleSet, block: AddressBlock): boolean {
  if (ruleSet.family !== block.address.family) return false;
  const key = [...block.address.words, ...block.mask.words].join();
  const answers = known.get(ruleSet) ?? new Map<string, boolean>();
  known.set(ruleSet, answers);
  let answer = answers.get(key);
  if (answer === undefined) answers.set(key, (answer = look(ruleSet, block)));
  return answer;
}

function look(ruleSet: RuleSet, block: AddressBlock): boolean {
  const within = beginningOf(block);
  const wide = WIDER[block.address.family](prefixLengthOf(block.mask) ?? 0);
  for (const table of allTables(ruleSet)) {
    for (const { elements } of 'sets' in table ? (table as NftTable).sets.values() : [])
      if (elements.some(({ line: { text } }) => (within.test(text) || wide.test(text)) && lineSpeaks(text, block)))
        return true;
    for (const chain of table.chains.values()) {
      let last: Line | undefined;
      for (const { line } of chain.rules) {
        // A line that lists addresses stands for many rules.
        if (line === last) continue;
        const { text } = (last = line);
        if ((within.test(text) || wide.test(text)) && lineSpeaks(text, block)) return true;
      }
    }
  }
  return false;
}

/**
 * How the addresses of a block begin as text. In IPv6 nothing but the first number is sure to be written so, in small
 * letters or others, and `::` stands for a zero.
 */
function beginningOf({ address: { family, words }, mask }: AddressBlock): RegExp {
  const first = words[0] as number;
  const length = prefixLengthOf(mask) ?? 0;
  if (family === 6) return new RegExp(length < 16 || first >>> 16 === 0 ? '' : (first >>> 16).toString(16), 'i');
  const start = [24, 16, 8]
    .slice(0, Math.floor(length / 8))
    .map((shift) => `${(first >>> shift) & 255}\\.`)
    .join('');
  return new RegExp(start);
}

/**
 * Matches lines with a network of fewer bits than the block has, a mask or a range: whatever may hold the block without
 * beginning as it does.
 */
const WIDER: Readonly<Record<4 | 6, (length: number) => RegExp>> = {
  4: (length) => new RegExp(`/(?:${shorterThan(length)})(?!\\d)|/\\d+\\.|\\d-\\d+\\.`),
  6: (length) => new RegExp(`/(?:${shorterThan(length)})(?!\\d)|/[\\da-f]+:|[\\da-f:]-[\\da-f]*:`, 'i'),
};

function shorterThan(length: number): string {
  return Array.from({ length: Math.max(1, length - 1) }, (_, i) => String(i + 1)).join('|');
}

function lineSpeaks(text: string, block: AddressBlock): boolean {
  const last = orAddress(block.address, notAddress(block.mask));
  for (const [, from = '', mask, to] of text.matchAll(WRITTEN[block.address.family])) {
    const start = parseAddress(from);
    if (!start) continue;
    if (mask !== undefined) {
      const other = parseBlock(`${from}/${mask}`, start.family);
      if (other && prefixLengthOf(other.mask) !== 0 && (inBlock(block.address, other) || inBlock(other.address, block)))
        return true;
    } else if (to !== undefined) {
      const end: Address = parseAddress(to) ?? start;
      if (compareAddresses(start, last) <= 0 && compareAddresses(end, block.address) >= 0) return true;
    } else if (inBlock(start, block)) return true;
  }
  return false;
}
