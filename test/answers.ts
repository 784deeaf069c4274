import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/**
 * A file of questions, one a line, each with its answer below it, four blanks in. `# name` begins a section; empty lines
 * divide. Each question is one test. `UPDATE_GOLDEN=1` writes the answers anew; they are read in review. In a question
 * `⏎` stands for the end of a line. `begin` makes one test of a section, whose questions go on from each other: it
 * forgets what the answers left behind, so that the section can be run again.
 */
export function answersOf(
  file: string,
  answer: (question: string, section: string) => readonly string[] | Promise<readonly string[]>,
  begin?: (section: string) => void,
): void {
  const answerTo = async (question: string, section: string): Promise<readonly string[]> =>
    (await answer(question.replaceAll('⏎', '\n'), section)).flatMap((each) => `    ${each}`.split('\n'));
  for (const part of readFileSync(file, 'utf8').split(/^(?=# )/m)) {
    const [heading = '', ...lines] = part.split('\n');
    const section = heading.replace(/^# /, '');
    if (!begin && !process.env.UPDATE_GOLDEN) {
      describe(section, () => {
        for (const [question = '', ...said] of questionsIn(lines))
          test(question.length > 100 ? `${question.slice(0, 99)}…` : question, async () => {
            expect((await answerTo(question, section)).join('\n')).toBe(said.join('\n'));
          });
      });
      continue;
    }
    test(section, async () => {
      begin?.(section);
      const asked = [heading];
      for (const line of lines) {
        if (line.startsWith('    ')) continue;
        asked.push(line);
        if (line !== '') asked.push(...(await answerTo(line, section)));
      }
      const found = asked.join('\n');
      if (process.env.UPDATE_GOLDEN)
        writeFileSync(
          file,
          readFileSync(file, 'utf8').replace(part, () => found),
        );
      else expect(found).toBe(part);
    });
  }
}

/** Each question with the lines below it. */
function questionsIn(lines: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('    ')) found.at(-1)?.push(line);
    else if (line !== '') found.push([line]);
  }
  return found;
}

/**
 * Plain data as text: a line for each value, what is nested two blanks further in. Omitted is what is not there:
 * undefined, and empty lists and texts.
 */
export function outlineOf(value: unknown, indent = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => itemOf(each, indent));
  if (typeof value !== 'object' || value === null) return [`${indent}${String(value)}`];
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) => {
    if (isNothing(each)) return [];
    if (isLine(each)) return [`${indent}${name}: ${lineOf(each)}`];
    return [`${indent}${name}:`, ...outlineOf(each, `${indent}  `)];
  });
}

function itemOf(value: unknown, indent: string): readonly string[] {
  if (isLine(value)) return [`${indent}- ${lineOf(value)}`];
  const [first = '', ...more] = outlineOf(value, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...more];
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Single values, and small things without other things in them, are one line. */
function isLine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const inside: readonly unknown[] = Object.values(value);
  return inside.every((each) => typeof each !== 'object' || each === null) && lineOf(value).length <= 100;
}

function lineOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(each)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value).replaceAll('\n', '⏎');
  return Object.entries(value)
    .filter(([, each]) => !isNothing(each))
    .map(([name, each]) => `${name}: ${typeof each === 'string' ? JSON.stringify(each) : String(each)}`)
    .join(', ');
}
