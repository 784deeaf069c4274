import type { Address } from './address';

/** A set of ipset as `ipset save` writes it, and what packets made of it. */
export interface IpSet {
  readonly name: string;
  /** `hash:ip,port`, `bitmap:port`, `list:set` … */
  readonly type: string;
  readonly family: 4 | 6;
  /** The words after the type in the `create` line. */
  readonly options: readonly string[];
  readonly entries: readonly string[];
  /** The lines of the text that the entries are in, from 1. */
  readonly lines: readonly number[];
  /** It has more entries than these. */
  readonly partial?: true;
  /** What packets made of it since. */
  readonly changes?: SetChanges;
}

/** What packets did to a member since (`-j SET`). */
export interface SetChange {
  /** Its values, which name the member where it is gone. */
  readonly parts: readonly SetPart[];
  readonly member: SetMember | undefined;
  /** It was there at first. */
  readonly saved: boolean;
}

/** What is different from the set that the file has, by `memberKey`. */
interface SetChanges {
  readonly original: IpSet;
  readonly members: ReadonlyMap<string, SetChange>;
  /**
   * A full set with `forceadd` was added to: each of its members may have been removed, or not have been added.
   * Whatever is not listed as a member is certainly not in it.
   */
  readonly unsure: boolean;
}

/** One part of a member of a set. Values of a packet have the same form, a single value in each part. */
export type SetPart =
  | { readonly kind: 'ip'; readonly first: Address; readonly last: Address }
  | { readonly kind: 'net'; readonly address: Address; readonly length: number }
  /** `protocol` undefined: bitmap:port, which has TCP and UDP. */
  | { readonly kind: 'port'; readonly protocol: number | undefined; readonly first: number; readonly last: number }
  /** undefined: bitmap:ip,mac member whose link layer address is yet to be learnt. */
  | { readonly kind: 'mac'; readonly mac: string | undefined }
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'iface'; readonly name: string; readonly wildcard: boolean; readonly bridgePort: boolean };

/** What a member of a set with `skbinfo` gives to a packet (`-j SET --map-set`). */
export interface SetInfo {
  readonly mark: number;
  readonly mask: number;
  readonly priority: number;
}

/** What comes after the values of a member. */
export interface SetExtensions {
  /** Its counters at first, in a set with counters; undefined: none are written, which means 0. */
  readonly counts: { readonly packets: bigint | undefined; readonly bytes: bigint | undefined };
  readonly info: SetInfo;
}

export interface SetMember extends SetExtensions {
  readonly parts: readonly SetPart[];
  readonly nomatch: boolean;
}
