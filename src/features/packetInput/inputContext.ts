import type { NameBook } from './names';

/** What the reading of a packet depends on besides its text. */
export interface InputContext {
  /** Of the rules: where a name has addresses of both. */
  readonly family: 4 | 6;
  /** The names that the file gives to addresses; made when first asked for. */
  readonly names: () => NameBook;
  /** The name servers that the file states. */
  readonly resolvers: () => readonly string[];
  /** Whether an address is one of this host; undefined where nothing states it. */
  readonly isOwn: (address: string) => boolean | undefined;
}
