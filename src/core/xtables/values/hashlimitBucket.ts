import { bytesOfPrice, HASHLIMIT_SCALE } from './hashlimitRate';
import { BYTE_BUDGET, periodCredits, priceCredits, type HashlimitData } from './hashlimitData';

/**
 * What the kernel keeps for one entry of a hashlimit table: four words that mean one thing for a limit and another for
 * a rate match. Rules that share a table may take it for the one although it was made for the other. Source:
 * net/netfilter/xt_hashlimit.c struct dsthash_ent.
 */
export interface Bucket {
  /**
   * The credit left; for a rate match the length of its interval (lower 32 bits) and what came in the one before
   * (upper).
   */
  readonly credit: bigint;
  /**
   * The most credit, or how often the budget of one second of bytes may be filled again; for a rate match what came in
   * this interval.
   */
  readonly cap: bigint;
  /** What a packet or 16 bytes cost; for a rate match its rate. */
  readonly cost: bigint;
  /** Of a rate match alone: what may come in an interval. A limit leaves it as the memory was. */
  readonly allowed: bigint | undefined;
}

/** An entry as the rule makes it whose table it is. Source: rateinfo_init. */
export function freshBucket({ rateMatch, bytes, interval, period, burst, allowed }: HashlimitData): Bucket {
  if (rateMatch)
    return {
      credit: BigInt(interval),
      cap: 0n,
      cost: bytes ? bytesOfPrice(period) : HASHLIMIT_SCALE / period,
      allowed,
    };
  if (bytes) return { credit: BYTE_BUDGET, cap: burst, cost: priceCredits(period), allowed: undefined };
  const credit = periodCredits(period * burst);
  return { credit, cap: credit, cost: periodCredits(period), allowed: undefined };
}

/**
 * The entry after one packet, and whether the packet was within the limit as a rule takes it. Source:
 * hashlimit_mt_common.
 */
export function spend(
  { rateMatch, bytes }: HashlimitData,
  bucket: Bucket,
  length: bigint,
): readonly [Bucket, boolean | 'unknown'] {
  if (rateMatch) {
    const came = BigInt.asUintN(64, bucket.cap + (bytes ? length : 1n));
    const next = { ...bucket, cap: came };
    if (bucket.credit >> 32n !== 0n) return [next, false];
    return [next, bucket.allowed === undefined ? 'unknown' : came <= BigInt.asUintN(64, bucket.allowed)];
  }
  if (!bytes)
    return bucket.credit >= bucket.cost ? [{ ...bucket, credit: bucket.credit - bucket.cost }, true] : [bucket, false];
  const wanted = BigInt.asUintN(64, ((length >> 4n) + 1n) * bucket.cost);
  const cost = wanted > BYTE_BUDGET ? BYTE_BUDGET : wanted;
  const filled: Bucket =
    bucket.credit < cost && bucket.cap !== 0n ? { ...bucket, credit: BYTE_BUDGET, cap: bucket.cap - 1n } : bucket;
  return filled.credit >= cost ? [{ ...filled, credit: filled.credit - cost }, true] : [filled, false];
}

/** What is left of an entry, as a rule takes it. */
export function leftInBucket(
  { rateMatch, bytes }: HashlimitData,
  { credit, cap, cost }: Bucket,
):
  | { readonly kind: 'came' | 'packets'; readonly count: bigint }
  | { readonly kind: 'bytes'; readonly refills: bigint; readonly percent: bigint } {
  if (rateMatch) return { kind: 'came', count: cap };
  if (bytes) return { kind: 'bytes', refills: cap, percent: (credit * 100n) / BYTE_BUDGET };
  return { kind: 'packets', count: cost === 0n ? credit : credit / cost };
}

/** Buckets of a table of which no size is given, where the host has more than 1 GB of memory. */
const USUAL_SIZE = 8192;

/** The most entries of the table that a rule makes. Source: htable_create. */
export function mostEntries({ size, max }: HashlimitData): number {
  const buckets = size || USUAL_SIZE;
  return max === 0 ? 8 * buckets : Math.max(max, buckets);
}
