import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../kernel/fixtureNames';
import { readRecorded } from '../kernel/fixtures';
import { generate } from '../kernel/generate/generate';
import { generateNative } from '../kernel/generate/native';
import { generateSequences } from '../kernel/generate/sequences';
import { unexplained } from './explanationLaw';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'kernel');

/** Of the corpus every n-th case and n random rule sets of each kind; all of it with EXPLAIN_ALL=1. */
const ALL = process.env.EXPLAIN_ALL !== undefined;
const EVERY = ALL ? 1 : 23;
const RANDOM = ALL ? 600 : 12;

function broken(list: readonly (readonly [string, Parameters<typeof unexplained>[0]])[]): readonly string[] {
  return list.flatMap(([name, question]) => unexplained(question).map((wrong) => `${name}: ${wrong}`));
}

describe('of every rule that a packet met the explanation says what was decided and what decided it', () => {
  it.each(FIXTURES)('%s', { timeout: 600_000 }, (file) => {
    const recorded = readRecorded(join(FOLDER, file)).filter((_, i) => i % EVERY === 0);
    expect(broken(recorded.map(({ name, question }) => [name, question] as const))).toEqual([]);
  });

  const kinds: readonly (readonly [string, (index: number) => Parameters<typeof unexplained>[0]])[] = [
    ['random rules', (i) => generate(4211, i, 3).question],
    ['random rules of nft', (i) => generateNative(4211, i, 3).question],
    [
      'random conversations',
      (i) => {
        const { question, sequences } = generateSequences(4211, i, i % 2 === 0 ? 'legacy' : 'nft');
        return { ...question, packets: sequences[0] ?? [], independent: false };
      },
    ],
  ];
  it.each(kinds)('%s', { timeout: 600_000 }, (kind, make) => {
    expect(broken(Array.from({ length: RANDOM }, (_, i) => [`${kind} ${i}`, make(i)] as const))).toEqual([]);
  });
});
