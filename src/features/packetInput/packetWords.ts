import {
  ALIASES,
  DIRECTIONS,
  FLAG_ORDER,
  ICMP_NAMES,
  KEYWORDS,
  PROTOCOL_WORDS,
  STATES,
} from '../../core/net/expressionWords';
import { own } from '../../core/text/own';
import { chainsByName } from '../expectations/passedRules';
import { ruleSetsFor, type Dump, type FileModel } from '../fileModel';
import { contextOfFile } from './contextOfFile';
import { wordsOfFile } from './fileWords';
import type { WordList } from './wordList';

/** What the words of a packet may name; `dump` is one of `model`. */
export interface PacketWordSource {
  readonly model: FileModel | undefined;
  readonly dump: Dump | undefined;
  /** Names and interfaces that the user has made known besides. */
  readonly names: Iterable<readonly [name: string, address: string]> & { readonly size: number };
  readonly interfaces: Iterable<string>;
}

/** The values of keywords of which there are few, by their field. */
const VALUES: Readonly<Record<string, Iterable<string>>> = {
  proto: PROTOCOL_WORDS,
  state: STATES,
  type: ICMP_NAMES,
  flags: FLAG_ORDER,
  newer: ['nft', 'legacy'],
};

/**
 * The words that may come next in a packet expression. `before`: its words so far, in small letters. `everything`: also
 * what would only be in the way where nothing is typed yet.
 */
export function proposePacketWords(
  list: WordList,
  before: readonly string[],
  source: PacketWordSource,
  everything = false,
): void {
  const last = before.at(-1);
  const first = before.length === 0;
  if (first)
    list.add(
      'keyword',
      1,
      ['in', 'a packet that arrives; the interface may come after it'],
      ['out', 'a packet that this host sends'],
      ['forward', 'a packet for another host; two interfaces may come after it'],
    );
  if (isInterfacePlace(before)) proposeInterfaces(list, 0, source);
  if (first && source.names.size === 0 && list.typed === '' && !everything) return;
  const keyword = last === undefined ? undefined : own(KEYWORDS, own(ALIASES, last) ?? last);
  if (keyword) return proposeValues(list, keyword.field, source);
  const arrow = before.findIndex((word) => /(?:>|→)$/.test(word));
  if (arrow < 0 || arrow === before.length - 1) proposeAddresses(list, source);
  // The destination comes next, nothing else.
  if (arrow === before.length - 1 && !first) return;
  const protocol = before.find((word) => PROTOCOL_WORDS.has(word) || word === 'proto');
  if (protocol === undefined) for (const name of PROTOCOL_WORDS) list.add('value', 4, [name, 'protocol']);
  if (first) return;
  if (protocol === undefined || protocol === 'tcp')
    for (const name of FLAG_ORDER) list.add('value', 5, [name, 'TCP flag']);
  for (const name of STATES) list.add('value', 5, [name, 'state of connection tracking']);
  list.add(
    'keyword',
    6,
    ['own', 'the destination is an address of this host'],
    ['df', 'it must not be fragmented'],
    ['mf', 'more fragments follow'],
  );
  for (const [name, { value }] of Object.entries(KEYWORDS)) list.add('keyword', 6, [name, value]);
  if (list.typed !== '')
    for (const [alias, word] of Object.entries(ALIASES)) list.add('keyword', 7, [alias, KEYWORDS[word]?.value ?? '']);
  if (list.typed.length > 1 && (protocol === undefined || protocol.includes('icmp')))
    for (const name of ICMP_NAMES) list.add('value', 8, [name, 'ICMP type']);
}

/** Whether the name of an interface may come after these words. */
export function isInterfacePlace(before: readonly string[]): boolean {
  return DIRECTIONS.has(before.at(-1) ?? '') || before.at(-2) === 'forward';
}

function proposeValues(list: WordList, field: string, source: PacketWordSource): void {
  if (field === 'src' || field === 'dst') proposeAddresses(list, source);
  else if (field === 'at') proposeChains(list, source);
  else
    list.some(
      'value',
      0,
      [...(own(VALUES, field) ?? [])].map((name) => [name, ''] as const),
    );
}

export function proposeInterfaces(
  list: WordList,
  rank: number,
  { model, interfaces }: Pick<PacketWordSource, 'model' | 'interfaces'>,
): void {
  const names = new Set([...(model ? wordsOfFile(model.file).interfaces : []), ...interfaces]);
  list.some(
    'interface',
    rank,
    [...names].map((name) => [name, 'interface'] as const),
  );
}

/** Addresses, with a port after a colon, and names for them. */
export function proposeAddresses(list: WordList, { model, dump, names }: PacketWordSource): void {
  list.add('name', 3, ...names);
  if (!model || !dump) return;
  const book = contextOfFile(model, dump, undefined).names();
  const { addresses, ports } = wordsOfFile(model.file);
  list.some('name', 4, book.known());
  list.some('address', 5, addresses);
  const [, name] = /^(.*):[^:]*$/.exec(list.typed) ?? [];
  if (name === '') list.some('value', 4, ports);
  else if (name !== undefined) list.some('name', 4, book.portsOf(name));
}

/** By its name alone where no other table has such a chain. */
export function proposeChains(list: WordList, { model, dump }: Pick<PacketWordSource, 'model' | 'dump'>): void {
  if (!model || !dump) return;
  const found = new Map<string, string>();
  for (const ruleSet of Object.values(ruleSetsFor(model, dump)))
    for (const [name, chains] of ruleSet ? chainsByName(ruleSet) : []) {
      const [chain] = chains;
      if (chain && (name.includes('/') || chains.length === 1))
        found.set(name, `${chain.rules.length} ${chain.rules.length === 1 ? 'rule' : 'rules'} in ${chain.table}`);
    }
  list.some(
    'chain',
    1,
    [...found].map(([name, detail]) => [name, detail, name.includes('/') ? 2 : 1] as const),
  );
}
