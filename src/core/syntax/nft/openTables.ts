import type { Line } from '../tree';
import { baseOf, type NftChainText, type NftSetText, type NftTableText } from './tables';

/** By `FAMILY NAME`, in the order in which they were made. */
export type NftTables = Map<string, NftTableText>;

export type NftBlock = NftChainText | NftSetText;

export function tableOf(tables: NftTables, family: NftTableText['family'], name: string, line: Line): NftTableText {
  const key = `${family} ${name}`;
  let table = tables.get(key);
  if (!table) tables.set(key, (table = { family, name, line, dormant: false, chains: new Map(), sets: new Map() }));
  return table;
}

export function chainOf(table: NftTableText, name: string, line: Line): NftChainText {
  let chain = table.chains.get(name);
  if (!chain)
    table.chains.set(name, (chain = { name, line, base: undefined, policy: undefined, comment: undefined, rules: [] }));
  return chain;
}

export function setOf(table: NftTableText, kind: 'set' | 'map', name: string, line: Line): NftSetText {
  let set = table.sets.get(name);
  if (!set) table.sets.set(name, (set = { kind, name, line, properties: [], elements: [] }));
  return set;
}

export function readProperty(table: NftTableText, block: NftBlock | undefined, words: string): void {
  if (!block) {
    if (/^flags\s.*\bdormant\b/.test(words)) table.dormant = true;
    return;
  }
  if ('properties' in block) {
    block.properties.push(words);
    return;
  }
  const comment = /^comment\s+"?([^"]*)"?/.exec(words)?.[1];
  if (comment !== undefined) block.comment = comment;
  const policy = /^policy\s+(accept|drop)\b/.exec(words)?.[1];
  if (policy !== undefined) block.policy = policy as 'accept' | 'drop';
  block.base ??= baseOf(words, table.family);
}
