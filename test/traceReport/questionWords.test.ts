import { expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { outcomeTabs } from '../../src/features/traceReport/outcomeTabs';
import { questionsOf } from '../../src/features/traceReport/questions';

/** What is open is asked as a person would ask it, where the match has words for that. */
test.each([
  [
    '-m recent --name s --update --seconds 30 --hitcount 6',
    'Was this source seen in 6 packets in the last 30 s (list s)?',
  ],
  ['-m recent --name s --rcheck --seconds 10800 --reap', 'Was this source seen before in the last 3 h (list s)?'],
  ['-m recent --name s --rcheck --rdest', 'Was this destination seen before (list s)?'],
  ['-m recent --name s ! --rcheck', '! --rcheck --name s --mask 255.255.255.255 --rsource'],
  ['-m limit --limit 3/min', 'Is the rate still within 3/min (burst 5)?'],
  ['-m physdev --physdev-is-bridged', 'Is the packet bridged, not routed?'],
  ['-m policy --dir in --pol ipsec', 'Did the packet come through IPsec?'],
  ['-m policy --dir in --pol ipsec --reqid 4', 'Did the packet come through IPsec as the rule says?'],
  ['-m mac --mac-source 02:00:00:00:aa:bb', 'Is 02:00:00:00:aa:bb the link-layer address of the last sender?'],
  ['-m set --match-set blocked src', 'Is the source in the set blocked?'],
  ['-m set --match-set blocked src,dst', 'Is src,dst in the set blocked?'],
  ['-m set ! --match-set blocked src', '! --match-set blocked src'],
])('%s', (match, words) => {
  const model = modelOf(parseSourceFile(`*filter\n-A INPUT ${match} -j DROP\nCOMMIT\n`));
  if (!model.defaultDump) throw new Error('no rules');
  const wanted = { expression: 'in tcp :22', outcome: 0, answers: {}, overrides: undefined };
  const { input } = evaluate(model, model.defaultDump, wanted);
  if (!input) throw new Error('not traced');
  expect(questionsOf(input).map(({ text }) => text)).toEqual([words]);
  const answers = outcomeTabs(input).map(({ label }) => label);
  expect(answers.every((label) => label.startsWith(words)) && new Set(answers).size).toBe(2);
});
