import path from 'node:path';
import { expect, test } from 'vitest';
import { TRACKED } from '../kernel/fixtureNames';
import { readRecorded, type Recorded } from '../kernel/fixtures';
import { TRACKED_QUESTIONS } from '../kernel/named/tracked';
import { trackedAnswers } from './trackedAnswers';

const RECORDED = readRecorded(path.join(import.meta.dirname, '..', 'fixtures', 'kernel', TRACKED));

/** What the kernel said of each packet of a sequence: the questions that it answered with yes. */
function saidByKernel({ kernel }: Recorded): readonly string[] {
  return kernel.map(({ matchedRules }) =>
    matchedRules.map(({ num }) => TRACKED_QUESTIONS[num - 1]?.[0] ?? `rule ${num}`).join(', '),
  );
}

test.each(['TCP', 'stated', 'SCTP', 'others'])('sequences of %s, as the kernel tracks them', (kind) => {
  const recorded = RECORDED.filter(({ name }) => name.startsWith(kind));
  expect(recorded.length).toBeGreaterThan(5);
  const wrong = recorded.flatMap((each) => {
    const [own, kernel] = [trackedAnswers(each.question), saidByKernel(each)];
    const at = own.findIndex((answer, i) => answer !== kernel[i]);
    return at < 0 ? [] : [{ name: each.name, packet: each.question.packets[at], own: own[at], kernel: kernel[at] }];
  });
  expect(wrong).toEqual([]);
});
