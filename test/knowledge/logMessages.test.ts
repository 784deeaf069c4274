import { expect, test } from 'vitest';
import { logHeadingKnowledge } from '../../src/core/knowledge/knowledge';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { blocksToText } from '../../src/features/hover/blocks';
import { hoverAt } from '../../src/features/hover/hover';

/** Lines as people paste them, and what is said of them; `undefined`: nothing. */
test.each([
  [
    'Error connecting to 127.0.0.6:15002: dial tcp 127.0.0.1:0->127.0.0.6:15002: connect: connection refused',
    /rules are not there/,
  ],
  [
    '2025-01-02T03:04:05.6Z\terror\tError connecting to [::6]:15002: dial tcp [::1]:0->[::6]:15002: connect: connection refused',
    /rules are not there/,
  ],
  ['2025-01-02T03:04:05.6Z\terror\tiptables validation failed; workload is not ready for Istio.', /gave up/],
  ['validation timeout', /did not get its own connection/],
  ['Error on listening: listen tcp 127.0.0.1:15001: bind: address already in use', /port is taken/],
  ['validation passed', /are there and work/],
  ['2026-01-02T03:04:05.6Z\tinfo\tIgnoring residues because no rules are planned for IPv6', /leaves alone/],
  [
    '2026-01-02T03:04:05.6Z\tinfo\tFound residues of old iptables rules/chains, reconciliation is recommended',
    /Other rules of Istio/,
  ],
  ['info\tFound compatible residues of old iptables rules/chains, reconciliation not needed', /were already there/],
  [
    'info\treconcile is recommended but no-reconcile flag is set. Unexpected behavior may occur due to preexisting iptables rules',
    /stay/,
  ],
  [
    'warn\tREDIRECT_DNS is set, but CAPTURE_ALL_DNS is false, and no DNS servers provided. DNS capture disabled.',
    /DNS is not captured/,
  ],
  ['Ignoring error for bug compatibility with istio-iptables: netip.ParsePrefix("10.0.0.1"): no \'/\'', /skipped/],
  [
    'iptables-restore v1.8.7 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
    /may not change rules/,
  ],
  [
    "iptables v1.6.1: can't initialize iptables table `nat': Permission denied (you must be root)",
    /may not change rules/,
  ],
  ["iptables-restore v1.6.1: iptables-restore: unable to initialize table 'nat'", /no such table/],
  [
    "iptables v1.8.4 (legacy): can't initialize iptables table `nat': Table does not exist (do you need to insmod?)",
    /no such table/,
  ],
  ['modprobe: FATAL: Module ip_tables not found in directory /lib/modules/5.4.0', /module could not be loaded/],
  ["Fatal: can't open lock file /run/xtables.lock: Read-only file system", /cannot open its lock file/],
  ['Another app is currently holding the xtables lock. Perhaps you want to use the -w option?', /holds the lock/],
  [
    "error\tCommand error output: xtables parameter problem: Couldn't load target `ISTIO_OUTPUT':No such file or directory",
    /is not there/,
  ],
  ['iptables: No chain/target/match by that name.', /is not there/],
  ['iptables: Chain already exists.', /ran before/],
  ['iptables-restore: line 2 failed', /refused a line/],
  ["# Table `nat' is incompatible, use 'nft' tool.", /iptables cannot show/],
  ['mount: /data: Operation not permitted', undefined],
  ['psql: Resource temporarily unavailable', undefined],
  ['the validation of the form passed', undefined],
])('%s', (line, title) => {
  const fact = logHeadingKnowledge(line);
  if (title === undefined) {
    expect(fact).toBeUndefined();
    return;
  }
  expect(fact?.title).toMatch(title);
  expect(fact?.details.at(-1)).toMatchObject({ text: expect.stringMatching(/^Next: /) as string });
});

test('a hover over the line tells it, over an address in it the address first', () => {
  const text =
    'notes\nError connecting to 127.0.0.6:15002: dial tcp 127.0.0.1:0->127.0.0.6:15002: connect: connection refused\n';
  const model = modelOf(parseSourceFile(text));
  expect(blocksToText(hoverAt(model, 1, 2)?.blocks ?? [])).toMatch(/^log line: istio-validation/);
  expect(blocksToText(hoverAt(model, 1, 24)?.blocks ?? [])).toMatch(
    /^127\.0\.0\.6: [^]*15002: [^]*log line: istio-validation[^]*Next: /,
  );
});
