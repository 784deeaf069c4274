import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { problems, shown, type Place } from './shownLines';

/**
 * `shown.txt`: below a heading with table, chain and family rules, each with a packet after ` <- `. Below it each
 * condition with what the packet has and the answer, what the target does, and after `→` what a person reads of the
 * rule. `problems.txt`: rules, with what is wrong with them. `UPDATE_GOLDEN=1 npx vitest run
 * test/xtables/shown.bulk.test.ts` writes the answers anew; they are read in review.
 */
describe.each(['shown.txt', 'problems.txt'])('%s', (name) => {
  const file = path.join(import.meta.dirname, name);
  const parts = partsOf(readFileSync(file, 'utf8').trimEnd().split('\n'));
  const answers: string[][] = [];

  it.each(parts.map((part, i) => [part.title, i, part] as const))('%s', (_, i, { place, lines }) => {
    const after = lines.filter((line) => !line.startsWith('    ')).flatMap((line) => [line, ...answer(place, line)]);
    answers[i] = after;
    if (!process.env.UPDATE_GOLDEN) expect(after).toEqual(lines);
  });

  afterAll(() => {
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${answers.flat().join('\n')}\n`);
  });
});

/** Some rules of one place, with their answers. */
interface Part {
  readonly title: string;
  readonly place: Place;
  readonly lines: string[];
}

/** So many lines that one test says where it is, and few enough that it is quick. */
const PART = 60;

function partsOf(lines: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  let place: Place = { table: 'filter', chain: 'INPUT', family: 4 };
  for (const line of lines) {
    const heading = headingOf(line);
    place = heading ?? place;
    const last = parts.at(-1);
    if (!last || heading || (last.lines.length >= PART && !line.startsWith('    ')))
      parts.push({ title: line, place, lines: [line] });
    else last.lines.push(line);
  }
  return parts;
}

function headingOf(line: string): Place | undefined {
  const [, table, chain, family] = /^# (\w+) (\w+) IPv([46])$/.exec(line) ?? [];
  return table === undefined || chain === undefined ? undefined : { table, chain, family: family === '4' ? 4 : 6 };
}

function answer(place: Place, line: string): readonly string[] {
  if (headingOf(line)) return [];
  const [rule = '', packet] = line.split(' <- ');
  return packet === undefined ? problems(place, rule) : shown(place, rule, packet);
}
