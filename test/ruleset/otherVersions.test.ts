import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../src/features/canonical';
import { checkRules } from '../../src/features/diagnostics';

/** Dumps of other versions than 1.8.9, each rule with the reason why it is there. The files state the form. */
const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'versions');

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const family = name.endsWith('.ip6tables') ? 6 : 4;
  const lines = text.split('\n');
  const notes = new Map<number, string>();
  const expected: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (/^(?:\[\d+:\d+\] )?-A /.test(line)) expected.push(line);
    else if (line.startsWith('#= ')) expected.splice(-1, 1, line.slice(3));
    else if (line.startsWith('#i '))
      notes.set(lines.slice(0, i).findLastIndex((each) => !each.startsWith('#')) + 1, line.slice(3));
  }

  it('has no error, and notes where a version is too old', () => {
    expect(checkRules(text, family).map(({ line, severity, message }) => [line, severity, message])).toEqual(
      [...notes].map(([line, message]) => [line, 'info', message]),
    );
  });

  it('means to 1.8.9 what 1.8.9 prints of it', () => {
    expect(
      canonicalText(text, family)
        .split('\n')
        .filter((line) => line.startsWith('-A')),
    ).toEqual(expected);
  });
});
