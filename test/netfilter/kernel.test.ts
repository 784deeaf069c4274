import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { OwnAnswer } from '../kernel/case';
import { differences } from '../kernel/compare';
import { evaluate, isUncertain } from '../kernel/evaluate';
import { readRecorded, type Recorded } from '../kernel/fixtures';
import { stateAsked } from '../kernel/judge';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'kernel');

/** All packets of a recorded case: where the evaluator says otherwise than the kernel did. */
function disagreements({ question, kernel }: Recorded): readonly unknown[] {
  const own = evaluate(question);
  if ('error' in own) return [own.error];
  const uncertain = isUncertain(question);
  return kernel.flatMap((answer, packet) => {
    const found = differences(answer, stateAsked(question, own[packet] as OwnAnswer), uncertain);
    return found.length > 0 ? [{ packet, found }] : [];
  });
}

describe('what Linux did, named', () => {
  const named = ['experiments.jsonl', 'options.jsonl', 'istio.jsonl'].flatMap((file) => readRecorded(join(FOLDER, file)).map((recorded) => [`${file.replace('.jsonl', '')}: ${recorded.name}`, recorded] as const));
  it.each(named)('%s', (_, recorded) => {
    expect(disagreements(recorded)).toEqual([]);
  });
});

describe('what Linux did, at random', () => {
  const random = readRecorded(join(FOLDER, 'random.jsonl.gz'));
  const size = 50;
  const parts = Array.from({ length: Math.ceil(random.length / size) }, (_, i) => [i * size, random.slice(i * size, (i + 1) * size)] as const);
  it.each(parts)('cases from %i on', (_, part) => {
    const wrong = part.flatMap((recorded) => {
      const found = disagreements(recorded);
      return found.length > 0 ? [{ name: recorded.name, question: recorded.question, found }] : [];
    });
    expect(wrong).toEqual([]);
  });

  it('are a few thousand packets', () => {
    expect(random.reduce((sum, { kernel }) => sum + kernel.length, 0)).toBeGreaterThan(4000);
  });
});
