import { formatAddress, parseAddress } from '../../core/net/address';
import type { SourceFile } from '../../core/syntax/sourceFile';
import { interfacesOf, valuesInRules } from '../completion/fileNames';

/** What a packet may name of a file, each with one line on what it is. */
interface FileWords {
  readonly interfaces: readonly string[];
  /** `eth+`, as rules have them. */
  readonly interfacePatterns: readonly string[];
  readonly addresses: ReadonlyMap<string, string>;
  /** `:8080`, of the sockets that listen. */
  readonly ports: ReadonlyMap<string, string>;
}

const WORDS = new WeakMap<SourceFile, FileWords>();

/** Read from the text of the rules and from listings; once for each file, as it is asked for with every letter. */
export function wordsOfFile(file: SourceFile): FileWords {
  const known = WORDS.get(file);
  if (known) return known;
  const named = interfacesOf(file, -1);
  const words: FileWords = {
    interfaces: named.filter((name) => !name.endsWith('+')),
    interfacePatterns: named.filter((name) => name.endsWith('+')),
    addresses: addressesOf(file),
    ports: portsOf(file),
  };
  WORDS.set(file, words);
  return words;
}

const IN_RULES = [
  '-s',
  '-d',
  '--source',
  '--destination',
  '--to-destination',
  '--to-source',
  '--ctorigdst',
  '--ctorigsrc',
];

function addressesOf(file: SourceFile): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (text: string, detail: string): void => {
    const address = parseAddress(text);
    const label = address && formatAddress(address);
    if (label !== undefined && !found.has(label)) found.set(label, detail);
  };
  for (const section of file.sections) {
    if (section.kind === 'interfaces')
      for (const { name, addresses } of section.interfaces)
        for (const each of addresses) add(each.replace(/\/.*$/, ''), `address of ${name}`);
    if (section.kind === 'addresses')
      for (const { address, name, source } of section.addresses)
        add(address.replace(/\/.*$/, ''), name ?? `stated by ${source}`);
  }
  for (const value of valuesInRules(file, IN_RULES, -1))
    for (const each of value.split(',')) {
      // Of a block there is no one address to offer.
      const [, plain = each] = /^(.*)\/(?:32|128)$/.exec(each) ?? [];
      const [, host = plain] = /^(\d+(?:\.\d+){3}):\d+$/.exec(plain) ?? [];
      add(host, 'in a rule');
    }
  return found;
}

function portsOf(file: SourceFile): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const section of file.sections)
    if (section.kind === 'sockets')
      for (const { port, process, protocol } of section.sockets)
        if (protocol !== 'raw' && !found.has(`:${port}`))
          found.set(`:${port}`, process === undefined ? 'something listens there' : `${process} listens there`);
  return found;
}
