import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { problems, shown, type Place } from './shownLines';

/**
 * `shown.txt`: below a heading with table, chain and family rules, each with a packet after ` <- `. Below it each
 * condition with what the packet has and the answer, what the target does, and after `→` what a person reads of the
 * rule. `problems.txt`: rules, with what is wrong with them. `UPDATE_GOLDEN=1 npx vitest run
 * test/xtables/shown.bulk.test.ts` writes the answers anew; they are read in review.
 */
test.each(['shown.txt', 'problems.txt'])('%s', (name) => {
  const file = path.join(import.meta.dirname, name);
  const before = readFileSync(file, 'utf8').trimEnd().split('\n');
  const after: string[] = [];
  let place: Place = { table: 'filter', chain: 'INPUT', family: 4 };
  for (const line of before) {
    if (line.startsWith('    ')) continue;
    after.push(line);
    const [, table, chain, family] = /^# (\w+) (\w+) IPv([46])$/.exec(line) ?? [];
    if (table !== undefined && chain !== undefined) {
      place = { table, chain, family: family === '4' ? 4 : 6 };
      continue;
    }
    const [rule = '', packet] = line.split(' <- ');
    after.push(...(packet === undefined ? problems(place, rule) : shown(place, rule, packet)));
  }
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${after.join('\n')}\n`);
  else expect(after).toEqual(before);
});
