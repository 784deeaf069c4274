import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { FIXTURES } from '../kernel/fixtureNames';
import { readRecorded, type Recorded } from '../kernel/fixtures';
import { judgeReply } from '../kernel/judge';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'kernel');

/** Where the evaluator says otherwise than the kernel did; what follows on a number drawn at random is omitted. */
function disagreements({ question, kernel }: Recorded): readonly unknown[] {
  const { disagreement } = judgeReply(question, { results: kernel });
  return disagreement ? [{ packet: disagreement.packet, differences: disagreement.differences }] : [];
}

describe('what Linux did, named', () => {
  const named = FIXTURES.filter((file) => file.endsWith('.jsonl')).flatMap((file) =>
    readRecorded(join(FOLDER, file)).map(
      (recorded) => [`${file.replace('.jsonl', '')}: ${recorded.name}`, recorded] as const,
    ),
  );
  it.each(named)('%s', (_, recorded) => {
    expect(disagreements(recorded)).toEqual([]);
  });
});

describe('what Linux did, at random', () => {
  const random = readRecorded(join(FOLDER, 'random.jsonl.gz'));
  const size = 50;
  const parts = Array.from(
    { length: Math.ceil(random.length / size) },
    (_, i) => [i * size, random.slice(i * size, (i + 1) * size)] as const,
  );
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
