import { expect, test } from 'vitest';
import { trace } from './paste';

const SETS =
  'create pods hash:ip family inet hashsize 1024 maxelem 65536\nadd pods 10.0.0.9\ncreate counted hash:ip family inet counters\nadd counted 10.0.0.9 packets 3 bytes 200\n';

/** Whether the answer of a match may be another because of packets that went before, and so is said to be assumed. */
const CASES: readonly [match: string, assumed: boolean][] = [
  ['-m set --match-set pods src', false],
  ['-m set ! --match-set pods src', false],
  ['-m set --match-set counted src --packets-gt 2', true],
  ['-m recent --name seen --set', false],
  ['-m recent --name seen --rcheck', true],
  ['-m recent --name seen --update --seconds 60', true],
  ['-m recent --name seen --remove', true],
  ['-m connlabel --label 5 --set', false],
  ['-m limit --limit 3/min', true],
  ['-m hashlimit --hashlimit-upto 3/min --hashlimit-name h', true],
  ['-m quota --quota 1000', true],
  ['-m statistic --mode nth --every 3 --packet 0', true],
  ['-p tcp -m tcp --dport 80', false],
];

test.each(CASES)('%s', (match, assumed) => {
  const { outcomes } = trace(
    `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT ${match} -j DROP\nCOMMIT\n${SETS}`,
    'in eth0 tcp 10.0.0.9 > :80 own',
  );
  expect(outcomes.some(({ assumptions }) => JSON.stringify(assumptions).includes('earlier packets'))).toBe(assumed);
});
