import type { Columns } from '../../text/columns';

/**
 * What a statement of nft is. `table`, `chain`, `set`, `map` and `object` (a named counter, a flowtable, …) open a
 * block, which `end` closes; `property` says something of the block around it (`type nat hook output priority -100`,
 * `flags interval`). `elements` go on in the lines `more`.
 * `command` stands by itself: `add rule inet t c …`.
 */
export type NftPart =
  'table' | 'chain' | 'set' | 'map' | 'object' | 'property' | 'elements' | 'more' | 'rule' | 'end' | 'command';

/** A statement of nft, with the columns of it that count. */
export interface NftNode extends Columns {
  readonly kind: 'nft';
  readonly part: NftPart;
}
