import { compareAddresses, inBlock, notAddress, orAddress, parseAddress, parseBlock, prefixLengthOf, type Address, type AddressBlock } from '../core/net/address';
import type { Line } from '../core/syntax/tree';
import type { RuleSet } from '../core/ruleset/ruleSet';

/** An address as rules write it, with what may stand behind it: a prefix, a mask, the end of a range. */
const WRITTEN: Readonly<Record<4 | 6, RegExp>> = {
  4: /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?:\/([\d.]+)|-(\d{1,3}(?:\.\d{1,3}){3}))?/g,
  6: /(?<![\da-fA-F:.])([\da-fA-F]*:[\da-fA-F:]*:[\da-fA-F.]*)(?:\/([\da-fA-F:]+)|-([\da-fA-F]*:[\da-fA-F:]*:[\da-fA-F.]*))?/g,
};

const known = new WeakMap<RuleSet, Map<string, boolean>>();

/** Whether a line of the rules names an address in a block, or a network or a range that has some in common with it. Rules for any address do not count. */
export function speaksOf(ruleSet: RuleSet, block: AddressBlock): boolean {
  if (ruleSet.family !== block.address.family) return false;
  const key = block.address.words.join();
  const answers = known.get(ruleSet) ?? new Map<string, boolean>();
  known.set(ruleSet, answers);
  let answer = answers.get(key);
  if (answer === undefined) answers.set(key, (answer = look(ruleSet, block)));
  return answer;
}

function look(ruleSet: RuleSet, block: AddressBlock): boolean {
  const { family, words } = block.address;
  // Whatever has something in common with the block begins with the same number, unless it is a network of fewer bits than that.
  const first = family === 4 ? `${(words[0] as number) >>> 24}.` : ((words[0] as number) >>> 16).toString(16);
  for (const table of ruleSet.tables.values()) {
    for (const chain of table.chains.values()) {
      let last: Line | undefined;
      for (const { line } of chain.rules) {
        // A line that lists addresses stands for many rules.
        if (line === last) continue;
        const { text } = (last = line);
        if ((text.includes(first) || SHORT_PREFIX.test(text)) && lineSpeaks(text, block)) return true;
      }
    }
  }
  return false;
}

const SHORT_PREFIX = /\/(?:[1-9]|1[0-5])(?!\d)/;

function lineSpeaks(text: string, block: AddressBlock): boolean {
  const last = orAddress(block.address, notAddress(block.mask));
  for (const [, from = '', mask, to] of text.matchAll(WRITTEN[block.address.family])) {
    const start = parseAddress(from);
    if (start?.family !== block.address.family) continue;
    if (mask !== undefined) {
      const other = parseBlock(`${from}/${mask}`, start.family);
      if (other && prefixLengthOf(other.mask) !== 0 && (inBlock(block.address, other) || inBlock(other.address, block))) return true;
    } else if (to !== undefined) {
      const end: Address = parseAddress(to) ?? start;
      if (compareAddresses(start, last) <= 0 && compareAddresses(end, block.address) >= 0) return true;
    } else if (inBlock(start, block)) return true;
  }
  return false;
}
