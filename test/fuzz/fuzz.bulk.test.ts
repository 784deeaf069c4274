import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Random } from '../kernel/random';
import { readCorpus } from './corpus';
import type { Json } from './kind';
import { KINDS, kindNamed } from './kinds/index';
import { findingOf, inputOf } from './run';
import { shrink } from './shrink';

const root = join(import.meta.dirname, '..', '..');
const corpus = readCorpus(root);
/** Inputs of each kind, of a seed of its own; `npm run fuzz` goes on from there. */
const SEED = 20_240;
const COUNTS: Readonly<Record<string, number>> = {
  file: 60,
  edits: 60,
  batch: 80,
  session: 30,
  packet: 400,
  extension: 600,
  sets: 300,
  cli: 60,
};

describe('a short run', () => {
  test.each(KINDS.map(({ kind }) => [kind.name, kind] as const))('%s: nothing is found', (name, kind) => {
    const findings = Array.from({ length: COUNTS[name] ?? 0 }, (_, index) =>
      findingOf(kind, inputOf(SEED, index, corpus, kind).input),
    ).filter((finding) => finding !== undefined);
    expect(findings).toEqual([]);
  });
});

/** What was found once: `npm run fuzz -- --write` keeps it here. */
describe('inputs that were found', () => {
  const folder = join(root, 'test', 'fixtures', 'fuzz');
  test.each(readdirSync(folder).sort())('%s', (name) => {
    const { kind: kindName, input } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      readonly kind: string;
      readonly input: Json;
    };
    const kind = kindNamed(kindName);
    expect(kind).toBeDefined();
    expect(kind && findingOf(kind, input)).toBeUndefined();
  });
});

describe('the fuzzer', () => {
  test('makes the same input of the same seed and index, and others of others', () => {
    const made = (seed: number): string =>
      JSON.stringify(Array.from({ length: 40 }, (_, index) => inputOf(seed, index, corpus).input));
    expect(made(7)).toBe(made(7));
    expect(made(7)).not.toBe(made(8));
  });

  test('tells what throws', () => {
    const broken = {
      name: 'broken',
      summary: '',
      generate: (random: Random) => random.int(0, 9),
      check: (input: Json) => {
        if (input === 7) throw new TypeError('seven');
      },
    };
    expect([6, 7].map((input) => findingOf(broken, input)?.message)).toEqual([undefined, 'TypeError: seven']);
  });

  test.each<[string, Json, (input: Json) => boolean, Json]>([
    ['a text', 'abcXdef', (input) => typeof input === 'string' && input.includes('X'), 'X'],
    [
      'a long text',
      `${'line one\n'.repeat(100)}X${'line two\n'.repeat(100)}`,
      (input) => typeof input === 'string' && input.includes('X'),
      'X',
    ],
    ['a list', [1, 2, 3, 4, 5], (input) => Array.isArray(input) && input.includes(4), [4]],
    [
      'an object',
      { a: 1, b: { c: 'xyz', d: null } },
      (input) => JSON.stringify(input).includes('y'),
      { b: { c: 'y' } },
    ],
    ['nothing smaller', 'X', (input) => input === 'X', 'X'],
  ])('makes %s smaller', (_name, input, fails, expected) => {
    expect(shrink(input, fails, 5000)).toEqual(expected);
  });

  test('gives up in time', () => {
    let asked = 0;
    shrink(
      'x'.repeat(5000),
      () => {
        asked++;
        return true;
      },
      50,
    );
    expect(asked).toBeLessThanOrEqual(50);
  });
});
