import { hasRules } from '../core/syntax/detect';
import type { FileModel } from './fileModel';

/** In characters. What is larger and no rules file is not searched for rules. */
const LARGEST_SEARCHED = 20_000_000;
/** In characters. What is larger is searched line by line only: rules in other words are not found in it. */
const LARGEST_READ = 2_000_000;

/** Whatever holds rules has one of these words somewhere. */
const WORDS =
  /tables|nft|PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING|\*(?:filter|nat|mangle|raw|security)|Chain |-A |table[ \t]/;

/**
 * Whether there are rules in a text whose language does not say so. Most texts are neither read nor searched line by
 * line for it. `read`: the text as a whole, where only that shows them.
 */
export function holdsRules(text: string, read: () => FileModel): boolean {
  if (text.length > LARGEST_SEARCHED || !WORDS.test(text)) return false;
  return hasRules(text) || (text.length <= LARGEST_READ && read().dumps.length > 0);
}
