import { expect, test } from 'vitest';
import { sources } from './sources';

/** STYLE.md: aim for less than 300 lines; a longer file has more than one subject. */
const MOST_LINES = 400;

test(`no file of src has more than ${MOST_LINES} lines`, () => {
  const files = sources('src').map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter(({ lines }) => lines > MOST_LINES)).toEqual([]);
});
