import { expect, test } from 'vitest';
import { stepDetail } from '../../src/features/traceReport/stepDetail';
import { stepsAtLine } from '../../src/features/traceReport/makeReport';
import { traceOf } from './traceOf';

const host = { ifaces: [{ name: 'eth0', addrs: ['192.0.2.10/24'] }], routes: ['default via 192.0.2.1 dev eth0'] };
const SSH = 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:22 syn';
const LISTENING =
  '\n# ss -tlnp\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0      128    0.0.0.0:22         0.0.0.0:*\n';

/** A table with these rules in the first of its chains, from line 3 on. */
const save = (table: string, chain: string, ...rules: string[]): string =>
  `*${table}\n:${chain} ACCEPT [0:0]\n${rules.map((rule) => `-A ${chain} ${rule}\n`).join('')}COMMIT\n`;

/** What is said of the rule on line 3: what happened, and the rows of its table. */
function said(
  text: string,
  packet: string,
  answers: Readonly<Record<string, boolean>> = {},
): { happened: string | undefined; rows: readonly string[] | undefined } {
  const input = traceOf(text, packet, { host, answers });
  const [step] = stepsAtLine(input, 3);
  const detail = step === undefined ? undefined : stepDetail(input, step);
  return {
    happened: detail?.happened,
    rows: detail?.conditions.map(({ text: asked, actual, result }) => `${asked} | ${actual} | ${result}`),
  };
}

test.each<[string, string, string, string, readonly string[]]>([
  [
    'recent --rcheck before --set: the list as it was then',
    save(
      'filter',
      'INPUT',
      '-m recent --rcheck --name seen --rsource -j DROP',
      '-m recent --set --name seen --rsource',
    ),
    SSH,
    'Did not match: if not --rcheck --name seen --mask 255.255.255.255 --rsource.',
    ['--rcheck --name seen --mask 255.255.255.255 --rsource | the source is not in list seen | unknown'],
  ],
  [
    'limit: what was left before it took some',
    save('filter', 'INPUT', '-m limit --limit 1/sec --limit-burst 1 -j ACCEPT', '-j DROP'),
    SSH,
    'Matches: lets the packet pass; the rules after it in this table are not evaluated.',
    ['--limit 1/sec --limit-burst 1 | 1 packet left | unknown'],
  ],
  [
    'a set that a later rule fills',
    `${save('mangle', 'PREROUTING', '-p tcp -m set --match-set seen src -j ACCEPT', '-j SET --add-set seen src')}create seen hash:ip family inet hashsize 1024 maxelem 65536\n`,
    SSH,
    'Did not match: not in set seen (hash:ip).',
    ['-p tcp | tcp | yes', '--match-set seen src | not in set seen (hash:ip) | no'],
  ],
  [
    'socket: the connection that the packet opens has a socket only after the rules',
    save('mangle', 'PREROUTING', '-p tcp -m tcp --dport 22 -m socket -j MARK --set-mark 1') + LISTENING,
    SSH,
    'Did not match: socket: listening socket 0.0.0.0:22.',
    ['-p tcp | tcp | yes', '--dport 22 | dport 22 | yes', 'socket | listening socket 0.0.0.0:22 | no'],
  ],
  [
    'what one condition of a rule of nft changed, the next one has',
    `table inet t {\n  chain c { type filter hook input priority 0; policy accept;\n    meta mark set 0x7 meta mark 0x8 drop\n  }\n}\n`,
    SSH,
    'Did not match: meta mark 0x7 ≠ 0x8.',
    ['meta mark set 0x7 | 0x7 | yes', 'meta mark 0x8 | 0x7 | no'],
  ],
])('%s', (_, text, packet, happened, rows) => {
  expect(said(text, packet)).toEqual({ happened, rows });
});

test('an answer of the user takes the place of what a memory says, and is shown as an answer of the user', () => {
  const text = save('filter', 'INPUT', '-m limit --limit 1/sec --limit-burst 1 -j ACCEPT', '-j DROP');
  const [key = ''] =
    traceOf(text, SSH, { host }).traced.outcomes[0]?.assumptions.map((assumption) => assumption.key) ?? [];
  const limit = '--limit 1/sec --limit-burst 1';
  expect(said(text, SSH, { [key]: false })).toEqual({
    happened: `Did not match: ${limit}: no, as you answered.`,
    rows: [`${limit} | 1 packet left | no`],
  });
});
