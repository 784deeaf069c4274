import { describe, expect, test } from 'vitest';
import { readExpectations } from '../../../src/features/expectations/readExpectations';
import { substituteNames } from '../../../src/features/expectations/substituteNames';

const ADDRESSES = { office: '203.0.113.9', six: '2001:db8::7', a: '10.0.0.1' };
const { names } = readExpectations(
  Object.entries(ADDRESSES)
    .map(([name, address]) => `${name} = ${address}`)
    .join('\n'),
  'iptest',
).settings;

describe('names stand for addresses', () => {
  test.each<[string, string]>([
    ['in eth0 tcp office > :22', 'in eth0 tcp 203.0.113.9 > :22'],
    ['in tcp office:5 > six:22 syn', 'in tcp 203.0.113.9:5 > [2001:db8::7]:22 syn'],
    ['in tcp six > a', 'in tcp 2001:db8::7 > 10.0.0.1'],
    ['in tcp a→six', 'in tcp 10.0.0.1→2001:db8::7'],
    ['in tcp offices > :22', 'in tcp offices > :22'],
    ['in tcp my-office > :a', 'in tcp my-office > :a'],
    ['', ''],
  ])('%s: %s', (line, expected) => {
    const { text, columnOf } = substituteNames(line, names);
    expect(text).toBe(expected);
    // Law: what stays is found where it was, what is put in begins and ends where its name does.
    const same = [...text].map((letter, column) => line[columnOf(column)] === letter);
    for (const [name, address] of Object.entries(ADDRESSES)) {
      const written = [`[${address}]`, address].find((each) => text.includes(each));
      const start = written === undefined ? -1 : text.indexOf(written);
      if (written === undefined || start < 0) continue;
      expect(columnOf(start)).toBe(line.search(new RegExp(`(?<![\\w-])${name}(?![\\w-])`)));
      expect(columnOf(start + 1)).toBe(columnOf(start) + name.length);
      expect(columnOf(start + written.length)).toBe(columnOf(start) + name.length);
      same.fill(true, start, start + written.length);
    }
    expect(same).not.toContain(false);
    expect(columnOf(text.length)).toBe(line.length);
  });
});
