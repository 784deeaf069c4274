import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lister, VARIANTS, type Backend, type Listed } from './ask';
import { compareListing } from './compare';
import { LISTINGS_FILE, readListings } from './listingsFile';
import { ruleGroups } from './rules';
import { sample } from './sample';

/**
 * Loads the rules of the recorded texts with both programs, lists them with each set of options, reads the listings and
 * compares the rules with what iptables-save prints. Started by `npm run test:kernel -- --listing`, in the folder of
 * the project and a network namespace of its own.
 */
function main(root: string, words: readonly string[]): number {
  const only = words.find((word, i) => !word.startsWith('-') && !['--backend', '--every'].includes(words[i - 1] ?? ''));
  const option = (name: string): string | undefined =>
    words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
  const backend = option('--backend') as Backend | undefined;
  const backends: readonly Backend[] = backend ? [backend] : ['legacy', 'nft'];
  const every = Number(option('--every') ?? 1);
  const groups = ruleGroups(root)
    .filter(({ about }) => only === undefined || about === only)
    .map((group) => ({
      ...group,
      rules: group.rules.length > FEW ? group.rules.filter((_, i) => i % every === 0) : group.rules,
    }));
  if (groups.length === 0) {
    console.error(`No rule is about ${only ?? 'anything'}: name a match or a target, header, goto or mixed.`);
    return 2;
  }
  const lister = new Lister();
  const kept: Listed[] = [];
  let shown = 0;
  let differ = 0;
  for (const backend of backends) {
    const counts = new Map<string, { rules: number; ambiguous: number; differ: number }>();
    const extensions = new Map<string, Set<string>>();
    for (const group of groups) {
      for (const listed of lister.list(group, backend, VARIANTS)) {
        kept.push(listed);
        const { rules, ambiguous, differences } = compareListing(listed);
        const count = counts.get(listed.options) ?? { rules: 0, ambiguous: 0, differ: 0 };
        counts.set(listed.options, {
          rules: count.rules + rules,
          ambiguous: count.ambiguous + ambiguous,
          differ: count.differ + differences.length,
        });
        extensions.set(listed.options, (extensions.get(listed.options) ?? new Set()).add(group.about));
        differ += differences.length;
        for (const { row, saved, read } of differences)
          if (shown++ < MOST_SHOWN)
            console.log(
              `--- ${group.about}, IPv${group.family}, ${backend} ${listed.options}\n${row}\n  saved ${saved}\n  read  ${read}`,
            );
      }
    }
    for (const [options, count] of counts) {
      console.log(
        `${backend} -L ${options}: ${count.rules} rules of ${extensions.get(options)?.size ?? 0} extensions, ${count.ambiguous} cannot be distinguished by their rows, ${count.differ} differ`,
      );
    }
  }
  const others = only === undefined ? [] : readListings(root).filter(({ about }) => about !== only);
  if (words.includes('--record'))
    writeFileSync(
      join(root, LISTINGS_FILE),
      gzipSync([...others, ...sample(kept)].map((listed) => `${JSON.stringify(listed)}\n`).join(''), { level: 9 }),
    );
  return differ > 0 ? 1 : 0;
}

const MOST_SHOWN = 60;
/** Of so few rules none is omitted by --every. */
const FEW = 20;

process.exitCode = main(process.cwd(), process.argv.slice(2));
