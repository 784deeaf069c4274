import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allExtensions } from '../../src/core/xtables/registry';
import { FIXTURES } from '../kernel/fixtureNames';
import { readRecorded } from '../kernel/fixtures';
import { evidenceOf, type Evidence } from './optionEvidence';

/** What the packet, the connection, the host or the file cannot decide, and what the trace then does. */
const OPEN: Readonly<Record<string, string>> = {
  'match bpf --object-pinned': 'unknown: the program is in the kernel',
  'match cgroup': 'unknown: the cgroup of a process is not in the file',
  'match connlimit': 'counts connections of the trace only',
  'match cpu': 'unknown: which processor handles the packet is chance',
  'match hashlimit': 'from a fresh start, which is listed as assumed',
  'match helper': 'from the connection; unknown for announced ones',
  'match ipvs': 'unknown: IPVS is not in the file',
  'match limit': 'from a fresh start, which is listed as assumed',
  'match nfacct': 'unknown: the counters are in the kernel',
  'match osf': 'unknown for a SYN: the fingerprints are in the kernel',
  'match quota': 'from a fresh start, which is listed as assumed',
  'match rateest': 'from a fresh start, which is listed as assumed',
  'match recent': 'from empty lists, which is listed as assumed',
  'match set': 'where ipset save is in the file; else unknown',
  'match socket': 'unknown once a connection is established',
  'match statistic --mode': 'nth from a fresh start; random as outcomes with their chances',
  'match time': 'where a time is given; else unknown',
  'target CLUSTERIP': 'as outcomes: the node may answer or not',
  'target NFQUEUE': 'as if nobody listened on the queue',
  'target QUEUE': 'as if nobody listened on the queue',
  'target SYNPROXY': 'the SYN is answered for the server; for an ACK as outcomes',
};

const file = join(import.meta.dirname, '../../COVERAGE.md');

test('COVERAGE.md is what the registry and the recorded answers say (rewritten with UPDATE_COVERAGE=1)', () => {
  const text = document();
  if (process.env.UPDATE_COVERAGE) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('every remark is about something that exists', () => {
  const known = new Set(
    allExtensions().flatMap(({ kind, name, options }) => [
      `${kind} ${name}`,
      ...options.map((option) => `${kind} ${name} ${option.name}`),
    ]),
  );
  expect(Object.keys(OPEN).filter((key) => !known.has(key))).toEqual([]);
});

function document(): string {
  const folder = join(import.meta.dirname, '../fixtures/kernel');
  const evidence = evidenceOf(FIXTURES.flatMap((name) => readRecorded(join(folder, name))));
  const extensions = allExtensions();
  const rows = (kind: 'match' | 'target'): string[] =>
    extensions
      .filter((extension) => extension.kind === kind)
      .flatMap(({ name, families, options }) => {
        const key = `${kind} ${name}`;
        const first = `| **${name}** | ${families.join(', ')} | | ${OPEN[key] ?? 'yes'} | ${options.length === 0 ? checked(evidence.get(key), false) : ''} |`;
        return [
          first,
          ...options.map((option) => {
            const own = `${key} ${option.name}`;
            return `| | | \`${option.invertible ? '[!] ' : ''}${option.name}\` | ${OPEN[own] ?? (OPEN[key] ? '' : 'yes')} | ${checked(evidence.get(own), option.invertible)} |`;
          }),
        ];
      });
  const count = extensions.reduce((sum, { options }) => sum + options.length, 0);
  return [
    '# Coverage',
    '',
    `Made from the registry and the recorded answers of the kernel: ${extensions.filter(({ kind }) => kind === 'match').length} matches, ${extensions.filter(({ kind }) => kind === 'target').length} targets, ${count} options. All of them are parsed, checked and`,
    'printed as iptables 1.8.9 does (tests with recorded answers of iptables-restore and iptables-save). "Kernel" tells what the recorded',
    'packets show: a rule with the option that matched (`yes`), one that did not (`no`), one with `!` (`!`). Where something is missing,',
    '`test/netfilter/coverage.test.ts` says why the recording kernel could not be asked.',
    '',
    '## Matches',
    '',
    '| match | IPv | option | evaluated | kernel |',
    '|---|---|---|---|---|',
    ...rows('match'),
    '',
    '## Targets',
    '',
    '| target | IPv | option | evaluated | kernel |',
    '|---|---|---|---|---|',
    ...rows('target'),
    '',
  ].join('\n');
}

function checked(evidence: Evidence | undefined, invertible: boolean): string {
  const parts = [
    evidence?.yes ? 'yes' : '',
    evidence?.no ? 'no' : '',
    invertible && evidence?.inverted ? '!' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '–' : parts.join(' ');
}
