import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Listed } from './ask';

/** Recorded listings: iptables 1.8.9, both back ends. */
export const LISTINGS_FILE = join('test', 'fixtures', 'listing', 'listings.jsonl.gz');

export function readListings(root: string): readonly Listed[] {
  return gunzipSync(readFileSync(join(root, LISTINGS_FILE)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Listed);
}
