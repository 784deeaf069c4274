import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkDisagreement, type RecordedCheck } from '../kernel/checkLive';
import { CHECKS_FILE } from '../kernel/fixtureNames';

/** Recorded: what iptables-legacy-restore 1.8.9 took or refused, and what iptables-legacy-save printed. */
const recorded = gunzipSync(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'kernel', CHECKS_FILE))).toString('utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedCheck);

describe('check refuses and print writes what iptables 1.8.9 does', () => {
  const groups = new Map<string, RecordedCheck[]>();
  for (const each of recorded) {
    const group = each.name.split(' ').slice(0, 2).join(' ');
    groups.set(group, [...(groups.get(group) ?? []), each]);
  }
  it.each([...groups])('%s', (_, cases) => {
    expect(cases.flatMap((each) => checkDisagreement(each) ?? []).slice(0, 5)).toEqual([]);
  });

  it('has texts of both kinds', () => {
    expect(recorded.filter(({ accepted }) => accepted).length).toBeGreaterThan(1000);
    expect(recorded.filter(({ accepted }) => !accepted).length).toBeGreaterThan(1000);
  });
});
